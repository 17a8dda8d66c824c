//! What a guest may use up, and how it is stopped.

mod memory;
pub(crate) mod signals;
mod watchdog;

use crate::failure::Failure;
pub(crate) use memory::Memory;
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use std::path::Path;
use std::time::Duration;
use watchdog::Watchdog;

/// What a guest may use up; `None` stands for as much as it likes.
#[derive(Default)]
pub(crate) struct GuestLimits {
    /// Fuel, in wasmtime's units: most instructions take one.
    pub(crate) fuel: Option<u64>,
    /// From the start of this command until the guest's end.
    pub(crate) timeout: Option<Duration>,
    /// All linear memories and tables together, in bytes.
    pub(crate) max_memory: Option<u64>,
    watchdog: Option<Watchdog>,
}

impl GuestLimits {
    /// Lets the time run, if there is a limit.
    pub(crate) fn start_watchdog(&mut self) -> Result<(), Failure> {
        self.watchdog = self.timeout.map(Watchdog::start).transpose()?;
        Ok(())
    }

    /// Checks that this artifact can be limited so, and has its guest interrupted when its time is up.
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
        if let Some(watchdog) = &self.watchdog {
            watchdog.interrupt(program);
        }
        Ok(())
    }
}
