use bytes::Bytes;
use http_body_util::{BodyExt, Either, Empty, Full};
use hyper::body::Incoming;

use crate::protocol::BodyStream;

/// What a client sends: as hyper reads it, or from somewhere else.
pub(super) type RequestBody = Either<Incoming, BodyStream>;

/// What it is sent: all of it, in memory, or piece by piece.
pub(super) type ResponseBody = Either<Full<Bytes>, BodyStream>;

/// What is left of a request's body that somebody else reads.
pub(super) fn nothing() -> RequestBody {
    Either::Right(Empty::new().map_err(|never| match never {}).boxed_unsync())
}

/// A response's body that is here.
pub(super) fn whole(bytes: Bytes) -> ResponseBody {
    Either::Left(Full::new(bytes))
}
