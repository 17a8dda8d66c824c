//! The store that many machines share: it moves bytes by name, and fails once at the most.
//!
//! What fails for a moment is tried again, within the limits for one transfer; what fails then, or for a reason
//! that stays, has failed.

mod client;
mod connect;
mod error;
mod failure;
mod folder;
mod latch;
mod limits;
mod mode;
mod objects;
mod redis;
mod schemes;
mod store_url;
mod threads;
mod transport;
mod writes;

pub use error::{ConnectError, RemoteError};
pub use limits::RemoteLimits;
pub use mode::Mode;

use client::Client;
use latch::Latch;
use std::fmt;
use std::sync::Arc;
use threads::Threads;
use writes::Writes;

/// A store that many machines share.
///
/// When a read fails, also when it is tried again, it is given up on for the rest of the process; when a
/// write fails so, nothing more is written. So one that is slow or absent costs one time-out. What it gives out is not verified;
/// nothing it says is believed.
pub struct Remote {
    client: Arc<Client>,
    name: String,
    mode: Mode,
    limits: RemoteLimits,
    threads: Threads,
    /// Set at the first read that fails.
    unreadable: Latch,
    writes: Writes,
}

impl Remote {
    /// The store at a URL. What `variable` returns for a name is what the environment has, as a
    /// service's credentials are given; some services' own libraries read more. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Where the URL names no store.
    pub fn connect(
        url: &str,
        mode: Mode,
        limits: RemoteLimits,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Remote, ConnectError> {
        let (client, name) = connect::connect(url, mode, variable)?;
        Ok(Remote {
            client: Arc::new(client),
            name,
            mode,
            limits,
            threads: Threads::new(),
            unreadable: Latch::new(),
            writes: Writes::new(),
        })
    }

    /// The URL without credentials.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is stored under a name. This blocks, for as long as the limits allow. `None` also where
    /// the store was given up on.
    ///
    /// # Errors
    ///
    /// The first failure of the store, and no other.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, RemoteError> {
        if self.unreadable.is_set() {
            return Ok(None);
        }
        let (client, unreadable) = (Arc::clone(&self.client), self.unreadable.clone());
        let (limits, name) = (self.limits, name.to_string());
        let read = self.threads.wait(async move {
            tokio::select! {
                read = client.read(&name, &limits) => read,
                // Others have waited long enough.
                () = unreadable.wait() => Ok(None),
            }
        });
        match read {
            Ok(read) => Ok(read),
            Err(why) if self.unreadable.set() => {
                self.writes.stop();
                Err(RemoteError::Read { name: self.name.clone(), why })
            }
            Err(_) => Ok(None),
        }
    }

    /// Stores something under a name, in the background. `bytes` is called when its turn comes, and
    /// may have nothing to store after all. Does nothing where the store is only read, or was given
    /// up on.
    pub fn put(&self, name: String, bytes: impl FnOnce() -> Option<Vec<u8>> + Send + 'static) {
        if self.mode == Mode::ReadWrite && !self.writes.are_stopped() {
            self.writes.begin(&self.threads, Arc::clone(&self.client), self.limits, name, bytes);
        }
    }

    /// Waits for what is being stored, as long as the limits allow.
    ///
    /// # Errors
    ///
    /// Where something wasn't stored, unless the reason was an error of [`Remote::get`]'s.
    pub fn finish(&self) -> Result<(), RemoteError> {
        let finished = self.writes.finish(&self.threads, &self.limits);
        finished.map_err(|why| RemoteError::Write { name: self.name.clone(), why })
    }
}

impl fmt::Debug for Remote {
    /// Without credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("name", &self.name).field("mode", &self.mode).finish_non_exhaustive()
    }
}
