//! The state behind a guest's WASI preview 1.

use super::listings::Listings;
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::WasiP1Ctx;

/// The state behind a guest's WASI preview 1.
pub(crate) struct Preview1 {
    pub(super) context: WasiP1Ctx,
    pub(super) listings: Listings,
}

impl Preview1 {
    /// The state with the guest's folders, environment and arguments.
    pub(crate) fn new(mut builder: WasiCtxBuilder) -> Preview1 {
        Preview1 { context: builder.build_p1(), listings: Listings::default() }
    }
}
