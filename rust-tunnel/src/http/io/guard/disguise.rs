//! What hyper is shown in place of bytes that Node takes and hyper refuses, or understands in another way.
//!
//! Each is replaced by another that means nothing here, so that heads keep their length: a version 1.0 by 1.1, bytes of
//! a target that no `http::Uri` may hold, and values that hyper would act on.

use std::ops::Range;

/// The changes to the piece of a head under way.
#[derive(Debug, Default)]
pub(super) struct Disguise {
    changes: Vec<(Range<usize>, u8)>,
}

/// A byte that says nothing, in a target and in a value.
pub(super) const NOTHING: u8 = b'x';

impl Disguise {
    /// Changes the piece.
    #[inline]
    pub(super) fn put_on(&mut self, piece: &mut [u8]) {
        if !self.changes.is_empty() {
            self.change(piece);
        }
    }

    /// Each byte in `range` of the piece is to become `byte`.
    #[cold]
    #[inline(never)]
    pub(super) fn replace(&mut self, range: Range<usize>, byte: u8) {
        self.changes.push((range, byte));
    }

    /// Each tab in a part of the piece, which begins `at` this place, is to become a byte of the word before it.
    #[cold]
    #[inline(never)]
    pub(super) fn replace_tabs(&mut self, part: &[u8], at: usize) {
        let tabs = (at..).zip(part).filter(|(_, byte)| **byte == b'\t');
        self.changes.extend(tabs.map(|(tab, _)| (tab..tab + 1, NOTHING)));
    }

    #[cold]
    #[inline(never)]
    fn change(&mut self, piece: &mut [u8]) {
        // Their memory goes too: they can be as many as the target has bytes, and mostly there are none.
        for (range, byte) in std::mem::take(&mut self.changes) {
            if let Some(bytes) = piece.get_mut(range) {
                bytes.fill(byte);
            }
        }
    }
}
