//! The checks of a host's policy.

use super::reason::{Check, Mismatch, mismatch, texts};
use crate::manifest::Manifest;
use crate::version::numbers;
use crate::{Code, Host};
use alloc::string::ToString;
use alloc::vec::Vec;

/// The checks, in the order of the reasons.
pub(super) const CHECKS: [Check; 7] =
    [backend, wasmtime_version, epoch_interruption, fuel, memory, debug, audited];

fn backend(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let accepted = host.policy.backends.as_ref()?;
    if accepted.contains(&manifest.backend) {
        return None;
    }
    mismatch(Code::PolicyBackend, "backend", || {
        let names: Vec<_> = accepted.iter().map(|backend| backend.name()).collect();
        let options = names.join("` or `--backend ");
        let remedy: &[&str] = match names.is_empty() {
            true => &["have the host accept a backend"],
            false => &["compile with `--backend ", &options, "`"],
        };
        texts(manifest.backend.name(), &names.join(","), remedy)
    })
}

/// A minimum that is no version refuses all artifacts.
fn wasmtime_version(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let least = host.policy.min_wasmtime_version.as_ref()?;
    let met = |minimum| numbers(&manifest.wasmtime_version).is_some_and(|artifact| artifact >= minimum);
    if numbers(least).is_some_and(met) {
        return None;
    }
    mismatch(Code::PolicyWasmtimeVersion, "wasmtime_version", || {
        let least = [least, " or newer"].concat();
        let remedy = ["compile with a precompile that is built on wasmtime ", &least];
        texts(&manifest.wasmtime_version, &least, &remedy)
    })
}

fn epoch_interruption(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    if manifest.settings.epoch_interruption || !host.policy.require_epoch_interruption {
        return None;
    }
    mismatch(Code::PolicyEpochInterruption, "settings.epoch_interruption", || {
        texts("false", "true", &["compile with `-W epoch-interruption`"])
    })
}

fn fuel(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    if manifest.settings.consume_fuel || !host.policy.require_fuel {
        return None;
    }
    mismatch(Code::PolicyFuel, "settings.consume_fuel", || {
        texts("false", "true", &["compile with `-W fuel`"])
    })
}

fn memory(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let most = host.policy.memory_max_bytes?;
    // The garbage-collected heap has no maximum.
    let collected = manifest.features_stamped.contains("gc-types");
    let declared = manifest.memories.and_then(|memories| memories.maximum_bytes).filter(|_| !collected);
    if declared.is_some_and(|bytes| bytes <= most) {
        return None;
    }
    mismatch(Code::PolicyMemory, "memories.maximum_bytes", || {
        let artifact = declared.map_or("unbounded".into(), |bytes| bytes.to_string());
        // The size of a memory is a multiple of 64 KiB.
        let whole_pages = (most & !0xffff).to_string();
        let remedy: &[&str] = match manifest.memories {
            None => &["compile with a newer precompile, which notes the memories"],
            Some(_) if collected => &["build the module without gc-types"],
            Some(_) if most < 0x1_0000 => &["build the module without a memory"],
            Some(_) => &[
                "build the module with memories of at most ",
                &whole_pages,
                " bytes, as `wasm-ld --max-memory=",
                &whole_pages,
                "` does, instantiated once and by the component itself",
            ],
        };
        texts(&artifact, &most.to_string(), remedy)
    })
}

fn debug(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let settings = &manifest.settings;
    if !host.policy.refuse_debug || !(settings.debug_info || settings.wasm_backtrace_details) {
        return None;
    }
    mismatch(Code::PolicyDebug, "settings.debug_info", || {
        let (carried, option) = match (settings.debug_info, settings.wasm_backtrace_details) {
            (true, true) => ("debug-info,backtrace-details", "debug-info=n,backtrace-details=n"),
            (true, false) => ("debug-info", "debug-info=n"),
            (false, _) => ("backtrace-details", "backtrace-details=n"),
        };
        texts(carried, "none", &["compile with `-D ", option, "`"])
    })
}

/// The first advisory that concerns the artifact, for sure or possibly, is the reason.
#[cfg(feature = "audit")]
fn audited(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    use crate::audit::{Advisories, Subject};
    if !host.policy.audited {
        return None;
    }
    let subject = Subject::from(manifest);
    let (advisory, verdict) = Advisories::SHORT.concern(&subject).next()?;
    mismatch(Code::PolicyAudited, "wasmtime_version", || {
        let artifact = [&manifest.wasmtime_version, ", ", verdict.name(), " by ", advisory.id()].concat();
        let fixed = advisory.fixed(&subject).unwrap_or_default();
        let remedy = ["compile with a precompile that is built on wasmtime ", fixed, " or newer"];
        texts(&artifact, "audited", &remedy)
    })
}

/// A build without a table knows no artifact to be free of faults.
#[cfg(not(feature = "audit"))]
fn audited(_manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    if !host.policy.audited {
        return None;
    }
    mismatch(Code::PolicyAudited, "wasmtime_version", || {
        texts("not audited", "audited", &["use a runtime with the feature `audit`"]).with_feature(true)
    })
}
