//! The order that a build script gives: what to compile, and for what.

use crate::Choice;
use crate::build::inputs::Input;
use crate::build::machine::Machine;

/// A compilation that is about to start.
pub(super) struct Order<'a> {
    pub(super) inputs: &'a [Input],
    pub(super) machine: &'a Machine,
    pub(super) choice: &'a Choice,
}
