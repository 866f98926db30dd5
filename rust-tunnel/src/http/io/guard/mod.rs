//! Refuses on the raw bytes of a connection what Node's HTTP parser refuses.
//!
//! hyper reads more leniently than the server this one stands in for (bare line feeds, `Content-Length` next
//! to `Transfer-Encoding`, no `Host`, ...), and once it has parsed a head the difference can no longer be seen.
//! So each byte passes a [`Guard`] on its way from the socket to hyper. `tests/verdicts.json` holds what
//! Node 20 made of some hundred byte sequences; the guard decides alike, but for this:
//!
//! | bytes | Node 20 | guard | why |
//! |---|---|---|---|
//! | HTTP/0.9, `HTTP/2.0`, RTSP and ICE; more than one blank in the request line | 200 | 400 | hyper answers 400 |
//! | an empty `Transfer-Encoding` | 200 | 400 | hyper answers 400, or frames it another way |
//! | `Expect` other than `100-continue` | 417, stays open | 417, closes | one way to refuse is enough |
//! | garbage after an `Upgrade` request, same read | dropped | 400 | hyper reads it as the next request |
//! | a head or trailers of more than 32 KiB, mostly of blanks and line ends | 200 | 431 | Node does not count those |
//! | 16 KiB of chunk extensions in several chunks | 200 | 413 | hyper's limit; Node's is for each chunk |
//! | a head past 16 KiB that is also malformed | 400 or 431, as reads fall | 431 if the limit comes first | one answer for the same bytes |
//! | a value or a name that is wrong but not complete | 400 at once | 400 at its end | hyper waits for the end too |
//!
//! What Node serves and hyper would refuse, or serve in another way, hyper is not shown as it is: targets that are no
//! `http::Uri`, the version 1.0, some values (`disguise.rs`), and trailers. What was sent is in the [`SentHead`].
//!
//! The other way round hyper refuses by itself some things which Node and the guard let pass: a bare CR before a head,
//! and a byte beyond ASCII in `Transfer-Encoding` (400); the two largest `Content-Length`s of 64 bits (431). And it needs
//! a `max_headers` of [`NARROW`], or what [`Guard::widen`] says, and a `max_buf_size` of at least [`MAX_HEAD`] to accept
//! whatever the guard accepts.

mod bytes;
mod chunked;
mod disguise;
mod expectation;
mod fields;
mod heads;
mod item;
mod length;
mod line;
mod message;
mod refusal;
#[cfg(test)]
mod tests;
mod value;
mod word;

pub use heads::SentHead;
pub use message::SHOWN_FIELDS;
pub use refusal::{Refusal, Refused};

use chunked::Chunked;
use fields::Fields;
use heads::Heads;
use line::Line;
use message::{Framing, Message};

/// What a part of a message leaves over: `Some` rest once the part is complete, none while it wants more.
type Rest<'a> = Result<Option<&'a [u8]>, Refusal>;

/// No head is longer than this, blanks included, nor are the trailers; hyper's `max_buf_size` must not be smaller.
pub const MAX_HEAD: u16 = 32 * 1024;

/// Header lines that hyper takes without being told to make room for more. There each of them costs every request some
/// 1.2 ns (hyper 1.12).
pub const NARROW: u16 = 100;

/// What may be handed on of the bytes of a read, from the first on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// How many there are.
    pub count: usize,
    /// How many of them come before the first head with more lines than hyper has room for.
    pub narrow: usize,
}

/// How far a step came: `hidden` of the bytes `taken`, the first ones, are not for hyper.
struct Step {
    taken: usize,
    hidden: usize,
}

/// Follows one connection's incoming bytes and says when Node's parser would refuse them.
#[derive(Debug)]
pub struct Guard {
    part: Part,
    /// Bytes of the head, or of the trailers, under way.
    raw: u16,
    /// The most header lines that a head had.
    fields: u16,
    /// For how many of them hyper has room.
    room: u16,
    message: Message,
    /// Apart, so that a connection without a request has none.
    heads: Option<Box<Heads>>,
}

/// What the guard is in the middle of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Between messages: no byte of the next head, or of empty lines before it, is seen. Also once the
    /// connection is to be closed.
    Idle,
    /// Inside of a head, or of the empty lines before it. Node answers 400 if the client ends here.
    Head,
    /// Inside of a body, with bytes outstanding. Node answers 400 if the client ends here.
    Body,
}

/// The part of a message to which the next byte belongs.
#[derive(Debug)]
enum Part {
    Line(Line),
    Fields(Fields),
    Fixed(u64),
    Chunked(Chunked),
    Trailers(Fields),
    /// After a message that ends the connection only line ends may come.
    Over,
    Refused(Refusal),
}

impl Guard {
    /// A guard for a fresh connection.
    pub fn new() -> Self {
        Self {
            part: Part::Line(Line::default()),
            raw: 0,
            fields: 0,
            room: NARROW,
            message: Message::default(),
            heads: None,
        }
    }

    /// Looks at the next bytes read from the socket, and makes of them what hyper may see. A request's trailers are not
    /// among that.
    ///
    /// Part of a head may be handed on before it is refused: hyper does nothing with it until it is complete.
    /// A refusal belongs behind the answers to the messages before it; if one of those closes the connection
    /// (more bytes after `Connection: close` are refused, as in Node), it is never sent.
    ///
    /// # Errors
    /// The refusal, which stays: every later call is refused too.
    pub fn inspect(&mut self, bytes: &mut [u8]) -> Result<Passed, Refused> {
        let (mut at, mut end) = (0, bytes.len());
        let (mut clean, mut head_at, mut narrow) = (0, 0, None);
        while at < end {
            match self.step(bytes.get_mut(at..end).unwrap_or_default()) {
                Ok(Step { taken, hidden: 0 }) => at += taken,
                Ok(Step { taken, hidden }) => {
                    bytes.copy_within(at + hidden..end, at);
                    end -= hidden;
                    at += taken - hidden;
                }
                Err(refusal) => {
                    self.part = Part::Refused(refusal);
                    return Err(Refused { refusal, clean });
                }
            }
            if narrow.is_none() && self.fields() > self.room {
                narrow = Some(head_at);
            }
            if self.raw == 0 && matches!(self.part, Part::Line(_) | Part::Over) {
                head_at = at;
                clean = at + bytes.len() - end;
            }
        }
        Ok(Passed { count: end, narrow: narrow.unwrap_or(end) })
    }

    /// How many header lines hyper is to have room for from now on; rounded up, for the longest head may be yet to come.
    pub fn widen(&mut self) -> u16 {
        self.room = self.fields().next_power_of_two();
        self.room
    }

    /// How many header lines the longest head so far had, the one under way included.
    fn fields(&self) -> u16 {
        let of_head = !matches!(self.part, Part::Trailers(_));
        if of_head { self.fields.max(self.message.fields()) } else { self.fields }
    }

    /// The oldest complete head that was not taken yet.
    pub fn next_head(&mut self) -> Option<SentHead> {
        self.heads.as_mut()?.next()
    }

    /// Gives back the memory for heads; there must be none that somebody waits for.
    pub fn forget_heads(&mut self) {
        self.heads = None;
    }

    /// What the guard is in the middle of.
    pub fn phase(&self) -> Phase {
        match self.part {
            Part::Line(_) if self.raw == 0 => Phase::Idle,
            Part::Over | Part::Refused(_) => Phase::Idle,
            Part::Line(_) | Part::Fields(_) => Phase::Head,
            Part::Fixed(_) | Part::Chunked(_) | Part::Trailers(_) => Phase::Body,
        }
    }

    /// Follows the part under way as far as `bytes` go.
    fn step(&mut self, bytes: &mut [u8]) -> Result<Step, Refusal> {
        if !matches!(self.part, Part::Line(_) | Part::Fields(_) | Part::Trailers(_)) {
            let left = self.step_body(bytes)?.len();
            return Ok(Step { taken: bytes.len() - left, hidden: 0 });
        }
        let room = usize::from(MAX_HEAD - self.raw);
        let is_too_much = bytes.len() > room;
        let within = bytes.get_mut(..bytes.len().min(room)).unwrap_or_default();
        let heads = self.heads.get_or_insert_default();
        let left = match &mut self.part {
            Part::Line(line) => line.take(within, &mut self.message, &mut heads.disguise)?,
            Part::Fields(fields) | Part::Trailers(fields) => {
                fields.take(within, &mut self.message, &mut heads.disguise)?
            }
            _ => None,
        };
        let is_over = left.is_some();
        let taken = within.len() - left.map_or(0, <[u8]>::len);
        self.raw += taken as u16;
        let piece = within.get_mut(..taken).unwrap_or_default();
        let mut hidden = 0;
        if let Part::Trailers(fields) = &self.part {
            hidden = taken - fields.empty_line(taken, is_over);
            heads.take_in_trailers(piece.get(..hidden).unwrap_or_default());
        } else {
            heads.take_in(piece);
        }
        heads.disguise.put_on(piece);
        let step = Step { taken, hidden };
        if !is_over {
            return if is_too_much { Err(Refusal::HeadTooLarge) } else { Ok(step) };
        }
        match self.part {
            Part::Line(_) => self.part = Part::Fields(Fields::default()),
            Part::Fields(_) => self.begin_body()?,
            _ => {
                heads.end_trailers();
                self.end_message();
            }
        }
        Ok(step)
    }

    fn step_body<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Refusal> {
        match &mut self.part {
            Part::Fixed(left) => {
                let Some((_, after)) = bytes.split_at_checked(usize::try_from(*left).unwrap_or(usize::MAX))
                else {
                    *left -= bytes.len() as u64;
                    return Ok(&[]);
                };
                self.end_message();
                Ok(after)
            }
            Part::Chunked(chunked) => {
                let Some(after) = chunked.take(bytes)? else { return Ok(&[]) };
                self.message.count_anew();
                self.part = Part::Trailers(Fields::default());
                Ok(after)
            }
            Part::Over if bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n')) => Ok(&[]),
            Part::Refused(refusal) => Err(*refusal),
            _ => Err(Refusal::BadRequest),
        }
    }

    fn begin_body(&mut self) -> Result<(), Refusal> {
        self.fields = self.fields();
        let framing = self.message.end_of_head()?;
        self.heads.get_or_insert_default().end(self.message.sent());
        self.part = match framing {
            Framing::Nothing => {
                self.end_message();
                return Ok(());
            }
            Framing::Length(length) => Part::Fixed(length),
            Framing::Chunked => Part::Chunked(Chunked::default()),
        };
        self.raw = 0;
        Ok(())
    }

    fn end_message(&mut self) {
        self.part = if self.message.persists() { Part::Line(Line::default()) } else { Part::Over };
        self.message = Message::default();
        self.raw = 0;
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self::new()
    }
}
