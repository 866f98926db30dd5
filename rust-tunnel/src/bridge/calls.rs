//! The table of calls that JavaScript has not settled: begin, complete, cancel.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use slab::Slab;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::backend::BackendError;
use crate::protocol::Reply;

/// An id that JavaScript can hold in a number: 32 bits of place in the table, 21 bits that tell its users apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CallId(pub(super) u64);

const GENERATION_MASK: u64 = (1 << 21) - 1;

/// What came back.
#[derive(Debug)]
pub(super) enum Answer {
    Reply(Reply),
    Admitted,
    Origin(Option<HeaderValue>),
    /// A reply whose head is longer than the reply.
    Broken,
}

/// A call holds its place, and with it its permit, until JavaScript settles it: a client that goes away must not
/// make room for more work than `limits.maxInFlight` (reset floods).
pub(super) struct Calls {
    table: Mutex<Table>,
    max: usize,
    abandoned_after: Duration,
    abandoned: AtomicU64,
    cancelled: Notify,
}

#[derive(Default)]
struct Table {
    entries: Slab<Entry>,
    generation: u64,
    /// Calls that JavaScript works on though nobody waits.
    cancelled: usize,
}

struct Entry {
    id: CallId,
    waiting: Option<oneshot::Sender<Answer>>,
    cancelled_at: Option<Instant>,
}

/// Numbers for `stats()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallStats {
    /// Calls that JavaScript has not settled.
    pub in_flight: usize,
    /// Calls that were given up after `timeouts.abandonedMs`.
    pub abandoned: u64,
}

impl Calls {
    pub(super) fn new(max: usize, abandoned_after: Duration) -> Self {
        Calls {
            table: Mutex::default(),
            max,
            abandoned_after,
            abandoned: AtomicU64::new(0),
            cancelled: Notify::new(),
        }
    }

    pub(super) fn begin(&self, waiting: oneshot::Sender<Answer>) -> Result<CallId, BackendError> {
        let mut table = self.table();
        if table.entries.len() >= self.max {
            return Err(BackendError::Overloaded);
        }
        table.generation = (table.generation + 1) & GENERATION_MASK;
        let generation = table.generation;
        let place = table.entries.vacant_entry();
        let id = CallId(generation << 32 | place.key() as u64);
        place.insert(Entry { id, waiting: Some(waiting), cancelled_at: None });
        Ok(id)
    }

    /// Settles a call. An id that is not in the table is an answer that came too late, and no fault.
    pub(super) fn complete(&self, id: CallId, answer: Answer) {
        let waiting = self.table().remove(id).and_then(|entry| entry.waiting);
        if let Some(waiting) = waiting {
            // The receiver may have gone in this very moment.
            let _ = waiting.send(answer);
        }
    }

    /// Frees the place of a call that JavaScript will never see.
    pub(super) fn forget(&self, id: CallId) {
        self.table().remove(id);
    }

    /// Notes that nobody waits. `false` if the call was settled meanwhile.
    pub(super) fn cancel(&self, id: CallId) -> bool {
        let mut table = self.table();
        let Some(entry) = table.get(id) else { return false };
        entry.waiting = None;
        entry.cancelled_at = Some(Instant::now());
        table.cancelled += 1;
        drop(table);
        self.cancelled.notify_one();
        true
    }

    /// Drops every waiting side, so that each caller is told; JavaScript's side is gone or does not matter any more.
    pub(super) fn fail_all(&self) {
        let mut table = self.table();
        table.cancelled = 0;
        let entries = std::mem::take(&mut table.entries);
        drop(table);
        drop(entries);
    }

    pub(super) async fn reap(&self) {
        let pause = (self.abandoned_after / 4).max(Duration::from_millis(10));
        loop {
            self.cancelled.notified().await;
            while self.table().cancelled > 0 {
                tokio::time::sleep(pause).await;
                self.give_up_before(Instant::now().checked_sub(self.abandoned_after));
            }
        }
    }

    fn give_up_before(&self, limit: Option<Instant>) {
        let mut table = self.table();
        let before = table.entries.len();
        table.entries.retain(|_, entry| entry.cancelled_at.is_none_or(|at| Some(at) > limit));
        let given_up = before - table.entries.len();
        table.cancelled -= given_up.min(table.cancelled);
        self.abandoned.fetch_add(given_up as u64, Ordering::Relaxed);
    }

    pub(super) fn stats(&self) -> CallStats {
        CallStats { in_flight: self.table().entries.len(), abandoned: self.abandoned.load(Ordering::Relaxed) }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn get(&mut self, id: CallId) -> Option<&mut Entry> {
        let place = (id.0 & u64::from(u32::MAX)) as usize;
        self.entries.get_mut(place).filter(|entry| entry.id == id)
    }

    fn remove(&mut self, id: CallId) -> Option<Entry> {
        self.get(id)?;
        let entry = self.entries.try_remove((id.0 & u64::from(u32::MAX)) as usize)?;
        if entry.cancelled_at.is_some() {
            self.cancelled -= 1;
        }
        Some(entry)
    }
}
