//! The items of `Transfer-Encoding` and `Connection`.

/// The words that matter in `Transfer-Encoding`.
pub(super) const CODINGS: [Known; 1] = [Known::Chunked];
/// The words that matter in `Connection`.
pub(super) const CONNECTIONS: [Known; 2] = [Known::Close, Known::KeepAlive];

/// The item under way in a comma list, compared with the words that matter.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item {
    /// Blanks and empty items go before an item.
    Start,
    /// This many bytes of the word are seen.
    Part(Known, u8),
    /// The word is complete and only spaces have followed; Node takes a tab here for a part of the word.
    Whole(Known),
    /// No word that matters.
    Other,
    /// A word that has to be the last one was not.
    Misplaced,
}

/// A word that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Chunked,
    Close,
    KeepAlive,
}

impl Item {
    /// Follows the list by a byte; gives the word that a comma has just ended.
    pub(super) fn take(&mut self, byte: u8, words: &[Known]) -> Option<Known> {
        let (next, ended) = match (*self, byte) {
            (Self::Misplaced, _) => (Self::Misplaced, None),
            (Self::Whole(known), b',') => (Self::Start, Some(known)),
            (_, b',') | (Self::Start, b' ' | b'\t') => (Self::Start, None),
            (Self::Whole(known), b' ') => (Self::Whole(known), None),
            (Self::Start, byte) => {
                let known = words.iter().find(|known| known.continues(0, byte));
                (known.map_or(Self::Other, |known| Self::Part(*known, 1)), None)
            }
            (Self::Part(known, seen), byte) if known.continues(seen, byte) => {
                let seen = seen + 1;
                let whole = usize::from(seen) == known.word().len();
                (if whole { Self::Whole(known) } else { Self::Part(known, seen) }, None)
            }
            _ => (Self::Other, None),
        };
        *self = next;
        ended
    }

    /// The word which the list ends with, if it matters.
    pub(super) fn end(self) -> Option<Known> {
        if let Self::Whole(known) = self { Some(known) } else { None }
    }
}

impl Known {
    fn word(self) -> &'static [u8] {
        match self {
            Self::Chunked => b"chunked",
            Self::Close => b"close",
            Self::KeepAlive => b"keep-alive",
        }
    }

    fn continues(self, seen: u8, byte: u8) -> bool {
        self.word().get(usize::from(seen)) == Some(&byte.to_ascii_lowercase())
    }
}
