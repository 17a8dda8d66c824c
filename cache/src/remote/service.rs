//! What answers.

use super::folder::Folder;
use super::redis::Redis;
use super::{Limits, late, objects};
use opendal::Operator;
use std::future::Future;
use tokio::time::timeout;

/// Where the objects are. Nothing was sent to it yet.
pub(super) enum Service {
    Objects(Operator),
    Folder(Folder),
    Redis(Redis),
}

impl Service {
    /// Reads an object; `None` where there is none.
    pub(super) async fn read(&self, name: &str, limits: &Limits) -> Result<Option<Vec<u8>>, String> {
        let read = async {
            match self {
                Service::Objects(operator) => objects::read(operator, name, limits).await,
                Service::Folder(folder) => objects::read(folder.operator().await?, name, limits).await,
                Service::Redis(redis) => redis.read(name, limits).await,
            }
        };
        within(limits, "send", read).await
    }

    /// Writes an object.
    pub(super) async fn write(&self, name: &str, object: Vec<u8>, limits: &Limits) -> Result<(), String> {
        let write = async {
            match self {
                Service::Objects(operator) => objects::write(operator, name, object).await,
                Service::Folder(folder) => objects::write(folder.operator().await?, name, object).await,
                Service::Redis(redis) => redis.write(name, &object, limits).await,
            }
        };
        within(limits, "take", write).await
    }
}

/// Ends in time, and says what went wrong on one line.
async fn within<T>(
    limits: &Limits,
    verb: &str,
    transfer: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let ended = timeout(limits.transfer, transfer).await;
    ended.map_err(|_| late::transfer(limits, verb))?.map_err(|why| line(&why))
}

fn line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    text.trim().into()
}
