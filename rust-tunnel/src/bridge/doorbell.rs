//! A queue that wakes its consumer once per batch, however many frames are pushed meanwhile.

use bytes::Bytes;

use super::sync::{Mutex, MutexGuard, PoisonError};

/// A taken batch that grew beyond this many bytes gives its memory back.
const KEPT_CAPACITY: usize = 1 << 20;

/// How the consumer is woken: a ThreadsafeFunction, a notified task.
pub trait Bell: Send + Sync + 'static {
    /// Wakes the consumer, soon and at least once.
    fn ring(&self);
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

    /// The same for a frame whose end is there already: it is kept as it is until the consumer comes.
    pub fn push_with(&self, id: u64, tail: Bytes, write: impl FnOnce(&mut Vec<u8>)) -> Ticket {
        let mut state = self.state();
        let index = state.batch.push(id, tail, write);
        let ticket = Ticket { batch: state.taken, index };
        let silent = !std::mem::replace(&mut state.ringing, true);
        drop(state);
        if silent {
            self.bell.ring();
        }
        ticket
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
        self.state().batch.marks.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Frames that were taken together, end to end in one buffer.
#[derive(Default)]
pub struct Batch {
    bytes: Vec<u8>,
    marks: Vec<Mark>,
    /// The first frame that [`Batch::copy_into`] has not copied yet.
    next: usize,
}

struct Mark {
    id: u64,
    end: usize,
    /// The end of the frame, if it stands apart.
    tail: Bytes,
    retracted: bool,
}

/// What [`Batch::copy_into`] did.
#[derive(Debug, PartialEq, Eq)]
pub enum Copied {
    /// This many bytes were written; 0 means that nothing is left.
    Bytes(usize),
    /// Not even the next frame fits: it takes this many bytes.
    Needs(usize),
}

impl Batch {
    fn push(&mut self, id: u64, tail: Bytes, write: impl FnOnce(&mut Vec<u8>)) -> usize {
        write(&mut self.bytes);
        self.marks.push(Mark { id, end: self.bytes.len(), tail, retracted: false });
        self.marks.len() - 1
    }

    fn retract(&mut self, index: usize) {
        if let Some(mark) = self.marks.get_mut(index) {
            mark.retracted = true;
        }
    }

    /// The ids of the frames that were taken back; their bytes are skipped.
    pub fn retracted(&self) -> impl Iterator<Item = u64> {
        self.marks.iter().filter(|mark| mark.retracted).map(|mark| mark.id)
    }

    /// The frames, in order, each in two parts.
    pub fn frames(&self) -> impl Iterator<Item = [&[u8]; 2]> {
        let starts = std::iter::once(0).chain(self.marks.iter().map(|mark| mark.end));
        let frames = starts.zip(&self.marks).filter(|(_, mark)| !mark.retracted);
        frames.filter_map(|(start, mark)| Some([self.bytes.get(start..mark.end)?, &mark.tail]))
    }

    /// Copies as many of the frames not copied yet as `out` holds, whole frames only.
    pub fn copy_into(&mut self, out: &mut [u8]) -> Copied {
        let mut written = 0;
        while let Some(mark) = self.marks.get(self.next) {
            let start =
                self.next.checked_sub(1).and_then(|last| self.marks.get(last)).map_or(0, |last| last.end);
            let (head, tail) = if mark.retracted {
                (&[][..], &[][..])
            } else {
                (self.bytes.get(start..mark.end).unwrap_or_default(), &mark.tail[..])
            };
            let length = head.len() + tail.len();
            let space = out.get_mut(written..written + length);
            match space.and_then(|space| space.split_at_mut_checked(head.len())) {
                Some((before, behind)) => {
                    before.copy_from_slice(head);
                    behind.copy_from_slice(tail);
                }
                None if written == 0 => return Copied::Needs(length),
                None => break,
            }
            written += length;
            if let Some(mark) = self.marks.get_mut(self.next) {
                mark.tail = Bytes::new();
            }
            self.next += 1;
        }
        Copied::Bytes(written)
    }

    /// Makes it empty, to be exchanged again.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_CAPACITY);
        self.marks.clear();
        self.next = 0;
    }
}
