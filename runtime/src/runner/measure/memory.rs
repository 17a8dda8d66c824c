//! How much memory this process held.

/// The most memory that this process held at once, in bytes: `VmHWM` of `/proc/self/status`, where the system
/// has that file (see proc_pid_status(5)).
pub(crate) fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
