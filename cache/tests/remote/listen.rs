//! The listener of the test servers.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

/// Serves on the loopback interface, each connection in its own thread. Returns the address.
pub(crate) fn listen(answers: impl Fn(&TcpStream) -> io::Result<()> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answers = Arc::new(answers);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = Arc::clone(&answers);
            // A client may close its connection at any time.
            thread::spawn(move || answers(&stream).unwrap_or_default());
        }
    });
    address
}

/// The values of a server, by key: each with the seconds that it may live.
pub(crate) type Kept = HashMap<Vec<u8>, (Vec<u8>, Option<u64>)>;

/// The requests that a server has seen.
#[derive(Default)]
pub(crate) struct Seen {
    /// The number of reads.
    pub(crate) reads: AtomicUsize,
    /// The number of questions whether something is there.
    pub(crate) questions: AtomicUsize,
    /// The number of writes.
    pub(crate) writes: AtomicUsize,
    /// Its values.
    pub(crate) kept: Mutex<Kept>,
    /// The number of folders that were asked for.
    pub(crate) folders: AtomicUsize,
    /// The bytes of endless responses that clients have accepted.
    pub(crate) taken: AtomicUsize,
}

/// The bytes that are more than any client may accept: the system's buffers hold some MiB.
pub(crate) const FLOOD: usize = 256 << 20;

impl Seen {
    /// Sends a block again and again, until the client closes the connection.
    pub(crate) fn flood(&self, mut stream: &TcpStream, block: &[u8]) -> io::Result<()> {
        let blocks = block.repeat((64 << 10) / block.len());
        while self.taken.load(SeqCst) < FLOOD {
            stream.write_all(&blocks)?;
            self.taken.fetch_add(blocks.len(), SeqCst);
        }
        Ok(())
    }
}
