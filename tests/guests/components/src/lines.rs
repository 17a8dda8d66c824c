//! The outcomes of functions, with a line for each.

use std::fmt::Debug;

/// The outcomes of functions, with a line for each.
pub(crate) struct Lines(pub(crate) String);

impl Lines {
    /// Adds the outcome of a function.
    pub(crate) fn add(&mut self, function: &str, outcome: impl Debug) {
        self.0 += &format!("{function}: {outcome:?}\n");
    }
}
