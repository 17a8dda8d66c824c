//! The choice of a backend without measuring the module.

pub(crate) mod cost;
pub(crate) mod memory;
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
    /// The number of runs that it was chosen for.
    pub runs: u64,
    /// The expected cost of each possible backend for these runs, in seconds, compiling included.
    pub expected_s: Vec<(Backend, f64)>,
}

impl Choice {
    /// The options for a target that may be chosen from: those of [`Choice::options`] alone, or, with an expected use
    /// and no backend named, those of each backend. If Winch then can't compile a module, Cranelift is the fallback,
    /// unless another is chosen.
    ///
    /// # Errors
    ///
    /// As [`Choice::options`].
    pub fn candidates(&self, target: &Target) -> Result<Vec<(Options, Option<PairError>)>, ChoiceError> {
        if self.expect.is_none() || self.backend.is_some() {
            return Ok(vec![self.options(target)?]);
        }
        let fallback = Some(self.fallback.unwrap_or(Fallback::Cranelift));
        let with = |backend| {
            // On a target that Winch has no code for, Cranelift would be the fallback, and is a candidate itself.
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

/// The index of the cheapest of these backends for a module with `code_bytes` bytes of code, and the expected cost of
/// each.
///
/// # Panics
///
/// An empty list of backends.
pub fn choose(backends: &[Backend], code_bytes: u64, expect: &Expect, rates: &Rates) -> (usize, Chosen) {
    let runs = expect.runs as f64;
    let total_s = |backend: &Backend| (*backend, rates.cost(*backend, code_bytes, expect).total_s(runs));
    let expected_s: Vec<_> = backends.iter().map(total_s).collect();
    let cheapest =
        (0..backends.len()).min_by(|one, other| expected_s[*one].1.total_cmp(&expected_s[*other].1));
    let at = cheapest.expect("there is a backend to choose");
    (at, Chosen { backend: backends[at], runs: expect.runs, expected_s })
}
