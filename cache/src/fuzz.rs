//! The reader of untrusted input, for fuzzers and tests.

use crate::digest::Digest;
use crate::object;

/// Reads bytes as the object that a shared store returns for a key. Returns true if they are accepted.
pub fn object(bytes: &[u8]) -> bool {
    // The object's own key, if it has one: otherwise each would be refused for its key.
    let key = crate::record::Record::read(bytes).map_or(Digest::of(b""), |(record, _)| record.key);
    object::read(key, bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Key, Recipe};
    use crate::record::{Outcome, Record};
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn any_object_gives_an_answer() {
        let key = Key::new(&Arc::new(Recipe::new("test", vec![])), Digest::of(b"source"));
        let blob = b"first\nsecond";
        let outcome = Outcome::Blob { blake3: Digest::of(blob), bytes: blob.len() as u64 };
        let seed = object::write(&Record::new(&key, outcome, Duration::from_secs(1)), blob);
        assert!(object(&seed));
        let accepted = (0..50_000).filter(|number| object(&support::mutated(&seed, *number))).count();
        assert!((1..25_000).contains(&accepted), "{accepted}");
    }
}
