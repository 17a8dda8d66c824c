//! Checking an artifact without running it.

use crate::args::Args;
#[cfg(all(feature = "component-model", any(feature = "preload", feature = "plugin")))]
use crate::component::refuse_libraries;
use crate::failure::Failure;
use crate::imports::{self, is_on_command_line};
use precompile_runtime::Runtime;

/// Opens the artifact with all demands, limits and libraries of the command line, and compares its imports, by name, with
/// what this build and the command line offer. No code of the guest is executed, not even a start function.
///
/// # Errors
///
/// The failure with which a run would begin.
pub(crate) fn check(runtime: &Runtime, args: &Args) -> Result<(), Failure> {
    let program = crate::program(runtime, args)?;
    #[cfg(all(feature = "component-model", any(feature = "preload", feature = "plugin")))]
    if program.component().is_some() {
        refuse_libraries(args)?;
    }
    let is_offered = |module: &str, name: &str| is_on_command_line(args, module, name);
    #[cfg(feature = "preload")]
    for library in &args.libraries {
        let found = imports::not_offered(&library.program, &library.path, &is_offered);
        found.map_or(Ok(()), |failure| Err(failure.of(&library.option())))?;
    }
    imports::not_offered(&program, &args.artifact, &is_offered).map_or(Ok(()), Err)
}
