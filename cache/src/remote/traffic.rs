//! The bytes that went to a shared store and came from it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The bytes that went to a shared store and came from it, as they were sent and as they are uncompressed.
#[derive(Default)]
pub(super) struct Counters {
    sent: AtomicU64,
    sent_plain: AtomicU64,
    received: AtomicU64,
    received_plain: AtomicU64,
}

/// The bytes that went to a shared store and came from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// The bytes that were sent.
    pub sent: u64,
    /// The size of the objects that they are, uncompressed, in bytes.
    pub sent_plain: u64,
    /// The bytes that were received.
    pub received: u64,
    /// The size of the objects that they are, uncompressed, in bytes.
    pub received_plain: u64,
}

impl Counters {
    pub(super) fn sent(&self, bytes: u64, plain: u64) {
        self.sent.fetch_add(bytes, Relaxed);
        self.sent_plain.fetch_add(plain, Relaxed);
    }

    pub(super) fn received(&self, bytes: u64, plain: u64) {
        self.received.fetch_add(bytes, Relaxed);
        self.received_plain.fetch_add(plain, Relaxed);
    }

    /// The counts since the last call.
    pub(super) fn take(&self) -> Traffic {
        let [sent, sent_plain, received, received_plain] =
            [&self.sent, &self.sent_plain, &self.received, &self.received_plain]
                .map(|it| it.swap(0, Relaxed));
        Traffic { sent, sent_plain, received, received_plain }
    }
}
