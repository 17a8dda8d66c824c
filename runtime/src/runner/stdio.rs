//! The standard streams of this process, for the guest.

#[cfg(all(unix, feature = "wasi-p3"))]
mod asynchronous;
mod broken_pipe;
#[cfg(unix)]
mod output;
#[cfg(unix)]
mod stdin;

pub(crate) use broken_pipe::BrokenPipe;
use wasmtime_wasi::WasiCtxBuilder;

/// Gives the standard streams to the guest.
#[cfg(unix)]
pub(crate) fn inherit(builder: &mut WasiCtxBuilder, broken_pipe: BrokenPipe) {
    use output::{Output, To};

    builder
        .stdin(stdin::Stdin)
        .stdout(Output { to: To::Stdout, broken_pipe })
        .stderr(Output { to: To::Stderr, broken_pipe });
}

/// Gives the standard streams to the guest.
#[cfg(not(unix))]
pub(crate) fn inherit(builder: &mut WasiCtxBuilder, _: BrokenPipe) {
    builder.inherit_stdio();
}
