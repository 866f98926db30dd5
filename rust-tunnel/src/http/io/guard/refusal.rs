//! What the guard answers in Node's place.

/// Why a connection is refused; each kind has one answer, after which the connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Bytes that Node's parser does not take for HTTP/1.1: 400.
    BadRequest,
    /// More than 16 KiB of target, names and values in one head (or of trailers): 431.
    HeadTooLarge,
    /// 16 KiB of chunk extensions in one body: 413.
    ExtensionsTooLarge,
    /// HTTP/1.1 without `Host`: 400.
    MissingHost,
    /// `Expect` with anything but `100-continue`: 417.
    UnknownExpectation,
    /// `CONNECT`, which Node drops without a word when nobody listens for it.
    Connect,
}

impl Refusal {
    /// The whole answer as it goes to the client; empty if the connection is closed in silence.
    pub fn response(&self) -> &'static [u8] {
        match self {
            Self::BadRequest => b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
            Self::HeadTooLarge => {
                b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n"
            }
            Self::ExtensionsTooLarge => b"HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\n\r\n",
            // Node sends these two through its ordinary response, with a date and an empty chunked body.
            Self::MissingHost => {
                b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            }
            Self::UnknownExpectation => {
                b"HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            }
            Self::Connect => b"",
        }
    }

    /// The status of [`response`](Self::response); none if there is no answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::BadRequest | Self::MissingHost => Some(400),
            Self::HeadTooLarge => Some(431),
            Self::ExtensionsTooLarge => Some(413),
            Self::UnknownExpectation => Some(417),
            Self::Connect => None,
        }
    }
}

/// The guard's no: what to answer, and how much of the read is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// What to answer once the messages before this one are answered.
    pub refusal: Refusal,
    /// How many of the bytes, as they were sent, belong to whole messages before the refused one.
    pub clean: usize,
}
