//! The time and memory that this process used.

use crate::message::{Usage, nanoseconds};
use crate::process_status;
use crate::units::seconds;
use std::time::Duration;

impl Usage {
    /// The usage until now.
    pub(crate) fn now() -> Usage {
        Usage { cpu_ns: cpu_time().map(nanoseconds), peak_memory_bytes: peak_memory_bytes() }
    }

    /// The usage for people; `None` where the system doesn't tell.
    pub(crate) fn text(self) -> Option<String> {
        let cpu_time = seconds(self.cpu_ns? as f64 / 1e9);
        Some(format!("processor time {cpu_time}, peak memory {} bytes", self.peak_memory_bytes?))
    }
}

/// The processor time of this process so far, all its threads together; `None` where the system doesn't tell.
#[cfg(unix)]
fn cpu_time() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::ProcessCPUTime).try_into().ok()
}

/// A stand-in: other systems tell by another call.
#[cfg(not(unix))]
fn cpu_time() -> Option<Duration> {
    None
}

/// The peak memory of this process, in bytes; `None` where the system doesn't tell.
fn peak_memory_bytes() -> Option<u64> {
    process_status::field("VmHWM")?.strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
