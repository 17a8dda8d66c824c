//! The standard streams of a guest.

use crate::errno::Errno;
use crate::error::{Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno as System, read, retry_on_intr, write};
use std::io::{Cursor, IsTerminal, Read, stderr, stdin, stdout};
use std::os::fd::{AsFd, BorrowedFd};

/// The standard input of a guest.
pub enum Input {
    /// This process' own, of which no more is read than the guest reads.
    Inherited,
    /// These bytes, from the position on.
    Bytes(Cursor<Vec<u8>>),
}

/// The standard output or the standard error of a guest.
#[derive(Clone, Copy)]
pub enum Output {
    /// The standard output of this process.
    Stdout,
    /// The standard error of this process.
    Stderr,
    /// Nothing: what is written is lost.
    Sink,
}

impl Input {
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self, Input::Inherited) && stdin().is_terminal()
    }

    /// Reads at least one byte, unless `to` is empty, and returns how many; 0 at the end. Blocks until there are some.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(crate) fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        match self {
            Input::Inherited => read_all_there_is(to),
            Input::Bytes(bytes) => Ok(bytes.read(to)?),
        }
    }

    /// Waits until a read would not block, or the time is up, and returns true if a read would not block.
    pub(crate) fn wait(&self, longest: Option<&Timespec>) -> Result<bool> {
        match self {
            // An error of `poll` is left to the read.
            Input::Inherited => match poll(&mut [PollFd::new(&stdin(), PollFlags::IN)], longest) {
                Ok(0) | Err(System::INTR) => Ok(false),
                _ => Ok(true),
            },
            Input::Bytes(_) => Ok(true),
        }
    }
}

fn read_all_there_is(to: &mut [u8]) -> Result<usize> {
    loop {
        match retry_on_intr(|| read(stdin(), &mut *to)) {
            // The descriptor is non-blocking.
            Err(System::AGAIN) => block(stdin().as_fd(), PollFlags::IN),
            read => return Ok(read?),
        }
    }
}

impl Output {
    /// Calls a function with the stream's descriptor, if it has one.
    fn with<R>(self, function: impl FnOnce(BorrowedFd<'_>) -> R) -> Option<R> {
        match self {
            Output::Stdout => Some(function(stdout().as_fd())),
            Output::Stderr => Some(function(stderr().as_fd())),
            Output::Sink => None,
        }
    }

    pub(crate) fn is_terminal(self) -> bool {
        self.with(|fd| fd.is_terminal()).unwrap_or(false)
    }

    /// Writes all bytes. The standard library's streams have a buffer: bytes that stay in it, because the pipe is
    /// broken, would count as written.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(crate) fn write(self, bytes: &[u8]) -> Result<()> {
        self.with(|fd| write_all(fd, bytes)).unwrap_or(Ok(()))
    }
}

fn write_all(fd: BorrowedFd<'_>, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        match retry_on_intr(|| write(fd, bytes)) {
            Ok(0) => return Err(Error::Errno(Errno::IO)),
            Ok(written) => bytes = &bytes[written..],
            // The descriptor is non-blocking.
            Err(System::AGAIN) => block(fd, PollFlags::OUT),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Waits for a descriptor. After an error of `poll`, the next call on the descriptor reports it.
fn block(fd: BorrowedFd<'_>, flags: PollFlags) {
    let polled = PollFd::from_borrowed_fd(fd, flags);
    let _ = retry_on_intr(|| poll(&mut [polled.clone()], None));
}
