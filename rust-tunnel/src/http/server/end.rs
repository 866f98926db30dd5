use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use super::Closed;
use crate::http::stop::Stop;

/// Held by every thread; when the last has let go, the server has closed.
pub(super) struct End {
    died: AtomicBool,
    stop: Arc<Stop>,
    closed: Mutex<Option<OnClosed>>,
}

type OnClosed = Box<dyn FnOnce(Closed) + Send>;

impl End {
    pub(super) fn new(stop: Arc<Stop>, closed: impl FnOnce(Closed) + Send + 'static) -> Self {
        End { died: AtomicBool::new(false), stop, closed: Mutex::new(Some(Box::new(closed))) }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let closed = self.closed.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(closed) = closed {
            closed(if *self.died.get_mut() { Closed::ThreadDied } else { Closed::Ordinary });
        }
    }
}

/// One thread's hold on the [`End`]. A thread that panics takes the others with it: half a server helps nobody.
pub(super) struct Hold(Arc<End>);

impl Hold {
    pub(super) fn of(end: &Arc<End>) -> Self {
        Hold(end.clone())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.died.store(true, Ordering::Relaxed);
            self.0.stop.close(Instant::now());
        }
    }
}
