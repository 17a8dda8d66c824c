//! Preview 1.

use crate::view::WasiCtxView;
use precompile_wasi::Context;
use wasmtime::Linker;

/// A guest's WASI.
pub struct WasiP1Ctx(pub(crate) Context);

impl WasiP1Ctx {
    /// The part for components, of which nothing is here.
    pub fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView::new()
    }
}

/// Adds all functions of preview 1 and preview 0 to a linker.
///
/// # Errors
///
/// If the linker has one of the names.
pub fn add_to_linker_sync<T: 'static>(
    linker: &mut Linker<T>,
    context: impl Fn(&mut T) -> &mut WasiP1Ctx + Copy + Send + Sync + 'static,
) -> wasmtime::Result<()> {
    precompile_wasi::add_to_linker(linker, move |data| &mut context(data).0)
}
