//! Wasmtime's own scripts, and those of the component model, as the sources of `wasmtime-cli` have them.

use crate::suite::{self, Script};
use anyhow::Result;
use precompile::artifact::features::WasmFeatures;
use std::path::Path;

/// The folders with scripts.
const FOLDERS: [&str; 2] = ["component-model/test", "misc_testsuite"];
/// The features of the component model's asynchronous scripts, which don't declare them.
const ASYNC: WasmFeatures = WasmFeatures::CM_ASYNC
    .union(WasmFeatures::CM_ASYNC_STACKFUL)
    .union(WasmFeatures::CM_MORE_ASYNC_BUILTINS)
    .union(WasmFeatures::CM_THREADING);

/// The words that the text format of Wasmtime 48 has otherwise than the scripts: names of built-in functions, and the
/// bits of a NaN, of which it takes the payload alone.
const REWRITTEN: [(&str, &str); 6] = [
    ("canon thread.suspend-to-suspended", "canon thread.suspend-then-resume"),
    ("canon thread.suspend-to", "canon thread.suspend-then-promote"),
    ("canon thread.unsuspend", "canon thread.resume-later"),
    ("canon thread.yield-to-suspended", "canon thread.yield-then-resume"),
    ("nan:0x7fc00000", "nan:0x400000"),
    ("nan:0x7ff8000000000000", "nan:0x8000000000000"),
];

/// All scripts below the folder `tests` of the sources, with their names in it.
///
/// # Errors
///
/// If one can't be read, or there is none.
pub(crate) fn scripts(tests: &Path) -> Result<Vec<Script>> {
    let mut scripts = Vec::new();
    for folder in FOLDERS {
        scripts.extend(suite::own(&tests.join(folder))?);
    }
    for script in &mut scripts {
        if let Ok(below) = Path::new(&script.name).strip_prefix(tests) {
            script.name = below.display().to_string();
        }
        script.features |= undeclared(&script.name);
        script.names_are_registered = true;
        for (old, new) in REWRITTEN {
            script.text = script.text.replace(old, new).into();
        }
    }
    Ok(scripts)
}

/// The features of a script that doesn't declare them, as Wasmtime's harness gives them by its path.
fn undeclared(name: &str) -> WasmFeatures {
    let Some(name) = name.strip_prefix("component-model/test/") else { return WasmFeatures::empty() };
    match name {
        "wasm-tools/memory64.wast" => WasmFeatures::CM64,
        "validation/implements.wast" => WasmFeatures::CM_IMPLEMENTS,
        "resources/multiple-resources.wast" | "values/trap-in-post-return.wast" => ASYNC,
        name if name.starts_with("async/") || name.ends_with("/resources.wast") => ASYNC,
        name if name.starts_with("wasm-tools/") => WasmFeatures::THREADS,
        _ => WasmFeatures::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asynchronous_scripts_have_their_features() {
        assert!(undeclared("component-model/test/async/fused.wast").contains(WasmFeatures::CM_THREADING));
        assert_eq!(undeclared("misc_testsuite/async/fused.wast"), WasmFeatures::empty());
        assert_eq!(undeclared("component-model/test/values/strings.wast"), WasmFeatures::empty());
    }
}
