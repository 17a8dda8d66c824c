//! The system's record of this process.

/// A field of `/proc/self/status`, where the system has that file (see proc_pid_status(5)).
pub(crate) fn field(name: &str) -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    value.map(|value| value.trim().to_owned())
}
