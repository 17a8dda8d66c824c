//! A stream that limits the bytes read from it. The client library keeps a response in memory until it is complete, and
//! believes the length that the server announces. Without a limit, a malicious server could exhaust the memory.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The allowance beyond a response's payload, in bytes: for its header, or for an error.
const MORE: u64 = 64 << 10;

/// The number of bytes that may still be read.
#[derive(Clone, Default)]
pub(super) struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// Allows this many bytes of payload.
    pub(super) fn set(&self, bytes: u64) {
        self.0.store(bytes + MORE, SeqCst);
    }

    /// Returns true if the allowance is used up, which no correct response does.
    pub(super) fn is_exceeded(&self) -> bool {
        self.0.load(SeqCst) == 0
    }
}

/// A stream with an allowance. Reading beyond it fails.
pub(super) struct Metered<S> {
    stream: S,
    allowance: Allowance,
}

impl<S> Metered<S> {
    pub(super) fn new(stream: S, allowance: Allowance) -> Metered<S> {
        Metered { stream, allowance }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Allowance(left) = self.allowance.clone();
        let most = usize::try_from(left.load(SeqCst)).unwrap_or(usize::MAX);
        if most == 0 {
            return Poll::Ready(Err(io::Error::other("it sent more than was asked for")));
        }
        let most = most.min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        let read = Pin::new(&mut self.stream).poll_read(context, &mut part);
        let bytes = part.filled().len();
        buffer.advance(bytes);
        // The allowance is only set while no response is outstanding.
        let _ = left.try_update(SeqCst, SeqCst, |left| Some(left.saturating_sub(bytes as u64)));
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
