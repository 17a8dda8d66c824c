//! From modules to artifacts.

#[cfg(not(any(feature = "cranelift", feature = "winch")))]
compile_error!("precompile needs a backend: enable the feature `cranelift` or `winch`");

mod accept;
mod attempt;
mod auto;
#[cfg(feature = "benchmarks")]
#[doc(hidden)]
pub mod benchmarks;
mod cached;
mod chosen;
mod code_bytes;
mod compile_error;
mod compiled;
mod cost;
mod cpu;
mod engines;
mod features;
mod fit;
mod function_names;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzz;
mod image;
pub mod inspect;
mod interface;
mod limits;
mod memories;
mod needs;
mod object;
mod options;
mod output;
mod proposals;
mod rates;
mod recipe;
mod restamp;
mod second_attempt;
pub mod setting;
mod settings;
mod settings_check;
mod similar;
mod stamp;
mod target;
mod text;
mod text_name;

pub use accept::accept;
pub use attempt::{Attempt, WASMTIME_VERSION, attempt, attempt_with, compile, compile_by};
pub use auto::{Chosen, choose};
pub use cached::{Answer, Artifact, ObtainError, Request, Source, in_place, obtain};
pub use chosen::ChoiceError;
pub use code_bytes::code_bytes;
pub use compile_error::{CompileError, ErrorKind};
pub use compiled::{Compiled, Timings};
pub use cost::{Cost, Stretch, cheapest, stretches};
pub use cpu::{Cpu, CpuError};
pub use engines::Engines;
pub use fit::{FitError, fit};
pub use limits::{Cause, Limit, Place, Remedy, Site};
pub use options::{Options, OptionsError, Regalloc};
pub use output::{Destination, WriteError, Written, descriptor};
pub use precompile_cache as cache;
pub use proposals::Proposals;
pub use rates::{Rates, Run, RunTime};
pub use recipe::recipe;
pub use similar::similar;
pub use stamp::StampError;
pub use target::{ALIASES, PairError, Target, TargetError};
