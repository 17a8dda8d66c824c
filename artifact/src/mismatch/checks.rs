//! The checks of what every artifact needs from a host.

use super::reason::{Check, Mismatch, mismatch, texts};
use crate::features::named;
use crate::manifest::{Kind, Manifest};
use crate::platform::{is_desktop, is_native, is_pulley_name};
use crate::version::numbers;
use crate::{Backend, Code, Host, Names, cpu};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use target_lexicon::{Endianness, PointerWidth, Triple};

/// The checks, in the order of the reasons. [`equivalent`](super::equivalent()) must compare all fields that they use.
pub(super) const CHECKS: [Check; 9] =
    [wasmtime_version, kind, target, cpu_features, features, signals, virtual_memory, concurrency, compiler];

/// Returns true if both are versions with the same major number. Wasmtime is compatible only with those.
pub fn same_major(a: &str, b: &str) -> bool {
    matches!((numbers(a), numbers(b)), (Some([a, ..]), Some([b, ..])) if a == b)
}

fn wasmtime_version(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let (artifact, host) = (&manifest.wasmtime_version, &host.wasmtime_version);
    // Equal in most cases, so that parsing is skipped.
    if artifact == host || same_major(artifact, host) {
        return None;
    }
    mismatch(Code::WasmtimeVersion, "wasmtime_version", || {
        texts(artifact, host, &["compile with a precompile that is built on wasmtime ", host])
    })
}

/// The reason why a host opens no fat artifact, whatever its slices are; `None` if it does.
pub fn no_fat(host: &Host) -> Option<Mismatch> {
    if host.fat {
        return None;
    }
    mismatch(Code::Fat, "format", || {
        let remedy = "use a runtime with the feature `fat`, or take a slice out with `precompile fat --only`";
        texts("fat", "artifacts for one kind of host", &[remedy]).with_feature(true)
    })
}

fn kind(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    if manifest.kind == Kind::Module || host.components {
        return None;
    }
    mismatch(Code::Kind, "kind", || {
        texts("component", "module", &["use a runtime with the feature `component-model`"]).with_feature(true)
    })
}

/// Returns true if a host runs code for a target. Wasmtime compares only the architecture and the operating system of a
/// triple.
pub(crate) fn fits_target(target: &str, host: &Host) -> bool {
    match is_pulley_name(target) {
        true => host.pulley && pulley(&host.target) == Some(target),
        // The reader of manifests and indexes has checked that the target parses.
        false => target.parse().is_ok_and(|target: Triple| {
            target.architecture == host.target.architecture
                && target.operating_system == host.target.operating_system
        }),
    }
}

fn target(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let pulley = pulley(&host.target)?;
    if fits_target(&manifest.target, host) {
        return None;
    }
    mismatch(Code::Target, "target", || {
        let triple = host.target.to_string();
        let (way, target, is_feature) = match (is_native(&host.target) && host.native_code, host.pulley) {
            (true, false) if pulley == manifest.target => {
                ("use a runtime with the feature `pulley`, or compile", triple.as_str(), true)
            }
            (true, _) => ("compile", triple.as_str(), false),
            (false, true) => ("compile", pulley, false),
            (false, false) => ("use a runtime with the feature `pulley`, and compile", pulley, true),
        };
        // Winch supports fewer targets.
        let winch = manifest.backend == Backend::Winch && !(is_desktop(&host.target) && target == triple);
        let backend = if winch { "--backend cranelift " } else { "" };
        let remedy = [way, " with `", backend, "--target ", target, "`"];
        texts(&manifest.target, &triple, &remedy).with_feature(is_feature)
    })
}

/// The Pulley target of a host, with the host's pointer width and byte order. `None` for a host whose pointers have
/// neither 32 nor 64 bits.
pub fn pulley(host: &Triple) -> Option<&'static str> {
    match (host.pointer_width(), host.endianness()) {
        (Ok(PointerWidth::U64), Ok(Endianness::Little)) => Some("pulley64"),
        (Ok(PointerWidth::U64), Ok(Endianness::Big)) => Some("pulley64be"),
        (Ok(PointerWidth::U32), Ok(Endianness::Little)) => Some("pulley32"),
        (Ok(PointerWidth::U32), Ok(Endianness::Big)) => Some("pulley32be"),
        _ => None,
    }
}

/// The CPU features among these that are not present.
pub(crate) fn missing_cpu_features<'a>(
    features: &'a Names,
    present: &'a [String],
) -> impl Iterator<Item = &'a str> {
    features.iter().filter(|name| !present.iter().any(|other| other == name))
}

fn cpu_features(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    // Most code uses the baseline only, and Pulley has nothing else.
    if manifest.cpu_features.is_empty() {
        return None;
    }
    // For another architecture the check of the target gives the reason.
    let artifact: Triple = manifest.target.parse().ok()?;
    if artifact.architecture != host.target.architecture {
        return None;
    }
    let present = host.cpu_features.as_ref()?;
    let missing = || missing_cpu_features(&manifest.cpu_features, present);
    missing().next()?;
    mismatch(Code::CpuFeatures, "cpu_features", || {
        let level = best_level(&host.target, present);
        let way = if level.is_some() { "compile with `--cpu " } else { "compile without `--cpu" };
        let names: Vec<_> = missing().collect();
        texts(&names.join(","), &present.join(","), &[way, level.unwrap_or_default(), "`"])
    })
}

/// The level with the most features among those that the host supports completely.
fn best_level(target: &Triple, present: &[String]) -> Option<&'static str> {
    let fits = |level: &&cpu::Level| level.features.iter().all(|name| present.iter().any(|p| p == name));
    // `max_by_key` returns the last of equals. The list is reversed, because its first one is the most general.
    let levels = cpu::family(target)?.levels.iter().rev().filter(fits);
    levels.max_by_key(|level| level.features.len()).map(|level| level.name)
}

fn features(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let supported = |name: &str| named(name).is_some_and(|feature| host.features.contains(feature));
    // The check of the kind gives the reason for a component.
    let missing =
        || manifest.features_stamped.iter().filter(|name| *name != "component-model" && !supported(name));
    missing().next()?;
    mismatch(Code::Features, "features_stamped", || {
        let missing: Vec<_> = missing().collect();
        // Each cargo feature once, if every missing feature has one.
        let is_missing = |(names, _): &&(&[&str], _)| names.iter().any(|name| missing.contains(name));
        let builds: Vec<_> = RUNTIME_FEATURES.iter().filter(is_missing).map(|(_, build)| *build).collect();
        let known = |name: &&str| RUNTIME_FEATURES.iter().any(|(names, _)| names.contains(name));
        let builds = if missing.iter().all(known) { builds.join("`, `") } else { String::new() };
        let without = ["build the module without ", &missing.join(", ")].concat();
        let with = ["use a runtime with the feature `", &builds, "`, or "];
        let with: &[&str] = if builds.is_empty() { &[] } else { &with };
        let remedy = [with, &[without.as_str()]].concat();
        texts(&missing.join(","), "none of them", &remedy).with_feature(!with.is_empty())
    })
}

/// WebAssembly features, with the runtime's cargo feature that adds them.
const RUNTIME_FEATURES: [(&[&str], &str); 4] = [
    (&["cm-async"], "async"),
    (
        &[
            "cm-async-stackful",
            "cm-error-context",
            "cm-fixed-length-lists",
            "cm-gc",
            "cm-implements",
            "cm-map",
            "cm-more-async-builtins",
            "cm-threading",
            "cm64",
        ],
        "component-model-proposals",
    ),
    (&["gc", "gc-types", "exceptions"], "gc"),
    (&["threads"], "threads"),
];

fn signals(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    if !manifest.settings.signals_based_traps || host.signals {
        return None;
    }
    mismatch(Code::Signals, "settings.signals_based_traps", || {
        texts("true", "false", without_faults(manifest, host))
    })
}

fn virtual_memory(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let settings = &manifest.settings;
    let wanted =
        settings.memory_reservation > 0 || settings.memory_guard_size > 0 || settings.memory_init_cow;
    if !wanted || host.virtual_memory {
        return None;
    }
    mismatch(Code::VirtualMemory, "platform", || {
        let remedy: &[&str] = match settings.signals_based_traps && host.signals {
            true => &["compile with `--platform signals-only`"],
            false => without_faults(manifest, host),
        };
        texts(manifest.platform.name(), "no virtual memory", remedy)
    })
}

/// The remedy on a host without hardware faults. Winch needs them, and the host's policy may refuse Cranelift.
fn without_faults(manifest: &Manifest, host: &Host) -> &'static [&'static str] {
    let accepted = host.policy.backends.as_ref();
    match manifest.backend {
        Backend::Winch if accepted.is_some_and(|accepted| !accepted.contains(&Backend::Cranelift)) => {
            &["have the host accept cranelift's code: winch makes none for it"]
        }
        Backend::Winch => &["compile with `--backend cranelift --platform freestanding`"],
        Backend::Cranelift => &["compile with `--platform freestanding`"],
    }
}

fn concurrency(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    if !manifest.settings.concurrency_support || host.concurrency {
        return None;
    }
    mismatch(Code::Concurrency, "settings.concurrency_support", || {
        let (remedy, is_feature) = match manifest.kind {
            Kind::Module => ("compile with `-W concurrency-support=n`", false),
            Kind::Component => ("use a runtime with the feature `async`", true),
        };
        texts("true", "false", &[remedy]).with_feature(is_feature)
    })
}

/// An engine with a compiler stamps its own code with the same mark as the artifact. So Winch's code could share a
/// store with code of another calling convention, and Wasmtime wouldn't notice.
fn compiler(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    if manifest.backend != Backend::Winch || !host.compiler {
        return None;
    }
    mismatch(Code::Compiler, "backend", || {
        let remedy = "compile with `--backend cranelift`, or build the program without the compiler that another of \
                      its packages brings, which `cargo tree -e features -i wasmtime` names";
        texts("winch", "a compiler, whose code passes arguments otherwise", &[remedy])
    })
}
