//! What is given up on, and who waits for it.

use tokio::sync::watch;

/// Thrown once, and never back.
#[derive(Clone)]
pub(super) struct Switch(watch::Sender<bool>);

impl Switch {
    pub(super) fn new() -> Switch {
        Switch(watch::Sender::new(false))
    }

    /// Throws it. Whether this was the first time.
    pub(super) fn throw(&self) -> bool {
        !self.0.send_replace(true)
    }

    pub(super) fn is_thrown(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is thrown.
    pub(super) async fn thrown(&self) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(|thrown| *thrown).await;
    }
}
