//! The client of a shared store, which repeats what failed for a moment.

use super::failure::{Failure, TransferError};
use super::folder::Folder;
use super::limits::RemoteLimits;
use super::objects;
use super::redis::{self, Redis};
use backon::{ExponentialBuilder, Retryable};
use opendal::{Buffer, Operator};
use std::future::Future;
use std::time::Duration;
use tokio::time::timeout;

/// The delay before the second attempt. It doubles before each further one, and jitter adds up to as much again.
const FIRST_DELAY: Duration = Duration::from_millis(100);
/// The number of attempts after the first.
const MORE_ATTEMPTS: usize = 3;

/// The client of a shared store. It sends nothing before it is first used.
pub(super) enum Client {
    Objects(Operator),
    /// A WebDAV server, and the same one asked for heads alone.
    Webdav {
        operator: Operator,
        heads: Operator,
    },
    Folder(Folder),
    Redis(Redis),
}

impl Client {
    /// Reads an object; `None` if there is none.
    pub(super) async fn read(
        &self,
        name: &str,
        limits: &RemoteLimits,
    ) -> Result<Option<Vec<u8>>, TransferError> {
        let read = || async {
            match self {
                Client::Objects(operator) | Client::Webdav { operator, .. } => {
                    objects::read(operator, name, limits).await
                }
                Client::Folder(folder) => objects::read(folder.operator().await?, name, limits).await,
                Client::Redis(redis) => redis.read(name, limits).await,
            }
        };
        within(limits, "send", read).await
    }

    /// The number of names that one request may ask for.
    pub(super) fn names_at_once(&self) -> usize {
        match self {
            Client::Objects(_) | Client::Webdav { .. } | Client::Folder(_) => 1,
            Client::Redis(_) => redis::NAMES_AT_ONCE,
        }
    }

    /// Tells for each of a request's names whether there is an object.
    pub(super) async fn exist(
        &self,
        names: &[String],
        limits: &RemoteLimits,
    ) -> Result<Vec<bool>, TransferError> {
        let exist = || async {
            match self {
                Client::Objects(operator) => objects::exist(operator, names, limits).await,
                Client::Webdav { heads, .. } => {
                    let mut exist = Vec::new();
                    for name in names {
                        exist.push(objects::read(heads, name, limits).await?.is_some());
                    }
                    Ok(exist)
                }
                Client::Folder(folder) => objects::exist(folder.operator().await?, names, limits).await,
                Client::Redis(redis) => redis.exist(names, limits).await,
            }
        };
        within(limits, "find", exist).await
    }

    /// Writes an object.
    pub(super) async fn write(
        &self,
        name: &str,
        object: Vec<u8>,
        limits: &RemoteLimits,
    ) -> Result<(), TransferError> {
        let object = Buffer::from(object);
        let write = || async {
            let object = object.clone();
            match self {
                Client::Objects(operator) | Client::Webdav { operator, .. } => {
                    objects::write(operator, name, object).await
                }
                Client::Folder(folder) => objects::write(folder.operator().await?, name, object).await,
                Client::Redis(redis) => redis.write(name, &object.to_bytes(), limits).await,
            }
        };
        within(limits, "take", write).await
    }
}

/// Runs an attempt until it succeeds, fails for good, or the time is up.
async fn within<T, F: Future<Output = Result<T, Failure>>>(
    limits: &RemoteLimits,
    verb: &str,
    attempt: impl FnMut() -> F,
) -> Result<T, TransferError> {
    let delays = ExponentialBuilder::default()
        .with_min_delay(FIRST_DELAY)
        .with_max_times(MORE_ATTEMPTS)
        .with_total_delay(Some(limits.idle))
        .with_jitter();
    let attempts = attempt.retry(delays).when(|failure: &Failure| failure.is_temporary);
    let ended = timeout(limits.transfer, attempts).await;
    Ok(ended.unwrap_or_else(|_| Err(Failure::transfer(limits, verb)))?)
}
