//! The imports that this build offers, and those that a program needs besides.

use crate::args::Args;
use crate::failure::Failure;
use crate::optional::Optional;
#[cfg(feature = "wasi")]
use crate::preview1::{FUNCTIONS, MODULES};
#[cfg(feature = "wasi-p2")]
use crate::preview2;
#[cfg(feature = "wasi-p3")]
use crate::preview3;
use precompile_runtime::artifact::manifest::Kind;
use precompile_runtime::artifact::unmet;
use precompile_runtime::{OpenError, Program};
use std::path::Path;

/// The reason why a program was not linked: all imports that neither this build nor the command line offers, or else the
/// failure.
pub(crate) fn not_linked(program: &Program, path: &Path, args: &Args, failure: Failure) -> Failure {
    not_offered(program, path, args, usize::MAX).unwrap_or(failure)
}

/// All imports that neither this build nor the command line offers, if there are any. Of the command line's libraries, so
/// many are asked.
pub(crate) fn not_offered(program: &Program, path: &Path, args: &Args, libraries: usize) -> Option<Failure> {
    // A build without components has opened none. With this check, the compiler leaves out the code for them.
    if cfg!(not(feature = "component-model")) && program.manifest().kind == Kind::Component {
        return None;
    }
    let is_named = |name: &str| {
        name.split_once('#').is_some_and(|(module, name)| is_on_command_line(args, libraries, module, name))
    };
    let is_offered = |name: &str| offers(name, &args.optional) || is_named(name);
    let unmet = unmet(program.manifest(), &is_offered);
    if unmet.is_empty() {
        return None;
    }
    let failure = Failure::open(path, OpenError::Mismatch(unmet));
    Some(if wants_wasi_plugin(program, &is_offered) { failure.with_hint(WASI_PLUGIN) } else { failure })
}

/// Returns true if a plugin of the command line, or one of its first libraries, has an import.
fn is_on_command_line(args: &Args, libraries: usize, module: &str, name: &str) -> bool {
    #[cfg(feature = "preload")]
    if args.libraries.iter().take(libraries).any(|library| library.name == module && library.exports(name)) {
        return true;
    }
    #[cfg(feature = "plugin")]
    if args.loaded_plugins.iter().any(|plugin| plugin.offers(module, name)) {
        return true;
    }
    let _ = (args, libraries, module, name);
    false
}

/// The way to WASI in a build that has plugins alone.
const WASI_PLUGIN: &str = "WASI preview 1 is a plugin, too: `--plugin libprecompile_wasi.so`, which `cargo build -p \
                           precompile-wasi-plugin --profile runner` builds";

/// Returns true if a program imports WASI preview 1, and neither this build nor a plugin has it.
fn wants_wasi_plugin(program: &Program, is_offered: &dyn Fn(&str) -> bool) -> bool {
    const WASI: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];
    cfg!(feature = "plugin")
        && program.manifest().imports.iter().any(|import| WASI.contains(&import.module))
        && !is_offered("wasi_snapshot_preview1#fd_write")
}

/// Returns true if this build offers an import, of itself or by an option.
fn offers(name: &str, optional: &Optional) -> bool {
    #[cfg(feature = "wasi")]
    if let Some((module, function)) = name.split_once('#') {
        return MODULES.contains(&module) && FUNCTIONS.contains(&function);
    }
    #[cfg(all(feature = "wasi-lean", not(feature = "wasi")))]
    if let Some((module, function)) = name.split_once('#') {
        return precompile_wasi::find(module, function).is_some();
    }
    components(optional).any(|interface| interface == name)
}

/// The interfaces that this build offers to components.
fn components(optional: &Optional) -> impl Iterator<Item = &'static str> {
    let all = optional.names();
    #[cfg(feature = "wasi-p2")]
    let all = all.chain(preview2::INTERFACES);
    #[cfg(feature = "wasi-p3")]
    let all = all.chain(preview3::INTERFACES);
    #[cfg(feature = "wasi-http")]
    let all = all.chain(crate::http::INTERFACES.iter().copied());
    all
}

/// All imports that this build offers, of itself or by an option.
#[cfg(feature = "describe")]
pub(crate) fn all(optional: &Optional) -> Vec<String> {
    let mut all = Vec::new();
    #[cfg(feature = "wasi")]
    for module in MODULES {
        all.extend(FUNCTIONS.iter().map(|function| [module, "#", function].concat()));
    }
    #[cfg(all(feature = "wasi-lean", not(feature = "wasi")))]
    for module in precompile_wasi::MODULES {
        all.extend(precompile_wasi::FUNCTIONS.iter().map(|function| [module, "#", function.name].concat()));
    }
    all.extend(components(optional).map(String::from));
    all
}
