//! The store that many machines share: it transfers objects by name, and reports at most one failure.
//!
//! Temporary failures are retried within the limits of one transfer. A permanent failure, and one that persists, ends
//! the use of the store.

mod client;
mod compression;
mod connect;
mod error;
mod existence;
mod failure;
#[cfg(feature = "reapi")]
mod farm;
mod folder;
mod heads;
mod latch;
mod limits;
mod mode;
mod objects;
mod redis;
mod schemes;
mod store_url;
mod threads;
mod traffic;
mod transport;
mod ttl;
mod writes;

pub use error::{ConnectError, RemoteError};
pub use limits::RemoteLimits;
pub use mode::Mode;
pub use traffic::Traffic;

use client::Client;
use compression::{Compression, unpack};
use connect::Connected;
use failure::TransferError;
use latch::Latch;
use std::fmt;
use std::sync::Arc;
use threads::Threads;
use traffic::Counters;
use writes::Writes;

/// A store that many machines share.
///
/// After a failed read, the process doesn't use the store any more. After a failed write, it writes nothing more. So a
/// slow or absent store costs one timeout. The objects are not verified here: the caller must verify them.
pub struct Remote {
    client: Arc<Client>,
    name: String,
    mode: Mode,
    limits: RemoteLimits,
    compression: Compression,
    traffic: Arc<Counters>,
    threads: Threads,
    /// Set at the first read that fails.
    unreadable: Latch,
    writes: Writes,
}

impl Remote {
    /// The store at a URL. `variable` looks up environment variables, such as those with a service's credentials. The
    /// libraries of some services read further variables themselves. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If the URL is invalid or names no known kind of store.
    pub fn connect(
        url: &str,
        mode: Mode,
        limits: RemoteLimits,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Remote, ConnectError> {
        let Connected { client, name, compression } = connect::connect(url, mode, variable)?;
        Ok(Remote {
            client: Arc::new(client),
            name,
            mode,
            limits,
            compression,
            traffic: Arc::default(),
            threads: Threads::new(),
            unreadable: Latch::new(),
            writes: Writes::new(),
        })
    }

    /// The URL without credentials.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The object with a name; `None` if there is none, or if an earlier read failed. The call blocks at most as long
    /// as the limits allow.
    ///
    /// # Errors
    ///
    /// The first failure of the store. Later ones are `None`.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, RemoteError> {
        if self.unreadable.is_set() {
            return Ok(None);
        }
        let (client, unreadable) = (Arc::clone(&self.client), self.unreadable.clone());
        let (limits, name) = (self.limits, name.to_string());
        let read = self.threads.wait(async move {
            tokio::select! {
                read = client.read(&name, &limits) => read,
                // Another thread's read has failed: this one waits no longer.
                () = unreadable.wait() => Ok(None),
            }
        });
        let Some(sent) = read.or_else(|why| self.fail(&why))? else { return Ok(None) };
        let bytes = sent.len() as u64;
        // What can't be unpacked is another object: the caller finds that it isn't the one that it looks for.
        let object = unpack(sent, self.limits.max_bytes).unwrap_or_default();
        self.traffic.received(bytes, object.len() as u64);
        Ok(Some(object))
    }

    /// The bytes that went to the store and came from it since the last call.
    pub fn take_traffic(&self) -> Traffic {
        self.traffic.take()
    }

    /// Tells for each name whether there is an object, by many requests at once; none if an earlier read failed. Each
    /// request blocks at most as long as the limits allow, and the first that fails ends all.
    ///
    /// # Errors
    ///
    /// The first failure of the store. After it, there is no object.
    pub fn exist(&self, names: Vec<String>) -> Result<Vec<bool>, RemoteError> {
        let none = vec![false; names.len()];
        if names.is_empty() || self.unreadable.is_set() {
            return Ok(none);
        }
        let (client, unreadable) = (Arc::clone(&self.client), self.unreadable.clone());
        let limits = self.limits;
        let found = self.threads.wait(async move {
            tokio::select! {
                found = existence::exist(client, limits, names) => found.map(Some),
                () = unreadable.wait() => Ok(None),
            }
        });
        Ok(found.or_else(|why| self.fail(&why))?.unwrap_or(none))
    }

    /// Ends the use of the store. The error is that of the first failure.
    fn fail<T>(&self, why: &TransferError) -> Result<Option<T>, RemoteError> {
        if !self.unreadable.set() {
            return Ok(None);
        }
        self.writes.stop();
        Err(RemoteError::Read { name: self.name.clone(), why: why.to_string() })
    }

    /// Stores an object under a name, in the background. `bytes` is called when its turn comes, and may return `None`
    /// to store nothing. Does nothing in the mode [`Mode::ReadOnly`] and after a failure.
    pub fn put(&self, name: String, bytes: impl FnOnce() -> Option<Vec<u8>> + Send + 'static) {
        if self.mode == Mode::ReadWrite && !self.writes.are_stopped() {
            let (client, traffic, compression) =
                (Arc::clone(&self.client), Arc::clone(&self.traffic), self.compression);
            let packed = move || bytes().map(|object| compression.pack(object));
            self.writes.begin(&self.threads, client, traffic, self.limits, name, packed);
        }
    }

    /// Waits for the writes in the background, as long as the limits allow.
    ///
    /// # Errors
    ///
    /// If an object wasn't stored, unless [`Remote::get`] has returned the reason as its error.
    pub fn finish(&self) -> Result<(), RemoteError> {
        let finished = self.writes.finish(&self.threads, &self.limits);
        finished.map_err(|why| RemoteError::Write { name: self.name.clone(), why: why.to_string() })
    }
}

impl fmt::Debug for Remote {
    /// Leaves out credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("name", &self.name).field("mode", &self.mode).finish_non_exhaustive()
    }
}
