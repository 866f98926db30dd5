use tokio::time::Instant;

/// What a connection has done so far.
pub(super) struct Activity {
    pub(super) opened: Instant,
    /// When the last answer ended; `None` before the first.
    pub(super) answered: Option<Instant>,
}

impl Activity {
    pub(super) fn new() -> Self {
        Activity { opened: Instant::now(), answered: None }
    }
}
