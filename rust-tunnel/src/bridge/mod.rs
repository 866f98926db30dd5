//! The bridge into JavaScript: a [`Backend`](crate::backend::Backend) that turns calls into frames and frames into answers.
//!
//! ```text
//!  call() --put--> doorbell ==ring==> JavaScript takes the whole batch, runs the handlers,
//!  answer <--complete-- accept() <== and hands back a whole batch of replies
//! ```
//!
//! What carries the bytes is somebody else's: the addon copies batches into JavaScript's memory, a worker's
//! connection writes them to a socket. Both ring through a [`Bell`] and bring answers to [`Bridge::accept`].

mod answer;
mod backend;
mod batch;
mod calls;
mod doorbell;
mod download;
mod sync {
    pub(super) use std::sync::{Mutex, MutexGuard, PoisonError};
}
mod upload;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::backend::{BackendError, Lent};
use crate::protocol::frame::{self, Frame, FrameError, Kind};
use crate::protocol::{self, Body, BodyStream, Interim};

use answer::{Answer, begun};
pub use batch::{Batch, Copied};
pub use calls::CallStats;
use calls::{CallId, Calls};
pub use doorbell::{Bell, Doorbell, Ticket};
use download::{Download, Item};

/// Bodies from this size on are not copied before the other side takes them.
const SHARED: usize = 8 * 1024;

/// Carries calls to JavaScript and answers back. Clones are the same bridge.
pub struct Bridge<B> {
    shared: Arc<Shared<B>>,
}

/// What a bridge goes by.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Most calls that it holds.
    pub max_in_flight: usize,
    /// Longer JSON bodies come behind their call, piece by piece, so that other calls need not wait for them.
    pub inline: usize,
    /// When a cancelled call is given up that JavaScript has not settled.
    pub abandoned: Duration,
    /// What a caller is told whose answer can't come any more.
    pub lost: BackendError,
    /// And whose call the other side has never had.
    pub unsent: BackendError,
}

struct Shared<B> {
    doorbell: Doorbell<B>,
    lent: Arc<Lent>,
    calls: Calls,
    terms: Terms,
    closed: AtomicBool,
    /// The last frame has been said.
    said_all: AtomicBool,
    reports_waiting: AtomicUsize,
    reports_dropped: AtomicUsize,
}

impl<B> Clone for Bridge<B> {
    fn clone(&self) -> Self {
        Bridge { shared: self.shared.clone() }
    }
}

impl<B: Bell> Bridge<B> {
    /// A bridge that rings `bell`.
    pub fn new(bell: B, terms: Terms) -> Self {
        let shared = Shared {
            doorbell: Doorbell::new(bell),
            lent: Arc::default(),
            calls: Calls::new(terms.max_in_flight, terms.abandoned),
            terms,
            closed: AtomicBool::new(false),
            said_all: AtomicBool::new(false),
            reports_waiting: AtomicUsize::new(0),
            reports_dropped: AtomicUsize::new(0),
        };
        Bridge { shared: Arc::new(shared) }
    }

    /// The bell, to be rung or silenced by its owner.
    pub fn bell(&self) -> &B {
        self.shared.doorbell.bell()
    }

    /// Memory that the other side has lent.
    pub fn lent(&self) -> &Arc<Lent> {
        &self.shared.lent
    }

    /// Exchanges `batch`, which must be empty, for everything that waits to be carried over.
    pub fn take(&self, batch: &mut Batch) {
        self.shared.doorbell.take(batch);
        self.shared.reports_waiting.store(0, Ordering::Relaxed);
        for id in batch.retracted() {
            self.shared.calls.forget(CallId(id));
        }
    }

    /// Takes answers in. Returns how many of the bytes were whole frames; the rest must come again with more.
    ///
    /// # Errors
    /// [`FrameError`] when the other side does not speak the protocol; no later byte can be understood then.
    pub fn accept(&self, bytes: &[u8], max_frame: usize) -> Result<usize, FrameError> {
        self.accept_with(bytes, max_frame, |_| {})
    }

    /// The same for a side that also says what is about no call; `other` is told.
    ///
    /// # Errors
    /// As [`Bridge::accept`].
    pub fn accept_with(
        &self,
        bytes: &[u8],
        max_frame: usize,
        mut other: impl FnMut(&Frame<'_>),
    ) -> Result<usize, FrameError> {
        let mut rest = bytes;
        while let Some((frame, after)) = frame::split(rest, max_frame)? {
            rest = after;
            if !self.settle(&frame) {
                other(&frame);
            }
        }
        Ok(bytes.len() - rest.len())
    }

    /// Says something that is about no call.
    pub fn tell(&self, kind: Kind, payload: &[u8]) {
        self.shared.doorbell.push(0, |out| frame::put(out, kind, 0, 0, payload));
    }

    /// Takes in a batch of whole frames; bytes of answers that stand apart in it are sent from where they are.
    ///
    /// # Errors
    /// As [`Bridge::accept`].
    pub fn accept_batch(&self, batch: &mut Batch, max_frame: usize) -> Result<(), FrameError> {
        batch.drain(|head, tail| {
            if tail.is_empty() {
                self.accept(head, max_frame)?;
            } else if let Some(id) = frame::id_of(head) {
                self.shared.calls.send(CallId(id), Item::Data(tail));
            }
            Ok(())
        })
    }

    /// Ends it: every waiting caller is told, and the last frame says why (empty: an ordinary close).
    pub fn close(&self, reason: &str) {
        if !self.shared.closed.swap(true, Ordering::AcqRel) {
            self.shared.calls.fail_all();
            self.tell(Kind::Closed, reason.as_bytes());
            self.shared.said_all.store(true, Ordering::Release);
            // Whoever waits for that may have come between the two.
            self.bell().ring();
        }
    }

    /// Whether the last frame waits to be carried over, or has been.
    pub fn has_said_all(&self) -> bool {
        self.shared.said_all.load(Ordering::Acquire)
    }

    /// Whether [`Bridge::close`] was called: no call can be answered any more.
    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
    }

    /// Gives up on abandoned calls when their time has come; runs as long as it is polled.
    pub async fn reap(&self) {
        self.shared.calls.reap().await;
    }

    /// How many calls are in flight, and how many were abandoned so far.
    pub fn stats(&self) -> CallStats {
        self.shared.calls.stats()
    }

    /// How many frames wait to be carried over.
    pub fn queued(&self) -> usize {
        self.shared.doorbell.waiting()
    }

    /// How many bytes they are.
    pub fn queued_bytes(&self) -> usize {
        self.shared.doorbell.waiting_bytes()
    }

    /// Acts on one frame from JavaScript. `false`: it is about no call.
    fn settle(&self, frame: &Frame<'_>) -> bool {
        let id = CallId(frame.id);
        match frame.kind {
            Kind::More => self.shared.calls.grant(id, frame.number()),
            Kind::Interim => self.shared.calls.send_interim(id, frame.payload),
            Kind::Begin => self.begin_reply(id, frame),
            Kind::Data => self.shared.calls.send(id, Item::Data(Bytes::copy_from_slice(frame.payload))),
            Kind::Finish => {
                self.shared.calls.send(id, Item::End(protocol::header_lines(frame.payload)));
                self.shared.calls.forget(id);
            }
            _ => match Answer::read(frame) {
                Some(answer) => self.shared.calls.complete(id, answer),
                None => return false,
            },
        }
        true
    }

    fn begin_reply(&self, id: CallId, frame: &Frame<'_>) {
        let Some((mut reply, length)) = begun(frame) else {
            return self.shared.calls.complete(id, Answer::Broken);
        };
        let (source, body) = Download::new(self.clone(), id, length);
        reply.body = Body::Stream(BodyStream::new(body));
        self.shared.calls.begin_reply(id, Answer::Reply(reply), source);
    }

    async fn ask(&self, write: impl Fn(&mut Vec<u8>, u64)) -> Result<Answer, BackendError> {
        self.asked(write, Bytes::new(), None, |_| {}).await
    }

    async fn asked(
        &self,
        write: impl Fn(&mut Vec<u8>, u64),
        tail: Bytes,
        interim: Option<Interim>,
        then: impl FnOnce(CallId),
    ) -> Result<Answer, BackendError> {
        let (sender, receiver) = oneshot::channel();
        let id = self.shared.calls.begin(sender, interim)?;
        // Asked only now: closing fails every call that is on the table, and this one must not come after it.
        if self.is_closed() {
            self.shared.calls.forget(id);
            return Err(self.shared.terms.unsent);
        }
        let ticket = self.shared.doorbell.push_with(id.0, tail, |out| write(out, id.0));
        // Head and body are in the frame; nobody has to keep them while the handler runs.
        drop(write);
        then(id);
        let guard = CancelOnDrop { bridge: self, id, ticket };
        let answer = receiver.await.map_err(|_| self.lost(ticket));
        // Whoever settled the call has already taken it off the table; an answer that has begun cancels by itself.
        std::mem::forget(guard);
        answer
    }

    /// Why a call has no answer whose frame is, or was, at that place.
    fn lost(&self, ticket: Ticket) -> BackendError {
        let Terms { lost, unsent, .. } = self.shared.terms;
        if self.shared.doorbell.retract(ticket) { unsent } else { lost }
    }

    fn cancel(&self, id: CallId, ticket: Ticket) {
        if !self.shared.doorbell.retract(ticket) {
            self.cancel_begun(id);
        }
    }

    fn cancel_begun(&self, id: CallId) {
        if self.shared.calls.cancel(id) {
            self.shared.doorbell.push(0, |out| frame::put(out, Kind::Cancel, 0, id.0, &[]));
        }
    }
}

/// Tells JavaScript that nobody waits any more, when the future that waited is dropped.
struct CancelOnDrop<'a, B: Bell> {
    bridge: &'a Bridge<B>,
    id: CallId,
    ticket: Ticket,
}

impl<B: Bell> Drop for CancelOnDrop<'_, B> {
    fn drop(&mut self) {
        self.bridge.cancel(self.id, self.ticket);
    }
}

#[cfg(test)]
mod tests;
