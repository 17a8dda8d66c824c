//! The imports that this build offers, and those that a program needs besides.

use crate::args::Args;
use crate::failure::Failure;
#[cfg(feature = "wasi")]
use crate::preview1::{FUNCTIONS, MODULES};
#[cfg(feature = "wasi-p2")]
use crate::preview2;
use precompile_runtime::artifact::manifest::Kind;
use precompile_runtime::artifact::unmet;
use precompile_runtime::{OpenError, Program};

/// The reason why a program was not linked: all imports that this build doesn't offer, or else the failure.
pub(crate) fn not_linked(program: &Program, args: &Args, failure: Failure) -> Failure {
    // A build without components has opened none. With this check, the compiler leaves out the code for them.
    if cfg!(not(feature = "component-model")) && program.manifest().kind == Kind::Component {
        return failure;
    }
    let unmet = unmet(program.manifest(), &|name| offers(name) || is_of_command_line(args, name));
    match unmet.is_empty() {
        true => failure,
        false => {
            let failure = Failure::open(&args.artifact, OpenError::Mismatch(unmet));
            if wants_wasi_plugin(program, args) { failure.with_hint(WASI_PLUGIN) } else { failure }
        }
    }
}

/// The way to WASI in a build that has plugins alone.
const WASI_PLUGIN: &str = "WASI preview 1 is a plugin, too: `--plugin libprecompile_wasi.so`";

/// Returns true if a program imports WASI preview 1, and neither this build nor a plugin has it.
fn wants_wasi_plugin(program: &Program, args: &Args) -> bool {
    const WASI: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];
    cfg!(feature = "plugin")
        && program.manifest().imports.iter().any(|import| WASI.contains(&import.module))
        && !offers("wasi_snapshot_preview1#fd_write")
        && !is_of_command_line(args, "wasi_snapshot_preview1#fd_write")
}

/// Returns true if a library or a plugin of the command line offers an import.
fn is_of_command_line(args: &Args, name: &str) -> bool {
    let Some((module, name)) = name.split_once('#') else { return false };
    #[cfg(feature = "preload")]
    if args.libraries.iter().any(|library| library.name == module && library.exports(name)) {
        return true;
    }
    #[cfg(feature = "plugin")]
    if args.loaded_plugins.iter().any(|plugin| plugin.offers(module, name)) {
        return true;
    }
    let _ = (args, module, name);
    false
}

/// Returns true if this build offers an import.
fn offers(name: &str) -> bool {
    #[cfg(feature = "wasi")]
    if let Some((module, function)) = name.split_once('#') {
        return MODULES.contains(&module) && FUNCTIONS.contains(&function);
    }
    #[cfg(all(feature = "wasi-lean", not(feature = "wasi")))]
    if let Some((module, function)) = name.split_once('#') {
        return precompile_wasi::find(module, function).is_some();
    }
    #[cfg(feature = "wasi-p2")]
    return preview2::INTERFACES.contains(&name);
    #[cfg(not(feature = "wasi-p2"))]
    return {
        let _ = name;
        false
    };
}

/// All imports that this build offers.
#[cfg(feature = "describe")]
pub(crate) fn all() -> Vec<String> {
    #[cfg_attr(not(feature = "wasi-any"), expect(unused_mut))]
    let mut all = Vec::new();
    #[cfg(feature = "wasi")]
    for module in MODULES {
        all.extend(FUNCTIONS.iter().map(|function| [module, "#", function].concat()));
    }
    #[cfg(all(feature = "wasi-lean", not(feature = "wasi")))]
    for module in precompile_wasi::MODULES {
        all.extend(precompile_wasi::FUNCTIONS.iter().map(|function| [module, "#", function.name].concat()));
    }
    #[cfg(feature = "wasi-p2")]
    all.extend(preview2::INTERFACES.map(String::from));
    all
}
