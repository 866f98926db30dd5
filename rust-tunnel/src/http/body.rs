use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{Either, Full};

use super::inlet::Reader;
use crate::protocol::{BodyError, BodyStream};

/// What a client sends.
#[derive(Debug)]
pub(super) enum RequestBody {
    /// All of it, or what is left of that.
    Complete(Bytes),
    /// As it comes.
    Arriving(Reader),
}

/// What it is sent: all of it, in memory, or piece by piece.
pub(super) type ResponseBody = Either<Full<Bytes>, BodyStream>;

impl RequestBody {
    /// What is left of a body that somebody else reads.
    pub(super) fn nothing() -> Self {
        RequestBody::Complete(Bytes::new())
    }

    /// The next bytes; `None` at the end.
    pub(super) fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        match self {
            RequestBody::Complete(bytes) if bytes.is_empty() => Poll::Ready(None),
            RequestBody::Complete(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            RequestBody::Arriving(reader) => reader.poll_piece(context),
        }
    }

    /// Whether nothing is left of it.
    pub(super) fn is_over(&self) -> bool {
        match self {
            RequestBody::Complete(bytes) => bytes.is_empty(),
            RequestBody::Arriving(reader) => reader.is_over(),
        }
    }

    /// How many bytes are still to be read, as far as that was said in advance.
    pub(super) fn declared(&self) -> u64 {
        match self {
            RequestBody::Complete(bytes) => bytes.len() as u64,
            RequestBody::Arriving(reader) => reader.declared(),
        }
    }
}

/// A response's body that is here.
pub(super) fn whole(bytes: Bytes) -> ResponseBody {
    Either::Left(Full::new(bytes))
}
