//! The gate of an address: it lets a number of clients in at a time, and further ones wait.

use rustix::net::{Shutdown, shutdown};
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The gate of an address, or of none, where nobody comes.
pub(super) struct Gate {
    listener: Option<TcpListener>,
    free: Arc<Semaphore>,
}

/// A client that was let in.
pub(super) struct Client {
    pub(super) stream: TcpStream,
    pub(super) remote: SocketAddr,
    /// Its place, for the next one when it is dropped.
    pub(super) place: OwnedSemaphorePermit,
}

impl Gate {
    /// A gate for so many clients at a time.
    pub(super) fn new(listener: Option<TcpListener>, clients: u32) -> Gate {
        Gate { listener, free: Arc::new(Semaphore::new(clients as usize)) }
    }

    /// Waits for a place, and for the next client. Nobody is lost where the wait is ended.
    ///
    /// # Errors
    ///
    /// If the system has no descriptor for it.
    pub(super) async fn accept(&self) -> io::Result<Client> {
        let Some(listener) = &self.listener else { return pending().await };
        let place = Arc::clone(&self.free).acquire_owned().await.expect("nobody closes it");
        let (stream, remote) = listener.accept().await?;
        Ok(Client { stream, remote, place })
    }

    /// Has the system refuse further clients.
    pub(super) fn close(&self) {
        if let Some(listener) = &self.listener {
            // Where it fails, they are refused when the listener is dropped.
            let _ = shutdown(listener, Shutdown::Read);
        }
    }
}
