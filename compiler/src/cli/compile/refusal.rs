//! The line that says that the runner beside this command would refuse what was compiled.

use crate::runner::Runner;
use precompile::Manifest;
use precompile::artifact::features::{OFF_BY_DEFAULT, OPTIONAL, WasmFeatures, named};
use precompile::artifact::install::{RUNNER_HINT, full_runner_helps};
use precompile::artifact::manifest::Kind;
use precompile::artifact::mismatch::mismatches;
use precompile::artifact::{Escaped, Host, unmet};
use std::sync::OnceLock;
use target_lexicon::Triple;

/// The runner beside this command, which is asked once for what it offers, and only if an artifact needs more than every
/// runner with WASI has.
#[derive(Default)]
pub(crate) struct RunnerBeside {
    host: OnceLock<Option<Host>>,
}

impl RunnerBeside {
    /// The line about an artifact for this machine; `None` where the runner runs it, or there is none.
    pub(crate) fn refusal(&self, manifest: &Manifest) -> Option<String> {
        if !is_for_this_machine(manifest) || runs_everywhere(manifest) {
            return None;
        }
        let ask = || Runner::beside().and_then(|runner| runner.describe_quietly().ok());
        refusal(manifest, self.host.get_or_init(ask).as_ref()?)
    }
}

/// The line about an artifact that a host would refuse.
fn refusal(manifest: &Manifest, host: &Host) -> Option<String> {
    let mut reasons = mismatches(manifest, host);
    if let Some(offered) = &host.imports {
        reasons.extend(unmet(manifest, &|name| offered.iter().any(|offered| offered == name)));
    }
    let first = reasons.first()?;
    let more = match reasons.len() - 1 {
        0 => String::new(),
        1 => "; `precompile explain` names another reason".into(),
        more => format!("; `precompile explain` names {more} more reasons"),
    };
    let (value, remedy) = (first.artifact_value.as_str(), first.remedy.as_str());
    let hint = match reasons.iter().any(|reason| full_runner_helps(host, reason)) {
        true => format!("; {RUNNER_HINT}"),
        false => String::new(),
    };
    let text = format!(
        "the `precompile-run` beside this command would refuse it, for `{value}`: {remedy}{more}{hint}"
    );
    Some(Escaped(&text).to_string())
}

/// Returns true if the code is for the architecture and the system of this machine.
fn is_for_this_machine(manifest: &Manifest) -> bool {
    let host = Triple::host();
    manifest.target.parse::<Triple>().is_ok_and(|target| {
        (target.architecture, target.operating_system) == (host.architecture, host.operating_system)
    })
}

/// Returns true if every runner with WASI runs the artifact, but for its processor.
fn runs_everywhere(manifest: &Manifest) -> bool {
    const OFFERED: WasmFeatures = WasmFeatures::WASM3.difference(OPTIONAL).union(OFF_BY_DEFAULT);
    let is_offered = |name: &str| named(name).is_some_and(|feature| OFFERED.contains(feature));
    manifest.kind == Kind::Module
        && !manifest.settings.concurrency_support
        && manifest.features_stamped.iter().all(is_offered)
        && manifest.imports.iter().all(|import| import.module == "wasi_snapshot_preview1")
}
