//! The record of an entry: the description beside its blob.

use crate::digest::Digest;
use crate::key::Key;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The error for a record that is stored under another key than its own.
pub(crate) const OTHER_KEY: &str = "it belongs to another key";

/// The record of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The digest of the entry's key.
    pub key: Digest,
    /// The digest of the source.
    pub source: Digest,
    /// The fields of the recipe.
    pub recipe: Vec<(String, String)>,
    /// The outcome.
    pub outcome: Outcome,
    /// The time that applying the recipe took, in nanoseconds.
    pub cost_ns: u64,
    /// The time of creation, in seconds since 1970.
    pub created_unix_s: u64,
}

/// The outcome of applying a recipe to a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A blob.
    Blob {
        /// The blob's digest.
        blake3: Digest,
        /// The blob's size, in bytes.
        bytes: u64,
    },
    /// A permanent failure.
    Failure {
        /// The reason.
        message: String,
    },
}

impl Record {
    pub(crate) fn new(key: &Key, outcome: Outcome, cost: Duration) -> Record {
        Record {
            key: key.digest(),
            source: key.source(),
            recipe: key.fields().cloned().collect(),
            outcome,
            cost_ns: cost.as_nanos().try_into().unwrap_or(u64::MAX),
            created_unix_s: unix_seconds(SystemTime::now()),
        }
    }

    /// The same record, as it is in the shared store: without the key's scope.
    #[cfg(feature = "remote")]
    pub(crate) fn shared(&self, key: &Key) -> Record {
        Record { key: key.shared(), recipe: key.recipe().fields().to_vec(), ..self.clone() }
    }

    /// The record's file: a line of JSON, and a line with the digest of the first.
    pub(crate) fn to_text(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec(self).expect("it is made of strings and numbers");
        let digest = Digest::of(&text);
        text.extend(format!("\n{digest}\n").bytes());
        text
    }

    /// Reads a record at the start of some bytes. Returns it with the bytes that follow; `None` if there is no record
    /// or it is damaged.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Record, &[u8])> {
        let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
        let (json, digest, rest) = (lines.next()?, lines.next()?, lines.next()?);
        let digest: Digest = std::str::from_utf8(digest).ok()?.parse().ok()?;
        if Digest::of(json) != digest {
            return None;
        }
        Some((serde_json::from_slice(json).ok()?, rest))
    }

    /// The size of the blob, in bytes; 0 if there is none.
    pub fn blob_bytes(&self) -> u64 {
        match self.outcome {
            Outcome::Blob { bytes, .. } => bytes,
            Outcome::Failure { .. } => 0,
        }
    }
}

/// The seconds since 1970; 0 for an earlier time.
pub(crate) fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(all(test, feature = "remote"))]
mod tests {
    use super::*;
    use crate::key::Recipe;
    use std::sync::Arc;

    #[test]
    fn a_shared_record_is_without_the_scope() {
        let recipe = Arc::new(Recipe::new("test", vec![("backend".into(), "winch".into())]));
        let key = Key::new(&recipe, Digest::of(b"source"));
        let outcome = Outcome::Failure { message: "a reason".into() };
        let own = Record::new(&key, outcome.clone(), Duration::ZERO);
        let scoped = key.within(&Arc::new(("trust".into(), "own".into())));
        let record =
            Record { created_unix_s: own.created_unix_s, ..Record::new(&scoped, outcome, Duration::ZERO) };
        assert_ne!(record, own);
        assert_eq!(record.shared(&scoped), own);
    }
}
