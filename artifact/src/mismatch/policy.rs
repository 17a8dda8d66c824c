//! What a host's policy has against an artifact that it could run.

use super::Mismatch;
use crate::manifest::Manifest;
use crate::version::numbers;
use crate::{Backend, Host};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// One entry for each demand that an artifact doesn't meet.
pub(super) fn demands(manifest: &Manifest, host: &Host) -> [Option<Mismatch>; 6] {
    [
        backend(manifest, host),
        wasmtime_version(manifest, host),
        epoch_interruption(manifest, host),
        fuel(manifest, host),
        memory(manifest, host),
        debug(manifest, host),
    ]
}

fn backend(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let accepted = host.policy.backends.as_ref()?;
    let names = |separator| accepted.iter().map(|backend| backend.name()).collect::<Vec<_>>().join(separator);
    (!accepted.contains(&manifest.backend)).then(|| Mismatch {
        field: "backend",
        artifact_value: manifest.backend.to_string(),
        host_value: names(","),
        remedy: match &accepted[..] {
            [] => "have the host accept a backend".into(),
            [Backend::Cranelift | Backend::Winch, ..] => {
                format!("compile with `--backend {}`", names("` or `"))
            }
        },
    })
}

/// Only within one major version: others don't load anyway.
fn wasmtime_version(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let least = host.policy.min_wasmtime_version.as_ref()?;
    let (artifact, minimum) = (numbers(&manifest.wasmtime_version)?, numbers(least)?);
    (artifact[0] == minimum[0] && artifact < minimum).then(|| Mismatch {
        field: "wasmtime_version",
        artifact_value: manifest.wasmtime_version.clone(),
        host_value: format!("{least} or newer"),
        remedy: format!("compile with a precompile that is built on wasmtime {least} or newer"),
    })
}

fn epoch_interruption(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let missing = host.policy.require_epoch_interruption && !manifest.settings.epoch_interruption;
    missing.then(|| demanded("settings.epoch_interruption", "-W epoch-interruption"))
}

fn fuel(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let missing = host.policy.require_fuel && !manifest.settings.consume_fuel;
    missing.then(|| demanded("settings.consume_fuel", "-W fuel"))
}

fn demanded(field: &'static str, option: &str) -> Mismatch {
    Mismatch {
        field,
        artifact_value: false.to_string(),
        host_value: true.to_string(),
        remedy: format!("compile with `{option}`"),
    }
}

fn memory(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let most = host.policy.memory_max_bytes?;
    let declared = manifest.memories.and_then(|memories| memories.maximum_bytes);
    declared.is_none_or(|bytes| bytes > most).then(|| Mismatch {
        field: "memories.maximum_bytes",
        artifact_value: declared.map_or("unbounded".into(), |bytes| bytes.to_string()),
        host_value: most.to_string(),
        remedy: match manifest.memories {
            Some(_) => format!(
                "build the module with memories of at most {most} bytes, as `wasm-ld --max-memory={most}` does"
            ),
            None => "compile with a newer precompile, which notes the memories".into(),
        },
    })
}

fn debug(manifest: &Manifest, host: &Host) -> Option<Mismatch> {
    let settings = &manifest.settings;
    let carried: Vec<&str> = [
        settings.debug_info.then_some("debug-info"),
        settings.wasm_backtrace_details.then_some("backtrace-details"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let options: Vec<String> = carried.iter().map(|name| format!("{name}=n")).collect();
    (host.policy.refuse_debug && !carried.is_empty()).then(|| Mismatch {
        field: "settings.debug_info",
        artifact_value: carried.join(","),
        host_value: "none".into(),
        remedy: format!("compile with `-D {}`", options.join(",")),
    })
}
