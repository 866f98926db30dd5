//! How messages travel to JavaScript and back, in this process and over a worker's socket alike.
//!
//! All numbers are little-endian. A frame begins with 16 bytes:
//!
//! | offset | type | what |
//! |---|---|---|
//! | 0 | u32 | length of the frame without these four bytes |
//! | 4 | u8 | [`Kind`] |
//! | 5 | u8 | flags (`EVENT` to `MULTIPART` for calls, `PRESENT` for origins, `PART` for ends, `HEADERS` for replies) |
//! | 6 | u16 | status of a reply, else 0 |
//! | 8 | u64 | id of the call, below 2^53 so that JavaScript can hold it; 0 where there is none |
//!
//! `Call`, `Admit` and `Discover` go on with four u32 (the lengths of target id, request id, peers and head), these four
//! texts, and then the body. The target id is UTF-8, the others are latin1. `peers` is `remoteAddress remotePort
//! localAddress localPort`, or empty; `head` is the request's, as it was sent: the request line and the header lines, each
//! with its CRLF, and if the body had trailers an empty line and their lines. All other kinds carry one payload; a reply's begins with a head of its own if `HEADERS` says so: a u32 with
//! its length, and in latin1 a line with the reason (empty for the usual one) and lines `name:value`, `\n` between them.
//!
//! A call whose flags say `STREAMED` has only the beginning of its body with it. The rest comes in `Chunk` frames, as many
//! bytes as JavaScript has asked for by `More`, and then `End`. A form (`MULTIPART`) comes that way as well, each of its parts
//! as a `Part`, its `Chunk`s and an `End` of its own; the last frame is `End`, or `Unreadable`. An answer that begins with `Begin` goes on in `Data` frames and
//! ends with `Finish` or `Break`; JavaScript keeps count of what it has sent and what `Taken` has given back.

mod kind;

use bytes::BufMut;

use super::plain::is_plain;
use super::{Body, Content, Head, Target, TargetKind};

pub use kind::Kind;

/// Bytes before a frame's payload.
pub const HEADER: usize = 16;
/// Bytes of the length field, which the length does not count.
pub const LENGTH: usize = 4;
/// The protocol's version, sent in `Hello`.
pub const VERSION: u16 = 4;

/// The call is an event's.
pub const EVENT: u8 = 1;
/// The front has authenticated the caller.
pub const AUTHENTICATED: u8 = 2;
/// The backend has admitted the call already.
pub const ADMITTED: u8 = 4;
/// `JSON.parse` and the Runner's serializer read the body alike.
pub const PLAIN: u8 = 8;
/// A header `x-runner-context` was sent.
pub const CONTEXT: u8 = 16;
/// The body is for the task itself to read (`application/octet-stream`).
pub const OCTETS: u8 = 32;
/// Only the beginning of the body comes with the call.
pub const STREAMED: u8 = 64;
/// The body is a form, whose parts come after the call.
pub const MULTIPART: u8 = 128;
/// The end is that of a part, and not of the body.
pub const PART: u8 = 1;
/// The bytes of the chunk are not here: the payload is a u32 by which the addon's JavaScript asks for them, and another
/// with their length.
pub const APART: u8 = 2;
/// They are in memory that the other side has lent: the payload is a u32 with its number, one with their length, and one
/// with the offset of the first.
pub const LENT: u8 = 4;
/// An origin is there: it was sent (question), or is allowed (answer).
pub const PRESENT: u8 = 1;

/// The reply has a head of its own.
pub const HEADERS: u8 = 1;
/// It is the whole head.
pub const BARE: u8 = 2;

/// Looks through a call, once and before anybody waits for it, for the flags that [`put_call`] is to be given. JSON bodies
/// that are longer than `inline` come behind it.
pub fn call_flags(admitted: bool, content: &Content, inline: usize) -> u8 {
    let admitted = if admitted { ADMITTED } else { 0 };
    admitted
        | match content {
            Content::Json(body) => {
                let plain = if is_plain(body) { PLAIN } else { 0 };
                plain | if body.len() > inline { STREAMED } else { 0 }
            }
            Content::Octets(Body::Complete(_)) => OCTETS,
            Content::Octets(Body::Stream(_)) => OCTETS | STREAMED,
            Content::Form(_) => MULTIPART | STREAMED,
        }
}

/// Appends a `Call` up to its body, of which so many bytes are to follow.
pub fn put_call(out: &mut Vec<u8>, id: u64, target: &Target, head: &Head, flags: u8, body: usize) {
    let start = out.len();
    put_head(out, Kind::Call, flags, id, Some(target), head);
    put_length(out, start, body);
}

/// Appends an `Admit`.
pub fn put_admit(out: &mut Vec<u8>, id: u64, target: &Target, head: &Head) {
    put_head(out, Kind::Admit, 0, id, Some(target), head);
}

/// Appends a `Discover`.
pub fn put_discover(out: &mut Vec<u8>, id: u64, head: &Head) {
    put_head(out, Kind::Discover, 0, id, None, head);
}

/// Appends a frame with one payload.
pub fn put(out: &mut Vec<u8>, kind: Kind, flags: u8, id: u64, payload: &[u8]) {
    framed(out, kind, flags, id, |out| out.put_slice(payload));
}

/// Appends a chunk whose bytes are in lent memory of that number.
pub fn put_lent(out: &mut Vec<u8>, id: u64, number: u32, offset: u32, length: u32) {
    framed(out, Kind::Chunk, LENT, id, |out| {
        for one in [number, length, offset] {
            out.put_u32_le(one);
        }
    });
}

/// Appends the header of a frame whose payload stands elsewhere.
pub fn put_header(out: &mut Vec<u8>, kind: Kind, id: u64, payload: usize) {
    let start = out.len();
    put(out, kind, 0, id, &[]);
    put_length(out, start, payload);
}

/// Writes the length of the frame that begins at `start` and goes on behind what is there for `more` bytes.
fn put_length(out: &mut [u8], start: usize, more: usize) {
    let length = (out.len() - start - LENGTH + more) as u32;
    if let Some(field) = out.get_mut(start..start + LENGTH) {
        field.copy_from_slice(&length.to_le_bytes());
    }
}

/// A frame that says where the payload behind `header` is to be asked for; `None` if that is more than a header.
pub fn apart(header: &[u8], number: usize, length: usize) -> Option<[u8; HEADER + 2 * LENGTH]> {
    const PLACE: [u8; LENGTH] = ((HEADER + LENGTH) as u32).to_le_bytes();
    let [_, _, _, _, kind, flags, rest @ ..]: &[u8; HEADER] = header.try_into().ok()?;
    let mut frame = [0; HEADER + 2 * LENGTH];
    let mut out = &mut frame[..];
    out.put_slice(&PLACE);
    out.put_slice(&[*kind, flags | APART]);
    out.put_slice(rest);
    out.put_u32_le(number as u32);
    out.put_u32_le(length as u32);
    Some(frame)
}

fn put_head(out: &mut Vec<u8>, kind: Kind, flags: u8, id: u64, target: Option<&Target>, head: &Head) {
    let event = if target.is_some_and(|target| target.kind == TargetKind::Event) { EVENT } else { 0 };
    let authenticated = if head.authenticated { AUTHENTICATED } else { 0 };
    let context = if head.has_context { CONTEXT } else { 0 };
    let target_id = target.map_or("", |target| &target.id);
    let texts: [&[u8]; 3] =
        [target_id.as_bytes(), head.request_id.as_str().as_bytes(), head.peers.as_bytes()];
    let trailers = head.trailers.lines();
    let empty_line: &[u8] = if trailers.is_empty() { b"" } else { b"\r\n" };
    let lines = [&head.raw, empty_line, &trailers];
    framed(out, kind, flags | event | authenticated | context, id, |out| {
        for text in texts {
            out.put_u32_le(text.len() as u32);
        }
        out.put_u32_le(lines.iter().map(|lines| lines.len() as u32).sum());
        for text in texts.into_iter().chain(lines) {
            out.put_slice(text);
        }
    });
}

fn framed(out: &mut Vec<u8>, kind: Kind, flags: u8, id: u64, payload: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.put_u32_le(0);
    out.put_u8(kind as u8);
    out.put_u8(flags);
    out.put_u16_le(0);
    out.put_u64_le(id);
    payload(out);
    put_length(out, start, 0);
}

/// A frame that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it says.
    pub kind: Kind,
    /// Its flags.
    pub flags: u8,
    /// Its status field.
    pub status: u16,
    /// The call it belongs to.
    pub id: u64,
    /// Everything after the header.
    pub payload: &'a [u8],
}

impl Frame<'_> {
    /// A payload that is one number; 0 if it is none.
    pub fn number(&self) -> u32 {
        self.payload.first_chunk().copied().map_or(0, u32::from_le_bytes)
    }
}

/// Why bytes are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The length field is below the header's size or above the reader's bound.
    #[error("a frame of {0} bytes is out of bounds")]
    Length(u32),
    /// The kind is unknown.
    #[error("unknown frame kind {0}")]
    Kind(u8),
}

/// Cuts the next frame off `bytes`: the frame and what follows it, or `None` while it is not all there.
///
/// # Errors
/// [`FrameError`] when no continuation of the bytes can be a frame of at most `max` bytes.
pub fn split(bytes: &[u8], max: usize) -> Result<Option<(Frame<'_>, &[u8])>, FrameError> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else { return Ok(None) };
    let length = u32::from_le_bytes(*length);
    let size = length as usize;
    if size < HEADER - LENGTH || size > max {
        return Err(FrameError::Length(length));
    }
    let Some((frame, rest)) = rest.split_at_checked(size) else { return Ok(None) };
    let Some((&[kind, flags, status_low, status_high], frame)) = frame.split_first_chunk() else {
        return Err(FrameError::Length(length));
    };
    let Some((id, payload)) = frame.split_first_chunk() else { return Err(FrameError::Length(length)) };
    let kind = Kind::from_byte(kind).ok_or(FrameError::Kind(kind))?;
    let status = u16::from_le_bytes([status_low, status_high]);
    Ok(Some((Frame { kind, flags, status, id: u64::from_le_bytes(*id), payload }, rest)))
}

/// The id in a header that [`put_header`] has written.
pub(crate) fn id_of(header: &[u8]) -> Option<u64> {
    header.first_chunk::<HEADER>()?.last_chunk().map(|id| u64::from_le_bytes(*id))
}

/// Cuts the payload of a reply with [`HEADERS`] into head and body. `None`: there is no such head in it.
pub fn split_reply(payload: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = payload.split_first_chunk::<LENGTH>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

#[cfg(test)]
mod tests;
