//! The standard streams of this process, as the guest's.

#[cfg(unix)]
mod output;
#[cfg(unix)]
mod stdin;

use std::io;
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p2::StreamError;

/// The error of a guest whose output nobody reads any more, which makes EPIPE of it.
pub(crate) type BrokenPipe = fn(io::Error) -> StreamError;

/// The answer to what is asked of no stream of this runner's: wasmtime-wasi's own would bring a reader with a thread.
#[cfg(unix)]
const ASYNCHRONOUS: &str = "asynchronous streams are for WASI 0.3, which is not linked";

/// Gives them to the guest.
#[cfg(unix)]
pub(crate) fn inherit(builder: &mut WasiCtxBuilder, broken_pipe: BrokenPipe) {
    use output::{Output, To};

    builder
        .stdin(stdin::Stdin)
        .stdout(Output { to: To::Stdout, broken_pipe })
        .stderr(Output { to: To::Stderr, broken_pipe });
}

/// Gives them to the guest.
#[cfg(not(unix))]
pub(crate) fn inherit(builder: &mut WasiCtxBuilder, _: BrokenPipe) {
    builder.inherit_stdio();
}
