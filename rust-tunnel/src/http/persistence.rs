use http::{HeaderMap, HeaderName, header};

use super::io::guard::SentHead;

/// Whether the connection stays open after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Persistence {
    KeepAlive,
    Close,
}

/// What an answer's own headers may not say: these are the front's.
const FRAMING: [HeaderName; 3] =
    [header::CONNECTION, header::TRANSFER_ENCODING, HeaderName::from_static("keep-alive")];

impl Persistence {
    /// What the client wishes.
    pub(super) fn of(sent: &SentHead) -> Self {
        if sent.closes { Persistence::Close } else { Persistence::KeepAlive }
    }

    /// Takes out of an answer's own headers what is the front's to say. A wish to close is granted, and who sends a stream
    /// may say how long it is.
    pub(super) fn take_framing(self, headers: &mut HeaderMap, is_complete: bool) -> Self {
        let close = wishes(headers, "close");
        if is_complete {
            headers.remove(header::CONTENT_LENGTH);
        }
        for name in FRAMING {
            headers.remove(name);
        }
        if close { Persistence::Close } else { self }
    }
}

fn wishes(headers: &HeaderMap, wish: &str) -> bool {
    headers.get_all(header::CONNECTION).iter().any(|value| {
        value
            .as_bytes()
            .split(|&byte| byte == b',')
            .any(|token| token.trim_ascii().eq_ignore_ascii_case(wish.as_bytes()))
    })
}
