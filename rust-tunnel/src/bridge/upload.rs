//! A request's body on its way to JavaScript: no further than JavaScript has asked for.

use std::sync::{Mutex, PoisonError};

use http_body_util::BodyExt;
use tokio::sync::Notify;

use super::{Bell, Bridge, CallId};
use crate::protocol::frame::{self, Kind};
use crate::protocol::{BodyStream, Piece, Pieces};

/// No frame carries more, so that small calls are never stuck behind a large one.
const CHUNK: usize = 64 * 1024;

/// How many bytes JavaScript can take.
#[derive(Default)]
pub(super) struct Window {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default, Clone, Copy)]
struct State {
    open: u64,
    closed: bool,
}

impl Window {
    /// JavaScript can take so many bytes more.
    pub(super) fn grant(&self, bytes: u32) {
        self.change(|state| state.open += u64::from(bytes));
    }

    /// Nobody wants any more.
    pub(super) fn close(&self) {
        self.change(|state| state.closed = true);
    }

    /// Waits until something can be taken; `false` when nothing ever will.
    async fn opens(&self) -> bool {
        loop {
            let changed = self.changed.notified();
            let State { open, closed } = self.change_quietly(|_| {});
            if closed || open > 0 {
                return !closed;
            }
            changed.await;
        }
    }

    /// Counts bytes that were handed over, more than were asked for if a chunk was larger.
    fn spend(&self, bytes: usize) {
        self.change_quietly(|state| state.open = state.open.saturating_sub(bytes as u64));
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        self.change_quietly(change);
        self.changed.notify_waiters();
    }

    fn change_quietly(&self, change: impl FnOnce(&mut State)) -> State {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        *state
    }
}

/// What is left of a body when its call has been sent.
pub(super) enum Rest {
    Bytes(BodyStream),
    Form(Pieces),
}

enum Next {
    Piece(Piece),
    End,
    /// A body that breaks off takes its connection with it, and that cancels the call.
    Broken,
}

impl Rest {
    async fn next(&mut self) -> Next {
        match self {
            Rest::Form(Pieces(pieces)) => {
                let piece = std::future::poll_fn(|context| pieces.as_mut().poll_next(context)).await;
                piece.map_or(Next::End, Next::Piece)
            }
            Rest::Bytes(body) => loop {
                match body.frame().await.map(|frame| frame.map(http_body::Frame::into_data)) {
                    Some(Ok(Ok(data))) => return Next::Piece(Piece::Data(data)),
                    Some(Ok(Err(_trailers))) => {}
                    Some(Err(_)) => return Next::Broken,
                    None => return Next::End,
                }
            },
        }
    }
}

/// Carries a body over until it ends, or nobody wants it; then lets go of it.
pub(super) async fn carry<B: Bell>(
    bridge: Bridge<B>,
    id: CallId,
    mut rest: Rest,
    window: std::sync::Arc<Window>,
) {
    let put = |kind, flags, payload: &[u8]| {
        bridge.shared.doorbell.push(0, |out| frame::put(out, kind, flags, id.0, payload));
    };
    while window.opens().await {
        let next = tokio::select! {
            next = rest.next() => next,
            () = closed(&window) => return,
        };
        match next {
            Next::Piece(Piece::Data(mut data)) => {
                window.spend(data.len());
                while !data.is_empty() {
                    put(Kind::Chunk, 0, &data.split_to(data.len().min(CHUNK)));
                }
            }
            Next::Piece(Piece::Part(part)) => {
                let head = serde_json::to_vec(&part).unwrap_or_default();
                // Parts without a byte must not come without bound either.
                window.spend(head.len());
                put(Kind::Part, 0, &head);
            }
            Next::Piece(Piece::PartEnd) => put(Kind::End, frame::PART, &[]),
            Next::Piece(Piece::Unreadable(why)) => {
                put(Kind::Unreadable, 0, &serde_json::to_vec(&why).unwrap_or_default());
                return;
            }
            Next::End => return put(Kind::End, 0, &[]),
            Next::Broken => return,
        }
    }
}

async fn closed(window: &Window) {
    loop {
        let changed = window.changed.notified();
        if window.change_quietly(|_| {}).closed {
            return;
        }
        changed.await;
    }
}
