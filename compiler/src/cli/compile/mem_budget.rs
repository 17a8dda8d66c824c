//! The memory that the modules under way may take together.

use crate::compile::input_limits::InputLimits;
use crate::units::size;
use precompile::{CodeSize, CompileError, PROCESS_BYTES, code_size, typical_peak};
use std::io::{Cursor, Read, Seek};

/// The part of a module that counts as code where its code isn't known: texts are longer than what they say.
const LEAST_CODE: u64 = 8;

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
        let peak = PROCESS_BYTES.saturating_add(peak(limits, module.len() as u64, Cursor::new(module)));
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

/// The estimated memory for a module within limits, in bytes.
pub(super) fn peak(limits: &InputLimits, module_bytes: u64, module: impl Read + Seek) -> u64 {
    let isolation = limits.isolation();
    // Nothing of an isolated module is read in this process.
    let code = if isolation.is_some() { None } else { code_size(module, false).ok() }.unwrap_or_default();
    let code = match code.bytes {
        0 => CodeSize { bytes: module_bytes / LEAST_CODE, functions: 0 },
        _ => code,
    };
    let peak = typical_peak(module_bytes, code);
    isolation.map_or(peak, |isolation| peak.saturating_add(PROCESS_BYTES).min(isolation.max_memory_bytes))
}
