//! The limits of a guest, and their enforcement.

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

/// The limits of a guest; `None` means no limit.
#[derive(Default)]
pub(crate) struct GuestLimits {
    /// The fuel, in wasmtime's units: most instructions take one.
    pub(crate) fuel: Option<u64>,
    /// The time from the start of this command to the guest's end.
    pub(crate) timeout: Option<Duration>,
    /// The total size of linear memories and tables, in bytes.
    pub(crate) max_memory: Option<u64>,
    watchdog: Option<Watchdog>,
}

impl GuestLimits {
    /// The same limits for another guest, whose clock hasn't started.
    #[cfg(feature = "serve")]
    pub(crate) fn for_another(&self) -> GuestLimits {
        let GuestLimits { fuel, timeout, max_memory, .. } = *self;
        GuestLimits { fuel, timeout, max_memory, watchdog: None }
    }

    /// Starts the clock, if the time is limited.
    pub(crate) fn start_watchdog(&mut self) -> Result<(), Failure> {
        self.watchdog = self.timeout.map(Watchdog::start).transpose()?;
        Ok(())
    }

    /// Checks that these limits can be enforced on an artifact, and has the guest interrupted when its time is up.
    pub(crate) fn enforce(&self, path: &Path, program: &Program) -> Result<(), Failure> {
        let manifest = program.manifest();
        if self.fuel.is_some() && !manifest.settings.consume_fuel {
            return Err(Failure::refused(path, Code::NoFuel, || {
                "it consumes no fuel that `--fuel` could limit: compile it with `-W fuel`".into()
            }));
        }
        // Wasmtime doesn't ask the limiter before a shared memory grows, so the declared maximum must be small enough.
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
