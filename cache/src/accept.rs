//! The check of an entry's bytes by the caller.

/// The check of an entry's bytes by the caller: an error says why they are unusable.
pub type Accept<'a> = dyn Fn(&[u8]) -> Result<(), String> + Sync + 'a;
