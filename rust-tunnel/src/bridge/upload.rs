//! A request's body on its way to JavaScript: no further than JavaScript has asked for.

use std::sync::{Mutex, PoisonError};

use http_body_util::BodyExt;
use tokio::sync::Notify;

use super::{Bell, Bridge, CallId};
use crate::protocol::BodyStream;
use crate::protocol::frame::{self, Kind};

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

/// Carries a body over until it ends, or nobody wants it; then lets go of it.
pub(super) async fn carry<B: Bell>(
    bridge: Bridge<B>,
    id: CallId,
    mut body: BodyStream,
    window: std::sync::Arc<Window>,
) {
    let doorbell = &bridge.shared.doorbell;
    while window.opens().await {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            () = closed(&window) => return,
        };
        match frame {
            Some(Ok(frame)) => {
                let Ok(mut data) = frame.into_data() else { continue };
                window.spend(data.len());
                while !data.is_empty() {
                    let chunk = data.split_to(data.len().min(CHUNK));
                    doorbell.push(0, |out| frame::put(out, Kind::Chunk, 0, id.0, &chunk));
                }
            }
            // A body that breaks off takes its connection with it, and that cancels the call.
            Some(Err(_)) => return,
            None => {
                doorbell.push(0, |out| frame::put(out, Kind::End, 0, id.0, &[]));
                return;
            }
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
