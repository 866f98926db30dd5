//! What comes back from JavaScript: the frames that answer, read.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::backend::BackendError;
use crate::protocol::frame::{self, Frame, Kind};
use crate::protocol::{Body, Dress, Reply};

/// What came back.
#[derive(Debug)]
pub(super) enum Answer {
    Reply(Reply),
    Admitted,
    Origin(Option<HeaderValue>),
    /// A reply whose head is longer than the reply.
    Broken,
    Cut,
}

impl Answer {
    /// What a frame answers for good; `None` for kinds that are no answers.
    pub(super) fn read(frame: &Frame<'_>) -> Option<Self> {
        Some(match frame.kind {
            Kind::Reply => reply(frame).map_or(Answer::Broken, Answer::Reply),
            Kind::Admitted => Answer::Admitted,
            Kind::AllowedOrigin => Answer::Origin(allowed(frame)),
            Kind::Break => Answer::Cut,
            _ => return None,
        })
    }

    /// What answers a call or a question of discovery.
    pub(super) fn into_reply(self) -> Result<Reply, BackendError> {
        match self {
            Answer::Reply(reply) => Ok(reply),
            Answer::Cut => Err(BackendError::Cut),
            Answer::Admitted | Answer::Origin(_) | Answer::Broken => Err(BackendError::Protocol),
        }
    }
}

fn reply(frame: &Frame<'_>) -> Option<Reply> {
    if frame.flags & frame::HEADERS == 0 {
        return Some(Reply::json(status(frame), Bytes::copy_from_slice(frame.payload)));
    }
    let (head, body) = frame::split_reply(frame.payload)?;
    Some(Reply::with_head(status(frame), head, Bytes::copy_from_slice(body).into()))
}

/// The head of an answer whose body follows, and the length of that where the head says it; `None` if the head is longer
/// than the frame.
pub(super) fn begun(frame: &Frame<'_>) -> Option<(Reply, Option<u64>)> {
    let (head, _) = frame::split_reply(frame.payload)?;
    let mut reply = Reply::with_head(status(frame), head, Body::EMPTY);
    if frame.flags & frame::BARE != 0 {
        reply.dress = Dress::Bare;
    }
    let length = reply.winning.as_deref().and_then(length).or_else(|| length(&reply.headers));
    Some((reply, length))
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn status(frame: &Frame<'_>) -> StatusCode {
    StatusCode::from_u16(frame.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn allowed(frame: &Frame<'_>) -> Option<HeaderValue> {
    if frame.flags & frame::PRESENT == 0 {
        return None;
    }
    HeaderValue::from_bytes(frame.payload).ok()
}
