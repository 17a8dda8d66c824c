//! The imports of a build that has libraries and no WASI.

use crate::args::Args;
use crate::failure::Failure;
use crate::state::State;
use precompile_runtime::Program;
use precompile_runtime::wasmtime::{Extern, Store};

/// The state behind the imports.
pub(crate) type World = ();

/// The functions of the host: none.
pub(super) struct Offer;

impl Offer {
    pub(super) fn new(_: &[&Program]) -> Result<Offer, Failure> {
        Ok(Offer)
    }

    pub(super) fn world(_: &Args) -> Result<World, Failure> {
        Ok(())
    }

    pub(super) fn prepare(&self, _: &mut Store<State<World>>, _: &Args) {}

    pub(super) fn find(&self, _: &mut Store<State<World>>, _: &str, _: &str) -> Option<Extern> {
        None
    }
}
