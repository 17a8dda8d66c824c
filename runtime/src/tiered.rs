//! A program that is replaced by faster code of the same WebAssembly while it is used.

use crate::lock::Lock;
use crate::program::Program;
use alloc::sync::Arc;
use core::fmt;
use precompile_artifact::Code;
use thiserror::Error;

/// A program that is replaced by faster code of the same WebAssembly while it is used: Winch's code first, which is
/// there at once, and Cranelift's when it is compiled.
///
/// The value `P` is what a program instantiates from, such as wasmtime's [`InstancePre`](wasmtime::InstancePre), and
/// belongs to the engine of its artifact. New instances are made of [`best`](Tiered::best); those that there are go on
/// with the code that they have.
///
/// ```no_run
/// use precompile_runtime::{Runtime, Tiered, link, wasmtime::{Linker, Store}};
///
/// let runtime = Runtime::new();
/// // SAFETY: both were made by precompile, and nobody else changed them.
/// let (first, second) = unsafe { (runtime.open_file("winch.cwasm")?, runtime.open_file("cranelift.cwasm")?) };
/// let linker = Linker::<()>::new(first.engine());
/// let tiered = Tiered::new(&first, link::instantiate_pre(&linker, &first)?);
/// let linker = Linker::<()>::new(second.engine());
/// tiered.promote(&second, link::instantiate_pre(&linker, &second)?)?;
/// let best = tiered.best();
/// let mut store = Store::new(best.module().engine(), ());
/// let instance = best.instantiate(&mut store)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Tiered<P> {
    /// BLAKE3 of the WebAssembly binary.
    source: [u8; 32],
    best: Lock<Arc<P>>,
}

/// The error of code that is of another WebAssembly binary, so that it can't take a program's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[cfg_attr(
    feature = "messages",
    error("it was compiled from another WebAssembly binary: compile both tiers from the same file")
)]
#[cfg_attr(not(feature = "messages"), error("{}", Code::OtherSource))]
pub struct OtherSource;

impl OtherSource {
    /// The error's number.
    pub fn code(&self) -> Code {
        Code::OtherSource
    }
}

impl<P> Tiered<P> {
    /// A program with the code that is there first.
    pub fn new(program: &Program, pre: P) -> Tiered<P> {
        Tiered { source: program.manifest().source_blake3, best: Lock::new(Arc::new(pre)) }
    }

    /// Has new instances made of this code, which is the faster one. Returns what it replaces.
    ///
    /// # Errors
    ///
    /// If it is of another WebAssembly binary, by the digests in the manifests.
    pub fn promote(&self, program: &Program, pre: P) -> Result<Arc<P>, OtherSource> {
        if program.manifest().source_blake3 != self.source {
            return Err(OtherSource);
        }
        let pre = Arc::new(pre);
        Ok(self.best.with(|best| core::mem::replace(best, pre)))
    }

    /// The code for a new instance.
    pub fn best(&self) -> Arc<P> {
        self.best.with(|best| Arc::clone(best))
    }
}

impl<P> fmt::Debug for Tiered<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tiered").finish_non_exhaustive()
    }
}
