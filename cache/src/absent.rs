//! The entries that the shared store lacked when it was asked for many at once.

use crate::digest::Digest;
use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

/// The time for which the shared store isn't asked again. After it, another machine may have stored the entry.
const VALID_FOR: Duration = Duration::from_secs(60);

/// The entries that the shared store lacked when it was last asked for many at once, by the digests of their keys
/// without scopes.
#[derive(Debug, Default)]
pub(crate) struct Absent(RwLock<Vec<(Instant, HashSet<Digest>)>>);

impl Absent {
    /// Adds the answers to questions that were asked from `asked` on. Those before are forgotten once they are too old.
    pub(crate) fn learn(&self, asked: Instant, keys: HashSet<Digest>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(asked, _)| asked.elapsed() < VALID_FOR);
        known.push((asked, keys));
    }

    /// Returns true if the shared store lacked an entry a moment ago.
    pub(crate) fn has(&self, key: Digest) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().any(|(asked, keys)| asked.elapsed() < VALID_FOR && keys.contains(&key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_absent_is_asked_for_again_after_a_minute() {
        let [one, other] = [b"one", b"two"].map(|text| Digest::of(text));
        let absent = Absent::default();
        assert!(!absent.has(one));
        absent.learn(Instant::now(), HashSet::from([one]));
        assert!(absent.has(one) && !absent.has(other));
        // A large plan asks in several parts.
        absent.learn(Instant::now(), HashSet::from([other]));
        assert!(absent.has(one) && absent.has(other));
        let absent = Absent::default();
        let long_ago = Instant::now().checked_sub(VALID_FOR).unwrap();
        absent.learn(long_ago, HashSet::from([one]));
        assert!(!absent.has(one));
    }
}
