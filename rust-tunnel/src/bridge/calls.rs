//! The table of calls that JavaScript has not settled: begin, complete, cancel.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slab::Slab;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::answer::Answer;
use super::download::{Item, Source};
use super::upload::Window;
use crate::backend::BackendError;
use crate::protocol::Interim;

/// An id that JavaScript can hold in a number: 32 bits of place in the table, 21 bits that tell its users apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CallId(pub(super) u64);

const GENERATION_MASK: u64 = (1 << 21) - 1;

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
    interim: Option<Interim>,
    cancelled_at: Option<Instant>,
    /// Only calls whose body or answer comes in pieces have any.
    streams: Option<Box<Streams>>,
}

/// The ways that are open while a call is on the table.
#[derive(Default)]
struct Streams {
    upload: Option<Arc<Window>>,
    download: Option<Source>,
}

impl Drop for Streams {
    fn drop(&mut self) {
        if let Some(window) = &self.upload {
            window.close();
        }
    }
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

    pub(super) fn begin(
        &self,
        waiting: oneshot::Sender<Answer>,
        interim: Option<Interim>,
    ) -> Result<CallId, BackendError> {
        let mut table = self.table();
        if table.entries.len() >= self.max {
            return Err(BackendError::Overloaded);
        }
        table.generation = (table.generation + 1) & GENERATION_MASK;
        let generation = table.generation;
        let place = table.entries.vacant_entry();
        let id = CallId(generation << 32 | place.key() as u64);
        place.insert(Entry { id, waiting: Some(waiting), interim, cancelled_at: None, streams: None });
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

    /// Sends an answer before the answer, while that has not begun.
    pub(super) fn send_interim(&self, id: CallId, answer: &[u8]) {
        let interim = self
            .table()
            .get(id)
            .filter(|entry| entry.waiting.is_some())
            .and_then(|entry| entry.interim.clone());
        if let Some(interim) = interim {
            interim.send(answer);
        }
    }

    /// The call's body comes through `window`, until the call is settled or nobody waits any more.
    pub(super) fn open_upload(&self, id: CallId, window: Arc<Window>) {
        match self.table().get(id) {
            Some(entry) => entry.streams.get_or_insert_default().upload = Some(window),
            None => window.close(),
        }
    }

    /// JavaScript can take so many bytes more of the call's body.
    pub(super) fn grant(&self, id: CallId, bytes: u32) {
        let window = self.table().get(id).and_then(|entry| entry.streams.as_ref()?.upload.clone());
        if let Some(window) = window {
            window.grant(bytes);
        }
    }

    /// The answer begins; its body comes through `source`. The call stays on the table until it has ended.
    pub(super) fn begin_reply(&self, id: CallId, answer: Answer, source: Source) {
        let mut table = self.table();
        let Some(entry) = table.get(id) else { return };
        let Some(waiting) = entry.waiting.take() else { return };
        entry.streams.get_or_insert_default().download = Some(source);
        drop(table);
        // The receiver may have gone in this very moment; the answer that comes back is dropped, and cancels the call.
        drop(waiting.send(answer));
    }

    /// The next piece of an answer. Nobody may be there any more to take it.
    pub(super) fn send(&self, id: CallId, item: Item) {
        if let Some(source) = self.table().get(id).and_then(|entry| entry.streams.as_ref()?.download.as_ref())
        {
            let _ = source.send(item);
        }
    }

    /// Frees the place of a call that JavaScript will never see, or has ended.
    pub(super) fn forget(&self, id: CallId) {
        self.table().remove(id);
    }

    /// Notes that nobody waits. `false` if the call was settled meanwhile.
    pub(super) fn cancel(&self, id: CallId) -> bool {
        let mut table = self.table();
        let Some(entry) = table.get(id).filter(|entry| entry.cancelled_at.is_none()) else { return false };
        entry.waiting = None;
        entry.streams = None;
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
