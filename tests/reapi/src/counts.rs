//! The counts of a farm.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// The counts of a farm.
#[derive(Default)]
pub struct Counts {
    /// Actions that workers began.
    pub executed: AtomicU64,
    /// Actions that nobody waits for any more, as their clients said.
    pub cancelled: AtomicU64,
    /// Contents that were uploaded.
    pub uploads: AtomicU64,
    /// Their bytes.
    pub uploaded_bytes: AtomicU64,
    /// Results that clients wrote.
    pub written_results: AtomicU64,
}

impl Counts {
    /// Adds to a count.
    pub(crate) fn add(count: &AtomicU64, number: u64) {
        count.fetch_add(number, Ordering::Relaxed);
    }

    /// The counts as JSON.
    pub fn json(&self) -> Value {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        json!({
            "executed": of(&self.executed),
            "cancelled": of(&self.cancelled),
            "uploads": of(&self.uploads),
            "uploaded_bytes": of(&self.uploaded_bytes),
            "written_results": of(&self.written_results),
        })
    }
}
