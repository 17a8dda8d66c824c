//! The place of an entry.

/// The place of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The store on this machine.
    Local,
    /// The shared store alone.
    Shared,
    /// Neither store, as far as they can be read.
    Absent,
}
