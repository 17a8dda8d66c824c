//! The error of writing to a broken pipe.

use std::io;
use wasmtime_wasi::p2::StreamError;

/// The error for a guest that writes to a broken pipe, which becomes EPIPE in the guest.
pub(crate) type BrokenPipe = fn(io::Error) -> StreamError;
