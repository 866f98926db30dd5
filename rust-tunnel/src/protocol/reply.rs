use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::Body;

/// What a backend answers to a call.
#[derive(Debug)]
pub struct Reply {
    /// The status to send.
    pub status: StatusCode,
    /// Headers beside the standard block; a `content-type` here replaces `application/json`.
    pub headers: HeaderMap,
    /// The answer, complete or as a stream.
    pub body: Body,
}

impl Reply {
    /// A complete JSON answer: an envelope that the backend has already written.
    pub fn json(status: StatusCode, envelope: Bytes) -> Self {
        Reply { status, headers: HeaderMap::new(), body: Body::Complete(envelope) }
    }
}
