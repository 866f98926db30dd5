use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::message::Framing;
use crate::protocol::Trailers;

/// What there is room for at first; most heads are smaller.
const ROOM: usize = 1024;
/// The empty line at the end of a head.
const EMPTY_LINE: usize = 2;

/// A request's head.
#[derive(Clone, Debug, Default)]
pub struct SentHead {
    /// From the request line to the last header line, each with its line end.
    pub raw: Bytes,
    /// The version is 1.0.
    pub http10: bool,
    /// Node would close the connection after its answer.
    pub closes: bool,
    /// The target is no path, or has bytes that no URL has.
    pub odd_target: bool,
    /// What follows it.
    pub framing: Framing,
    /// The client waits for `100 Continue` before it sends that.
    pub expects_continue: bool,
    /// The lines behind a chunked body, once that is over.
    pub trailers: Trailers,
}

/// The requests' heads as they were sent, oldest first.
///
/// The memory of a head that nobody holds any more is used for the next.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// Complete heads end to end, then the one under way.
    bytes: BytesMut,
    /// How long each complete head is, and what else is known of it.
    complete: VecDeque<(u16, SentHead)>,
    under_way: u16,
    /// Of each message that was not let go: how many bytes of its body have come and were not taken, and whether that is
    /// all of it. The newest may be that of the last head.
    bodies: VecDeque<(usize, bool)>,
    /// The newest head's trailers so far.
    trailing: Vec<u8>,
    /// Bytes of complete trailers whose heads were not taken.
    ended: usize,
    trailers: Trailers,
}

impl Heads {
    /// Takes the next piece of a head. Empty lines before the request line are nobody's.
    pub(super) fn take_in(&mut self, piece: &[u8]) {
        let skipped = match self.under_way {
            0 => piece.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count(),
            _ => 0,
        };
        let piece = piece.get(skipped..).unwrap_or_default();
        if self.bytes.capacity() - self.bytes.len() < piece.len() {
            self.bytes.reserve(piece.len().max(ROOM));
        }
        self.bytes.extend_from_slice(piece);
        // No head is longer than `MAX_HEAD`.
        self.under_way += piece.len() as u16;
    }

    /// The head under way is complete, its empty line included.
    pub(super) fn end(&mut self, head: SentHead) {
        self.bytes.truncate(self.bytes.len().saturating_sub(EMPTY_LINE));
        self.trailers = head.trailers.clone();
        self.complete.push_back((self.under_way.saturating_sub(EMPTY_LINE as u16), head));
        self.under_way = 0;
        self.bodies.push_back((0, false));
    }

    /// Bytes of the newest message's body have come.
    pub(super) fn arrived(&mut self, bytes: usize) {
        if let Some((waiting, _)) = self.bodies.back_mut() {
            *waiting += bytes;
        }
    }

    /// The newest message is complete.
    pub(super) fn end_message(&mut self) {
        if let Some((_, is_over)) = self.bodies.back_mut() {
            *is_over = true;
        }
    }

    pub(super) fn has_head(&self) -> bool {
        !self.complete.is_empty()
    }

    /// Bytes of heads that were not taken, and of their trailers.
    pub(super) fn waiting(&self) -> usize {
        self.bytes.len() + self.trailing.len() + self.ended
    }

    /// How many bytes of the oldest message's body wait, and whether no more will come.
    pub(super) fn body(&self) -> (usize, bool) {
        self.bodies.front().copied().unwrap_or((0, true))
    }

    pub(super) fn take_body(&mut self, bytes: usize) {
        if let Some((waiting, _)) = self.bodies.front_mut() {
            *waiting = waiting.saturating_sub(bytes);
        }
    }

    pub(super) fn end_body(&mut self) {
        self.bodies.pop_front();
    }

    /// Takes the next piece of the trailers that belong to the newest head.
    pub(super) fn take_in_trailers(&mut self, piece: &[u8]) {
        self.trailing.extend_from_slice(piece);
    }

    /// They are complete.
    pub(super) fn end_trailers(&mut self) {
        let lines = std::mem::take(&mut self.trailing);
        if self.has_head() {
            self.ended += lines.len();
        }
        std::mem::take(&mut self.trailers).set(lines.into());
    }

    /// The oldest complete head that was not taken yet.
    pub(super) fn next(&mut self) -> Option<SentHead> {
        let (length, head) = self.complete.pop_front()?;
        self.ended -= head.trailers.lines().len().min(self.ended);
        Some(SentHead { raw: self.bytes.split_to(usize::from(length)).freeze(), ..head })
    }
}
