//! Opening artifacts: the one place where bytes become code.

#[cfg(feature = "std")]
mod file;
pub(crate) mod processor;

use crate::code::Code;
use crate::embed::Embedded;
use crate::open_error::OpenError;
use crate::program::Program;
use crate::runtime::Runtime;
use alloc::sync::Arc;
use core::ptr::NonNull;
use precompile_artifact::Manifest;
use precompile_artifact::manifest::Kind;
use precompile_artifact::trailer;
use wasmtime::Module;
#[cfg(feature = "component-model")]
use wasmtime::component::Component;

/// At which addresses an artifact can be used where it is: wasmtime reads its ELF header as numbers.
const ALIGNMENT: usize = 16;

/// # Trust
///
/// Opening an artifact makes its bytes run as machine code with this process' rights, so every way
/// to open one is `unsafe`: the caller promises where the artifact comes from. What is checked is
/// that it is undamaged (but where the documentation says otherwise), that it fits this machine
/// and this build, and what wasmtime checks. None of this tells who made it: whoever can write the
/// file can write a fitting digest.
impl Runtime {
    /// Opens an artifact that is in memory: checks the digest, then copies it.
    ///
    /// # Safety
    ///
    /// The bytes were written by `precompile` and nobody else changed them since.
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but the one of files.
    pub unsafe fn open_bytes(&self, artifact: &[u8]) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.copy(artifact, trailer::read(artifact)?.manifest) }
    }

    /// Opens an artifact that is part of this program, as [`include_bytes!`] makes it. The digest
    /// is left unchecked, because the bytes are as good as the program around them.
    ///
    /// Code for Pulley is not copied, if the bytes start at an address that is a multiple of 16.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_bytes`]; besides, the bytes are undamaged.
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but the one of files.
    pub unsafe fn open_static(&self, artifact: &'static [u8]) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.load(artifact, trailer::read_unverified(artifact)?.manifest) }
    }

    /// Opens an artifact that [`include_cwasm!`](crate::include_cwasm) made part of this program.
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but the one of files.
    pub fn open_embedded(&self, embedded: &Embedded) -> Result<Program, OpenError> {
        // SAFETY: who made it promised the same.
        unsafe { self.open_static(embedded.artifact()) }
    }

    /// Uses the bytes where they are, if that can be, and copies them otherwise.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_static`].
    unsafe fn load(&self, artifact: &'static [u8], manifest: Manifest) -> Result<Program, OpenError> {
        // Code for a processor has to be made executable, and with it whatever is on the same pages.
        if !manifest.is_pulley() || !artifact.as_ptr().addr().is_multiple_of(ALIGNMENT) {
            // SAFETY: the caller promises the same.
            return unsafe { self.copy(artifact, manifest) };
        }
        let manifest = Arc::new(manifest);
        let engine = self.engine_for(&manifest)?;
        let bytes = NonNull::from(artifact);
        let code = match manifest.kind {
            // SAFETY: the caller promises that these bytes are an artifact of precompile's. They live for
            // ever, and nothing changes them: wasmtime only reads what others own.
            Kind::Module => unsafe { Module::deserialize_raw(&engine, bytes) }.map(Code::Module),
            #[cfg(feature = "component-model")]
            // SAFETY: as for a module.
            Kind::Component => unsafe { Component::deserialize_raw(&engine, bytes) }.map(Code::Component),
            #[cfg(not(feature = "component-model"))]
            Kind::Component => unreachable!("it is no mismatch with this host"),
        };
        Ok(Program::new(manifest, code.map_err(OpenError::Wasmtime)?))
    }

    /// # Safety
    ///
    /// As [`Runtime::open_bytes`].
    unsafe fn copy(&self, artifact: &[u8], manifest: Manifest) -> Result<Program, OpenError> {
        let manifest = Arc::new(manifest);
        let engine = self.engine_for(&manifest)?;
        let code = match manifest.kind {
            // SAFETY: the caller promises that these bytes are an artifact of precompile's.
            Kind::Module => unsafe { Module::deserialize(&engine, artifact) }.map(Code::Module),
            #[cfg(feature = "component-model")]
            // SAFETY: the caller promises that these bytes are an artifact of precompile's.
            Kind::Component => unsafe { Component::deserialize(&engine, artifact) }.map(Code::Component),
            #[cfg(not(feature = "component-model"))]
            Kind::Component => unreachable!("it is no mismatch with this host"),
        };
        Ok(Program::new(manifest, code.map_err(OpenError::Wasmtime)?))
    }
}

/// For [`include_cwasm!`](crate::include_cwasm).
///
/// # Safety
///
/// As [`Runtime::open_static`].
///
/// # Panics
///
/// Where the artifact can't fit this program, which is when the program is compiled.
#[doc(hidden)]
pub const unsafe fn __embed(name: &'static str, artifact: &'static [u8]) -> Embedded {
    Embedded::new(name, artifact)
}
