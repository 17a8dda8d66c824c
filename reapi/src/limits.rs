//! The bounds of what a client waits for and takes.

use std::time::Duration;

/// The bounds of what a client waits for and takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The time to connect.
    pub connect: Duration,
    /// The time of a call, and between two parts of a content.
    pub call: Duration,
    /// The tries of a call that fails for now.
    pub tries: usize,
    /// The size of a content that is read, in bytes.
    pub max_bytes: u64,
    /// The contents that are uploaded at a time.
    pub uploads: usize,
}

impl Default for Limits {
    /// Ten seconds to connect, a minute for a call, seven tries over some 13 seconds, 4 GiB, eight uploads.
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(10),
            call: Duration::from_secs(60),
            tries: 7,
            max_bytes: 4 << 30,
            uploads: 8,
        }
    }
}
