//! Checking an artifact without running it.

use crate::args::Args;
#[cfg(all(feature = "component-model", any(feature = "preload", feature = "plugin")))]
use crate::component::refuse_libraries;
use crate::failure::Failure;
use crate::imports;
use precompile_runtime::Runtime;

/// Opens the artifact and its libraries with all demands of the command line, and compares their imports, by name, with
/// what this build and the command line offer. No code of a guest is executed, not even a start function; plugins are
/// loaded.
///
/// # Errors
///
/// The failure to open one, or the imports that are missing.
pub(crate) fn check(runtime: &Runtime, args: &Args) -> Result<(), Failure> {
    let program = crate::program(runtime, args)?;
    #[cfg(all(feature = "component-model", any(feature = "preload", feature = "plugin")))]
    if program.component().is_some() {
        refuse_libraries(args)?;
    }
    #[cfg(feature = "preload")]
    for (number, library) in args.libraries.iter().enumerate() {
        // Each finds those before it.
        let found = imports::not_offered(&library.program, &library.path, args, number);
        found.map_or(Ok(()), |failure| Err(failure.of(&library.option())))?;
    }
    imports::not_offered(&program, &args.artifact, args, usize::MAX).map_or(Ok(()), Err)
}
