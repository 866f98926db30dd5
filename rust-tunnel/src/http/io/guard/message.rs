//! What the head of a message says, as far as it decides about the message's fate and end.

use super::Refusal;
use super::heads::SentHead;
use crate::protocol::Trailers;

/// Node's `maxHeaderSize`: a head with this many bytes of target, names and values is too large.
const MAX_COUNTED: u32 = 16 * 1024;
/// Node's `maxHeadersCount`: what comes after this many header lines is left out of `headers`.
pub const SHOWN_FIELDS: u16 = 1000;

/// What is known of the message under way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Message {
    /// `Content-Length`, if `has_length`.
    pub(super) length: u64,
    pub(super) has_length: bool,
    pub(super) has_coding: bool,
    /// The last `Transfer-Encoding` so far ends in `chunked`.
    pub(super) chunked: bool,
    pub(super) http10: bool,
    pub(super) odd_target: bool,
    pub(super) connect: bool,
    pub(super) host: bool,
    /// Some `Expect` was seen; `expect_continue` if one of them can be met.
    pub(super) expect: bool,
    pub(super) expect_continue: bool,
    /// What `Connection` asks for.
    pub(super) close: bool,
    pub(super) keep_alive: bool,
    fields: u16,
    counted: u32,
}

/// How the bytes after a head are framed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// There are none.
    #[default]
    Nothing,
    /// There are so many, and more than none.
    Length(u64),
    /// They say themselves where they end.
    Chunked,
}

impl Message {
    /// Counts bytes of the target, of a name or of a value against Node's limit.
    pub(super) fn count(&mut self, run: usize) -> Result<(), Refusal> {
        self.counted = self.counted.saturating_add(u32::try_from(run).unwrap_or(u32::MAX));
        if self.counted >= MAX_COUNTED { Err(Refusal::HeadTooLarge) } else { Ok(()) }
    }

    /// Counts a header line; there is no room for more than 65535 in a head.
    pub(super) fn count_field(&mut self) {
        self.fields += 1;
    }

    /// Whether the header line under way is one of those that Node looks at.
    pub(super) fn shows_field(&self) -> bool {
        self.fields <= SHOWN_FIELDS
    }

    /// Trailers are counted on their own, as in Node.
    pub(super) fn count_anew(&mut self) {
        self.counted = 0;
        self.fields = 0;
    }

    /// Judges the head as a whole, in Node's order, and says how the body is framed.
    pub(super) fn end_of_head(&self) -> Result<Framing, Refusal> {
        if self.connect {
            return Err(Refusal::Connect);
        }
        // A coding that does not end in `chunked` leaves the end of a request open.
        if self.has_coding && !self.chunked {
            return Err(Refusal::BadRequest);
        }
        if !self.http10 && !self.host {
            return Err(Refusal::MissingHost);
        }
        if !self.http10 && self.expect && !self.expect_continue {
            return Err(Refusal::UnknownExpectation);
        }
        Ok(match self.length {
            _ if self.chunked => Framing::Chunked,
            0 => Framing::Nothing,
            length => Framing::Length(length),
        })
    }

    /// What is to be known of the head once it has ended.
    pub(super) fn sent(&self, framing: Framing) -> SentHead {
        SentHead {
            http10: self.http10,
            closes: !self.persists(),
            odd_target: self.odd_target,
            framing,
            expects_continue: !self.http10 && self.expect_continue,
            trailers: if self.chunked { Trailers::expected() } else { Trailers::default() },
            ..SentHead::default()
        }
    }

    /// Whether another message may follow on the connection.
    pub(super) fn persists(&self) -> bool {
        if self.http10 { self.keep_alive } else { !self.close }
    }
}
