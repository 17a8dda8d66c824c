//! Where the servers listen.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
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
