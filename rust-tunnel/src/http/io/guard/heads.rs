use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::disguise::Disguise;
use crate::protocol::Trailers;

/// What there is room for at first; most heads are smaller.
const ROOM: usize = 1024;
/// The empty line at the end of a head.
const EMPTY_LINE: usize = 2;

/// What was sent as a request's head: hyper keeps neither the letter case of names nor the order of lines, forgets a
/// target's fragment, and is not shown everything as it is.
#[derive(Clone, Debug, Default)]
pub struct SentHead {
    /// From the request line to the last header line, each with its line end.
    pub raw: Bytes,
    /// How many header lines there are.
    pub fields: u16,
    /// The version is 1.0.
    pub http10: bool,
    /// Node would close the connection after its answer.
    pub closes: bool,
    /// hyper was shown another target.
    pub odd_target: bool,
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
    /// The newest head's trailers so far.
    trailing: Vec<u8>,
    trailers: Trailers,
    pub(super) disguise: Disguise,
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
    }

    /// Takes the next piece of the trailers that belong to the newest head.
    pub(super) fn take_in_trailers(&mut self, piece: &[u8]) {
        self.trailing.extend_from_slice(piece);
    }

    /// They are complete.
    pub(super) fn end_trailers(&mut self) {
        let lines = std::mem::take(&mut self.trailing);
        std::mem::take(&mut self.trailers).set(lines.into());
    }

    /// The oldest complete head that was not taken yet.
    pub(super) fn next(&mut self) -> Option<SentHead> {
        let (length, head) = self.complete.pop_front()?;
        Some(SentHead { raw: self.bytes.split_to(usize::from(length)).freeze(), ..head })
    }
}
