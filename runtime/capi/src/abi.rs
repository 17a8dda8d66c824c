//! The functions of `precompile.h`, which `scripts/check/c-abi.sh` generates from this folder: the texts of functions
//! and types here are those of the header.

mod options;
mod pointer;
mod runtime;

mod open;

mod program;

mod error;

pub use error::*;
pub use open::*;
pub use options::precompile_options_t;
pub use program::*;
pub use runtime::*;

// C may use these from any thread.
const fn shared<T: Send + Sync>() {}
const _: () = {
    shared::<precompile_runtime_t>();
    shared::<precompile_program_t>();
    shared::<precompile_error_t>();
};
