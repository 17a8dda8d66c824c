//! Compilation: a module and options in, an artifact out.

pub(crate) mod accept;
pub(crate) mod attempt;
pub(crate) mod cached;
pub(crate) mod code_map;
pub(crate) mod compiled;
pub(crate) mod error;
pub(crate) mod kept_module;
pub(crate) mod of_artifact;
pub(crate) mod output;
pub(crate) mod recipe;
pub(crate) mod signatures;

use crate::backend::engines::Engines;
use crate::compile::attempt::attempt;
use crate::compile::compiled::Compiled;
use crate::compile::error::CompileError;
use crate::options::Options;
use crate::options::fallback_options::with_fallback;
use std::fmt;

/// The attempt to compile a module by one backend.
type Attempt<'a> = dyn Fn(&Options, &[u8]) -> Result<Compiled, CompileError> + Send + Sync + 'a;

/// A compiler of modules and components, for any options. It keeps engines for the next module, so it is best shared
/// among threads.
pub struct Compiler<'a> {
    attempt: Box<Attempt<'a>>,
}

impl Default for Compiler<'_> {
    /// A compiler that works in this process.
    fn default() -> Self {
        let engines = Engines::default();
        Compiler::by(move |options, module| attempt(&engines, options, module))
    }
}

impl<'a> Compiler<'a> {
    /// A compiler whose work is done by `attempt`, for example in another process. `attempt` is called once for each
    /// backend that is tried, with options that have no fallback.
    pub fn by(
        attempt: impl Fn(&Options, &[u8]) -> Result<Compiled, CompileError> + Send + Sync + 'a,
    ) -> Compiler<'a> {
        Compiler { attempt: Box::new(attempt) }
    }

    /// Compiles a core module or a component, in binary or in text form. The same input and options
    /// give the same bytes.
    ///
    /// For a component that uses the component model's concurrency, or imports from WASI 0.3, the contract's
    /// [`concurrency_support`](crate::Contract::concurrency_support) is turned on, unless the proposal
    /// `component-model-async` is forbidden.
    ///
    /// # Errors
    ///
    /// Any [`CompileError`]; a panic of the backend is one of them. If there is a fallback and it fails,
    /// too, the fallback's error.
    pub fn compile(&self, options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
        let attempt = |options: &Options| self.attempt(options, module);
        let (compiled, refusal) = with_fallback(options, CompileError::another_backend_may, attempt)?;
        Ok(Compiled { fallback_from: refusal.map(Box::new), ..compiled })
    }

    /// Compiles by one backend.
    fn attempt(&self, options: &Options, module: &[u8]) -> Result<Compiled, CompileError> {
        (self.attempt)(options, module)
    }
}

impl fmt::Debug for Compiler<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiler").finish_non_exhaustive()
    }
}
