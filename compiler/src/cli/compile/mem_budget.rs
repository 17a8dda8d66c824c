//! The memory that the modules under way may take together.

use crate::compile::input_limits::InputLimits;
use crate::compile::inputs::{Input, LEAST_CODE};
use crate::compile::isolate::Isolation;
use crate::units::size;
use precompile::{CodeSize, CompileError, PROCESS_BYTES, code_size, typical_peak};
use std::io::Cursor;

/// The memory that this process may take, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct MemBudget(pub(super) u64);

impl MemBudget {
    /// The memory for modules.
    pub(super) fn for_modules(self) -> u64 {
        self.0.saturating_sub(PROCESS_BYTES)
    }

    /// Checks that a module fits at least by itself.
    ///
    /// # Errors
    ///
    /// If it doesn't, an error with both figures.
    pub(super) fn check(self, limits: &InputLimits, module: &[u8]) -> Result<(), CompileError> {
        let code = code_size(Cursor::new(module), false).unwrap_or_default();
        let peak = PROCESS_BYTES.saturating_add(peak(limits, module.len() as u64, code));
        match peak <= self.0 {
            true => Ok(()),
            false => Err(CompileError::TooMuch(format!(
                "compiling it takes an estimated {}, and `--mem-budget` allows {}: allow more, or compile it on a machine \
                 that has more",
                size(peak),
                size(self.0)
            ))),
        }
    }
}

/// The estimated memory for compiling an input, in bytes. Of a stream nothing is known, so it takes all.
pub(super) fn input_peak(limits: &InputLimits, input: &Input) -> u64 {
    if input.is_stream {
        return u64::MAX;
    }
    // What can't be read fails soon.
    input.code_size().map_or(0, |code| peak(limits, input.bytes, code))
}

/// The estimated memory for a module within limits, in bytes.
pub(super) fn peak(limits: &InputLimits, module_bytes: u64, code: CodeSize) -> u64 {
    let code = match code.bytes {
        0 => CodeSize { bytes: module_bytes / LEAST_CODE, functions: 0 },
        _ => code,
    };
    let peak = typical_peak(module_bytes, code);
    let within = |isolation: &Isolation| peak.saturating_add(PROCESS_BYTES).min(isolation.max_memory_bytes);
    limits.isolation().map_or(peak, within)
}
