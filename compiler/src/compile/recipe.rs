//! What decides about the bytes of an artifact, as the cache's key has it.

use crate::compile::attempt::WASMTIME_VERSION;
use crate::compile::options::{Options, Regalloc};
use precompile_artifact::features::names;
use precompile_artifact::trailer::FORMAT;
use precompile_cache::Recipe;
use serde_json::Value;

/// Keeps the keys apart from those of other programs.
const CONTEXT: &str = "precompile 2026-11 recipe of an artifact";

/// Digests of what this build is made from: the compilers and what they use, and our own sources, so that a
/// changed one doesn't take what another has made.
const BUILT_FROM: [&str; 2] = [env!("PRECOMPILE_BUILT_FROM"), precompile_artifact::SOURCE_DIGEST];

/// How an artifact is made by these options: all that decides about its bytes besides the module.
///
/// The fallback isn't part of it: what a second backend makes has a recipe of its own. Neither is
/// the number of threads.
pub fn recipe(options: &Options) -> Recipe {
    // So that a new option can't be forgotten.
    let Options {
        backend,
        target,
        cpu,
        platform,
        opt_level,
        regalloc,
        nan_canonicalization,
        native_unwind_info,
        function_names,
        dense_image_max_bytes,
        proposals,
        contract,
        fallback: _,
        parallel: _,
    } = options;
    let cpu_features: Vec<_> = cpu.names().collect();
    let regalloc = match regalloc {
        Regalloc::Backtracking => "backtracking",
        Regalloc::SinglePass => "single-pass",
    };
    let fields = [
        ("backend", backend.to_string()),
        ("target", target.to_string()),
        ("cpu_features", cpu_features.join(",")),
        ("platform", platform.to_string()),
        ("opt_level", opt_level.to_string()),
        ("regalloc", regalloc.into()),
        ("nan_canonicalization", nan_canonicalization.to_string()),
        ("native_unwind_info", native_unwind_info.to_string()),
        ("function_names", function_names.to_string()),
        ("dense_image_max_bytes", dense_image_max_bytes.to_string()),
        ("proposals_required", names(proposals.required()).join(",")),
        ("proposals_forbidden", names(proposals.forbidden()).join(",")),
        ("wasmtime_version", WASMTIME_VERSION.into()),
        ("precompile_version", env!("CARGO_PKG_VERSION").into()),
        ("built_from", BUILT_FROM.join("+")),
        ("format", FORMAT.to_string()),
    ];
    let mut fields: Vec<_> = fields.map(|(name, value)| (String::from(name), value)).into();
    let Ok(Value::Object(settings)) = serde_json::to_value(contract) else {
        unreachable!("a contract is a struct of plain values")
    };
    fields.extend(settings.iter().map(|(name, value)| (format!("settings.{name}"), value.to_string())));
    Recipe::new(CONTEXT, fields)
}

#[cfg(test)]
mod tests;
