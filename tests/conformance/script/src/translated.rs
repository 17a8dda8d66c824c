//! The outcome of the compiler's side of a script.

use conformance_list::Failure;
use std::collections::BTreeMap;
use wast::{Wast, WastDirective};

/// The outcome of the compiler's side of a script.
#[derive(Default)]
pub(crate) struct Translated {
    /// The number of assertions that held on this side.
    pub(crate) passed: u32,
    /// The number of assertions that can't be played, because of the backend's limits.
    pub(crate) limited: u32,
    pub(crate) failed: Vec<Failure>,
    /// The number of modules that the backend refuses for each reason.
    pub(crate) limits: BTreeMap<String, u32>,
}

impl Translated {
    /// The outcome of a script that asks for the same bits of every NaN, by a backend without that setting.
    pub(crate) fn without_canonical_nans(script: &Wast<'_>) -> Translated {
        Translated {
            limited: script.directives.iter().filter(|directive| is_assertion(directive)).count() as u32,
            limits: BTreeMap::from([("nan-canonicalization".into(), 1)]),
            ..Translated::default()
        }
    }
}

/// Tells whether a directive is one of the specification's assertions.
pub(crate) fn is_assertion(directive: &WastDirective<'_>) -> bool {
    !matches!(
        directive,
        WastDirective::Module(_)
            | WastDirective::ModuleDefinition(_)
            | WastDirective::ModuleInstance { .. }
            | WastDirective::Register { .. }
            | WastDirective::Invoke(_)
            | WastDirective::Thread(_)
            | WastDirective::Wait { .. }
    )
}
