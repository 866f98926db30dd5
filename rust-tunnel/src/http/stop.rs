//! What a server tells its threads and connections.

use tokio::sync::watch;
use tokio::time::Instant;

/// All that was ordered so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Orders {
    /// No new connections, no next request on the old ones; at the instant what is left is destroyed.
    closing: Option<Instant>,
    /// How often idle connections, and how often all of them, were closed.
    idle: u32,
    all: u32,
}

/// How far a listener has heard; each connection keeps one, so it is small.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    stop: bool,
    idle: u32,
    all: u32,
}

/// What a connection is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// End after the request under way.
    Stop,
    /// End if no request is under way.
    CloseIdle,
    /// End.
    CloseAll,
}

/// Gives the orders.
#[derive(Debug)]
pub(super) struct Stop(watch::Sender<Orders>);

impl Stop {
    pub(super) fn new() -> Self {
        Stop(watch::Sender::new(Orders::default()))
    }

    /// Closes until `deadline`; a second, earlier deadline replaces the first.
    pub(super) fn close(&self, deadline: Instant) {
        self.0.send_if_modified(|orders| {
            let sooner = orders.closing.is_none_or(|before| deadline < before);
            if sooner {
                orders.closing = Some(deadline);
            }
            sooner
        });
    }

    /// Ends the connections on which no request is under way.
    pub(super) fn close_idle(&self) {
        self.0.send_modify(|orders| orders.idle = orders.idle.wrapping_add(1));
    }

    /// Ends the connections that are there.
    pub(super) fn close_all(&self) {
        self.0.send_modify(|orders| orders.all = orders.all.wrapping_add(1));
    }

    pub(super) fn listen(&self) -> Stopping {
        Stopping { orders: self.0.subscribe(), heard: Heard::default() }
    }
}

/// Hears of [`Stop`].
#[derive(Clone, Debug)]
pub(super) struct Stopping {
    orders: watch::Receiver<Orders>,
    heard: Heard,
}

impl Stopping {
    /// A listener for a connection that begins now: which others were closed before is nothing to it.
    pub(super) fn of_new_connection(&self) -> Self {
        let orders = self.orders.clone();
        let Orders { idle, all, .. } = *orders.borrow();
        Stopping { orders, heard: Heard { stop: false, idle, all } }
    }

    /// The next order, and who will hear of the one after.
    pub(super) async fn next(mut self) -> (Order, Self) {
        loop {
            if let Some(order) = self.look() {
                return (order, self);
            }
            if self.orders.changed().await.is_err() {
                // A server that nobody holds stops too.
                if self.heard.stop {
                    std::future::pending::<()>().await;
                }
                self.heard.stop = true;
                return (Order::Stop, self);
            }
        }
    }

    fn look(&mut self) -> Option<Order> {
        let Orders { closing, idle, all } = *self.orders.borrow_and_update();
        let before = self.heard;
        let now = Heard { stop: before.stop || closing.is_some(), idle, all };
        self.heard = now;
        if now.all != before.all {
            // Nothing that was ordered with it is left to do.
            Some(Order::CloseAll)
        } else if now.stop && !before.stop {
            Some(Order::Stop)
        } else if now.idle != before.idle {
            Some(Order::CloseIdle)
        } else {
            None
        }
    }

    /// Returns once closing has begun.
    pub(super) async fn begun(&mut self) {
        // A dropped sender is a server that nobody holds: stop too.
        let _ = self.orders.wait_for(|orders| orders.closing.is_some()).await;
    }

    /// Returns once the deadline has passed.
    pub(super) async fn overdue(&mut self) {
        loop {
            let closing = self.orders.borrow_and_update().closing;
            match closing {
                None => {
                    if self.orders.changed().await.is_err() {
                        return;
                    }
                }
                Some(deadline) => tokio::select! {
                    () = tokio::time::sleep_until(deadline) => return,
                    changed = self.orders.changed() => if changed.is_err() { return },
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_order_is_heard_once_and_only_by_who_was_there() {
        let stop = Stop::new();
        let thread = stop.listen();
        stop.close_idle();
        stop.close_all();
        let early = thread.clone();
        let late = thread.of_new_connection();
        let (order, early) = early.next().await;
        assert_eq!(order, Order::CloseAll);
        stop.close_idle();
        let (order, early) = early.next().await;
        assert_eq!(order, Order::CloseIdle);
        stop.close(Instant::now());
        let ((order, early), (first, _)) = tokio::join!(early.next(), late.next());
        assert_eq!((order, first), (Order::Stop, Order::Stop));
        let ((order, _), ()) = tokio::join!(early.next(), async { stop.close_all() });
        assert_eq!(order, Order::CloseAll);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_nobody_holds_stops_once() {
        let stop = Stop::new();
        let listener = stop.listen();
        drop(stop);
        let (order, listener) = listener.next().await;
        assert_eq!(order, Order::Stop);
        let again = tokio::time::timeout(std::time::Duration::from_secs(1), listener.next()).await;
        assert!(again.is_err(), "there is nobody to order more");
    }
}
