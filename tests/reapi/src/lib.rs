//! A build farm for tests and measurements: a server of the Remote Execution API with its workers, in one process. It
//! keeps everything in memory.
//!
//! Its workers execute actions, or simulate that: they wait, and answer with what was recorded. On command they lie.

#![forbid(unsafe_code)]

mod counts;
mod execution;
mod farm;
mod fault;
mod results;
mod server;
mod store;
mod stream;
mod worker;

pub use counts::Counts;
pub use farm::{Farm, Options, Tls};
pub use fault::Fault;
pub use server::start;
