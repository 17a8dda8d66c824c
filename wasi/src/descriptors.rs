//! The open descriptors of a guest, by their numbers.

use crate::descriptor::{Descriptor, Directory, OpenFile};
use crate::errno::Errno;
use std::collections::BinaryHeap;

/// The open descriptors of a guest, by their numbers.
#[derive(Default)]
pub(crate) struct Descriptors {
    open: Vec<Option<Descriptor>>,
    /// The numbers of those that are closed.
    closed: BinaryHeap<u32>,
}

impl Descriptors {
    /// Adds a descriptor, and returns its number: the largest that was closed, as wasmtime-wasi's, or else the next.
    ///
    /// # Errors
    ///
    /// ENFILE beyond 32 bits.
    pub(crate) fn add(&mut self, descriptor: Descriptor) -> Result<u32, Errno> {
        if let Some(number) = self.closed.pop() {
            self.open[number as usize] = Some(descriptor);
            return Ok(number);
        }
        let number = u32::try_from(self.open.len()).map_err(|_| Errno::NFILE)?;
        self.open.push(Some(descriptor));
        Ok(number)
    }

    /// Removes a descriptor.
    ///
    /// # Errors
    ///
    /// EBADF if there is none.
    pub(crate) fn close(&mut self, number: u32) -> Result<(), Errno> {
        let closed = self.open.get_mut(number as usize).and_then(Option::take).ok_or(Errno::BADF)?;
        self.closed.push(number);
        drop(closed);
        Ok(())
    }

    /// Gives a descriptor another's number, which is closed.
    ///
    /// # Errors
    ///
    /// EBADF if there is none of one of these numbers.
    pub(crate) fn renumber(&mut self, from: u32, to: u32) -> Result<(), Errno> {
        self.get(from)?;
        self.get(to)?;
        if from != to {
            self.open[to as usize] = self.open[from as usize].take();
            self.closed.push(from);
        }
        Ok(())
    }

    /// # Errors
    ///
    /// EBADF if there is none.
    pub(crate) fn get(&self, number: u32) -> Result<&Descriptor, Errno> {
        self.open.get(number as usize).and_then(Option::as_ref).ok_or(Errno::BADF)
    }

    /// # Errors
    ///
    /// EBADF if there is none.
    pub(crate) fn get_mut(&mut self, number: u32) -> Result<&mut Descriptor, Errno> {
        self.open.get_mut(number as usize).and_then(Option::as_mut).ok_or(Errno::BADF)
    }

    /// # Errors
    ///
    /// EBADF if it is no file.
    pub(crate) fn file(&self, number: u32) -> Result<&OpenFile, Errno> {
        match self.get(number)? {
            Descriptor::File(file) => Ok(file),
            _ => Err(Errno::BADF),
        }
    }

    /// # Errors
    ///
    /// EBADF if it is no file.
    pub(crate) fn file_mut(&mut self, number: u32) -> Result<&mut OpenFile, Errno> {
        match self.get_mut(number)? {
            Descriptor::File(file) => Ok(file),
            _ => Err(Errno::BADF),
        }
    }

    /// A file that has a position.
    ///
    /// # Errors
    ///
    /// ESPIPE for a stream, EBADF for a folder.
    pub(crate) fn seekable(&mut self, number: u32) -> Result<&mut OpenFile, Errno> {
        match self.get_mut(number)? {
            Descriptor::File(file) => Ok(file),
            Descriptor::Stdin | Descriptor::Output(_) => Err(Errno::SPIPE),
            Descriptor::Directory(_) => Err(Errno::BADF),
        }
    }

    /// # Errors
    ///
    /// EBADF if it is no folder.
    pub(crate) fn directory(&self, number: u32) -> Result<&Directory, Errno> {
        match self.get(number)? {
            Descriptor::Directory(directory) => Ok(directory),
            _ => Err(Errno::BADF),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Output;

    fn three() -> Descriptors {
        let mut descriptors = Descriptors::default();
        descriptors.add(Descriptor::Stdin).unwrap();
        descriptors.add(Descriptor::Output(Output::Stdout)).unwrap();
        descriptors.add(Descriptor::Output(Output::Stderr)).unwrap();
        descriptors
    }

    #[test]
    fn closed_numbers_are_used_again_the_largest_first() {
        let mut descriptors = three();
        descriptors.close(0).unwrap();
        descriptors.close(1).unwrap();
        assert_eq!(descriptors.close(1), Err(Errno::BADF));
        assert_eq!(descriptors.add(Descriptor::Stdin), Ok(1));
        assert_eq!(descriptors.add(Descriptor::Stdin), Ok(0));
        assert_eq!(descriptors.add(Descriptor::Stdin), Ok(3));
    }

    #[test]
    fn a_new_number_closes_what_had_it() {
        let mut descriptors = three();
        descriptors.renumber(0, 2).unwrap();
        assert!(matches!(descriptors.get(2), Ok(Descriptor::Stdin)));
        assert!(descriptors.get(0).is_err());
        assert_eq!(descriptors.renumber(0, 2), Err(Errno::BADF));
        assert_eq!(descriptors.renumber(2, 0), Err(Errno::BADF));
        assert_eq!(descriptors.renumber(2, 2), Ok(()));
        assert_eq!(descriptors.add(Descriptor::Stdin), Ok(0));
    }
}
