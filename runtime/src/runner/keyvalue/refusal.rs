//! The reasons for which a store takes no entry.

use thiserror::Error;

/// The reason for which a store takes no entry.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum Refusal {
    /// The entry doesn't fit.
    #[error("the store is full: it may take {limit} bytes, and would take {wanted} with this entry")]
    Full {
        /// The most bytes of the store.
        limit: usize,
        /// The bytes with the entry.
        wanted: usize,
    },
    /// A value that isn't a number can't be incremented.
    #[error("the value is no number: `increment` takes decimal digits")]
    NoNumber,
    /// The sum has more than 64 bits.
    #[error("the number would be too large: it has 64 bits")]
    Overflow,
}
