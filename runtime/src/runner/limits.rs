//! What a guest may use up, and how it is stopped.

mod memory;
pub(crate) mod sigterm;
mod text;
mod watchdog;

use crate::failure::Failure;
pub(crate) use memory::Memory;
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use std::path::Path;
use std::time::Duration;
pub(crate) use text::{bytes, duration, fuel};

/// What a guest may use up; `None` stands for as much as it likes.
#[derive(Default)]
pub(crate) struct Limits {
    /// Fuel, in wasmtime's units: most instructions take one.
    pub(crate) fuel: Option<u64>,
    /// From before the guest starts until it ends.
    pub(crate) timeout: Option<Duration>,
    /// All linear memories and tables together, in bytes.
    pub(crate) max_memory: Option<u64>,
}

impl Limits {
    /// Checks that this artifact can be limited so, and has the guest stopped when its time is up.
    pub(crate) fn enforce(&self, path: &Path, program: &Program) -> Result<(), Failure> {
        let manifest = program.manifest();
        if self.fuel.is_some() && !manifest.settings.consume_fuel {
            return Err(Failure::refused(path, Code::NoFuel, || {
                "it consumes no fuel that `--fuel` could limit: compile it with `-W fuel`".into()
            }));
        }
        // Wasmtime asks nobody before shared memories grow: their declared maximum must do.
        let threads = manifest.features_stamped.contains("threads");
        let declared = manifest.memories.and_then(|memories| memories.maximum_bytes).unwrap_or(u64::MAX);
        if threads && self.max_memory.is_some_and(|limit| limit < declared) {
            return Err(Failure::refused(path, Code::SharedMemory, || {
                "`--max-memory` can't limit shared memories, which it may have: declare smaller maxima, or \
                 build the module without threads"
                    .into()
            }));
        }
        match self.timeout {
            Some(timeout) => watchdog::start(program, timeout),
            None => Ok(()),
        }
    }
}
