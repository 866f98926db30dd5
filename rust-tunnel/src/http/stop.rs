use tokio::sync::watch;
use tokio::time::Instant;

/// Whether a server goes on, and when at the latest it has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Serving,
    /// No new connections, no next request on the old ones; at the instant what is left is destroyed.
    Closing(Instant),
}

/// Tells all threads and connections of a server to stop.
#[derive(Debug)]
pub(super) struct Stop(watch::Sender<Phase>);

impl Stop {
    pub(super) fn new() -> Self {
        Stop(watch::Sender::new(Phase::Serving))
    }

    /// Closes until `deadline`; a second, earlier deadline replaces the first.
    pub(super) fn close(&self, deadline: Instant) {
        self.0.send_if_modified(|phase| {
            let sooner = match *phase {
                Phase::Serving => true,
                Phase::Closing(before) => deadline < before,
            };
            if sooner {
                *phase = Phase::Closing(deadline);
            }
            sooner
        });
    }

    pub(super) fn listen(&self) -> Stopping {
        Stopping(self.0.subscribe())
    }
}

/// Hears of [`Stop`].
#[derive(Clone, Debug)]
pub(super) struct Stopping(watch::Receiver<Phase>);

impl Stopping {
    /// Returns once closing has begun.
    pub(super) async fn begun(&mut self) {
        // A dropped sender is a server that nobody holds: stop too.
        let _ = self.0.wait_for(|phase| *phase != Phase::Serving).await;
    }

    /// Returns once the deadline has passed.
    pub(super) async fn overdue(&mut self) {
        loop {
            let phase = *self.0.borrow_and_update();
            match phase {
                Phase::Serving => {
                    if self.0.changed().await.is_err() {
                        return;
                    }
                }
                Phase::Closing(deadline) => tokio::select! {
                    () = tokio::time::sleep_until(deadline) => return,
                    changed = self.0.changed() => if changed.is_err() { return },
                },
            }
        }
    }
}
