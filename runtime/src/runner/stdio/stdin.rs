//! Standard input, which isn't read further than the guest reads.

use bytes::Bytes;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read, retry_on_intr};
use std::future::poll_fn;
use std::io::{self, stdin};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use tokio::io::AsyncRead;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdinStream};
use wasmtime_wasi::p2::{InputStream, Pollable, StreamError, StreamResult};

/// The reason why no asynchronous stream is ever requested. wasmtime-wasi's own would add a thread for reading.
#[cfg(not(feature = "wasi-p3"))]
pub(super) const ASYNCHRONOUS: &str = "asynchronous streams are for WASI 0.3, which is not linked";
/// The maximum size of one read.
const PIECE_BYTES: usize = 64 << 10;

/// Standard input.
///
/// wasmtime-wasi's reads into a buffer, even if a guest only waits for input. Input that the guest doesn't use would be
/// lost for processes that share the file or pipe.
pub(super) struct Stdin;

impl IsTerminal for Stdin {
    fn is_terminal(&self) -> bool {
        io::IsTerminal::is_terminal(&stdin())
    }
}

impl StdinStream for Stdin {
    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(Stdin)
    }

    #[cfg(feature = "wasi-p3")]
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(Stdin)
    }

    #[cfg(not(feature = "wasi-p3"))]
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        unreachable!("{ASYNCHRONOUS}")
    }
}

#[async_trait]
impl InputStream for Stdin {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        match is_ready() {
            true => take(size),
            false => Ok(Bytes::new()),
        }
    }

    /// Blocks this thread, which has nothing else to do.
    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        loop {
            let taken = take(size)?;
            if size == 0 || !taken.is_empty() {
                return Ok(taken);
            }
            // The descriptor is non-blocking.
            wait(None);
        }
    }
}

#[async_trait]
impl Pollable for Stdin {
    async fn ready(&mut self) {
        poll_fn(poll_ready).await
    }
}

/// Reads the available input. Blocks if there is none and the descriptor is blocking.
fn take(size: usize) -> StreamResult<Bytes> {
    let mut bytes = vec![0; size.min(PIECE_BYTES)];
    match retry_on_intr(|| read(stdin(), &mut *bytes)) {
        Ok(0) if size > 0 => Err(StreamError::Closed),
        Ok(length) => {
            bytes.truncate(length);
            Ok(bytes.into())
        }
        Err(Errno::AGAIN) => Ok(Bytes::new()),
        Err(error) => Err(StreamError::LastOperationFailed(io::Error::from(error).into())),
    }
}

/// Returns true if a read would not block.
fn is_ready() -> bool {
    wait(Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))
}

/// Waits until a read would not block. Returns false if the time is up before.
fn wait(longest: Option<&Timespec>) -> bool {
    let stdin = stdin();
    let ready = retry_on_intr(|| poll(&mut [PollFd::new(&stdin, PollFlags::IN)], longest));
    // After an error of `poll`, the read reports it.
    !matches!(ready, Ok(0))
}

/// The tasks that wait for input, and whether a thread waits on their behalf.
static WAITING: Mutex<(Vec<Waker>, bool)> = Mutex::new((Vec::new(), false));

/// Asks whether a read would not block, and has the task woken when it wouldn't.
pub(super) fn poll_ready(context: &mut Context<'_>) -> Poll<()> {
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    if is_ready() {
        return Poll::Ready(());
    }
    let (wakers, has_thread) = &mut *waiting;
    if !wakers.iter().any(|waker| waker.will_wake(context.waker())) {
        wakers.push(context.waker().clone());
    }
    if !*has_thread {
        let thread = thread::Builder::new().name("stdin".into()).spawn(|| {
            wait(None);
            let (wakers, has_thread) = &mut *WAITING.lock().unwrap_or_else(PoisonError::into_inner);
            *has_thread = false;
            wakers.drain(..).for_each(Waker::wake);
        });
        match thread {
            Ok(_) => *has_thread = true,
            // Without a thread, this blocks, so nothing else is waited for meanwhile.
            Err(_) => {
                wait(None);
                return Poll::Ready(());
            }
        }
    }
    Poll::Pending
}
