use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// What there is room for at first; most heads are smaller.
const ROOM: usize = 1024;
/// The empty line at the end of a head.
const EMPTY_LINE: usize = 2;

/// The requests' heads as they were sent, oldest first: hyper keeps neither the letter case of names nor the order of
/// lines, and forgets a target's fragment.
///
/// The memory of a head that nobody holds any more is used for the next.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// Complete heads end to end, then the one under way.
    bytes: BytesMut,
    /// How long each complete head is.
    complete: VecDeque<u16>,
    under_way: u16,
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
    pub(super) fn end(&mut self) {
        self.bytes.truncate(self.bytes.len().saturating_sub(EMPTY_LINE));
        self.complete.push_back(self.under_way.saturating_sub(EMPTY_LINE as u16));
        self.under_way = 0;
    }

    /// The oldest complete head, from the request line on, without the empty line.
    pub(super) fn next(&mut self) -> Option<Bytes> {
        let length = self.complete.pop_front()?;
        Some(self.bytes.split_to(usize::from(length)).freeze())
    }
}
