//! A short word that came in pieces.

/// Long enough for every word the guard knows: `transfer-encoding`.
const CAPACITY: usize = 17;

/// The part of a method or a header name which earlier reads brought.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Word {
    bytes: [u8; CAPACITY],
    length: u8,
}

impl Word {
    /// Runs `judge` on the whole word: what is held here, and `last`, its last piece. A word that is too
    /// long to be known is shown as the empty one.
    pub(super) fn end<R>(&mut self, last: &[u8], judge: impl FnOnce(&[u8]) -> R) -> R {
        if self.length == 0 {
            return judge(last);
        }
        self.push(last);
        let whole = judge(self.so_far());
        self.length = 0;
        whole
    }

    /// Adds a piece.
    pub(super) fn push(&mut self, piece: &[u8]) {
        for byte in piece {
            if let Some(place) = self.bytes.get_mut(usize::from(self.length)) {
                *place = *byte;
            }
            // One past the capacity says "too long", and stays.
            self.length = (self.length + 1).min(CAPACITY as u8 + 1);
        }
    }

    /// What came so far; empty if it is too long to be known.
    pub(super) fn so_far(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// No byte came yet.
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }
}
