//! The libraries that are linked to a guest, as `--preload` names them.

mod library;

use crate::args::Args;
use crate::failure::Failure;
pub(crate) use library::{Library, Preload};
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use std::path::Path;

/// Opens the libraries of the command line with a function that opens a file, under the same demands and limits as the
/// artifact.
pub(crate) fn open(
    args: &Args,
    open: &dyn Fn(&Path) -> Result<Program, Failure>,
) -> Result<Vec<Library>, Failure> {
    let library = |preload: &Preload| {
        let Preload { name, path } = preload;
        let program = open(path)?;
        let library = Library { name: name.clone(), path: path.clone(), program };
        if library.program.module().is_none() {
            return Err(Failure::own(Code::OtherKind, || {
                format!("`{}` is a component, and only modules are linked by name", library.option())
            }));
        }
        #[cfg(feature = "trust")]
        args.demands.signatures.warn_of_unsigned(path, &library.program);
        #[cfg(feature = "limits")]
        args.limits.enforce(path, &library.program)?;
        Ok(library)
    };
    args.preloads.iter().map(library).collect()
}
