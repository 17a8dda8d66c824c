//! The addresses at which artifacts were mapped, by `perf script --show-mmap-events`.

use std::collections::BTreeMap;

/// The mappings of artifacts, by their first addresses.
#[derive(Default)]
pub(super) struct Mappings(BTreeMap<u64, Mapping>);

/// A part of an artifact in memory.
struct Mapping {
    bytes: u64,
    /// The offset of its first byte in the artifact.
    offset: u64,
    artifact: usize,
}

impl Mappings {
    /// Adds the mapping that a line tells, if it is one of an artifact:
    /// `PERF_RECORD_MMAP2 7/7: [0x7f00(0x2000) @ 0x1000 08:01 5 0]: r-xp /app.cwasm`.
    pub(super) fn add(&mut self, line: &str, artifact: impl Fn(&str) -> Option<usize>) -> Option<()> {
        let (_, event) = line.split_once("PERF_RECORD_MMAP")?;
        let (_, event) = event.split_once('[')?;
        let (range, file) = event.split_once("]: ")?;
        let (start, rest) = range.split_once('(')?;
        let (bytes, rest) = rest.split_once(')')?;
        let offset = rest.trim_start().strip_prefix('@')?.trim_start().split(' ').next()?;
        let (_, path) = file.split_once(' ')?;
        let mapping =
            Mapping { bytes: hexadecimal(bytes)?, offset: hexadecimal(offset)?, artifact: artifact(path)? };
        self.0.insert(hexadecimal(start)?, mapping);
        Some(())
    }

    /// The artifact at an address, and the offset in it.
    pub(super) fn find(&self, address: u64) -> Option<(usize, u64)> {
        let (start, mapping) = self.0.range(..=address).next_back()?;
        let within = Some(address - start).filter(|within| *within < mapping.bytes)?;
        Some((mapping.artifact, mapping.offset.checked_add(within)?))
    }
}

/// A number in hexadecimal, with or without `0x`.
pub(super) fn hexadecimal(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_its_mapping() {
        let mut mappings = Mappings::default();
        let artifact = |path: &str| (path == "/tmp/app.cwasm").then_some(3);
        let line = "run 7 1.5: PERF_RECORD_MMAP2 7/7: [0x7f1000(0x2000) @ 0x1000 08:01 12 0]: r-xp ";
        assert!(mappings.add(&format!("{line}/tmp/app.cwasm"), artifact).is_some());
        assert!(mappings.add(&format!("{line}/lib/other.so"), artifact).is_none());
        assert!(mappings.add("PERF_RECORD_MMAP2 7/7: [0x7f", artifact).is_none());
        for (address, expected) in [
            (0x7f_0fff, None),
            (0x7f_1000, Some((3, 0x1000))),
            (0x7f_2fff, Some((3, 0x2fff))),
            (0x7f_3000, None),
            (u64::MAX, None),
        ] {
            assert_eq!(mappings.find(address), expected, "{address:#x}");
        }
    }
}
