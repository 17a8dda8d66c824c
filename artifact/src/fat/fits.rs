//! The slices that a host may run, by the index alone.

use super::index::Slice;
use crate::Host;
use crate::mismatch::{fits_target, missing_cpu_features, same_major};
use alloc::format;

impl Slice {
    /// Returns true if a host may run the slice, as far as the index tells: the manifest in the slice tells the rest, by
    /// [`mismatches`](crate::mismatch::mismatches).
    pub fn may_fit(&self, host: &Host) -> bool {
        let present = host.cpu_features.as_ref();
        same_major(&format!("{}.0.0", self.wasmtime_major), &host.wasmtime_version)
            && fits_target(&self.target, host)
            && present
                .is_none_or(|present| missing_cpu_features(&self.cpu_features, present).next().is_none())
    }
}
