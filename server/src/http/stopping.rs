//! The end of the process, for what does not end by itself.

use tokio::sync::watch;

/// Says that the process is about to end. All clones are one.
#[derive(Clone, Debug, Default)]
pub struct Stopping(watch::Sender<bool>);

impl Stopping {
    /// It is.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is.
    pub async fn begun(&self) {
        // The sender lives as long as `self`, so there is always somebody to wait for.
        drop(self.0.subscribe().wait_for(|begun| *begun).await);
    }
}
