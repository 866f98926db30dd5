use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Calls that wait until a worker has room for them.
#[derive(Default)]
pub(super) struct Room {
    waiting: AtomicUsize,
    pub(super) changed: Notify,
}

/// One more waits, while it is held.
pub(super) struct Waiting<'a>(&'a AtomicUsize);

impl Room {
    /// Lets a call wait, if fewer than so many do.
    pub(super) fn enter(&self, most: usize) -> Option<Waiting<'_>> {
        let entered = Waiting(&self.waiting);
        (self.waiting.fetch_add(1, Ordering::Relaxed) < most).then_some(entered)
    }

    /// There may be room for so many.
    pub(super) fn opened(&self, count: usize) {
        for _ in 0..count.min(self.waiting.load(Ordering::Relaxed)) {
            self.changed.notify_one();
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
