//! The lines to a process: what it is asked, what it answers, what it says of its end.
//!
//! Where nothing keeps it from that, such a process may start others, which hold its ends open when it is gone. So
//! these are sockets: unlike a pipe, a socket can be ended while somebody reads it.

use std::io;
use std::process::Stdio;
#[cfg(unix)]
use std::{net::Shutdown, os::fd::OwnedFd, os::unix::net::UnixStream as Stream};

/// This end of a line, and the other, for a process.
pub(super) struct Line {
    pub(super) ours: Stream,
    pub(super) theirs: Stdio,
}

#[cfg(unix)]
impl Line {
    pub(super) fn new() -> io::Result<Line> {
        let (ours, theirs) = Stream::pair()?;
        Ok(Line { ours, theirs: Stdio::from(OwnedFd::from(theirs)) })
    }
}

/// Ends a line, for who reads from it or writes to it at this moment, too.
#[cfg(unix)]
pub(super) fn end(line: &Stream) {
    let _ = line.shutdown(Shutdown::Both);
}

/// Elsewhere there are no such processes.
#[cfg(not(unix))]
pub(super) struct Stream;

#[cfg(not(unix))]
impl Line {
    pub(super) fn new() -> io::Result<Line> {
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
    fn who_waits_is_let_go_though_the_other_end_is_open() {
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
