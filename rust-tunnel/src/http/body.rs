use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::Incoming;

use crate::protocol::BodyStream;

/// What a client sends: as hyper reads it, or from somewhere else.
pub(super) type RequestBody = Either<Incoming, BodyStream>;

/// What it is sent: all of it, in memory, or piece by piece.
pub(super) type ResponseBody = Either<Full<Bytes>, BodyStream>;

/// A response's body that is here.
pub(super) fn whole(bytes: Bytes) -> ResponseBody {
    Either::Left(Full::new(bytes))
}
