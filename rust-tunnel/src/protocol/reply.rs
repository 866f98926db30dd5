use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::Body;

/// What is written behind a status (RFC 9112, 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonPhrase(Bytes);

impl ReasonPhrase {
    /// `None`: it has a byte that can't stand there.
    pub fn new(text: &[u8]) -> Option<Self> {
        let fits = text.iter().all(|&byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f));
        fits.then(|| ReasonPhrase(Bytes::copy_from_slice(text)))
    }

    /// As it is written.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What a backend answers to a call.
#[derive(Debug)]
pub struct Reply {
    /// The status to send.
    pub status: StatusCode,
    /// What to write behind the status; `None` writes what Node does.
    pub reason: Option<ReasonPhrase>,
    /// What the front adds to `headers`.
    pub dress: Dress,
    /// Headers beside the standard block; a `content-type` here replaces `application/json`.
    pub headers: HeaderMap,
    /// Headers that win over all others, the standard block included.
    pub winning: Option<Box<HeaderMap>>,
    /// The answer, complete or as a stream.
    pub body: Body,
}

/// What the front adds to a reply's own headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dress {
    /// The standard block.
    Standard,
    /// The standard block without the request id: the handler could change it, and take it away.
    OwnId,
    /// Nothing: the handler wrote the whole head.
    Bare,
}

impl Reply {
    /// A complete JSON answer: an envelope that the backend has already written.
    pub fn json(status: StatusCode, envelope: Bytes) -> Self {
        Reply {
            status,
            reason: None,
            dress: Dress::Standard,
            headers: HeaderMap::new(),
            winning: None,
            body: Body::Complete(envelope),
        }
    }

    /// An answer with a head of its own: a line with the reason, then lines `name:value`, in latin1; after an empty line
    /// those that win over all others. What can't stand in an answer's head is left out.
    pub fn with_head(status: StatusCode, head: &[u8], body: Body) -> Self {
        let end = head.iter().position(|&byte| byte == b'\n').unwrap_or(head.len());
        let (reason, lines) = head.split_at(end);
        let reason = Some(reason).filter(|reason| !reason.is_empty());
        let middle = lines.windows(2).position(|two| two == b"\n\n").map_or(lines.len(), |at| at + 1);
        let (own, winning) = lines.split_at(middle);
        Reply {
            status,
            dress: Dress::OwnId,
            reason: reason.and_then(ReasonPhrase::new),
            headers: header_lines(own),
            winning: (!winning.is_empty()).then(|| Box::new(header_lines(winning))),
            body,
        }
    }
}

/// Reads lines `name:value`; what can't stand in a head is left out.
pub(crate) fn header_lines(lines: &[u8]) -> HeaderMap {
    let headers = lines.split(|&byte| byte == b'\n').filter_map(header);
    headers.fold(HeaderMap::new(), |mut headers, (name, value)| {
        headers.append(name, value);
        headers
    })
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let value = value.get(1..)?;
    Some((HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(head: &[u8]) -> (Option<String>, Vec<(String, Vec<u8>)>) {
        let Reply { reason, headers, .. } = Reply::with_head(StatusCode::OK, head, Body::EMPTY);
        let reason = reason.map(|reason| String::from_utf8(reason.as_bytes().to_vec()).unwrap());
        let lines = headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
        (reason, lines.collect())
    }

    #[test]
    fn a_head_has_a_reason_and_headers() {
        assert_eq!(read(b""), (None, vec![]));
        assert_eq!(read(b"Fine"), (Some("Fine".into()), vec![]));
        assert_eq!(
            read(b"\nX-A:1\nset-cookie:a\nx-b:\xE9: c\nSet-Cookie:b\nx-empty:\n"),
            (
                None,
                [
                    ("x-a", &b"1"[..]),
                    ("set-cookie", b"a"),
                    ("set-cookie", b"b"),
                    ("x-b", b"\xE9: c"),
                    ("x-empty", b"")
                ]
                .map(|(name, value)| (name.to_owned(), value.to_vec()))
                .into()
            )
        );
    }

    #[test]
    fn what_cannot_stand_in_a_head_is_left_out() {
        assert_eq!(
            read(b"a\rb\nno colon\nb ad:1\n:1\nx-a:1\r\nx-b:\x00\nx-c:2\n"),
            (None, vec![("x-c".to_owned(), b"2".to_vec())])
        );
    }

    proptest! {
        #[test]
        fn any_head_is_read(head in proptest::collection::vec(any::<u8>(), 0..200)) {
            Reply::with_head(StatusCode::OK, &head, Body::EMPTY);
        }
    }
}
