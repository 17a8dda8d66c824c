//! What this process used up.

use crate::message::{Usage, nanoseconds};
use crate::process_status;
use std::time::Duration;

impl Usage {
    /// Until now.
    pub(crate) fn now() -> Usage {
        Usage { cpu_ns: cpu_time().map(nanoseconds), peak_memory_bytes: peak_memory_bytes() }
    }

    /// For people; nothing where the system doesn't tell.
    pub(crate) fn text(self) -> Option<String> {
        let cpu_s = self.cpu_ns? as f64 / 1e9;
        Some(format!("processor time {cpu_s:.2} s, most memory at once {} bytes", self.peak_memory_bytes?))
    }
}

/// The processor time of this process so far, all its threads together; `None` where the system doesn't tell.
#[cfg(unix)]
fn cpu_time() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::ProcessCPUTime).try_into().ok()
}

/// The system has another way to tell.
#[cfg(not(unix))]
fn cpu_time() -> Option<Duration> {
    None
}

/// The most memory that this process held at once, in bytes; `None` where the system doesn't tell.
fn peak_memory_bytes() -> Option<u64> {
    process_status::field("VmHWM")?.strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
