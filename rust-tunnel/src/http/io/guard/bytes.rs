//! The byte classes of a head, and how far a run of each class goes.
//!
//! Values and targets are most of a head, so their runs are found eight bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// How many leading bytes may stand in a header value: tab, printable ASCII, 0x80 and above.
pub(super) fn value_run(bytes: &[u8]) -> usize {
    run(bytes, |word| below(word, 0x20) | equal(word, 0x7f), is_value)
}

/// How many leading bytes may stand in a target's path, query or fragment for Node (`!` to `~`) and for `http::Uri`,
/// which has no `<`, `>`, backtick, nor (in a query) `"`.
pub(super) fn target_run(bytes: &[u8]) -> usize {
    run(
        bytes,
        // `<` and `>` are one bit apart.
        |word| {
            below(word, b'#')
                | equal(word | (ONES * 2), b'>')
                | equal(word, b'`')
                | equal(word, 0x7f)
                | (word & HIGH)
        },
        |byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'`'),
    )
}

/// How many leading bytes may stand in a header name.
pub(super) fn token_run(bytes: &[u8]) -> usize {
    // Letters and hyphens are sure to be right; the table decides on the rest.
    run(
        bytes,
        |word| !(letters(word) | !from(word ^ (ONES * u64::from(b'-')), 1)) & HIGH | (word & HIGH),
        is_token,
    )
}

/// A byte of a header name or of a chunk extension's words.
pub(super) fn is_token(byte: u8) -> bool {
    TOKEN.get(usize::from(byte)).copied().unwrap_or(false)
}

/// A byte of a header value or of a quoted string.
pub(super) fn is_value(byte: u8) -> bool {
    byte == b'\t' || (byte >= 0x20 && byte != 0x7f)
}

/// Strict about a URL's host part as Node is: no quotes, brackets of the wrong kind, backslash or `^`.
pub(super) fn is_authority(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!$%&'()*+,-.:;=@[]_~".contains(&byte)
}

const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        #[expect(
            clippy::indexing_slicing,
            reason = "a byte is always inside 256, and this runs in the compiler"
        )]
        {
            table[byte as usize] = byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
                );
        }
        byte += 1;
    }
    table
};

/// `stops` marks bytes to look at closer by their high bit (the lowest mark is always true, higher ones
/// may be echoes of it); `keep` decides on them.
fn run(bytes: &[u8], stops: impl Fn(u64) -> u64, keep: impl Fn(u8) -> bool) -> usize {
    let mut rest = bytes;
    loop {
        let plain = match rest.split_first_chunk::<8>() {
            Some((word, after)) => match stops(u64::from_le_bytes(*word)) {
                0 => {
                    rest = after;
                    continue;
                }
                marks => marks.trailing_zeros() as usize / 8,
            },
            None => rest.iter().position(|byte| !keep(*byte)).unwrap_or(rest.len()),
        };
        let Some((byte, after)) = rest.get(plain..).and_then(<[u8]>::split_first) else {
            return bytes.len();
        };
        if !keep(*byte) {
            return bytes.len() - after.len() - 1;
        }
        rest = after;
    }
}

/// Marks bytes smaller than `limit` (at most 0x80).
fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGH
}

/// Marks bytes equal to `byte`.
fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * u64::from(byte)), 1)
}

/// Marks bytes from `limit` up, each for itself; not for bytes of 0x80 and above.
fn from(word: u64, limit: u8) -> u64 {
    (word & !HIGH) + ONES * u64::from(0x80 - limit)
}

/// Marks ASCII letters, each for itself; not for bytes of 0x80 and above.
fn letters(word: u64) -> u64 {
    let lower = word | (ONES * 0x20);
    from(lower, b'a') & !from(lower, b'z' + 1)
}
