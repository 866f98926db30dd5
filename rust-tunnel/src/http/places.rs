use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::futures::Notified;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Room for so many connections; how many can change while some are there.
pub(super) struct Places {
    free: Arc<Semaphore>,
    count: Mutex<Count>,
    resized: Notify,
}

struct Count {
    all: usize,
    /// Places that are taken though there is no room for them any more; they end with whoever has them.
    excess: usize,
}

impl Places {
    /// Places for `all` connections; 0 is no limit, as in Node.
    pub(super) fn new(all: usize) -> Self {
        let all = bounded(all);
        Places {
            free: Arc::new(Semaphore::new(all)),
            count: Mutex::new(Count { all, excess: 0 }),
            resized: Notify::new(),
        }
    }

    /// Waits for a free place.
    pub(super) async fn take(self: &Arc<Self>) -> Option<Place> {
        let permit = self.free.clone().acquire_owned().await.ok()?;
        Some(Place { permit: Some(permit), places: self.clone() })
    }

    /// From now on there is room for `all`. Nobody who is there has to leave.
    pub(super) fn resize(&self, all: usize) {
        let all = bounded(all);
        let mut count = self.count();
        if let Some(more) = all.checked_sub(count.all) {
            let kept = more.min(count.excess);
            count.excess -= kept;
            self.free.add_permits(more - kept);
        } else {
            let fewer = count.all - all;
            count.excess += fewer - self.free.forget_permits(fewer);
        }
        count.all = all;
        drop(count);
        self.resized.notify_waiters();
    }

    /// Ends when the number of places changes after this call: who holds one in advance may have to give it back.
    pub(super) fn resized(&self) -> Notified<'_> {
        self.resized.notified()
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One place, as long as it is held.
pub(super) struct Place {
    permit: Option<OwnedSemaphorePermit>,
    places: Arc<Places>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut count = self.places.count();
        if count.excess > 0 {
            count.excess -= 1;
            self.permit.take().into_iter().for_each(OwnedSemaphorePermit::forget);
        }
        // Given back before anyone else counts.
        drop(self.permit.take());
    }
}

fn bounded(all: usize) -> usize {
    if all == 0 { Semaphore::MAX_PERMITS } else { all.min(Semaphore::MAX_PERMITS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(places: &Places) -> usize {
        places.free.available_permits()
    }

    #[tokio::test]
    async fn places_that_are_too_many_end_with_their_holders() {
        let places = Arc::new(Places::new(3));
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(places.take().await.unwrap());
        }
        places.resize(1);
        held.pop();
        held.pop();
        assert_eq!(free(&places), 0);
        held.pop();
        assert_eq!(free(&places), 1);
        places.resize(4);
        assert_eq!(free(&places), 4);
        places.resize(2);
        assert_eq!(free(&places), 2);
    }

    #[tokio::test]
    async fn growing_takes_back_what_was_too_many() {
        let places = Arc::new(Places::new(3));
        let held = [places.take().await, places.take().await];
        places.resize(1);
        places.resize(2);
        assert_eq!(free(&places), 0);
        places.resize(3);
        assert_eq!(free(&places), 1);
        drop(held);
        assert_eq!(free(&places), 3);
        places.resize(0);
        assert_eq!(free(&places), Semaphore::MAX_PERMITS);
        places.resize(1);
        assert_eq!(free(&places), 1);
    }
}
