//! A reader of debugging information that reads so much and no more.
//!
//! Some hundred bytes can have a table read once for each of their units, or for each of their functions. So the work
//! for a module is limited by the size of what it brings, and so is the memory, which is a multiple of what was read.

use gimli::{EndianSlice, Error, LittleEndian, Reader, ReaderOffsetId, Result};
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

/// The number of bytes that are read for each byte of debugging information, more than any compiler's output takes.
const READ_FACTOR: u64 = 16;
/// The number of bytes that may be read of any debugging information.
const LEAST: u64 = 1 << 16;
/// The number of bytes that are read of the largest.
const MOST: u64 = 1 << 30;

/// The number of bytes that may still be read.
#[derive(Clone, Debug)]
pub(super) struct Meter(Rc<Cell<u64>>);

impl Meter {
    /// The meter for debugging information of this size.
    pub(super) fn of(bytes: usize) -> Meter {
        let allowed = (bytes as u64).saturating_mul(READ_FACTOR).clamp(LEAST, MOST);
        Meter(Rc::new(Cell::new(allowed)))
    }

    /// Counts bytes that are read.
    fn count(&self, bytes: usize) -> Result<()> {
        // An empty read is one step of a loop, too.
        let rest = self.0.get().checked_sub(bytes.max(1) as u64);
        self.0.set(rest.unwrap_or(0));
        rest.map(drop).ok_or(Error::UnexpectedEof(ReaderOffsetId(0)))
    }
}

/// A section, or a part of one.
#[derive(Clone)]
pub(super) struct Metered<'a> {
    bytes: EndianSlice<'a, LittleEndian>,
    meter: Meter,
}

impl<'a> Metered<'a> {
    /// The whole of a section.
    pub(super) fn new(section: &'a [u8], meter: &Meter) -> Metered<'a> {
        Metered { bytes: EndianSlice::new(section, LittleEndian), meter: meter.clone() }
    }
}

impl fmt::Debug for Metered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.fmt(f)
    }
}

impl Reader for Metered<'_> {
    type Endian = LittleEndian;
    type Offset = usize;

    fn endian(&self) -> LittleEndian {
        LittleEndian
    }

    fn len(&self) -> usize {
        self.bytes.len()
    }

    fn empty(&mut self) {
        self.bytes.empty();
    }

    fn truncate(&mut self, len: usize) -> Result<()> {
        self.bytes.truncate(len)
    }

    fn offset_from(&self, base: &Self) -> usize {
        self.bytes.offset_from(base.bytes)
    }

    fn offset_id(&self) -> ReaderOffsetId {
        self.bytes.offset_id()
    }

    fn lookup_offset_id(&self, id: ReaderOffsetId) -> Option<usize> {
        self.bytes.lookup_offset_id(id)
    }

    fn find(&self, byte: u8) -> Result<usize> {
        let found = Reader::find(&self.bytes, byte)?;
        self.meter.count(found)?;
        Ok(found)
    }

    fn skip(&mut self, len: usize) -> Result<()> {
        self.meter.count(0)?;
        self.bytes.skip(len)
    }

    fn split(&mut self, len: usize) -> Result<Self> {
        self.meter.count(0)?;
        Ok(Metered { bytes: self.bytes.split(len)?, meter: self.meter.clone() })
    }

    fn to_slice(&self) -> Result<Cow<'_, [u8]>> {
        self.meter.count(self.len())?;
        self.bytes.to_slice()
    }

    fn to_string(&self) -> Result<Cow<'_, str>> {
        self.meter.count(self.len())?;
        Reader::to_string(&self.bytes)
    }

    fn to_string_lossy(&self) -> Result<Cow<'_, str>> {
        self.meter.count(self.len())?;
        Reader::to_string_lossy(&self.bytes)
    }

    fn read_slice(&mut self, buf: &mut [u8]) -> Result<()> {
        self.meter.count(buf.len())?;
        self.bytes.read_slice(buf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_ends() {
        let meter = Meter::of(1);
        let section = Metered::new(b"1234", &meter);
        for _ in 0..LEAST / 4 {
            assert_eq!(section.clone().read_u32().unwrap(), u32::from_le_bytes(*b"1234"));
        }
        assert!(section.clone().read_u8().is_err() && section.to_slice().is_err());
        assert!(section.clone().skip(0).is_err() && section.clone().split(0).is_err());
    }

    #[test]
    fn the_allowance_is_bounded() {
        let allowed = |bytes| Meter::of(bytes).0.get();
        assert_eq!([allowed(0), allowed(1 << 20), allowed(usize::MAX)], [LEAST, READ_FACTOR << 20, MOST]);
    }
}
