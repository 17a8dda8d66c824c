//! The client of a shared store, which repeats what failed for a moment.

use super::failure::{Failure, TransferError};
#[cfg(feature = "reapi")]
use super::farm::{self, Farm};
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

/// The maximum number of questions that are under way. At 160, a server that answers after 50 ms tells of 10,000 objects
/// in little more than 3 s; some systems allow a process 256 open files.
const QUESTIONS: usize = 160;
/// The same for mounted folders.
const QUESTIONS_OF_FOLDERS: usize = 64;

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
    #[cfg(feature = "reapi")]
    Farm(Box<Farm>),
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
                #[cfg(feature = "reapi")]
                Client::Farm(farm) => farm.read(name, limits).await,
            }
        };
        within(limits, "send", read).await
    }

    /// The maximum number of requests for the existence of objects that are under way, and the number of names that one
    /// may ask for.
    pub(super) fn questions(&self) -> (usize, usize) {
        match self {
            Client::Objects(_) | Client::Webdav { .. } => (QUESTIONS, 1),
            // Each takes a thread, as no system asks a mounted folder in any other way.
            Client::Folder(_) => (QUESTIONS_OF_FOLDERS, 1),
            Client::Redis(_) => (redis::CONNECTIONS, redis::NAMES_AT_ONCE),
            #[cfg(feature = "reapi")]
            Client::Farm(_) => farm::QUESTIONS,
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
                #[cfg(feature = "reapi")]
                Client::Farm(farm) => farm.exist(names, limits).await,
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
                #[cfg(feature = "reapi")]
                Client::Farm(farm) => farm.write(name, object.to_bytes(), limits).await,
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
