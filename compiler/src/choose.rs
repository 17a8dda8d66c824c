//! Choosing a backend without measuring the module.

pub(crate) mod cost;
pub(crate) mod rates;

use crate::choose::rates::Rates;
use crate::options::Options;
use crate::options::choice::Choice;
use crate::options::expect::Expect;
use crate::options::fallback::Fallback;
use crate::options::from_choice::ChoiceError;
use crate::options::target::{PairError, Target};
use precompile_artifact::Backend;

/// The order in which backends are tried; of two that cost the same, the first is chosen.
const BACKENDS: [Backend; 2] = [Backend::Cranelift, Backend::Winch];

/// A backend that was chosen for a module.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// The backend.
    pub backend: Backend,
    /// For so many runs.
    pub runs: u64,
    /// What each backend that could be chosen is expected to cost for them, in seconds, compiling included.
    pub expected_s: Vec<(Backend, f64)>,
}

impl Choice {
    /// The options for a target: those of [`Choice::options`], or with something to expect, those for each
    /// backend that may be chosen. Where Winch then can't compile a module, Cranelift stands in, unless another
    /// fallback is chosen.
    ///
    /// # Errors
    ///
    /// As [`Choice::options`].
    pub fn ways(&self, target: &Target) -> Result<Vec<(Options, Option<PairError>)>, ChoiceError> {
        if self.expect.is_none() || self.backend.is_some() {
            return Ok(vec![self.options(target)?]);
        }
        let fallback = Some(self.fallback.unwrap_or(Fallback::Cranelift));
        let with = |backend| {
            // What stands in for Winch on a whole target is Cranelift, and that is asked itself.
            let fallback = if backend == Backend::Winch { fallback } else { self.fallback };
            Choice { backend: Some(backend), fallback, ..self.clone() }.options(target)
        };
        let [cranelift, winch] = BACKENDS.map(with);
        let winch = winch.ok().filter(|(options, _)| options.backend == Backend::Winch);
        match (cranelift, winch) {
            (Ok(cranelift), winch) => Ok([cranelift].into_iter().chain(winch).collect()),
            (Err(_), Some(winch)) => Ok(vec![winch]),
            (Err(error), None) => Err(error),
        }
    }
}

/// The place of the cheapest of these backends for a module with so many bytes of code, and what is expected of
/// each.
///
/// # Panics
///
/// Where there is none to choose from.
pub fn choose(backends: &[Backend], code_bytes: u64, expect: &Expect, rates: &Rates) -> (usize, Chosen) {
    let runs = expect.runs as f64;
    let total_s = |backend: &Backend| (*backend, rates.cost(*backend, code_bytes, expect).total_s(runs));
    let expected_s: Vec<_> = backends.iter().map(total_s).collect();
    let cheapest =
        (0..backends.len()).min_by(|one, other| expected_s[*one].1.total_cmp(&expected_s[*other].1));
    let at = cheapest.expect("there is a backend to choose");
    (at, Chosen { backend: backends[at], runs: expect.runs, expected_s })
}
