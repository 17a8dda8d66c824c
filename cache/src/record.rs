//! What an entry is: the text beside its blob.

use crate::digest::Digest;
use crate::key::Key;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The digest of its key.
    pub key: Digest,
    /// The digest of the source.
    pub source: Digest,
    /// How it was made: the fields of the recipe.
    pub recipe: Vec<(String, String)>,
    /// What came of it.
    pub outcome: Outcome,
    /// How long that took, in nanoseconds.
    pub cost_ns: u64,
    /// When, in seconds since 1970.
    pub created_unix_s: u64,
}

/// What came of applying a recipe to a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It made a blob.
    Blob {
        /// The blob's digest.
        blake3: Digest,
        /// The blob's size.
        bytes: u64,
    },
    /// It can't be done, and will never be.
    Failure {
        /// Why.
        message: String,
    },
}

impl Record {
    pub(crate) fn new(key: &Key, outcome: Outcome, cost: Duration) -> Record {
        Record {
            key: key.digest(),
            source: key.source(),
            recipe: key.recipe().fields().to_vec(),
            outcome,
            cost_ns: cost.as_nanos().try_into().unwrap_or(u64::MAX),
            created_unix_s: unix_seconds(SystemTime::now()),
        }
    }

    /// A line of JSON, and a line with its digest.
    pub(crate) fn to_text(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec(self).expect("it is made of strings and numbers");
        let digest = Digest::of(&text);
        text.extend(format!("\n{digest}\n").bytes());
        text
    }

    /// Reads a record from the front of some bytes. `None` where they are no record, or a damaged
    /// one. Also gives what follows.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Record, &[u8])> {
        let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
        let (json, digest, rest) = (lines.next()?, lines.next()?, lines.next()?);
        let digest: Digest = std::str::from_utf8(digest).ok()?.parse().ok()?;
        if Digest::of(json) != digest {
            return None;
        }
        Some((serde_json::from_slice(json).ok()?, rest))
    }

    /// The size of its blob, in bytes; 0 where there is none.
    pub fn blob_bytes(&self) -> u64 {
        match self.outcome {
            Outcome::Blob { bytes, .. } => bytes,
            Outcome::Failure { .. } => 0,
        }
    }
}

/// Seconds since 1970; 0 before.
pub(crate) fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
