//! Opening artifacts: the only place where bytes become code.

mod accepted;
#[cfg(feature = "fat")]
mod fat;
#[cfg(all(feature = "fat", feature = "std"))]
mod fat_file;
#[cfg(feature = "std")]
mod file;
#[cfg(all(feature = "component-model", feature = "std"))]
mod is_at;
#[cfg(feature = "std")]
mod mapped;
#[cfg(feature = "std")]
mod private_copy;
pub(crate) mod processor;
#[cfg(feature = "std")]
mod read_at;
#[cfg(feature = "trust")]
mod trusted;

use crate::compiled::CompiledCode;
use crate::embed::Embedded;
use crate::open_error::OpenError;
use crate::open_phase::OpenPhase;
use crate::program::Program;
use crate::runtime::Runtime;
use accepted::Accepted;
#[cfg(feature = "fat")]
use alloc::borrow::Cow;
use alloc::sync::Arc;
use core::ptr::NonNull;
use precompile_artifact::manifest::Kind;
use precompile_artifact::trailer::{self, ReadError, Trailer};
#[cfg(feature = "component-model")]
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

/// The alignment of an artifact that is used in place: wasmtime reads the numbers of its ELF header directly.
const ALIGNMENT: usize = 16;

/// # Trust
///
/// An opened artifact runs as machine code with the rights of this process. So most ways to open one are `unsafe`: the
/// caller promises where the artifact comes from. The checks are that it is undamaged (unless the documentation says
/// otherwise), that it fits this machine and this build, and wasmtime's own. None of them shows who made the artifact:
/// everyone who can write the file can write a matching digest.
///
/// Signatures show that. `Runtime::open_trusted` and its kind (feature `trust`) need no promise.
impl Runtime {
    /// Opens an artifact in memory: checks the digest, then copies the bytes.
    ///
    /// # Safety
    ///
    /// The bytes were written by `precompile` and nobody else changed them since.
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but that of files.
    pub unsafe fn open_bytes(&self, artifact: &[u8]) -> Result<Program, OpenError> {
        #[cfg(feature = "fat")]
        if let Some(chosen) = self.slice_in(artifact)? {
            let slice = chosen.slice().bytes_in(artifact);
            let accepted = self.accept_slice(&chosen, read_verified(&slice)?)?;
            // SAFETY: the caller promises the same.
            return unsafe { self.make(accepted, &*slice, &mut |_| {}) };
        }
        let accepted = self.accept(read_verified(artifact)?)?;
        // SAFETY: the caller promises the same.
        unsafe { self.make(accepted, artifact, &mut |_| {}) }
    }

    /// Opens an artifact that is part of this program, as by [`include_bytes!`]. The digest isn't checked, because the
    /// bytes are as trustworthy as the program.
    ///
    /// Code for Pulley isn't copied if the address of the bytes is a multiple of 16.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_bytes`]. Besides, the bytes are undamaged.
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but that of files.
    pub unsafe fn open_static(&self, artifact: &'static [u8]) -> Result<Program, OpenError> {
        #[cfg(feature = "fat")]
        if let Some(chosen) = self.slice_in(artifact)? {
            let slice = chosen.slice().bytes_in(artifact);
            let accepted = Accepted::unasked(chosen.checked(trailer::read_unverified(&slice)?)?);
            // SAFETY: the caller promises the same.
            return unsafe { self.load_slice(slice, accepted) };
        }
        // SAFETY: the caller promises the same.
        unsafe { self.load(artifact, Accepted::unasked(trailer::read_unverified(artifact)?)) }
    }

    /// Opens an artifact that [`include_cwasm!`](crate::include_cwasm) has embedded in this program.
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but that of files.
    pub fn open_embedded(&self, embedded: &Embedded) -> Result<Program, OpenError> {
        // SAFETY: the maker of the value promised the same.
        unsafe { self.open_static(embedded.artifact()) }
    }

    /// Uses the bytes in place if that is possible, and copies them otherwise.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_static`].
    unsafe fn load(&self, artifact: &'static [u8], accepted: Accepted) -> Result<Program, OpenError> {
        // Native code must be copied: making it executable in place would affect everything on the same pages.
        match accepted.manifest.is_pulley() && artifact.as_ptr().addr().is_multiple_of(ALIGNMENT) {
            // SAFETY: the caller promises the same.
            true => unsafe { self.make(accepted, InPlace(artifact), &mut |_| {}) },
            // SAFETY: the caller promises the same.
            false => unsafe { self.make(accepted, artifact, &mut |_| {}) },
        }
    }

    /// Like [`Runtime::load`], of a slice, which is copied if it isn't in one piece.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_static`].
    #[cfg(feature = "fat")]
    unsafe fn load_slice(&self, slice: Cow<'static, [u8]>, accepted: Accepted) -> Result<Program, OpenError> {
        match slice {
            // SAFETY: the caller promises the same.
            Cow::Borrowed(slice) => unsafe { self.load(slice, accepted) },
            // SAFETY: the caller promises the same.
            Cow::Owned(slice) => unsafe { self.make(accepted, &*slice, &mut |_| {}) },
        }
    }

    /// Makes a program from an artifact that was accepted. Calls `reached` after each phase.
    ///
    /// # Safety
    ///
    /// As [`Source::module`].
    unsafe fn make(
        &self,
        accepted: Accepted,
        source: impl Source,
        reached: &mut dyn FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        reached(OpenPhase::Read);
        #[cfg(feature = "trust")]
        let signers = accepted.signers;
        let manifest = Arc::new(accepted.manifest);
        let engine = self.engine_for(&manifest)?;
        reached(OpenPhase::Engine);
        let code = match manifest.kind {
            // SAFETY: the caller promises the same.
            Kind::Module => CompiledCode::Module(unsafe { source.module(&engine) }?),
            #[cfg(feature = "component-model")]
            // SAFETY: the caller promises the same.
            Kind::Component => CompiledCode::Component(unsafe { source.component(&engine) }?),
            #[cfg(not(feature = "component-model"))]
            Kind::Component => unreachable!("it would be a mismatch"),
        };
        let program = Program {
            manifest,
            code,
            #[cfg(feature = "trust")]
            signers,
        };
        reached(OpenPhase::Deserialized);
        Ok(program)
    }
}

/// Reads the trailer of an artifact in memory, and checks the digest: of a large artifact by several threads, but in
/// builds for size.
///
/// # Errors
///
/// Any [`ReadError`].
fn read_verified(artifact: &[u8]) -> Result<Trailer, ReadError> {
    #[cfg(all(feature = "std", not(feature = "portable-digest")))]
    return trailer::read_unverified(artifact).and_then(|trailer| {
        let hash = precompile_parallel::hash(&artifact[..trailer.digest_offset as usize]);
        trailer.verified(hash)
    });
    #[cfg(not(all(feature = "std", not(feature = "portable-digest"))))]
    return trailer::read(artifact);
}

/// A source of an artifact's code for wasmtime.
trait Source {
    /// # Safety
    ///
    /// The source is an undamaged artifact of precompile's, a module, for this engine.
    unsafe fn module(self, engine: &Engine) -> Result<Module, OpenError>;

    /// # Safety
    ///
    /// The source is an undamaged artifact of precompile's, a component, for this engine.
    #[cfg(feature = "component-model")]
    unsafe fn component(self, engine: &Engine) -> Result<Component, OpenError>;
}

/// Bytes that wasmtime copies.
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

/// Bytes that are used in place. They are `'static`, and nothing changes them: wasmtime only reads borrowed code.
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

/// The constructor for [`include_cwasm!`](crate::include_cwasm).
///
/// # Safety
///
/// As [`Runtime::open_static`].
///
/// # Panics
///
/// If the artifact can't fit this program. The call is evaluated when the program is compiled.
#[doc(hidden)]
pub const unsafe fn __embed(name: &'static str, artifact: &'static [u8]) -> Embedded {
    Embedded::new(name, artifact)
}
