//! Executable memory, by one function of the host's.

use crate::host::{host_make_executable, host_make_writable};
use precompile_runtime::wasmtime::{self, CustomCodeMemory};

/// The size of a page of any x86-64 machine, in bytes.
const PAGE_BYTES: usize = 4096;

pub(crate) struct CodeMemory;

impl CustomCodeMemory for CodeMemory {
    fn required_alignment(&self) -> usize {
        PAGE_BYTES
    }

    fn publish_executable(&self, memory: *const u8, bytes: usize) -> wasmtime::Result<()> {
        // SAFETY: wasmtime passes memory of its own.
        answer(unsafe { host_make_executable(memory, bytes) })
    }

    fn unpublish_executable(&self, memory: *const u8, bytes: usize) -> wasmtime::Result<()> {
        // SAFETY: wasmtime passes memory of its own.
        answer(unsafe { host_make_writable(memory, bytes) })
    }
}

fn answer(code: i32) -> wasmtime::Result<()> {
    match code {
        0 => Ok(()),
        _ => Err(wasmtime::Error::msg("the host can't protect its memory")),
    }
}
