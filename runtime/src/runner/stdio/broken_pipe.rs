//! The error of output that nobody reads any more.

use std::io;
use wasmtime_wasi::p2::StreamError;

/// The error of a guest whose output nobody reads any more, which makes EPIPE of it.
pub(crate) type BrokenPipe = fn(io::Error) -> StreamError;
