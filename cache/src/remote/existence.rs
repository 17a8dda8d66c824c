//! The existence of many objects, asked for at once.

use super::client::Client;
use super::failure::TransferError;
use super::limits::RemoteLimits;
use super::threads::ThreadsError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use tokio::task::JoinSet;

/// The requests that are still to be sent, which workers share.
struct Requests {
    client: Arc<Client>,
    limits: RemoteLimits,
    names: Vec<String>,
    /// The number of the first name that no worker has taken.
    next: AtomicUsize,
}

/// Tells for each name whether there is an object. The first failure ends all requests.
pub(super) async fn exist(
    client: Arc<Client>,
    limits: RemoteLimits,
    names: Vec<String>,
) -> Result<Vec<bool>, TransferError> {
    let (count, (at_once, batch)) = (names.len(), client.questions());
    let requests = Arc::new(Requests { client, limits, names, next: AtomicUsize::new(0) });
    // Ends the workers where it is dropped.
    let mut workers = JoinSet::new();
    for _ in 0..count.div_ceil(batch).min(at_once) {
        workers.spawn(Arc::clone(&requests).work(batch));
    }
    let mut exist = vec![false; count];
    while let Some(found) = workers.join_next().await {
        for at in found.map_err(|_| ThreadsError::Panicked)?? {
            exist[at] = true;
        }
    }
    Ok(exist)
}

impl Requests {
    /// Asks for names as long as there are some. Returns the places of those that exist.
    async fn work(self: Arc<Requests>, batch: usize) -> Result<Vec<usize>, TransferError> {
        let mut found = Vec::new();
        loop {
            let start = self.next.fetch_add(batch, Relaxed).min(self.names.len());
            let end = (start + batch).min(self.names.len());
            if start == end {
                return Ok(found);
            }
            let exist = self.client.exist(&self.names[start..end], &self.limits).await?;
            found.extend((start..end).zip(exist).filter(|(_, exists)| *exists).map(|(at, _)| at));
        }
    }
}
