//! Standard output and standard error.

use super::broken_pipe::BrokenPipe;
#[cfg(not(feature = "wasi-p3"))]
use super::stdin::ASYNCHRONOUS;
use bytes::Bytes;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, retry_on_intr, write};
use std::io::{self, stderr, stdout};
use std::os::fd::{AsFd, BorrowedFd};
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// The maximum size of one write.
const PIECE_BYTES: usize = 64 << 10;

/// Standard output or standard error.
///
/// wasmtime-wasi uses the standard library's streams, which have a buffer. Bytes that stay in the buffer, because the
/// pipe is broken, would count as written.
#[derive(Clone, Copy)]
pub(super) struct Output {
    pub(super) to: To,
    pub(super) broken_pipe: BrokenPipe,
}

#[derive(Clone, Copy)]
pub(super) enum To {
    Stdout,
    Stderr,
}

impl Output {
    /// Calls a function with the stream's descriptor.
    fn with<R>(self, function: impl FnOnce(BorrowedFd<'_>) -> R) -> R {
        match self.to {
            To::Stdout => function(stdout().as_fd()),
            To::Stderr => function(stderr().as_fd()),
        }
    }

    /// Writes some of the bytes, and returns how many. Blocks as long as the stream takes none.
    pub(super) fn write_some(self, bytes: &[u8]) -> Result<usize, Errno> {
        loop {
            match self.with(|fd| retry_on_intr(|| write(fd, bytes))) {
                // The descriptor is non-blocking.
                Err(Errno::AGAIN) => self.with(|fd| {
                    let polled = PollFd::from_borrowed_fd(fd, PollFlags::OUT);
                    let _ = retry_on_intr(|| poll(&mut [polled.clone()], None));
                }),
                written => return written,
            }
        }
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        self.with(|fd| io::IsTerminal::is_terminal(&fd))
    }
}

impl StdoutStream for Output {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(*self)
    }

    #[cfg(feature = "wasi-p3")]
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(*self)
    }

    #[cfg(not(feature = "wasi-p3"))]
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        unreachable!("{ASYNCHRONOUS}")
    }
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            match self.write_some(rest) {
                Ok(written) => rest = &rest[written..],
                Err(Errno::PIPE) => return Err((self.broken_pipe)(Errno::PIPE.into())),
                Err(error) => return Err(StreamError::LastOperationFailed(io::Error::from(error).into())),
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PIECE_BYTES)
    }
}

#[async_trait]
impl Pollable for Output {
    /// Always ready: writing blocks this thread, which has nothing else to do.
    async fn ready(&mut self) {}
}
