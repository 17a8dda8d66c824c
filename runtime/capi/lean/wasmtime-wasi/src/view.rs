//! The view that components have of WASI, which isn't here.

use std::marker::PhantomData;

/// A view of nothing.
pub struct WasiCtxView<'a>(PhantomData<&'a mut ()>);

impl WasiCtxView<'_> {
    pub(crate) fn new() -> Self {
        WasiCtxView(PhantomData)
    }
}

/// Data with a view of nothing.
pub trait WasiView {
    /// The view.
    fn ctx(&mut self) -> WasiCtxView<'_>;
}
