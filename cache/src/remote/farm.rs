//! A shared store in a build farm's caches: in its store of contents, under results that nobody executes.

use super::failure::Failure;
use super::limits::RemoteLimits;
use bytes::Bytes;
use precompile_reapi::{Access, Address, Client, FarmError, Limits};
use std::time::Duration;
use tokio::sync::OnceCell;

/// The number of requests for the existence of entries that are under way, and of the names of each. The client asks for
/// the names of a request at once.
pub(super) const QUESTIONS: (usize, usize) = (2, 1000);

/// A shared store in a build farm. Nothing is sent before it is first used.
pub(super) struct Farm {
    address: Address,
    access: Access,
    /// The age of the oldest entries that are used.
    ttl: Option<Duration>,
    client: OnceCell<Client>,
}

impl Farm {
    pub(super) fn new(address: Address, access: Access, ttl: Option<Duration>) -> Farm {
        Farm { address, access, ttl, client: OnceCell::new() }
    }

    async fn client(&self, limits: &RemoteLimits) -> Result<&Client, Failure> {
        // The caller repeats what failed for a moment.
        let of_farm = Limits {
            connect: limits.idle,
            call: limits.idle,
            tries: 1,
            max_bytes: limits.max_bytes,
            ..Limits::default()
        };
        let connect = || Client::connect(&self.address, &self.access, of_farm);
        self.client.get_or_try_init(connect).await.map_err(|error| failure(&error))
    }

    /// Reads an entry; `None` if there is none.
    pub(super) async fn read(&self, name: &str, limits: &RemoteLimits) -> Result<Option<Vec<u8>>, Failure> {
        let entry = self.client(limits).await?.entry(name, limits.max_bytes, self.ttl).await;
        Ok(entry.map_err(|error| failure(&error))?.map(Vec::from))
    }

    /// Tells for each name whether there is an entry.
    pub(super) async fn exist(&self, names: &[String], limits: &RemoteLimits) -> Result<Vec<bool>, Failure> {
        let exist = self.client(limits).await?.have_entries(names, self.ttl).await;
        exist.map_err(|error| failure(&error))
    }

    /// Writes an entry.
    pub(super) async fn write(
        &self,
        name: &str,
        object: Bytes,
        limits: &RemoteLimits,
    ) -> Result<(), Failure> {
        let written = self.client(limits).await?.set_entry(name, object).await;
        written.map_err(|error| failure(&error))
    }
}

fn failure(error: &FarmError) -> Failure {
    if error.is_down() { Failure::temporary(error) } else { Failure::lasting(error) }
}
