//! The failure of a backend.

use precompile_artifact::Backend;
use thiserror::Error;

/// The failure of a backend.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BackendError {
    /// Wasmtime refuses the configuration.
    #[error("can't configure {backend}: {problem}")]
    Configure {
        /// The backend.
        backend: Backend,
        /// The problem, in wasmtime's words.
        problem: String,
    },
    /// The backend can't compile the module.
    #[error("{backend} can't compile it: {problem}")]
    Failed {
        /// The backend.
        backend: Backend,
        /// The problem, in wasmtime's words.
        problem: String,
    },
    /// The backend panicked: a bug, or a limit that it doesn't report as an error.
    #[error("{backend} panicked while compiling it: {message}{}", other_backend(*backend))]
    Panic {
        /// The backend.
        backend: Backend,
        /// The panic's message.
        message: String,
    },
}

fn other_backend(backend: Backend) -> &'static str {
    match backend {
        Backend::Winch if cfg!(feature = "cranelift") => "; use `--backend cranelift`",
        _ => "",
    }
}
