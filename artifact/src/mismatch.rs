//! Would this artifact load on that host, and if not, why?
//!
//! One pure function of a manifest and a host's description, for the runtime when it opens an
//! artifact and for the command when it explains one.

mod policy;

use crate::features::named;
use crate::manifest::{Kind, Manifest};
use crate::platform::{is_native, is_pulley};
use crate::version::numbers;
use crate::{Backend, Host, cpu};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use target_lexicon::{Endianness, PointerWidth, Triple};

/// A reason why an artifact would not load on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The field of the manifest.
    pub field: &'static str,
    /// What the artifact has there.
    pub artifact_value: String,
    /// What the host has.
    pub host_value: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { field, artifact_value, host_value, remedy } = self;
        write!(f, "`{field}` is `{artifact_value}`, the host has `{host_value}`: {remedy}")
    }
}

/// Every reason why this artifact would not load on this host; none if it would.
pub fn mismatches(manifest: &Manifest, host: &Host) -> Vec<Mismatch> {
    [
        wasmtime_version(manifest, host),
        kind(manifest, host),
        target(manifest, host),
        cpu_features(manifest, host),
        features(manifest, host),
        signals(manifest, host),
        virtual_memory(manifest, host),
        concurrency(manifest, host),
    ]
    .into_iter()
    .chain(policy::demands(manifest, host))
    .flatten()
    .collect()
}

/// Whether these are versions with the same major number. Between others, wasmtime promises no
/// compatibility.
pub fn same_major(a: &str, b: &str) -> bool {
    matches!((numbers(a), numbers(b)), (Some([a, ..]), Some([b, ..])) if a == b)
}

fn wasmtime_version(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    (!same_major(&manifest.wasmtime_version, &host.wasmtime_version)).then(|| Mismatch {
        field: "wasmtime_version",
        artifact_value: manifest.wasmtime_version.clone(),
        host_value: host.wasmtime_version.clone(),
        remedy: format!("compile with a precompile that is built on wasmtime {}", host.wasmtime_version),
    })
}

fn kind(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    (manifest.kind == Kind::Component && !host.components).then(|| Mismatch {
        field: "kind",
        artifact_value: manifest.kind.to_string(),
        host_value: Kind::Module.to_string(),
        remedy: "use a runtime with the feature `component-model`".into(),
    })
}

/// Wasmtime compares the architecture and the operating system, and nothing else of a triple.
fn target(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    // Whoever reads a manifest checks that its target parses.
    let artifact: Triple = manifest.target.parse().ok()?;
    let pulley = pulley(&host.target)?;
    let fits = match is_pulley(&artifact) {
        true => host.pulley && manifest.target == pulley,
        false => {
            artifact.architecture == host.target.architecture
                && artifact.operating_system == host.target.operating_system
        }
    };
    (!fits).then(|| Mismatch {
        field: "target",
        artifact_value: manifest.target.clone(),
        host_value: host.target.to_string(),
        remedy: match (is_native(&host.target), host.pulley) {
            (true, false) if pulley == manifest.target => {
                format!("use a runtime with the feature `pulley`, or compile with `--target {}`", host.target)
            }
            (true, _) => format!("compile with `--target {}`", host.target),
            (false, true) => format!("compile with `--target {pulley}`"),
            (false, false) => {
                format!("use a runtime with the feature `pulley`, and compile with `--target {pulley}`")
            }
        },
    })
}

/// The Pulley target for a machine: its pointers and byte order are the machine's own. `None` for a
/// machine whose pointers have neither 32 nor 64 bits.
pub fn pulley(host: &Triple) -> Option<&'static str> {
    match (host.pointer_width(), host.endianness()) {
        (Ok(PointerWidth::U64), Ok(Endianness::Little)) => Some("pulley64"),
        (Ok(PointerWidth::U64), Ok(Endianness::Big)) => Some("pulley64be"),
        (Ok(PointerWidth::U32), Ok(Endianness::Little)) => Some("pulley32"),
        (Ok(PointerWidth::U32), Ok(Endianness::Big)) => Some("pulley32be"),
        _ => None,
    }
}

fn cpu_features(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    // On another architecture there is nothing to compare: the target says so already.
    let artifact: Triple = manifest.target.parse().ok()?;
    if is_pulley(&artifact) || artifact.architecture != host.target.architecture {
        return None;
    }
    let present = host.cpu_features.as_ref()?;
    let wanted = manifest.cpu_features.iter();
    let missing: Vec<_> = wanted.filter(|name| !present.contains(name)).map(String::as_str).collect();
    (!missing.is_empty()).then(|| Mismatch {
        field: "cpu_features",
        artifact_value: missing.join(","),
        host_value: present.join(","),
        remedy: match best_level(&host.target, present) {
            Some(level) => format!("compile with `--cpu {level}`"),
            None => "compile without `--cpu`".into(),
        },
    })
}

/// The level with most features among those that the host has all of.
fn best_level(target: &Triple, present: &[String]) -> Option<&'static str> {
    let fits = |level: &&cpu::Level| level.features.iter().all(|name| present.iter().any(|p| p == name));
    // `max_by_key` returns the last of equals; the first is the most general.
    let levels = cpu::family(target)?.levels.iter().rev().filter(fits);
    levels.max_by_key(|level| level.features.len()).map(|level| level.name)
}

fn features(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let supported = |name: &str| named(name).is_some_and(|feature| host.features.contains(feature));
    let stamped = manifest.features_stamped.iter().map(String::as_str);
    let missing: Vec<_> = stamped.filter(|name| !supported(name)).collect();
    if missing.is_empty() {
        return None;
    }
    let without = format!("build the module without {}", missing.join(", "));
    let builds: Option<Vec<_>> = missing.iter().map(|name| runtime_feature(name)).collect();
    Some(Mismatch {
        field: "features_stamped",
        artifact_value: missing.join(","),
        host_value: "none of them".into(),
        remedy: match builds {
            Some(mut builds) => {
                builds.sort_unstable();
                builds.dedup();
                let plural = if builds.len() > 1 { "features" } else { "feature" };
                format!("use a runtime with the {plural} `{}`, or {without}", builds.join("`, `"))
            }
            None => without,
        },
    })
}

/// The cargo feature of the runtime that brings a WebAssembly feature.
fn runtime_feature(name: &str) -> Option<&'static str> {
    match name {
        "gc" | "gc-types" | "exceptions" => Some("gc"),
        "threads" => Some("threads"),
        "component-model" => Some("component-model"),
        "cm-async" | "cm-async-stackful" | "cm-more-async-builtins" | "cm-error-context" | "cm-threading" => {
            Some("async")
        }
        _ => None,
    }
}

fn signals(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let wanted = manifest.settings.signals_based_traps;
    (wanted && !host.signals).then(|| Mismatch {
        field: "settings.signals_based_traps",
        artifact_value: wanted.to_string(),
        host_value: host.signals.to_string(),
        remedy: match manifest.backend {
            Backend::Winch => "compile with `--backend cranelift --platform freestanding`".into(),
            Backend::Cranelift => "compile with `--platform freestanding`".into(),
        },
    })
}

fn virtual_memory(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let settings = &manifest.settings;
    let wanted =
        settings.memory_reservation > 0 || settings.memory_guard_size > 0 || settings.memory_init_cow;
    (wanted && !host.virtual_memory).then(|| Mismatch {
        field: "platform",
        artifact_value: manifest.platform.to_string(),
        host_value: "no virtual memory".into(),
        remedy: match (settings.signals_based_traps && host.signals, manifest.backend) {
            (true, _) => "compile with `--platform signals-only`".into(),
            (false, Backend::Winch) => "compile with `--backend cranelift --platform freestanding`".into(),
            (false, Backend::Cranelift) => "compile with `--platform freestanding`".into(),
        },
    })
}

fn concurrency(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let wanted = manifest.settings.concurrency_support;
    (wanted && !host.concurrency).then(|| Mismatch {
        field: "settings.concurrency_support",
        artifact_value: wanted.to_string(),
        host_value: host.concurrency.to_string(),
        remedy: match manifest.kind {
            Kind::Module => "compile with `-W concurrency-support=n`".into(),
            Kind::Component => "use a runtime with the feature `async`".into(),
        },
    })
}
