//! The check of an entry's bytes by the caller.

use std::error::Error;

/// The check of an entry's bytes by the caller: an error says why they are unusable.
pub type Accept<'a> = dyn Fn(Candidate<'_>) -> Result<(), Objection> + Sync + 'a;

/// The bytes of an entry that was found, before they are used.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The bytes.
    pub blob: &'a [u8],
    /// Others may have written them: they come from the shared store, or from a store on this machine whose
    /// [`TrustedUsers`](crate::TrustedUsers) are anyone.
    pub is_shared: bool,
}

/// The caller's reason why an entry's bytes are unusable.
pub type Objection = Box<dyn Error + Send + Sync>;
