//! Opening artifacts: the one place where bytes become code.

use crate::file::ArtifactFile;
use crate::program::Program;
use crate::runtime::Runtime;
use precompile_artifact::mismatch::Mismatch;
use precompile_artifact::trailer::{self, ReadError};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;
use wasmtime::Module;

/// Why an artifact was not opened. No code of it ran.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file can't be read.
    #[error("can't read `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no artifact, or damaged.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It doesn't fit this machine or this build of the runtime.
    #[error("it does not fit this host{}", lines(.0))]
    Mismatch(Vec<Mismatch>),
    /// Wasmtime's own checks refuse it.
    #[error("wasmtime refuses it: {0:#}")]
    Wasmtime(wasmtime::Error),
}

fn lines(mismatches: &[Mismatch]) -> String {
    mismatches.iter().map(|mismatch| format!("\n  {mismatch}")).collect()
}

/// # Trust
///
/// Opening an artifact makes its bytes run as machine code with this process' rights, so every way
/// to open one is `unsafe`: the caller promises where the artifact comes from. What is checked is
/// that it is undamaged (but where the documentation says otherwise), that it fits this machine
/// and this build, and what wasmtime checks. None of this tells who made it: whoever can write the
/// file can write a fitting digest.
impl Runtime {
    /// Opens a file: checks the digest, then maps it, so that its pages are read when the code
    /// needs them and are shared with other processes.
    ///
    /// # Safety
    ///
    /// The file was written by `precompile` and nobody else changed it since. It doesn't change
    /// until the [`Program`] and all that came from it are gone, because it stays mapped; that
    /// the digest was right before says nothing about a later change. Renaming another file
    /// into its place is fine, and is what `precompile` does.
    ///
    /// # Errors
    ///
    /// Any [`OpenError`].
    pub unsafe fn open_file(&self, path: impl AsRef<Path>) -> Result<Program, OpenError> {
        let path = path.as_ref();
        let mut artifact = ArtifactFile::open(path)?;
        artifact.check_digest(path)?;
        // SAFETY: the caller promises the same.
        unsafe { self.open_mapped(artifact) }
    }

    /// Like [`Runtime::open_file`], but leaves the digest unchecked, so that only the pages that
    /// are needed are read.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file`]; besides, the file is undamaged.
    ///
    /// # Errors
    ///
    /// Any [`OpenError`].
    pub unsafe fn open_file_unverified(&self, path: impl AsRef<Path>) -> Result<Program, OpenError> {
        let artifact = ArtifactFile::open(path.as_ref())?;
        // SAFETY: the caller promises the same.
        unsafe { self.open_mapped(artifact) }
    }

    /// Opens an artifact that is in memory: checks the digest, then copies it.
    ///
    /// # Safety
    ///
    /// The bytes were written by `precompile` and nobody else changed them since.
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but [`OpenError::Io`].
    pub unsafe fn open_bytes(&self, artifact: &[u8]) -> Result<Program, OpenError> {
        let manifest = trailer::read(artifact)?.manifest;
        let engine = self.engine_for(&manifest)?;
        // SAFETY: the caller promises that these bytes are an artifact of precompile's.
        let module = unsafe { Module::deserialize(&engine, artifact) }.map_err(OpenError::Wasmtime)?;
        Ok(Program::new(manifest, module))
    }

    /// Opens an artifact that is part of this program, as [`include_bytes!`] makes it. The digest
    /// is left unchecked, because the bytes are as good as the program around them.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_bytes`]; besides, the bytes are undamaged.
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but [`OpenError::Io`].
    pub unsafe fn open_static(&self, artifact: &'static [u8]) -> Result<Program, OpenError> {
        let (trailer, _) = trailer::read_unchecked(artifact)?;
        let engine = self.engine_for(&trailer.manifest)?;
        // SAFETY: the caller promises that these bytes are an artifact of precompile's.
        let module = unsafe { Module::deserialize(&engine, artifact) }.map_err(OpenError::Wasmtime)?;
        Ok(Program::new(trailer.manifest, module))
    }

    /// # Safety
    ///
    /// As [`Runtime::open_file_unverified`].
    unsafe fn open_mapped(&self, artifact: ArtifactFile) -> Result<Program, OpenError> {
        let ArtifactFile { file, trailer } = artifact;
        let engine = self.engine_for(&trailer.manifest)?;
        // SAFETY: the caller promises that the file is an artifact of precompile's, undamaged,
        // and that it doesn't change while it is mapped.
        let module = unsafe { Module::deserialize_open_file(&engine, file) }.map_err(OpenError::Wasmtime)?;
        Ok(Program::new(trailer.manifest, module))
    }
}
