use std::task::{Context, Poll};

use bytes::Bytes;

use crate::http::body::RequestBody;
use crate::http::inlet::{Inlet, inlet};
use crate::http::io::guard::{Framing, SentHead};
use crate::http::io::{Socket, Wire};

/// A request's body on its way from the wire to whoever reads it.
#[derive(Default)]
pub(super) struct Intake {
    /// Where the rest goes that has not come yet, or was not asked for.
    inlet: Option<Inlet>,
    /// The client waits for `100 Continue`.
    awaits_continue: bool,
}

impl Intake {
    /// The body of the request whose head was taken.
    pub(super) fn begin<S: Socket>(&mut self, head: &SentHead, wire: &mut Wire<S>) -> RequestBody {
        let (_, is_over) = wire.body();
        self.awaits_continue = head.expects_continue && head.framing != Framing::Nothing;
        if is_over && !self.awaits_continue {
            let body = wire.take_body();
            wire.end_body();
            return RequestBody::Complete(body);
        }
        let declared = if let Framing::Length(length) = head.framing { length } else { 0 };
        // Who waits for `100 Continue` gets it when the body is asked for, and not before.
        let first = if self.awaits_continue { Bytes::new() } else { wire.take_body() };
        let (inlet, reader) = inlet(first, declared);
        self.inlet = Some(inlet);
        RequestBody::Arriving(reader)
    }

    /// Whether the body is over, so that the next request can begin.
    pub(super) fn is_over(&self) -> bool {
        self.inlet.is_none()
    }

    /// Whether somebody waits for more of it.
    pub(super) fn is_wanted(&self) -> bool {
        self.inlet.as_ref().is_some_and(Inlet::is_wanted)
    }

    /// Whether the client is to be told now that it can send: once.
    pub(super) fn lets_come(&mut self) -> bool {
        self.is_wanted() && std::mem::take(&mut self.awaits_continue)
    }

    /// The connection sleeps, and is to be woken when somebody waits for more.
    pub(super) fn watch(&self, context: &Context<'_>) {
        if let Some(inlet) = &self.inlet {
            inlet.watch(context);
        }
    }

    /// Lets go of a body that nobody reads any more. `false`: more of it would come, which nobody could tell from a next
    /// request.
    pub(super) fn let_go<S: Socket>(&mut self, wire: &mut Wire<S>) -> bool {
        if self.inlet.as_ref().is_some_and(Inlet::is_forsaken) {
            drop(wire.take_body());
            if wire.body() != (0, true) {
                return false;
            }
            wire.end_body();
            self.inlet = None;
        }
        true
    }

    /// Brings more of it to whoever waits for it. `false`: nothing could be done.
    pub(super) fn feed<S: Socket>(&mut self, wire: &mut Wire<S>, context: &mut Context<'_>) -> bool {
        let Some(inlet) = self.inlet.as_ref().filter(|_| wire.over().is_none()) else { return false };
        if wire.body() != (0, true) {
            if !inlet.is_wanted() {
                return false;
            }
            let (arrived, _) = wire.body();
            let piece = if arrived > 0 { Poll::Ready(wire.take_body()) } else { wire.poll_body(context) };
            let Poll::Ready(piece) = piece else { return false };
            inlet.give(piece);
        }
        if wire.body() == (0, true) {
            self.inlet.take().into_iter().for_each(Inlet::end);
            wire.end_body();
        }
        true
    }
}
