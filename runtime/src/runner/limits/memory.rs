//! The limit for memory.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::{self, ResourceLimiter};

/// The limiter of a guest's memory: it counts the size of all linear memories and tables, and refuses growth beyond the
/// limit.
pub(crate) struct Memory {
    limit_bytes: usize,
    /// The granted bytes. Growth that fails after it was granted stays counted, because wasmtime also reports failures
    /// for which it didn't ask.
    used_bytes: usize,
    /// The total at the last refusal.
    refused_bytes: Option<usize>,
}

impl Memory {
    /// A limit in bytes.
    pub(crate) fn new(limit: Option<u64>) -> Memory {
        // A limit beyond the address space is none.
        let limit_bytes = limit.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX);
        Memory { limit_bytes, used_bytes: 0, refused_bytes: None }
    }

    /// The reason why a guest didn't start: this limit, or else the failure.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        match self.refused_bytes {
            // A trap or an exit is the guest's own reaction to the refusal.
            Some(refused) if failure.is_own() => Failure::own(Code::StartMemory, || {
                format!(
                    "the guest starts with {refused} bytes of memory and tables, more than the {} that \
                     `--max-memory` allows",
                    self.limit_bytes
                )
            }),
            _ => failure,
        }
    }

    fn grow(&mut self, more_bytes: usize) -> bool {
        let wanted = self.used_bytes.saturating_add(more_bytes);
        let fits = wanted <= self.limit_bytes;
        if fits {
            self.used_bytes = wanted;
        } else {
            self.refused_bytes = Some(wanted);
        }
        fits
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current)))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        // Each element of a table takes a pointer.
        Ok(self.grow(desired.saturating_sub(current).saturating_mul(size_of::<usize>())))
    }
}
