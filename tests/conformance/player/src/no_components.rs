//! The substitute for components, in builds without them: those for other architectures, which play modules alone.

use crate::check::Ended;
use conformance_list::Value;
use precompile_runtime::Program;
use precompile_runtime::wasmtime::{Engine, Result, Store, bail, format_err};

pub(crate) struct Components;

impl Components {
    pub(crate) fn new(_: &Engine, _: Option<&Program>) -> Result<Components> {
        Ok(Components)
    }

    pub(crate) fn make(&mut self, _: &Program, _: Option<&String>, _: Store<()>) -> Result<usize, Ended> {
        Err(Ended::Refused(format_err!("this player has no components")))
    }

    pub(crate) fn call(&mut self, _: usize, _: &str, _: &[Value]) -> Result<Ended> {
        bail!("this player has no components")
    }
}
