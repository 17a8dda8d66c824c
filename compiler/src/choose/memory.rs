//! The memory that compiling takes.

use crate::module::code_size::CodeSize;

/// The memory of a process before it compiles anything, in bytes.
pub const PROCESS_BYTES: u64 = 18 << 20;
/// The memory for a module besides that for its parts: the compiler's own tables.
const ONCE_BYTES: u64 = 2 << 20;
/// The memory for a byte of code, which becomes an intermediate form and machine code.
const BYTES_PER_CODE_BYTE: u64 = 27;
/// The memory for a function, which has tables of its own.
const BYTES_PER_FUNCTION: u64 = 10_000;
/// The memory for ten bytes of anything else: the module, its image, and the artifact have most of them.
const BYTES_PER_TEN_OTHERS: u64 = 26;

/// The most memory that compiling a module typically takes, with either backend, in bytes: what it adds to
/// [`PROCESS_BYTES`].
///
/// It is within a factor of 1.5 of what was measured for real modules: `reports/memory.md`.
pub fn typical_peak(module_bytes: u64, code: CodeSize) -> u64 {
    let others = module_bytes.saturating_sub(code.bytes);
    ONCE_BYTES
        .saturating_add(code.bytes.saturating_mul(BYTES_PER_CODE_BYTE))
        .saturating_add(code.functions.saturating_mul(BYTES_PER_FUNCTION))
        .saturating_add((others / 10).saturating_mul(BYTES_PER_TEN_OTHERS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_counts() {
        let of = |module, bytes, functions| typical_peak(module, CodeSize { bytes, functions });
        assert!(of(0, 0, 0) < of(1_000, 0, 0));
        assert!(of(1_000, 0, 0) < of(1_000, 1_000, 0));
        assert!(of(1_000, 1_000, 0) < of(1_000, 1_000, 1));
        assert_eq!(of(u64::MAX, u64::MAX, u64::MAX), u64::MAX);
    }
}
