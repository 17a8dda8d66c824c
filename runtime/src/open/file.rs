//! Opening files, of which nobody can change what runs.

use super::private_copy::{PrivateCopy, ReadSome};
use crate::open_error::OpenError;
use crate::open_phase::OpenPhase;
use crate::program::Program;
use crate::runtime::Runtime;
use precompile_artifact::trailer;
use std::fs::File;
use std::io::Read;
use std::path::Path;

impl Runtime {
    /// Opens a file: copies it into memory that nobody can change, checks the digest of the copy, and runs the copy.
    /// So whatever becomes of the file meanwhile or later, also by a guest's hand, doesn't matter.
    ///
    /// The copy is a sealed file in memory where the system has such (Linux), and takes as much memory as the file is
    /// long, for each time that it is opened. [`Runtime::open_file_mapped`] shares one for all, at a price.
    ///
    /// # Safety
    ///
    /// What is read was written by `precompile`, and nobody else changed it.
    ///
    /// # Errors
    ///
    /// Any [`OpenError`].
    pub unsafe fn open_file(&self, path: impl AsRef<Path>) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.copy_file(path.as_ref(), &mut |_| {}) }
    }

    /// Like [`Runtime::open_file`], but reads the artifact to its end from elsewhere: a pipe, a socket, standard input.
    /// Errors call it by this name.
    ///
    /// The copy takes as much memory as is read. That is bounded by the header at the start, which can claim any
    /// length, and 64 MiB: give a stream that may go on for ever a bound of your own by [`Read::take`]. What is cut
    /// off is refused as truncated.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file`].
    ///
    /// # Errors
    ///
    /// Any [`OpenError`].
    pub unsafe fn open_reader(
        &self,
        name: impl AsRef<Path>,
        mut artifact: impl Read,
    ) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.copy(name.as_ref(), &mut |buffer| artifact.read(buffer), &mut |_| {}) }
    }

    /// Like [`Runtime::open_file`], and calls `reached` after each phase, so that they can be measured apart.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file`].
    ///
    /// # Errors
    ///
    /// Any [`OpenError`].
    #[cfg(feature = "measure")]
    pub unsafe fn open_file_in_phases(
        &self,
        path: impl AsRef<Path>,
        mut reached: impl FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.copy_file(path.as_ref(), &mut reached) }
    }

    /// Like [`Runtime::open_reader`], and calls `reached` after each phase.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file`].
    ///
    /// # Errors
    ///
    /// Any [`OpenError`].
    #[cfg(feature = "measure")]
    pub unsafe fn open_reader_in_phases(
        &self,
        name: impl AsRef<Path>,
        mut artifact: impl Read,
        mut reached: impl FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.copy(name.as_ref(), &mut |buffer| artifact.read(buffer), &mut reached) }
    }

    /// # Safety
    ///
    /// As [`Runtime::open_file`].
    unsafe fn copy_file(
        &self,
        path: &Path,
        reached: &mut dyn FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        let mut file = File::open(path).map_err(|source| OpenError::Io { path: path.into(), source })?;
        // SAFETY: the caller promises the same.
        unsafe { self.copy(path, &mut |buffer| file.read(buffer), reached) }
    }

    /// # Safety
    ///
    /// As [`Runtime::open_file`].
    unsafe fn copy(
        &self,
        name: &Path,
        read: ReadSome<'_>,
        reached: &mut dyn FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        let copy = PrivateCopy::of(read).map_err(|source| OpenError::Io { path: name.into(), source })?;
        let manifest = trailer::read(&copy)?.manifest;
        // SAFETY: the caller promises the same, and the digest was right. Nobody changes the copy.
        unsafe { self.make(manifest, copy, reached) }
    }
}
