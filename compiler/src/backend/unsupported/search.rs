//! The search for the instruction that a backend can't compile.
//!
//! A backend reads a function in one pass: its failure at an instruction depends on the instructions
//! before, not on those that follow. So the first instruction that fails is found by bisection.

use super::modules::{self, CoreModule};
use super::place::Place;
use super::probe::{Whole, cut};
use crate::backend::error::BackendError;
use crate::module::instruction_name::text_name;
use std::ops::Range;

/// The first part of a module that a backend can't compile.
pub(super) struct Failure {
    /// The first function that fails, and the first instruction in it that fails.
    pub(super) place: Place,
    /// The backend's error for this part.
    pub(super) error: BackendError,
    /// A module with that function alone, up to that instruction.
    pub(super) part: Vec<u8>,
}

/// Finds the cause of a valid module's failure with `error`; `attempt` compiles a module. `None` if no
/// function of a core module fails by itself.
pub(super) fn failure(
    wasm: &[u8],
    error: &BackendError,
    attempt: impl Fn(&[u8]) -> Result<Vec<u8>, BackendError>,
) -> Option<Failure> {
    let named = named_function(error);
    let suspect = |module: &CoreModule| named.is_none_or(|(index, _)| index == module.index.unwrap_or(0));
    let mut modules = modules::core_modules(wasm).into_iter().filter(suspect);
    modules.find_map(|module| failure_in(&module, named.map(|(_, function)| function), &attempt))
}

fn failure_in(
    module: &CoreModule,
    named: Option<u32>,
    attempt: impl Fn(&[u8]) -> Result<Vec<u8>, BackendError>,
) -> Option<Failure> {
    let whole = Whole::read(module.wasm).ok()?;
    let suspects = match named {
        Some(function) => {
            let body = function.checked_sub(whole.imported)? as usize;
            body..body + 1
        }
        None => 0..whole.bodies.len(),
    };
    let (end, _) = least_failing(suspects.clone(), |range| attempt(&whole.functions(range)).err())?;
    // A part that fails without any function isn't failing because of a function.
    let index = end.checked_sub(1).filter(|index| suspects.contains(index))?;

    let body = &whole.bodies[index];
    let operators = || body.get_operators_reader().map(|reader| reader.into_iter_with_offsets());
    let count = operators().ok()?.count();
    let (count, (error, part)) = least_failing(0..count, |range| {
        let part = whole.function(index, &cut(body, range.end).ok()?);
        attempt(&part).err().map(|error| (error, part))
    })?;
    let last = count.checked_sub(1).and_then(|last| operators().ok()?.nth(last)?.ok());
    let instruction = last.map(|(operator, offset)| (text_name(&operator), offset));
    Some(Failure { place: module.function(index, instruction), error, part })
}

/// The end of the shortest failing range that begins with the start of `range`, and its failure. `None` if
/// `range` doesn't fail. A part that has passed is left out of later tests.
fn least_failing<T>(
    range: Range<usize>,
    mut test: impl FnMut(Range<usize>) -> Option<T>,
) -> Option<(usize, T)> {
    let (mut passed, mut found) = (range.start, (range.end, test(range)?));
    if let Some(failure) = test(passed..passed) {
        return Some((passed, failure));
    }
    while found.0 - passed > 1 {
        let middle = passed.midpoint(found.0);
        match test(passed..middle) {
            Some(failure) => found = (middle, failure),
            None => passed = middle,
        }
    }
    Some(found)
}

/// The module and the function that wasmtime names in its error, by their indices.
fn named_function(error: &BackendError) -> Option<(u32, u32)> {
    let BackendError::Failed { problem, .. } = error else { return None };
    let (_, rest) = problem.split_once("wasm[")?;
    let (module, rest) = rest.split_once("]::function[")?;
    let (function, _) = rest.split_once(']')?;
    Some((module.parse().ok()?, function.parse().ok()?))
}
