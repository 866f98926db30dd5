//! A request's body on its way to JavaScript: no further than JavaScript has asked for.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Body as _;
use tokio::sync::Notify;

use super::{Batch, Bell, Bridge, CallId, SHARED};
use crate::backend::Span;
use crate::protocol::frame::{self, Kind};
use crate::protocol::{Body, BodyStream, Code, Content, Piece, Pieces, Trailers};

/// No frame of bytes carries more, so that small calls are never stuck behind a large one.
const CHUNK: usize = 64 * 1024;
/// So many bytes are worth a wake-up, although more follow at once.
const BURST: usize = 8 * CHUNK;
/// How often whoever brings the next piece is given the chance to do so before those that are here go over.
const PATIENCE: u8 = 2;

/// How many bytes JavaScript can take.
#[derive(Default)]
pub(super) struct Window {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// Below 0 if more was handed over than was asked for.
    open: i64,
    closed: bool,
}

impl Window {
    /// JavaScript can take so many bytes more.
    pub(super) fn grant(&self, bytes: u32) {
        self.change(|state| state.open += i64::from(bytes));
    }

    /// Nobody wants any more.
    pub(super) fn close(&self) {
        self.change(|state| state.closed = true);
    }

    /// Counts bytes that were handed over, more than were asked for if a chunk was larger: that is less the next time.
    fn spend(&self, bytes: usize) {
        self.state().open -= bytes as i64;
    }

    /// Waits until something can be taken; `false` when nothing ever will.
    async fn opens(&self) -> bool {
        self.until(|state| state.closed || state.open > 0).await;
        self.is_open()
    }

    async fn closes(&self) {
        self.until(|state| state.closed).await;
    }

    fn is_open(&self) -> bool {
        let state = self.state();
        state.open > 0 && !state.closed
    }

    async fn until(&self, reached: impl Fn(&State) -> bool) {
        loop {
            let changed = self.changed.notified();
            if reached(&self.state()) {
                return;
            }
            changed.await;
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left of a body when its call has been sent.
pub(super) enum Rest {
    Bytes(BodyStream),
    /// All of it is here already.
    Complete(Bytes),
    Form(Pieces),
}

enum Next {
    Piece(Piece),
    End,
}

/// What goes along with the call, and what follows.
pub(super) fn split(content: Content, inline: usize) -> (Bytes, Option<Rest>) {
    match content {
        Content::Json(bytes) if bytes.len() > inline => (Bytes::new(), Some(Rest::Complete(bytes))),
        Content::Json(bytes) | Content::Octets(Body::Complete(bytes)) => (bytes, None),
        Content::Octets(Body::Stream(stream)) => (Bytes::new(), Some(Rest::Bytes(stream))),
        Content::Form(pieces) => (Bytes::new(), Some(Rest::Form(pieces))),
    }
}

impl Rest {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Next> {
        match self {
            Rest::Form(Pieces(pieces)) => {
                pieces.as_mut().poll_next(context).map(|piece| piece.map_or(Next::End, Next::Piece))
            }
            Rest::Complete(bytes) if bytes.is_empty() => Poll::Ready(Next::End),
            Rest::Complete(bytes) => {
                Poll::Ready(Next::Piece(Piece::Data(bytes.split_to(bytes.len().min(CHUNK)))))
            }
            Rest::Bytes(body) => loop {
                let frame = ready!(Pin::new(&mut *body).poll_frame(context));
                return Poll::Ready(match frame.map(|frame| frame.map(http_body::Frame::into_data)) {
                    Some(Ok(Ok(data))) => Next::Piece(Piece::Data(data)),
                    Some(Ok(Err(_trailers))) => continue,
                    Some(Err(error)) if error.is_late() => {
                        Next::Piece(Piece::Unreadable(Code::RequestTimeout.into()))
                    }
                    // Whoever waits is cancelled.
                    Some(Err(_)) => return Poll::Pending,
                    None => Next::End,
                });
            },
        }
    }
}

/// Carries a body over until it ends, or nobody wants it; then lets go of it.
pub(super) async fn carry<B: Bell>(
    bridge: Bridge<B>,
    id: CallId,
    mut rest: Rest,
    trailers: Trailers,
    window: Arc<Window>,
) {
    let mut frames = Frames { id, trailers, waiting: Batch::default(), bytes: 0 };
    let mut waited = 0;
    while window.opens().await {
        // What comes together goes over together: a manifest with the files behind it, pieces that follow at once.
        let next = std::future::poll_fn(|context| Poll::Ready(rest.poll_next(context))).await;
        let found = match next {
            Poll::Ready(found) => found,
            Poll::Pending if !frames.waiting.is_empty() && waited < PATIENCE => {
                waited += 1;
                tokio::task::yield_now().await;
                continue;
            }
            Poll::Pending => {
                frames.send(&bridge);
                tokio::select! {
                    found = std::future::poll_fn(|context| rest.poll_next(context)) => found,
                    () = window.closes() => return,
                }
            }
        };
        waited = 0;
        if !frames.put(found, &window, &bridge) {
            return frames.send(&bridge);
        }
        if frames.bytes >= BURST || !window.is_open() {
            frames.send(&bridge);
        }
    }
    // Nobody wants them any more; but what they lie in may be lent.
    frames.send(&bridge);
}

/// Frames of one call that go over together.
struct Frames {
    id: CallId,
    trailers: Trailers,
    waiting: Batch,
    /// Of payload.
    bytes: usize,
}

impl Frames {
    /// Whether more can come.
    fn put<B: Bell>(&mut self, next: Next, window: &Window, bridge: &Bridge<B>) -> bool {
        match next {
            Next::Piece(Piece::Data(data)) => {
                window.spend(data.len());
                match bridge.lent().hand_over(data) {
                    Ok(span) => self.lent(span),
                    Err(data) => self.chunks(data),
                }
            }
            Next::Piece(Piece::Part(part)) => {
                let head = serde_json::to_vec(&part).unwrap_or_default();
                // Parts without a byte must not come without bound either.
                window.spend(head.len());
                self.frame(Kind::Part, 0, &head);
            }
            Next::Piece(Piece::PartEnd) => self.frame(Kind::End, frame::PART, &[]),
            Next::Piece(Piece::Unreadable(why)) => {
                self.frame(Kind::Unreadable, 0, &serde_json::to_vec(&why).unwrap_or_default());
                return false;
            }
            Next::End => {
                self.frame(Kind::End, 0, &self.trailers.lines());
                return false;
            }
        }
        true
    }

    fn lent(&mut self, Span { number, offset, length }: Span) {
        self.bytes += length as usize;
        self.waiting.push(0, |out| frame::put_lent(out, self.id.0, number, offset, length));
    }

    fn chunks(&mut self, mut data: Bytes) {
        while !data.is_empty() {
            self.chunk(data.split_to(data.len().min(CHUNK)));
        }
    }

    fn chunk(&mut self, data: Bytes) {
        if data.len() < SHARED {
            return self.frame(Kind::Chunk, 0, &data);
        }
        let (id, length) = (self.id.0, data.len());
        self.bytes += length;
        self.waiting.push_with(0, data, |out| frame::put_header(out, Kind::Chunk, id, length));
    }

    fn frame(&mut self, kind: Kind, flags: u8, payload: &[u8]) {
        self.bytes += payload.len();
        self.waiting.push(0, |out| frame::put(out, kind, flags, self.id.0, payload));
    }

    fn send<B: Bell>(&mut self, bridge: &Bridge<B>) {
        self.bytes = 0;
        if !self.waiting.is_empty() {
            bridge.shared.doorbell.push_all(&mut self.waiting);
        }
    }
}

#[cfg(test)]
mod tests;
