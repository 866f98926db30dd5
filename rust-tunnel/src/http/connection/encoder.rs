//! Answers as HTTP/1.1 has them on the wire (RFC 9112).

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderName};
use http::response::Parts;

use super::outgoing::Outgoing;
use crate::http::io::guard::SentHead;
use crate::http::{date, reason};
use crate::protocol::ReasonPhrase;

/// What an answer has to know of its request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// It gets a head only.
    pub(super) is_head: bool,
    /// The client speaks 1.0, and knows no chunks.
    pub(super) http10: bool,
}

/// How the end of an answer's body is told.
#[derive(Debug)]
pub(super) enum Encoder {
    /// By its length: so many bytes are left of it.
    Length(u64),
    /// By the last chunk, behind which trailers may come.
    Chunked,
    /// By the end of the connection.
    Close,
}

/// The body has ended before its time.
#[derive(Debug)]
pub(super) struct Short;

/// What the front says by itself.
const FRAMING: [HeaderName; 2] = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING];

/// What no trailer may be (RFC 9110, 6.5.1): what frames, routes, authenticates, or says how the body is to be read.
const NO_TRAILERS: [HeaderName; 12] = [
    header::AUTHORIZATION,
    header::CACHE_CONTROL,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::HOST,
    header::MAX_FORWARDS,
    header::SET_COOKIE,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
];

impl Asked {
    pub(super) fn of(head: &SentHead) -> Self {
        Asked { is_head: head.raw.starts_with(b"HEAD "), http10: head.http10 }
    }
}

impl Encoder {
    /// Writes the head of an answer; `length` is that of its body where all of it is here.
    pub(super) fn begin(head: &Parts, length: Option<u64>, asked: Asked, out: &mut BytesMut) -> Self {
        let Parts { status, headers, extensions, .. } = head;
        put_status(*status, extensions.get(), out);
        let has_body = !asked.is_head && may_have_body(*status);
        let encoder = match length.or_else(|| said_length(headers)) {
            Some(length) => {
                // Nobody can tell an empty body from one that is left out.
                if may_have_body(*status) && (length > 0 || !asked.is_head) {
                    put_length(length, out);
                }
                Encoder::Length(length)
            }
            None if asked.http10 || !has_body => Encoder::Close,
            None => {
                out.extend_from_slice(b"transfer-encoding: chunked\r\n");
                Encoder::Chunked
            }
        };
        for (name, value) in headers {
            if !FRAMING.contains(name) {
                put_line(name.as_str(), value.as_bytes(), out);
            }
        }
        if !headers.contains_key(header::DATE) {
            out.extend_from_slice(b"date: ");
            date::put(out);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        if has_body { encoder } else { Encoder::Length(0) }
    }

    /// Writes a piece of the body, as far as it belongs to it.
    pub(super) fn put(&mut self, mut piece: Bytes, out: &mut Outgoing) {
        if piece.is_empty() {
            return;
        }
        match self {
            Encoder::Length(left) => {
                piece.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= piece.len() as u64;
                out.push(piece);
            }
            Encoder::Chunked => {
                put_size(piece.len(), out.text());
                out.push(piece);
                out.text().extend_from_slice(b"\r\n");
            }
            Encoder::Close => out.push(piece),
        }
    }

    /// Whether nothing can follow any more.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Encoder::Length(0))
    }

    /// Writes the end of the body.
    ///
    /// # Errors
    /// [`Short`] when it was to be longer; only the end of the connection can tell the client.
    pub(super) fn end(&self, trailers: &HeaderMap, out: &mut BytesMut) -> Result<(), Short> {
        match self {
            Encoder::Length(0) | Encoder::Close => Ok(()),
            Encoder::Length(_) => Err(Short),
            Encoder::Chunked => {
                out.extend_from_slice(b"0\r\n");
                for (name, value) in trailers {
                    if !NO_TRAILERS.contains(name) {
                        put_line(name.as_str(), value.as_bytes(), out);
                    }
                }
                out.extend_from_slice(b"\r\n");
                Ok(())
            }
        }
    }
}

fn put_status(status: StatusCode, own: Option<&ReasonPhrase>, out: &mut BytesMut) {
    let reason = own.map_or_else(|| reason::in_node(status).as_bytes(), ReasonPhrase::as_bytes);
    for part in [b"HTTP/1.1 ", status.as_str().as_bytes(), b" ", reason, b"\r\n"] {
        out.extend_from_slice(part);
    }
}

fn put_line(name: &str, value: &[u8], out: &mut BytesMut) {
    out.reserve(name.len() + value.len() + 4);
    for part in [name.as_bytes(), b": ", value, b"\r\n"] {
        out.extend_from_slice(part);
    }
}

fn put_length(length: u64, out: &mut BytesMut) {
    out.extend_from_slice(b"content-length: ");
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut left = length;
    loop {
        at -= 1;
        if let Some(digit) = digits.get_mut(at) {
            *digit = b'0' + (left % 10) as u8;
        }
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
    out.extend_from_slice(b"\r\n");
}

fn put_size(size: usize, out: &mut BytesMut) {
    use std::fmt::Write;
    // There is always room in memory.
    let _ = write!(out, "{size:X}\r\n");
}

/// What an answer says of a body that comes in pieces.
fn said_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn may_have_body(status: StatusCode) -> bool {
    !status.is_informational() && !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

#[cfg(test)]
mod tests;
