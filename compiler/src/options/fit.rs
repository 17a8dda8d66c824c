//! The options for artifacts that fit a host.

use crate::options::Options;
use crate::options::cpu::Cpu;
use crate::options::target::{PairError, Target, TargetError};
use crate::version::WASMTIME_VERSION;
use precompile_artifact::features::WasmFeatures;
use precompile_artifact::install::RUNNER_HINT;
use precompile_artifact::mismatch;
use precompile_artifact::platform::is_native;
use precompile_artifact::{Backend, Host, Platform};
use thiserror::Error;

/// The reason why no artifact would fit a host.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FitError {
    /// The host runs artifacts of another major version of wasmtime.
    #[error(
        "the host runs artifacts of wasmtime {host}, this is built on {WASMTIME_VERSION}: use a precompile \
         that is built on the same major version"
    )]
    Version {
        /// The host's version.
        host: String,
    },
    /// No backend is accepted by all hosts of a fleet.
    #[error("no backend is accepted by all of these hosts: compile for each, into a folder, by `--out-dir`")]
    NoCommonBackend,
    /// The hosts of a fleet are of different targets, which take different code.
    #[error(
        "the hosts take different code, of `{}` and of `{}`: compile for each, into a folder, by `--out-dir`",
        targets[0],
        targets[1]
    )]
    Targets {
        /// Two of their triples.
        targets: [String; 2],
    },
    /// Native code can't be made for the host, and it has no interpreter.
    #[error("no backend makes code for `{target}`: use a runtime with the feature `pulley`{}", hint(*is_runner))]
    NoPulley {
        /// The host's triple.
        target: String,
        /// The host is a runner, and no program that embeds the runtime.
        is_runner: bool,
    },
    /// The host's policy, or the compiler in its program, refuses the requested backend.
    #[error("the host accepts no code of {backend}'s: {}", accepted_instead(accepted))]
    Backend {
        /// The backend.
        backend: Backend,
        /// The accepted backends.
        accepted: Vec<Backend>,
    },
    /// This version doesn't know the host's target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The backend makes no code for the host.
    #[error(transparent)]
    Pair(#[from] PairError),
}

/// The way to a runner with all features, where the host is a runner.
fn hint(is_runner: bool) -> String {
    if is_runner { format!("; {RUNNER_HINT}") } else { String::new() }
}

fn accepted_instead(accepted: &[Backend]) -> String {
    accepted.first().map_or("it accepts no backend".into(), |other| format!("use `--backend {other}`"))
}

/// The options for artifacts that fit a host: its target, all of its CPU features, its platform, and the
/// settings that its policy demands. Proposals that the host lacks are turned off. Unless another backend
/// is named, it is Cranelift, or Winch if the host doesn't accept Cranelift.
///
/// # Errors
///
/// A host that no artifact fits. With these options, a module may still not fit, for example because of
/// its memories: [`mismatches`](precompile_artifact::mismatch::mismatches) reports that.
pub fn fit(host: &Host, backend: Option<Backend>) -> Result<Options, FitError> {
    check_version(host)?;
    let backend = choose(host, backend)?;
    let target = target(host)?;
    let platform = match (host.virtual_memory, host.signals || target.machine().is_pulley()) {
        (true, true) => Platform::Hosted,
        (false, true) if !target.machine().is_pulley() => Platform::SignalsOnly,
        _ => Platform::Freestanding,
    };
    let mut options = Options::new(backend, target, platform)?;
    options.cpu = Cpu::of(host.cpu_features.iter().flatten(), &options.target);
    options.contract.consume_fuel = host.policy.require_fuel;
    options.contract.epoch_interruption = host.policy.require_epoch_interruption;
    options.proposals.forbid(WasmFeatures::all().difference(host.features));
    Ok(options)
}

/// Checks that a host runs artifacts of this major version of wasmtime.
pub(super) fn check_version(host: &Host) -> Result<(), FitError> {
    match mismatch::same_major(&host.wasmtime_version, WASMTIME_VERSION) {
        true => Ok(()),
        false => Err(FitError::Version { host: host.wasmtime_version.clone() }),
    }
}

/// The target of the code for a host: its own, or Pulley's where it runs no native code.
pub(super) fn target(host: &Host) -> Result<Target, FitError> {
    match (is_native(&host.target) && host.native_code, mismatch::pulley(&host.target)) {
        (false, Some(pulley)) if host.pulley => Ok(pulley.parse()?),
        (false, Some(_)) => {
            Err(FitError::NoPulley { target: host.target.to_string(), is_runner: host.imports.is_some() })
        }
        _ => Ok(host.target.to_string().parse()?),
    }
}

fn choose(host: &Host, asked: Option<Backend>) -> Result<Backend, FitError> {
    let backend = asked.unwrap_or(Backend::Cranelift);
    let mut accepted =
        host.policy.backends.clone().unwrap_or_else(|| vec![Backend::Cranelift, Backend::Winch]);
    accepted.retain(|backend| *backend != Backend::Winch || !host.compiler);
    match (asked, accepted.first()) {
        _ if accepted.contains(&backend) => Ok(backend),
        (None, Some(first)) => Ok(*first),
        _ => Err(FitError::Backend { backend, accepted }),
    }
}
