//! The value of `Content-Length`.

/// `Content-Length`: digits, then only spaces.
#[derive(Debug, Clone, Copy)]
pub(super) enum Length {
    Start,
    Digits,
    Spaces,
    Bad,
}

impl Length {
    /// Where `byte` leads to; `length` grows with each digit.
    pub(super) fn next(self, byte: u8, length: &mut u64) -> Self {
        match (self, byte) {
            (Self::Start | Self::Digits, b'0'..=b'9') => {
                let grown = length.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(byte - b'0')));
                *length = grown.unwrap_or_default();
                if grown.is_some() { Self::Digits } else { Self::Bad }
            }
            (Self::Digits | Self::Spaces, b' ') => Self::Spaces,
            _ => Self::Bad,
        }
    }
}
