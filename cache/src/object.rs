//! The object of an entry in the shared store: record and blob together, so that it is complete or absent.

use crate::digest::Digest;
use crate::entry::DAMAGED;
#[cfg(feature = "remote")]
use crate::layout::VERSION;
use crate::record::{OTHER_KEY, Outcome, Record};

/// The name of the object for a key.
#[cfg(feature = "remote")]
pub(crate) fn name(key: Digest) -> String {
    let key = key.to_string();
    format!("{VERSION}/{}/{key}", &key[..2])
}

/// The object with this record and this blob.
#[cfg(any(test, feature = "remote"))]
pub(crate) fn write(record: &Record, blob: &[u8]) -> Vec<u8> {
    let mut object = record.to_text();
    object.extend(blob);
    object
}

/// The record and the blob of an object that was found under a key. The error says why the object is unusable.
pub(crate) fn read(key: Digest, object: &[u8]) -> Result<(Record, &[u8]), &'static str> {
    let (record, blob) = Record::read(object).ok_or("it is damaged")?;
    match record.outcome {
        _ if record.key != key => Err(OTHER_KEY),
        Outcome::Blob { blake3, bytes } if bytes == blob.len() as u64 && blake3 == Digest::of(blob) => {
            Ok((record, blob))
        }
        Outcome::Blob { .. } => Err(DAMAGED),
        // Failures aren't shared between machines.
        Outcome::Failure { .. } => Err("it holds no blob"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Key, Recipe};
    use std::sync::Arc;
    use std::time::Duration;

    #[cfg(feature = "remote")]
    #[test]
    fn each_key_has_an_object() {
        let key = Digest::of(b"key");
        let hex = key.to_string();
        assert_eq!(name(key), format!("v1/{}/{hex}", &hex[..2]));
    }

    #[test]
    fn every_change_is_detected() {
        let key = |source: &[u8]| Key::new(&Arc::new(Recipe::new("test", vec![])), Digest::of(source));
        let (this, other) = (key(b"this"), key(b"other"));
        let blob = b"first\nsecond\nthird";
        let outcome = Outcome::Blob { blake3: Digest::of(blob), bytes: blob.len() as u64 };
        let object = write(&Record::new(&this, outcome, Duration::from_secs(1)), blob);
        assert_eq!(read(this.digest(), &object).unwrap().1, blob);
        assert!(read(other.digest(), &object).is_err());
        for at in 0..object.len() {
            assert!(read(this.digest(), &object[..at]).is_err(), "cut at {at}");
            let mut flipped = object.clone();
            flipped[at] ^= 1;
            assert!(read(this.digest(), &flipped).is_err(), "flipped at {at}");
        }
    }
}
