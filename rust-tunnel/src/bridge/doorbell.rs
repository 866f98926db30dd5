//! A queue that wakes its consumer once per batch, however many frames are pushed meanwhile.

use bytes::Bytes;

use super::batch::Batch;
use super::sync::{Mutex, MutexGuard, PoisonError};

/// How the consumer is woken: a ThreadsafeFunction, a notified task.
pub trait Bell: Send + Sync + 'static {
    /// Wakes the consumer, soon and at least once.
    fn ring(&self);

    /// So many frames wait, and the consumer has not come since the last ring.
    fn grow(&self, _frames: usize) {}
}

/// Frames on their way to one consumer.
pub struct Doorbell<B> {
    bell: B,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The consumer was rung and has not come yet.
    ringing: bool,
    /// How many batches were taken; tells a ticket of this batch from an older one.
    taken: u64,
    batch: Batch,
}

/// Where a frame waits, to take it back.
#[derive(Clone, Copy)]
pub struct Ticket {
    batch: u64,
    index: usize,
}

impl<B: Bell> Doorbell<B> {
    /// An empty queue before a silent bell.
    pub fn new(bell: B) -> Self {
        Doorbell { bell, state: Mutex::new(State::default()) }
    }

    /// The bell, to be silenced by its owner.
    pub fn bell(&self) -> &B {
        &self.bell
    }

    /// Appends what `write` writes as one frame of call `id`, and rings unless the bell is ringing already.
    pub fn push(&self, id: u64, write: impl FnOnce(&mut Vec<u8>)) -> Ticket {
        self.push_with(id, Bytes::new(), write)
    }

    /// The same for a frame whose end is there already; see [`Batch::push_with`].
    pub fn push_with(&self, id: u64, tail: Bytes, write: impl FnOnce(&mut Vec<u8>)) -> Ticket {
        let mut state = self.state();
        let index = state.batch.push_with(id, tail, write);
        let ticket = Ticket { batch: state.taken, index };
        self.ring(state);
        ticket
    }

    /// Moves frames that were collected elsewhere to the end of what waits, and rings likewise.
    pub fn push_all(&self, frames: &mut Batch) {
        let mut state = self.state();
        state.batch.append(frames);
        self.ring(state);
    }

    fn ring(&self, mut state: MutexGuard<'_, State>) {
        let silent = !std::mem::replace(&mut state.ringing, true);
        let waiting = state.batch.len();
        drop(state);
        if silent {
            self.bell.ring();
        } else {
            self.bell.grow(waiting);
        }
    }

    /// Exchanges `batch`, which must be empty, for what waits. The bell is silent again in the same step: a frame
    /// pushed from now on rings.
    pub fn take(&self, batch: &mut Batch) {
        let mut state = self.state();
        state.ringing = false;
        state.taken += 1;
        std::mem::swap(&mut state.batch, batch);
    }

    /// Takes a frame back. `false` if the consumer has it.
    pub fn retract(&self, ticket: Ticket) -> bool {
        let mut state = self.state();
        if state.taken != ticket.batch {
            return false;
        }
        state.batch.retract(ticket.index);
        true
    }

    /// How many frames wait.
    pub fn waiting(&self) -> usize {
        self.state().batch.len()
    }

    /// How many bytes they are.
    pub fn waiting_bytes(&self) -> usize {
        self.state().batch.bytes()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
