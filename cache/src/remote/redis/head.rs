//! The heads of objects that are stored in parts.

/// The size of a part, in bytes. A server does nothing else while it takes a value.
pub(super) const PART_BYTES: usize = 4 << 20;
/// The first word of a head. No object begins with it.
const WORD: &str = "precompile-parts";

/// The head of an object that is stored in parts, under the object's key: `precompile-parts DIGEST BYTES`. The parts are
/// named by the digest of all, so that writers of different objects under one key don't mix them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    digest: String,
    /// The size of the object, in bytes.
    pub(super) bytes: u64,
}

impl Head {
    pub(super) fn of(object: &[u8]) -> Head {
        Head { digest: blake3::hash(object).to_hex()[..32].into(), bytes: object.len() as u64 }
    }

    /// The head that a value is; `None` where it is an object.
    pub(super) fn read(value: &[u8]) -> Option<Head> {
        let text = std::str::from_utf8(value.get(..value.len().min(100))?).ok()?;
        let mut words = text.split(' ');
        let (word, digest, bytes) = (words.next()?, words.next()?, words.next()?);
        let is_head = word == WORD && digest.len() == 32 && words.next().is_none();
        Some(Head { digest: digest.into(), bytes: bytes.parse().ok()? }).filter(|_| is_head)
    }

    pub(super) fn text(&self) -> String {
        format!("{WORD} {} {}", self.digest, self.bytes)
    }

    /// The number of parts.
    pub(super) fn parts(&self) -> u64 {
        self.bytes.div_ceil(PART_BYTES as u64)
    }

    /// The key of a part.
    pub(super) fn key(&self, key: &str, number: u64) -> String {
        format!("{key}/{}/{number}", self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_told_from_objects() {
        let head = Head::of(&vec![7; (8 << 20) + 1]);
        assert_eq!(head.parts(), 3);
        assert_eq!(Head::read(head.text().as_bytes()), Some(head.clone()));
        assert!(head.key("a/b", 2).starts_with("a/b/") && head.key("a/b", 2).ends_with("/2"));
        for object in [
            "",
            "precompile-cache v1",
            "precompile-parts",
            "precompile-parts x 1",
            &format!("{} 1", head.text()),
        ] {
            assert_eq!(Head::read(object.as_bytes()), None, "{object}");
        }
        assert_eq!(Head::read(&[0xff; 200]), None);
    }
}
