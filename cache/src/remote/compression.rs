//! The compression of objects.

use std::io::Read;
use std::ops::RangeInclusive;

/// The first bytes of what zstd has compressed. No object begins with them.
const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// The levels that have a use here.
const LEVELS: RangeInclusive<i32> = 1..=19;
/// The part of an object, in percent, that compressing must save: less isn't worth the reader's time.
const LEAST_SAVED: usize = 5;

/// The compression of objects that are written. Objects are read whichever they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    /// zstd, at a level.
    Zstd(i32),
}

impl Default for Compression {
    /// zstd's own level: higher ones take many times as long, and save a few percent more.
    fn default() -> Compression {
        Compression::Zstd(3)
    }
}

/// An object as it is sent.
pub(super) struct Packed {
    pub(super) bytes: Vec<u8>,
    /// The size of the object itself, in bytes.
    pub(super) plain_bytes: u64,
}

impl Compression {
    /// The compression of a URL's parameter: `none`, `zstd`, `zstd:LEVEL`.
    pub(super) fn parse(text: &str) -> Option<Compression> {
        match text.split_once(':') {
            None if text == "none" => Some(Compression::None),
            None if text == "zstd" => Some(Compression::default()),
            Some(("zstd", level)) => {
                level.parse().ok().filter(|level| LEVELS.contains(level)).map(Compression::Zstd)
            }
            _ => None,
        }
    }

    /// An object as it is sent: compressed, unless that saves too little.
    pub(super) fn pack(self, object: Vec<u8>) -> Packed {
        let plain_bytes = object.len() as u64;
        let compressed = match self {
            Compression::None => None,
            Compression::Zstd(level) => zstd::bulk::compress(&object, level).ok(),
        };
        let wins = |it: &Vec<u8>| it.len() < object.len() - object.len() * LEAST_SAVED / 100;
        Packed { bytes: compressed.filter(wins).unwrap_or(object), plain_bytes }
    }
}

/// The object that was sent as these bytes, of at most `max_bytes`; `None` where they are damaged, or it is larger.
pub(super) fn unpack(bytes: Vec<u8>, max_bytes: u64) -> Option<Vec<u8>> {
    if !bytes.starts_with(&MAGIC) {
        return Some(bytes);
    }
    let mut object = Vec::new();
    // A small object may claim any size.
    let decoder = zstd::stream::read::Decoder::new(&*bytes).ok()?;
    decoder.take(max_bytes.saturating_add(1)).read_to_end(&mut object).ok()?;
    (object.len() as u64 <= max_bytes).then_some(object)
}

/// The forms of the parameter, for messages.
pub(super) fn forms() -> String {
    format!("`none`, `zstd`, or `zstd:LEVEL` with a level from {} to {}", LEVELS.start(), LEVELS.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_come_back() {
        let random: Vec<u8> =
            (0..10_000_u64).flat_map(|n| blake3::hash(&n.to_le_bytes()).as_bytes()[..4].to_vec()).collect();
        for object in [b"".to_vec(), b"short".to_vec(), b"long ".repeat(10_000), random] {
            for compression in [Compression::None, Compression::Zstd(1), Compression::Zstd(19)] {
                let packed = compression.pack(object.clone());
                assert_eq!(packed.plain_bytes, object.len() as u64);
                assert!(packed.bytes.len() <= object.len());
                assert_eq!(unpack(packed.bytes, object.len() as u64).unwrap(), object);
            }
        }
        assert!(Compression::default().pack(b"long ".repeat(10_000)).bytes.len() < 100);
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = Compression::Zstd(19).pack(vec![0; 100 << 20]).bytes;
        assert!(bomb.len() < 20_000);
        assert_eq!(unpack(bomb.clone(), 1 << 20), None);
        assert!(unpack(bomb.clone(), 100 << 20).is_some());
        assert_eq!(unpack(bomb[..bomb.len() - 1].to_vec(), 100 << 20), None);
        assert_eq!(unpack(MAGIC.to_vec(), 100), None);
    }

    #[test]
    fn the_parameter_has_three_forms() {
        assert_eq!(Compression::parse("none"), Some(Compression::None));
        assert_eq!(Compression::parse("zstd"), Some(Compression::Zstd(3)));
        assert_eq!(Compression::parse("zstd:19"), Some(Compression::Zstd(19)));
        for text in ["", "gzip", "zstd:", "zstd:0", "zstd:20", "zstd:x"] {
            assert_eq!(Compression::parse(text), None, "{text}");
        }
        assert_eq!(forms(), "`none`, `zstd`, or `zstd:LEVEL` with a level from 1 to 19");
    }
}
