//! A limit for memory.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::{self, ResourceLimiter};

/// Counts what linear memories and tables take together, and refuses what goes beyond a limit.
pub(crate) struct Memory {
    limit_bytes: usize,
    /// What was granted. What then could not be had stays counted: wasmtime also tells of growth that
    /// failed before it asked, so that nothing can be taken back for certain.
    used_bytes: usize,
    /// What was last refused: all that would have been in use.
    refused_bytes: Option<usize>,
}

impl Memory {
    /// A limit in bytes.
    pub(crate) fn new(limit: Option<u64>) -> Memory {
        // What an address doesn't reach is no limit.
        let limit_bytes = limit.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX);
        Memory { limit_bytes, used_bytes: 0, refused_bytes: None }
    }

    /// Tells why a guest didn't start, where this was the reason.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        match self.refused_bytes {
            // A trap or an exit is the guest's own answer to what it was refused.
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
        // Wasmtime keeps a pointer for each element.
        Ok(self.grow(desired.saturating_sub(current).saturating_mul(size_of::<usize>())))
    }
}
