//! Where the servers listen.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

/// Serves on this machine alone, each connection in a thread of its own. Returns the address.
pub(crate) fn listen(answers: impl Fn(&TcpStream) -> io::Result<()> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answers = Arc::new(answers);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = Arc::clone(&answers);
            // A client that went away is no concern of the server's.
            thread::spawn(move || answers(&stream).unwrap_or_default());
        }
    });
    address
}

/// What a server has seen of its clients.
#[derive(Default)]
pub(crate) struct Seen {
    /// Those that read.
    pub(crate) reads: AtomicUsize,
    /// Those that write.
    pub(crate) writes: AtomicUsize,
    /// What clients took of what has no end, in bytes.
    pub(crate) taken: AtomicUsize,
}

/// More than any client may take, in bytes: the system's buffers hold some MiB.
pub(crate) const FLOOD: usize = 256 << 20;

impl Seen {
    /// Sends a block again and again, until the client has had enough.
    pub(crate) fn flood(&self, mut stream: &TcpStream, block: &[u8]) -> io::Result<()> {
        let blocks = block.repeat((64 << 10) / block.len());
        while self.taken.load(SeqCst) < FLOOD {
            stream.write_all(&blocks)?;
            self.taken.fetch_add(blocks.len(), SeqCst);
        }
        Ok(())
    }
}
