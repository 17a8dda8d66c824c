//! The memory of a guest.

use crate::errno::Errno;
use crate::error::{Error, Result, Trap};
use std::borrow::Cow;
#[cfg(feature = "threads")]
use std::cell::UnsafeCell;
#[cfg(feature = "threads")]
use wiggle::{GuestMemory, GuestPtr};

/// The maximum length of a path in bytes. No system's paths are as long.
const MAX_PATH_BYTES: u32 = 64 << 10;

/// The memory of a guest, for one call.
pub enum Memory<'a> {
    /// A memory of this thread alone.
    Unshared(&'a mut [u8]),
    /// A memory to which other threads may write meanwhile.
    #[cfg(feature = "threads")]
    Shared(&'a [UnsafeCell<u8>]),
}

impl Memory<'_> {
    fn size(&self) -> usize {
        match self {
            Memory::Unshared(bytes) => bytes.len(),
            #[cfg(feature = "threads")]
            Memory::Shared(cells) => cells.len(),
        }
    }

    /// The first and the last offset of some bytes, which the memory has.
    fn range(&self, offset: u32, length: u64) -> Result<(usize, usize)> {
        let end = u64::from(offset).checked_add(length).and_then(|end| usize::try_from(end).ok());
        match end {
            Some(end) if end <= self.size() => Ok((offset as usize, end)),
            _ => Err(Trap::OutOfBounds { offset, length }.into()),
        }
    }

    /// Some bytes: of a shared memory, a copy.
    ///
    /// # Errors
    ///
    /// If the memory is smaller.
    pub(crate) fn bytes(&self, offset: u32, length: u32) -> Result<Cow<'_, [u8]>> {
        let (start, end) = self.range(offset, length.into())?;
        match self {
            Memory::Unshared(bytes) => Ok(bytes[start..end].into()),
            #[cfg(feature = "threads")]
            Memory::Shared(cells) => {
                let memory = GuestMemory::Shared(cells);
                let bytes = memory.to_vec(GuestPtr::<[u8]>::new((offset, length)));
                bytes.map(Cow::from).map_err(|_| Trap::OutOfBounds { offset, length: length.into() }.into())
            }
        }
    }

    /// Some bytes of a memory that isn't shared, to be written.
    ///
    /// # Errors
    ///
    /// If the memory is smaller.
    pub(crate) fn slice_mut(&mut self, offset: u32, length: u32) -> Result<Option<&mut [u8]>> {
        let (start, end) = self.range(offset, length.into())?;
        Ok(match self {
            Memory::Unshared(bytes) => Some(&mut bytes[start..end]),
            #[cfg(feature = "threads")]
            Memory::Shared(_) => None,
        })
    }

    /// Writes bytes. None can be written anywhere.
    ///
    /// # Errors
    ///
    /// If the memory is smaller.
    pub(crate) fn write(&mut self, offset: u32, from: &[u8]) -> Result<()> {
        if from.is_empty() {
            return Ok(());
        }
        let (start, end) = self.range(offset, from.len() as u64)?;
        match self {
            Memory::Unshared(bytes) => bytes[start..end].copy_from_slice(from),
            #[cfg(feature = "threads")]
            Memory::Shared(cells) => {
                let length = from.len() as u32;
                let copied =
                    GuestMemory::Shared(cells).copy_from_slice(from, GuestPtr::<[u8]>::new((offset, length)));
                copied.map_err(|_| Trap::OutOfBounds { offset, length: length.into() })?;
            }
        }
        Ok(())
    }

    /// Fills some bytes by a function, which gets them, or a copy of the same length, and returns how many it has filled.
    ///
    /// # Errors
    ///
    /// If the memory is smaller, and those of the function.
    pub(crate) fn fill(
        &mut self,
        offset: u32,
        length: u32,
        fill: &mut dyn FnMut(&mut [u8]) -> Result<usize>,
    ) -> Result<u32> {
        if length == 0 {
            return Ok(fill(&mut [])? as u32);
        }
        if let Some(slice) = self.slice_mut(offset, length)? {
            return Ok(fill(slice)? as u32);
        }
        let mut copy = vec![0; length as usize];
        let filled = fill(&mut copy)?;
        self.write(offset, &copy[..filled])?;
        Ok(filled as u32)
    }

    fn array<const N: usize>(&self, offset: u32) -> Result<[u8; N]> {
        aligned(offset, N as u32)?;
        let bytes = self.bytes(offset, N as u32)?;
        Ok(std::array::from_fn(|at| bytes[at]))
    }

    pub(crate) fn u8(&self, offset: u32) -> Result<u8> {
        Ok(self.array::<1>(offset)?[0])
    }

    pub(crate) fn u16(&self, offset: u32) -> Result<u16> {
        Ok(u16::from_le_bytes(self.array(offset)?))
    }

    pub(crate) fn u32(&self, offset: u32) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array(offset)?))
    }

    pub(crate) fn u64(&self, offset: u32) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array(offset)?))
    }

    pub(crate) fn write_u32(&mut self, offset: u32, value: u32) -> Result<()> {
        aligned(offset, 4)?;
        self.write(offset, &value.to_le_bytes())
    }

    pub(crate) fn write_u64(&mut self, offset: u32, value: u64) -> Result<()> {
        aligned(offset, 8)?;
        self.write(offset, &value.to_le_bytes())
    }

    /// A path.
    ///
    /// # Errors
    ///
    /// If the memory is smaller, ENAMETOOLONG, and EILSEQ if it isn't UTF-8.
    pub(crate) fn path(&self, offset: u32, length: u32) -> Result<String> {
        self.range(offset, length.into())?;
        if length > MAX_PATH_BYTES {
            return Err(Errno::NAMETOOLONG.into());
        }
        let bytes = self.bytes(offset, length)?.into_owned();
        String::from_utf8(bytes).map_err(|_| Errno::ILSEQ.into())
    }

    /// The first buffer of an array that isn't empty, as its offset and length. Like wasmtime-wasi, a call reads or
    /// writes that one alone, and returns less than was asked for.
    ///
    /// # Errors
    ///
    /// If the memory is smaller, or a pointer isn't aligned.
    pub(crate) fn first_buffer(&self, buffers: u32, count: u32) -> Result<(u32, u32)> {
        const BUFFER_BYTES: u32 = 8;
        for number in 0..count {
            let at = element(buffers, number, BUFFER_BYTES)?;
            aligned(at, 4)?;
            let length = self.u32(element(at, 1, 4)?)?;
            if length != 0 {
                return Ok((self.u32(at)?, length));
            }
        }
        Ok((0, 0))
    }
}

/// The offset of an array's element.
///
/// # Errors
///
/// If the offset has more than 32 bits.
pub(crate) fn element(array: u32, number: u32, bytes: u32) -> Result<u32> {
    number
        .checked_mul(bytes)
        .and_then(|distance| array.checked_add(distance))
        .ok_or(Error::Trap(Trap::OutOfBounds { offset: array, length: u64::from(number) * u64::from(bytes) }))
}

/// Returns an error if an offset isn't a multiple.
pub(crate) fn aligned(offset: u32, align: u32) -> Result<()> {
    match offset.is_multiple_of(align) {
        true => Ok(()),
        false => Err(Trap::Misaligned { offset, align }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_beyond_the_end_and_crooked_pointers_are_traps() {
        let mut bytes = [7; 16];
        let mut memory = Memory::Unshared(&mut bytes);
        assert_eq!(memory.u64(8).unwrap(), 0x0707_0707_0707_0707);
        assert!(matches!(memory.u64(9), Err(Error::Trap(Trap::Misaligned { offset: 9, align: 8 }))));
        assert!(matches!(memory.u64(16), Err(Error::Trap(Trap::OutOfBounds { offset: 16, length: 8 }))));
        assert!(matches!(memory.u32(u32::MAX - 3), Err(Error::Trap(Trap::OutOfBounds { .. }))));
        assert!(matches!(memory.write(10, &[0; 7]), Err(Error::Trap(Trap::OutOfBounds { .. }))));
        memory.write(10, &[0; 6]).unwrap();
        memory.write(16, &[]).unwrap();
        memory.write(17, &[]).unwrap();
    }

    #[test]
    #[cfg(feature = "threads")]
    fn a_shared_memory_is_copied() {
        let cells: Vec<UnsafeCell<u8>> = (0..16).map(UnsafeCell::new).collect();
        let mut memory = Memory::Shared(&cells);
        assert_eq!(*memory.bytes(2, 3).unwrap(), [2, 3, 4]);
        assert_eq!(memory.u32(4).unwrap(), 0x0706_0504);
        assert!(memory.slice_mut(0, 1).unwrap().is_none());
        let mut fill = |to: &mut [u8]| {
            to[..2].fill(9);
            Ok(2)
        };
        assert_eq!(memory.fill(3, 5, &mut fill).unwrap(), 2);
        assert_eq!(*memory.bytes(2, 4).unwrap(), [2, 9, 9, 5]);
        assert!(memory.bytes(14, 3).is_err() && memory.write(14, &[0; 3]).is_err());
    }

    #[test]
    fn the_first_buffer_that_is_not_empty_is_taken() {
        let mut bytes = [0; 32];
        bytes[8..16].copy_from_slice(&[24, 0, 0, 0, 3, 0, 0, 0]);
        let memory = Memory::Unshared(&mut bytes);
        assert_eq!(memory.first_buffer(0, 2).unwrap(), (24, 3));
        assert_eq!(memory.first_buffer(0, 1).unwrap(), (0, 0));
        assert!(memory.first_buffer(16, 3).is_err());
        assert!(memory.first_buffer(2, 1).is_err());
    }

    #[test]
    fn a_path_is_text_of_bounded_length() {
        let mut bytes = vec![b'a'; 128 << 10];
        bytes[3] = 0xff;
        let memory = Memory::Unshared(&mut bytes);
        assert_eq!(memory.path(0, 3).unwrap(), "aaa");
        assert!(matches!(memory.path(0, 4), Err(Error::Errno(Errno::ILSEQ))));
        assert!(matches!(memory.path(4, 100 << 10), Err(Error::Errno(Errno::NAMETOOLONG))));
        assert!(matches!(memory.path(4, 200 << 10), Err(Error::Trap(_))));
    }
}
