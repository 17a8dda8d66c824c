//! A latch: set once, and never reset.

use tokio::sync::watch;

/// A flag that is set once, and that tasks can wait for. Clones share it.
#[derive(Clone)]
pub(super) struct Latch(watch::Sender<bool>);

impl Latch {
    pub(super) fn new() -> Latch {
        Latch(watch::Sender::new(false))
    }

    /// Sets the latch. Returns true for the first call only.
    pub(super) fn set(&self) -> bool {
        !self.0.send_replace(true)
    }

    pub(super) fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the latch is set.
    pub(super) async fn wait(&self) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(|is_set| *is_set).await;
    }
}
