//! The check of an entry's bytes by the caller.

use std::error::Error;

/// The check of an entry's bytes by the caller: an error says why they are unusable.
pub type Accept<'a> = dyn Fn(&[u8]) -> Result<(), Objection> + Sync + 'a;

/// The caller's reason why an entry's bytes are unusable.
pub type Objection = Box<dyn Error + Send + Sync>;
