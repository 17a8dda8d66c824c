//! Opening artifacts that trusted keys have signed.

#[cfg(all(feature = "fat", feature = "std"))]
use super::fat_file::{copy_from, copy_from_file};
#[cfg(feature = "std")]
use super::private_copy::PrivateCopy;
use crate::open_error::OpenError;
use crate::program::Program;
use crate::runtime::Runtime;
use precompile_artifact::Trust;
#[cfg(all(feature = "fat", feature = "std"))]
use precompile_artifact::fat::Chosen;
#[cfg(feature = "std")]
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// # Opening what trusted keys have signed
///
/// These functions aren't `unsafe`. First the bytes are where nobody can change them. There the digest is checked, and
/// the signatures of it. Only then these bytes become code. What remains is the trust in the keys: whoever has enough of
/// them runs machine code in this process.
impl Runtime {
    /// Opens a file that trusted keys have signed, as [`Runtime::open_file`] does: from a copy that nobody can change.
    ///
    /// The [`trust`](crate::RuntimeConfig::trust) of the configuration isn't asked besides.
    ///
    /// # Errors
    ///
    /// Any [`OpenError`]. Too few signatures are an [`OpenError::Mismatch`], which names the keys that are missing.
    #[cfg(feature = "std")]
    pub fn open_trusted(&self, path: impl AsRef<Path>, trust: &Trust) -> Result<Program, OpenError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| OpenError::Io { path: path.into(), source })?;
        #[cfg(feature = "fat")]
        if let Some(chosen) = self.slice_in_file(path, &file)? {
            return self.open_trusted_slice(path, &chosen, copy_from_file(&chosen, &file), trust);
        }
        self.open_trusted_copy(path, PrivateCopy::of_file(&file), trust)
    }

    /// Like [`Runtime::open_trusted`], but reads the artifact from a reader. The name is for errors. See
    /// [`Runtime::open_reader`] for the memory that it takes.
    ///
    /// # Errors
    ///
    /// As [`Runtime::open_trusted`].
    #[cfg(feature = "std")]
    pub fn open_trusted_reader(
        &self,
        name: impl AsRef<Path>,
        mut artifact: impl Read,
        trust: &Trust,
    ) -> Result<Program, OpenError> {
        self.open_trusted_copy(name.as_ref(), PrivateCopy::of(&mut |buffer| artifact.read(buffer)), trust)
    }

    #[cfg(feature = "std")]
    fn open_trusted_copy(
        &self,
        name: &Path,
        copy: io::Result<PrivateCopy>,
        trust: &Trust,
    ) -> Result<Program, OpenError> {
        let copy = copy.map_err(|source| OpenError::Io { path: name.into(), source })?;
        #[cfg(feature = "fat")]
        if let Some(chosen) = self.slice_in(&copy)? {
            return self.open_trusted_slice(name, &chosen, copy_from(&chosen, &copy), trust);
        }
        let accepted = self.accept_trusted(copy.trailer(name)?, trust)?;
        #[cfg(feature = "profile")]
        let copy = copy.profiled_by(self.config.profiler);
        // SAFETY: trusted keys have signed what nobody can change any more: it is an artifact of precompile's, and
        // undamaged.
        unsafe { self.make(accepted, copy, &mut |_| {}) }
    }

    /// Opens a private copy of a slice.
    #[cfg(all(feature = "fat", feature = "std"))]
    fn open_trusted_slice(
        &self,
        name: &Path,
        chosen: &Chosen,
        copy: io::Result<PrivateCopy>,
        trust: &Trust,
    ) -> Result<Program, OpenError> {
        let copy = copy.map_err(|source| OpenError::Io { path: name.into(), source })?;
        let accepted = self.accept_trusted_slice(chosen, copy.trailer(name)?, trust)?;
        #[cfg(feature = "profile")]
        let copy = copy.profiled_by(self.config.profiler);
        // SAFETY: trusted keys have signed the slice, or the digests of all slices, and nobody can change it any more: it is
        // an artifact of precompile's, and undamaged.
        unsafe { self.make(accepted, copy, &mut |_| {}) }
    }

    /// Like [`Runtime::open_trusted`], but opens an artifact in memory, which is copied.
    ///
    /// # Errors
    ///
    /// As [`Runtime::open_trusted`], but not those of files.
    pub fn open_trusted_bytes(&self, artifact: &[u8], trust: &Trust) -> Result<Program, OpenError> {
        #[cfg(feature = "fat")]
        if let Some(chosen) = self.slice_in(artifact)? {
            let slice = chosen.slice().bytes_in(artifact);
            let accepted = self.accept_trusted_slice(&chosen, super::read_verified(&slice)?, trust)?;
            // SAFETY: as below.
            return unsafe { self.make(accepted, &*slice, &mut |_| {}) };
        }
        let accepted = self.accept_trusted(super::read_verified(artifact)?, trust)?;
        // SAFETY: trusted keys have signed these bytes, which nobody changes while they are borrowed: they are an artifact
        // of precompile's, and undamaged.
        unsafe { self.make(accepted, artifact, &mut |_| {}) }
    }

    /// Like [`Runtime::open_trusted_bytes`], but opens an artifact that stays where it is, such as in flash. Code for Pulley
    /// isn't copied if the address of the bytes is a multiple of 16.
    ///
    /// The bytes of a `&'static [u8]` never change, which is Rust's own rule: whoever makes one of a memory that others
    /// write, such as a flash of its own, breaks it.
    ///
    /// # Errors
    ///
    /// As [`Runtime::open_trusted_bytes`].
    pub fn open_trusted_static(&self, artifact: &'static [u8], trust: &Trust) -> Result<Program, OpenError> {
        #[cfg(feature = "fat")]
        if let Some(chosen) = self.slice_in(artifact)? {
            let slice = chosen.slice().bytes_in(artifact);
            let accepted = self.accept_trusted_slice(&chosen, super::read_verified(&slice)?, trust)?;
            // SAFETY: as below.
            return unsafe { self.load_slice(slice, accepted) };
        }
        let accepted = self.accept_trusted(super::read_verified(artifact)?, trust)?;
        // SAFETY: trusted keys have signed these bytes, which never change, as they are borrowed for good: they are an
        // artifact of precompile's, and undamaged.
        unsafe { self.load(artifact, accepted) }
    }
}
