//! How long, and how much.

use std::time::Duration;

/// How long a shared store may take, and how much it may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteLimits {
    /// For so long nothing may arrive.
    pub idle: Duration,
    /// So long one whole transfer may take.
    pub transfer: Duration,
    /// So long [`Remote::finish`](super::Remote::finish) waits for what is being stored.
    pub finish: Duration,
    /// An object larger than this is refused, in bytes.
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
