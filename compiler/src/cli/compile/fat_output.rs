//! A fat artifact whose slices are compiled as jobs.

use std::mem;
use std::sync::{Mutex, PoisonError};

/// A fat artifact whose slices are compiled as jobs, which share this.
pub(crate) struct FatOutput {
    /// The number of slices.
    count: usize,
    /// The slices that are there.
    slices: Mutex<Vec<Vec<u8>>>,
}

impl FatOutput {
    /// A fat artifact of so many slices, none of which is there.
    pub(super) fn new(count: usize) -> FatOutput {
        FatOutput { count, slices: Mutex::default() }
    }

    /// Keeps a slice.
    pub(super) fn add(&self, artifact: &[u8]) {
        self.slices.lock().unwrap_or_else(PoisonError::into_inner).push(artifact.to_vec());
    }

    /// The slices, once all are there, and only once. Where one fails, they never are.
    pub(super) fn take_all(&self) -> Option<Vec<Vec<u8>>> {
        let mut slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
        (slices.len() == self.count).then(|| mem::take(&mut *slices))
    }
}
