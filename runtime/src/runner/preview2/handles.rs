//! The data of the package `wasi:io`.

use precompile_runtime::wasmtime::component::{HasData, ResourceTable};
use wasmtime_wasi::WasiView;

/// The data of the package `wasi:io`: a guest's handles.
pub(super) struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

impl Io {
    pub(super) fn of(view: &mut impl WasiView) -> &mut ResourceTable {
        view.ctx().table
    }
}
