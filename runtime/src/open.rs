//! Opening artifacts: the one place where bytes become code.

#[cfg(feature = "std")]
mod file;
#[cfg(feature = "std")]
mod mapped;
#[cfg(feature = "std")]
mod private_copy;
pub(crate) mod processor;

use crate::compiled::CompiledCode;
use crate::embed::Embedded;
use crate::open_error::OpenError;
use crate::open_phase::OpenPhase;
use crate::program::Program;
use crate::runtime::Runtime;
use alloc::sync::Arc;
use core::ptr::NonNull;
use precompile_artifact::Manifest;
use precompile_artifact::manifest::Kind;
use precompile_artifact::trailer;
#[cfg(feature = "component-model")]
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

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
        unsafe { self.make(trailer::read(artifact)?.manifest, artifact, &mut |_| {}) }
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
        match manifest.is_pulley() && artifact.as_ptr().addr().is_multiple_of(ALIGNMENT) {
            // SAFETY: the caller promises the same.
            true => unsafe { self.make(manifest, InPlace(artifact), &mut |_| {}) },
            // SAFETY: the caller promises the same.
            false => unsafe { self.make(manifest, artifact, &mut |_| {}) },
        }
    }

    /// Makes a program of an artifact that was read, and calls `reached` after each phase.
    ///
    /// # Safety
    ///
    /// As [`Source::module`].
    unsafe fn make(
        &self,
        manifest: Manifest,
        source: impl Source,
        reached: &mut dyn FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        reached(OpenPhase::Read);
        let manifest = Arc::new(manifest);
        let engine = self.engine_for(&manifest)?;
        reached(OpenPhase::Engine);
        let code = match manifest.kind {
            // SAFETY: the caller promises the same.
            Kind::Module => CompiledCode::Module(unsafe { source.module(&engine) }?),
            #[cfg(feature = "component-model")]
            // SAFETY: the caller promises the same.
            Kind::Component => CompiledCode::Component(unsafe { source.component(&engine) }?),
            #[cfg(not(feature = "component-model"))]
            Kind::Component => unreachable!("it is no mismatch with this host"),
        };
        let program = Program::new(manifest, code);
        reached(OpenPhase::Deserialized);
        Ok(program)
    }
}

/// Where wasmtime takes an artifact's code from.
trait Source {
    /// # Safety
    ///
    /// It is an undamaged artifact of precompile's, a module, for this engine.
    unsafe fn module(self, engine: &Engine) -> Result<Module, OpenError>;

    /// # Safety
    ///
    /// It is an undamaged artifact of precompile's, a component, for this engine.
    #[cfg(feature = "component-model")]
    unsafe fn component(self, engine: &Engine) -> Result<Component, OpenError>;
}

/// Bytes, which are copied.
impl Source for &[u8] {
    unsafe fn module(self, engine: &Engine) -> Result<Module, OpenError> {
        // SAFETY: the caller promises that these bytes are an artifact of precompile's.
        unsafe { Module::deserialize(engine, self) }.map_err(OpenError::Wasmtime)
    }

    #[cfg(feature = "component-model")]
    unsafe fn component(self, engine: &Engine) -> Result<Component, OpenError> {
        // SAFETY: the caller promises that these bytes are an artifact of precompile's.
        unsafe { Component::deserialize(engine, self) }.map_err(OpenError::Wasmtime)
    }
}

/// Bytes that are used where they are. They live for ever, and nothing changes them: wasmtime only reads what
/// others own.
struct InPlace(&'static [u8]);

impl Source for InPlace {
    unsafe fn module(self, engine: &Engine) -> Result<Module, OpenError> {
        // SAFETY: the caller promises that these bytes are an artifact of precompile's.
        unsafe { Module::deserialize_raw(engine, NonNull::from(self.0)) }.map_err(OpenError::Wasmtime)
    }

    #[cfg(feature = "component-model")]
    unsafe fn component(self, engine: &Engine) -> Result<Component, OpenError> {
        // SAFETY: the caller promises that these bytes are an artifact of precompile's.
        unsafe { Component::deserialize_raw(engine, NonNull::from(self.0)) }.map_err(OpenError::Wasmtime)
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
