//! The say of a cache's user about an entry.

/// Says what is wrong with the bytes of an entry.
pub type Accept<'a> = dyn Fn(&[u8]) -> Result<(), String> + Sync + 'a;
