//! The standard streams of an isolated process, as sockets.
//!
//! A process that isn't confined may start others, which hold its streams open when it is gone. Unlike a pipe, a socket
//! can be shut down while it is read.

use std::io;
use std::process::Stdio;
#[cfg(unix)]
use std::{net::Shutdown, os::fd::OwnedFd, os::unix::net::UnixStream as Stream};

/// A pair of connected sockets: this process's end, and the other's.
pub(super) struct Channel {
    pub(super) ours: Stream,
    pub(super) theirs: Stdio,
}

#[cfg(unix)]
impl Channel {
    pub(super) fn new() -> io::Result<Channel> {
        let (ours, theirs) = Stream::pair()?;
        Ok(Channel { ours, theirs: Stdio::from(OwnedFd::from(theirs)) })
    }
}

/// Shuts a channel down, and ends all reads and writes that are in progress.
#[cfg(unix)]
pub(super) fn end(channel: &Stream) {
    let _ = channel.shutdown(Shutdown::Both);
}

/// A stand-in: other systems have no isolated processes.
#[cfg(not(unix))]
pub(super) struct Stream;

#[cfg(not(unix))]
impl Channel {
    pub(super) fn new() -> io::Result<Channel> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(not(unix))]
pub(super) fn end(_: &Stream) {}

#[cfg(not(unix))]
impl io::Read for &Stream {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(not(unix))]
impl io::Write for &Stream {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_shutdown_ends_reads_though_the_other_end_is_open() {
        let (ours, theirs) = Stream::pair().unwrap();
        (&theirs).write_all(b"last words").unwrap();
        let read = thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut bytes = Vec::new();
                (&ours).read_to_end(&mut bytes).map(|_| bytes)
            });
            let writer = scope.spawn(|| (&ours).write_all(&vec![0; 16 << 20]));
            thread::sleep(Duration::from_millis(100));
            end(&ours);
            assert!(writer.join().unwrap().is_err());
            reader.join().unwrap()
        });
        assert_eq!(read.unwrap(), b"last words");
    }
}
