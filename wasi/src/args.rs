//! The parameters of a call.

use crate::abi::{SYMLINK_FOLLOW, rights};
use crate::error::{Result, Trap};

/// The parameters of a call: numbers of 32 or 64 bits, without a sign.
#[derive(Clone, Copy)]
pub struct Args<'a>(
    /// The numbers, as many as the function has parameters.
    pub &'a [u64],
);

impl Args<'_> {
    pub(crate) fn u32(self, number: usize) -> u32 {
        self.0[number] as u32
    }

    pub(crate) fn u64(self, number: usize) -> u64 {
        self.0[number]
    }

    /// Flags.
    ///
    /// # Errors
    ///
    /// A trap for flags that don't exist.
    pub(crate) fn flags(self, number: usize, all: u64) -> Result<u16> {
        match self.0[number] {
            flags if flags & !all == 0 => Ok(flags as u16),
            flags => Err(Trap::NoSuchFlag(flags).into()),
        }
    }

    /// Rights.
    ///
    /// # Errors
    ///
    /// A trap for rights that don't exist.
    pub(crate) fn rights(self, number: usize) -> Result<u64> {
        match self.0[number] {
            flags if flags & !rights::ALL == 0 => Ok(flags),
            flags => Err(Trap::NoSuchFlag(flags).into()),
        }
    }

    /// Returns true if the last part of a path is to be followed if it is a link.
    ///
    /// # Errors
    ///
    /// A trap for flags that don't exist.
    pub(crate) fn follows(self, number: usize) -> Result<bool> {
        Ok(self.flags(number, SYMLINK_FOLLOW)? != 0)
    }

    /// A number of a list of so many.
    ///
    /// # Errors
    ///
    /// A trap beyond the list.
    pub(crate) fn choice(self, number: usize, count: usize) -> Result<usize> {
        match self.0[number] {
            chosen if chosen < count as u64 => Ok(chosen as usize),
            chosen => Err(Trap::NoSuchFlag(chosen).into()),
        }
    }
}
