//! The provider of an import that a host doesn't offer, as a remedy.

use super::offers::Offers;
use super::remedy::Remedy::{self, Feature, Other};
use crate::wasi::is_of_wasi_0_3;

/// The remedy for a module's import.
pub(super) fn of_module(module: &str, name: &str, is_object: bool, offers: Offers<'_>) -> Remedy {
    match (module, name) {
        _ if is_object => Other(
            "the linker provides it, as this is an object file, compiled but not linked: link it, with \
             `wasm-ld` or by clang without `-c`",
        ),
        ("GOT.mem" | "GOT.func", _)
        | ("env", "__memory_base" | "__table_base" | "__stack_pointer" | "__indirect_function_table") => {
            Other("a dynamic linker provides it, as this is a shared library: link it statically")
        }
        ("wasi_snapshot_preview1" | "wasi_unstable", _) if offers("wasi_snapshot_preview1#fd_write") => {
            Other("it is no function of WASI preview 1, but another runtime's: build the module without")
        }
        ("wasi_snapshot_preview1" | "wasi_unstable", _) => Feature("use a runner with the feature `wasi`"),
        ("wasi", "thread-spawn") => {
            Other("threads of WASI are not offered: build the module without, for `wasm32-wasip1`")
        }
        ("env", _) if EMSCRIPTEN.iter().any(|start| name.starts_with(start)) => Other(EMSCRIPTENS),
        ("a", _) if name.len() <= 2 => Other(
            "emscripten makes such names when it optimises, for what its JavaScript provides: build with `-sPURE_WASI`",
        ),
        ("go" | "gojs", _) => Other("Go's JavaScript provides it: build with `GOOS=wasip1`"),
        _ if module.starts_with("__wbindgen") || module.ends_with("_bg.js") || module == "wbg" => {
            Other("wasm-bindgen's JavaScript provides it: build the module without, for `wasm32-wasip1`")
        }
        _ => Other(LIBRARY),
    }
}

/// The remedy for a component's import.
pub(super) fn of_component(name: &str, offers: Offers<'_>) -> Remedy {
    let is_third = is_of_wasi_0_3(name);
    let (name, version) = name.split_once('@').unwrap_or((name, ""));
    match name.strip_prefix("wasi:") {
        None => Other(EMBEDDER),
        Some("config/store") if version == "0.2.0-rc.1" => {
            Other("the runner offers it by `--config NAME=VALUE`, in builds with the feature `wasi-config`")
        }
        Some("keyvalue/atomics" | "keyvalue/batch" | "keyvalue/store") if version == "0.2.0-draft" => {
            Other("the runner offers it by `--keyvalue`, in builds with the feature `wasi-keyvalue`")
        }
        Some(_) if version.contains('-') => {
            Other("it is of a draft of WASI: build the component with a later version of its tools")
        }
        Some(rest) if rest.starts_with("http/") && !offers("wasi:http/types@0.2") => match is_third {
            true => Feature(
                "it is for HTTP, of WASI 0.3: use a runner with the features `wasi-http` and `wasi-p3`",
            ),
            false => Feature("it is for HTTP: use a runner with the feature `wasi-http`"),
        },
        Some(_) if is_third && !offers("wasi:cli/environment@0.3") => Feature(
            "it is of WASI 0.3: use a runner with the feature `wasi-p3`, or build the component for `wasm32-wasip2`",
        ),
        Some(_) if !offers("wasi:cli/environment@0.2") => Feature("use a runner with the feature `wasi-p2`"),
        Some(_) => {
            Other("it is not among what WASI has for commands: use a program of your own that offers it")
        }
    }
}

const EMBEDDER: &str = "it is for a program of your own, with the crate `precompile-runtime`, to offer";
const LIBRARY: &str = "another artifact offers it, by the runner's `--preload NAME=FILE`, or a program of your own, with \
                       the crate `precompile-runtime`";
const EMSCRIPTENS: &str = "emscripten's JavaScript provides it: build with `-sPURE_WASI`";

/// The prefixes of names that emscripten's JavaScript provides.
const EMSCRIPTEN: [&str; 8] = [
    "emscripten_",
    "_emscripten_",
    "_embind_",
    "_abort_js",
    "__syscall_",
    "__cxa_",
    "__assert_fail",
    "invoke_",
];
