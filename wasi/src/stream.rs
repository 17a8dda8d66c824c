//! The standard streams of a guest.

use crate::errno::Errno;
use crate::error::{Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno as System, read, retry_on_intr, write};
use std::fs::File;
use std::io::{Cursor, IsTerminal, Read, Write, stderr, stdin, stdout};
use std::os::fd::{AsFd, BorrowedFd};

/// The standard input of a guest.
pub enum Input {
    /// This process' own, of which no more is read than the guest reads.
    Inherited,
    /// These bytes, from the position on.
    Bytes(Cursor<Vec<u8>>),
    /// A file, a pipe or a device, from its position on.
    File(File),
}

/// The standard output or the standard error of a guest.
pub enum Output {
    /// The standard output of this process.
    Stdout,
    /// The standard error of this process.
    Stderr,
    /// A file, a pipe or a device, from its position on.
    File(File),
    /// The embedder's own writer, which takes all bytes of a call.
    Writer(Box<dyn Write + Send>),
    /// Nothing: what is written is lost.
    Sink,
}

impl Input {
    /// Calls a function with the stream's descriptor, if it has one.
    fn with<R>(&self, function: impl FnOnce(BorrowedFd<'_>) -> R) -> Option<R> {
        match self {
            Input::Inherited => Some(function(stdin().as_fd())),
            Input::File(file) => Some(function(file.as_fd())),
            Input::Bytes(_) => None,
        }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.with(|fd| fd.is_terminal()).unwrap_or(false)
    }

    /// Reads at least one byte, unless `to` is empty, and returns how many; 0 at the end. Blocks until there are some.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(crate) fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        match self {
            Input::Bytes(bytes) => Ok(bytes.read(to)?),
            _ => self.with(|fd| read_all_there_is(fd, to)).unwrap_or(Ok(0)),
        }
    }

    /// Waits until a read would not block, or the time is up, and returns true if a read would not block.
    pub(crate) fn wait(&self, longest: Option<&Timespec>) -> Result<bool> {
        let polled = self.with(|fd| poll(&mut [PollFd::from_borrowed_fd(fd, PollFlags::IN)], longest));
        // An error of `poll` is left to the read.
        Ok(!matches!(polled, Some(Ok(0) | Err(System::INTR))))
    }
}

fn read_all_there_is(fd: BorrowedFd<'_>, to: &mut [u8]) -> Result<usize> {
    loop {
        match retry_on_intr(|| read(fd, &mut *to)) {
            // The descriptor is non-blocking.
            Err(System::AGAIN) => block(fd, PollFlags::IN),
            read => return Ok(read?),
        }
    }
}

impl Output {
    /// Calls a function with the stream's descriptor, if it has one.
    fn with<R>(&self, function: impl FnOnce(BorrowedFd<'_>) -> R) -> Option<R> {
        match self {
            Output::Stdout => Some(function(stdout().as_fd())),
            Output::Stderr => Some(function(stderr().as_fd())),
            Output::File(file) => Some(function(file.as_fd())),
            Output::Writer(_) | Output::Sink => None,
        }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.with(|fd| fd.is_terminal()).unwrap_or(false)
    }

    /// Writes all bytes. The standard library's streams have a buffer: bytes that stay in it, because the pipe is
    /// broken, would count as written.
    ///
    /// # Errors
    ///
    /// The system's, or the writer's.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Output::Writer(writer) => Ok(writer.write_all(bytes)?),
            _ => self.with(|fd| write_all(fd, bytes)).unwrap_or(Ok(())),
        }
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
