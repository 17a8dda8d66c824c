//! The limits of a shared store.

use std::time::Duration;

/// The limits of a shared store: the time it may take, and the size of its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteLimits {
    /// The maximum time in which nothing arrives.
    pub idle: Duration,
    /// The maximum time of one transfer.
    pub transfer: Duration,
    /// The maximum time that [`Remote::finish`](super::Remote::finish) waits for writes.
    pub finish: Duration,
    /// The maximum size of an object, in bytes.
    pub max_bytes: u64,
}

impl Default for RemoteLimits {
    /// 5 s, 60 s, 10 s, and 1 GiB.
    fn default() -> RemoteLimits {
        RemoteLimits {
            idle: Duration::from_secs(5),
            transfer: Duration::from_secs(60),
            finish: Duration::from_secs(10),
            max_bytes: 1 << 30,
        }
    }
}
