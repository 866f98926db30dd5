//! Reads the requests of a connection from its raw bytes, and refuses what Node's HTTP parser refuses.
//!
//! Other readers are more lenient than the server this one stands in for (bare line feeds, `Content-Length` next
//! to `Transfer-Encoding`, no `Host`, ...), and what is read in two ways can be smuggled. So each byte passes a [`Guard`],
//! which takes heads, framing and trailers out and leaves the bytes of bodies. `tests/verdicts.json` holds what
//! Node 20 made of some hundred byte sequences; the guard decides alike, but for this:
//!
//! | bytes | Node 20 | guard | why |
//! |---|---|---|---|
//! | HTTP/0.9, `HTTP/2.0`, RTSP and ICE; more than one blank in the request line | 200 | 400 | they are no HTTP/1.1 |
//! | an empty `Transfer-Encoding` | 200 | 400 | proxies frame it in several ways |
//! | `Expect` other than `100-continue` | 417, stays open | 417, closes | one way to refuse is enough |
//! | garbage after an `Upgrade` request, same read | dropped | 400 | it is read as the next request |
//! | a head or trailers of more than 32 KiB, mostly of blanks and line ends | 200 | 431 | Node does not count those |
//! | 16 KiB of chunk extensions in several chunks | 200 | 413 | Node's limit is for each chunk, and so for none |
//! | a head past 16 KiB that is also malformed | 400 or 431, as reads fall | 431 if the limit comes first | one answer for the same bytes |
//! | a value or a name that is wrong but not complete | 400 at once | 400 at its end | it is judged as a whole |

mod bytes;
mod chunked;
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
pub use message::{Framing, SHOWN_FIELDS};
pub use refusal::{Refusal, Refused};

use chunked::Chunked;
use fields::Fields;
use heads::Heads;
use line::Line;
use message::Message;

/// What a part of a message leaves over: `Some` rest once the part is complete, none while it wants more.
type Rest<'a> = Result<Option<&'a [u8]>, Refusal>;

/// No head is longer than this, blanks included, nor are the trailers.
const MAX_HEAD: u16 = 32 * 1024;

/// How far a step came: the last `data` of the bytes `taken` are a body's.
struct Step {
    taken: usize,
    data: usize,
}

/// Follows one connection's incoming bytes and says when Node's parser would refuse them.
#[derive(Debug)]
pub struct Guard {
    part: Part,
    /// Bytes of the head, or of the trailers, under way.
    raw: u16,
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
        Self { part: Part::Line(Line::default()), raw: 0, message: Message::default(), heads: None }
    }

    /// Looks at the next bytes read from the socket, and moves those of bodies to their front: so many.
    ///
    /// A refusal belongs behind the answers to the messages before it; if one of those closes the connection
    /// (more bytes after `Connection: close` are refused, as in Node), it is never sent.
    ///
    /// # Errors
    /// The refusal, which stays: every later call is refused too.
    pub fn inspect(&mut self, bytes: &mut [u8]) -> Result<usize, Refused> {
        let (mut at, mut kept, mut clean) = (0, 0, 0);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let Step { taken, data } = self.step(rest).map_err(|refusal| {
                self.part = Part::Refused(refusal);
                Refused { refusal, clean }
            })?;
            at += taken;
            if kept < at - data {
                bytes.copy_within(at - data..at, kept);
            }
            kept += data;
            if self.raw == 0 && matches!(self.part, Part::Line(_) | Part::Over) {
                clean = at;
            }
        }
        Ok(kept)
    }

    /// The oldest complete head that was not taken yet.
    pub fn next_head(&mut self) -> Option<SentHead> {
        self.heads.as_mut()?.next()
    }

    /// Whether a complete head was not taken yet.
    pub fn has_head(&self) -> bool {
        self.heads.as_ref().is_some_and(|heads| heads.has_head())
    }

    /// How many bytes of the head under way have come.
    pub fn under_way(&self) -> usize {
        usize::from(self.raw)
    }

    /// How many bytes of heads and trailers wait to be taken, those under way included.
    pub fn waiting(&self) -> usize {
        self.heads.as_ref().map_or(0, |heads| heads.waiting())
    }

    /// The oldest message that was not let go: how many bytes of its body have come, and whether that was all of it.
    pub fn body(&self) -> (usize, bool) {
        self.heads.as_ref().map_or((0, true), |heads| heads.body())
    }

    /// So many bytes of its body were taken.
    pub fn take_body(&mut self, bytes: usize) {
        if let Some(heads) = &mut self.heads {
            heads.take_body(bytes);
        }
    }

    /// Lets go of the oldest message, whose body is over.
    pub fn end_body(&mut self) {
        if let Some(heads) = &mut self.heads {
            heads.end_body();
        }
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
    fn step(&mut self, bytes: &[u8]) -> Result<Step, Refusal> {
        if !matches!(self.part, Part::Line(_) | Part::Fields(_) | Part::Trailers(_)) {
            return self.step_body(bytes);
        }
        let room = usize::from(MAX_HEAD - self.raw);
        let is_too_much = bytes.len() > room;
        let within = bytes.get(..bytes.len().min(room)).unwrap_or_default();
        let left = match &mut self.part {
            Part::Line(line) => line.take(within, &mut self.message)?,
            Part::Fields(fields) | Part::Trailers(fields) => fields.take(within, &mut self.message)?,
            _ => None,
        };
        let is_over = left.is_some();
        let taken = within.len() - left.map_or(0, <[u8]>::len);
        self.raw += taken as u16;
        let piece = within.get(..taken).unwrap_or_default();
        let heads = self.heads.get_or_insert_default();
        if let Part::Trailers(fields) = &self.part {
            let lines = taken - fields.empty_line(taken, is_over);
            heads.take_in_trailers(piece.get(..lines).unwrap_or_default());
        } else {
            heads.take_in(piece);
        }
        if !is_over {
            return if is_too_much { Err(Refusal::HeadTooLarge) } else { Ok(Step { taken, data: 0 }) };
        }
        match self.part {
            Part::Line(_) => self.part = Part::Fields(Fields::default()),
            Part::Fields(_) => self.begin_body()?,
            _ => {
                heads.end_trailers();
                self.end_message();
            }
        }
        Ok(Step { taken, data: 0 })
    }

    fn step_body(&mut self, bytes: &[u8]) -> Result<Step, Refusal> {
        let step = match &mut self.part {
            Part::Fixed(left) => {
                let data = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= data as u64;
                Step { taken: data, data }
            }
            Part::Chunked(chunked) => chunked.take(bytes)?,
            Part::Over if bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n')) => {
                return Ok(Step { taken: bytes.len(), data: 0 });
            }
            Part::Refused(refusal) => return Err(*refusal),
            _ => return Err(Refusal::BadRequest),
        };
        self.heads.get_or_insert_default().arrived(step.data);
        match &self.part {
            Part::Fixed(0) => self.end_message(),
            Part::Chunked(chunked) if chunked.is_over() => {
                self.message.count_anew();
                self.part = Part::Trailers(Fields::default());
            }
            _ => {}
        }
        Ok(step)
    }

    fn begin_body(&mut self) -> Result<(), Refusal> {
        let framing = self.message.end_of_head()?;
        self.heads.get_or_insert_default().end(self.message.sent(framing));
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
        self.heads.get_or_insert_default().end_message();
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
