//! Imports and exports.

use precompile_artifact::List;
use precompile_artifact::manifest::{Export, Import};

/// Imports and exports, in the order of the module or component.
#[derive(Default)]
pub(crate) struct Interface {
    pub(crate) imports: List<Import<'static>>,
    pub(crate) exports: List<Export<'static>>,
}
