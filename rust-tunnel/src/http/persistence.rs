use http::request::Parts;
use http::{Version, header};

/// Whether the connection stays open after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Persistence {
    KeepAlive,
    Close,
}

impl Persistence {
    /// What the client wishes.
    pub(super) fn of(parts: &Parts) -> Self {
        let wishes = |wish: &str| {
            parts.headers.get_all(header::CONNECTION).iter().any(|value| {
                value
                    .as_bytes()
                    .split(|&byte| byte == b',')
                    .any(|token| token.trim_ascii().eq_ignore_ascii_case(wish.as_bytes()))
            })
        };
        let close = wishes("close") || (parts.version == Version::HTTP_10 && !wishes("keep-alive"));
        if close { Persistence::Close } else { Persistence::KeepAlive }
    }
}
