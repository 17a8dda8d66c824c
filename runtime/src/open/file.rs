//! Opening files as private copies, so that later changes of a file don't affect what runs.

#[cfg(feature = "fat")]
use super::fat_file::{copy_from, copy_from_file};
use super::private_copy::PrivateCopy;
use crate::open_error::OpenError;
use crate::open_phase::OpenPhase;
use crate::program::Program;
use crate::runtime::Runtime;
#[cfg(feature = "fat")]
use precompile_artifact::fat::Chosen;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

impl Runtime {
    /// Opens a file: copies it into memory that nobody can change, checks the digest of the copy, and runs the copy. So
    /// later changes of the file don't matter, even by the guest.
    ///
    /// On Linux the copy is a sealed file in memory. Each call makes a copy of the file's length. With
    /// [`Runtime::open_file_mapped`] all share the file's pages, but the caller must promise more.
    ///
    /// Several threads check an artifact of more than 1 MiB, and have ended when the call returns; with the
    /// feature `portable-digest`, the caller's thread alone.
    ///
    /// # Safety
    ///
    /// The content that is read was written by `precompile`, and nobody else changed it.
    ///
    /// # Errors
    ///
    /// Any [`OpenError`].
    pub unsafe fn open_file(&self, path: impl AsRef<Path>) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.copy_file(path.as_ref(), &mut |_| {}) }
    }

    /// Like [`Runtime::open_file`], but reads the artifact from a reader: a pipe, a socket, standard input. The name is
    /// for errors.
    ///
    /// The copy takes as much memory as is read. That is at most 64 MiB more than the image's length in the header,
    /// which may be any number. So limit an untrusted stream by [`Read::take`]. A truncated artifact is refused as
    /// such.
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
        unsafe { self.copy(name.as_ref(), PrivateCopy::of(&mut |buffer| artifact.read(buffer)), &mut |_| {}) }
    }

    /// Like [`Runtime::open_file`]. Calls `reached` after each phase, so that phases can be measured separately.
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

    /// Like [`Runtime::open_reader`]. Calls `reached` after each phase.
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
        unsafe {
            self.copy(name.as_ref(), PrivateCopy::of(&mut |buffer| artifact.read(buffer)), &mut reached)
        }
    }

    /// # Safety
    ///
    /// As [`Runtime::open_file`].
    unsafe fn copy_file(
        &self,
        path: &Path,
        reached: &mut dyn FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        let file = File::open(path).map_err(|source| OpenError::Io { path: path.into(), source })?;
        #[cfg(feature = "fat")]
        if let Some(chosen) = self.slice_in_file(path, &file)? {
            // SAFETY: the caller promises the same.
            return unsafe { self.copy_slice(path, &chosen, copy_from_file(&chosen, &file), reached) };
        }
        // SAFETY: the caller promises the same.
        unsafe { self.copy(path, PrivateCopy::of_file(&file), reached) }
    }

    /// # Safety
    ///
    /// As [`Runtime::open_file`].
    unsafe fn copy(
        &self,
        name: &Path,
        copy: io::Result<PrivateCopy>,
        reached: &mut dyn FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        let copy = copy.map_err(|source| OpenError::Io { path: name.into(), source })?;
        #[cfg(feature = "fat")]
        if let Some(chosen) = self.slice_in(&copy)? {
            // SAFETY: the caller promises the same.
            return unsafe { self.copy_slice(name, &chosen, copy_from(&chosen, &copy), reached) };
        }
        let accepted = self.accept(copy.trailer(name)?)?;
        #[cfg(feature = "profile")]
        let copy = copy.profiled_by(self.config.profiler);
        // SAFETY: the caller promises the same, and the digest was right. Nobody changes the copy.
        unsafe { self.make(accepted, copy, reached) }
    }

    /// Opens a private copy of a slice.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file`].
    #[cfg(feature = "fat")]
    pub(super) unsafe fn copy_slice(
        &self,
        name: &Path,
        chosen: &Chosen,
        copy: io::Result<PrivateCopy>,
        reached: &mut dyn FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        let copy = copy.map_err(|source| OpenError::Io { path: name.into(), source })?;
        let accepted = self.accept_slice(chosen, copy.trailer(name)?)?;
        #[cfg(feature = "profile")]
        let copy = copy.profiled_by(self.config.profiler);
        // SAFETY: the caller promises the same, and the digest was right. Nobody changes the copy.
        unsafe { self.make(accepted, copy, reached) }
    }
}
