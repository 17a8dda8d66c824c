//! A build script's order to compile.

use crate::Choice;
use crate::build::build_target::BuildTarget;
use crate::build::inputs::Input;
use crate::build::signing::Signing;

/// A build script's order to compile: the inputs, the target, the choice, the form, and the signatures.
pub(super) struct Order<'a> {
    pub(super) inputs: &'a [Input],
    pub(super) target: &'a BuildTarget,
    pub(super) choice: &'a Choice,
    /// The artifacts are fat.
    pub(super) fat: bool,
    pub(super) signing: &'a Signing,
}
