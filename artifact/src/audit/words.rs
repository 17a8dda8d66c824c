//! The words of a table.

/// The architectures that a table can name. Pulley's four have one name.
pub(super) const TARGETS: [&str; 5] = ["x86_64", "aarch64", "riscv64gc", "s390x", "pulley"];

/// The value of a setting: a number, or a truth value as 0 or 1.
pub(super) fn number(value: &str) -> Option<u64> {
    match value {
        "false" => Some(0),
        "true" => Some(1),
        digits => digits.parse().ok(),
    }
}
