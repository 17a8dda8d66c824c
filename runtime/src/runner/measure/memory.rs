//! The peak memory of this process.

/// The peak memory of this process, in bytes: `VmHWM` of `/proc/self/status`, on systems that have that file (see
/// proc_pid_status(5)).
pub(crate) fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
