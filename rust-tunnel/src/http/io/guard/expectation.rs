//! The value of `Expect`: Node meets it if it has the word `100-continue` anywhere in it.

const WORD: &[u8] = b"100-continue";

/// The search for the word, in any letter case, with no letter, digit or `_` next to it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Expectation {
    /// This many bytes of the word are seen.
    Part(u8),
    /// Inside of another word.
    Other,
    #[default]
    Start,
    Met,
}

impl Expectation {
    /// Follows the value by a byte.
    pub(super) fn take(&mut self, byte: u8) {
        let seen = match self {
            Self::Met => return,
            Self::Start => 0,
            Self::Part(seen) => usize::from(*seen),
            Self::Other => usize::MAX,
        };
        let in_word = byte.is_ascii_alphanumeric() || byte == b'_';
        *self = match WORD.get(seen) {
            Some(expected) if byte.to_ascii_lowercase() == *expected => Self::Part(seen as u8 + 1),
            None if seen == WORD.len() && !in_word => Self::Met,
            // The hyphen in the word is a boundary too: `100-100-continue`.
            Some(b'c') if seen == 4 && byte == b'1' => Self::Part(1),
            _ if in_word => Self::Other,
            _ => Self::Start,
        };
    }

    /// Whether the word was in the value.
    pub(super) fn end(self) -> bool {
        match self {
            Self::Met => true,
            Self::Part(seen) => usize::from(seen) == WORD.len(),
            Self::Start | Self::Other => false,
        }
    }
}
