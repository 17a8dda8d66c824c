//! The operations that a farm executes for this client.

use crate::client::Client;
use bazel_remote_apis::google::longrunning::CancelOperationRequest;
use futures_util::future::join_all;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The operations that a farm executes for this client, by their names.
#[derive(Default)]
pub(crate) struct Running(Mutex<HashSet<String>>);

impl Running {
    fn names(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, name: &str) {
        self.names().insert(name.into());
    }

    pub(crate) fn remove(&self, name: &str) {
        self.names().remove(name);
    }
}

impl Client {
    /// Tells the farm that nobody waits for an operation any more.
    pub(crate) async fn cancel(&self, name: &str) {
        self.running.remove(name);
        let request = CancelOperationRequest { name: name.into() };
        let mut operations = self.operations();
        // Where it can't be told, it goes on in vain.
        let _ = tokio::time::timeout(self.limits.call, operations.cancel_operation(request)).await;
    }

    /// Tells the farm that nobody waits for its results any more, and waits at most so long for its answers.
    pub async fn cancel_all(&self, longest: Duration) {
        let names = std::mem::take(&mut *self.running.names());
        let all = join_all(names.iter().map(|name| self.cancel(name)));
        let _ = tokio::time::timeout(longest, all).await;
    }
}
