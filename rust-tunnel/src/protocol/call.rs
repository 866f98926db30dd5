use std::sync::Arc;

use bytes::Bytes;

use super::{Body, Interim, Pieces, RequestId, Trailers};

/// The two kinds of thing that can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// Runs and returns a result.
    Task,
    /// Is emitted to its listeners.
    Event,
}

/// What a call names: a task or an event, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Task or event.
    pub kind: TargetKind,
    /// The id, percent-decoded once.
    pub id: String,
}

/// A request without its body.
#[derive(Clone, Debug)]
pub struct Head {
    /// The accepted or generated request id.
    pub request_id: RequestId,
    /// The request line and the header lines as they were sent, each with its line end.
    pub raw: Bytes,
    /// The lines behind a chunked body, likewise; empty while that is not read.
    pub trailers: Trailers,
    /// `remoteAddress remotePort localAddress localPort`, as `net.Socket` shows them; empty if unknown.
    pub peers: Arc<str>,
    /// Whether the front has already authenticated the caller. `false` leaves it to the backend's validators.
    pub authenticated: bool,
    /// Whether a header `x-runner-context` was sent.
    pub has_context: bool,
}

/// The body of a call, by how it is to be read.
#[derive(Debug)]
pub enum Content {
    /// As a whole, by the serializer. No bytes are no body.
    Json(Bytes),
    /// By the task itself, as it likes.
    Octets(Body),
    /// As a form with files, part by part.
    Form(Pieces),
}

/// One accepted request, on its way to JavaScript.
#[derive(Debug)]
pub struct Call {
    /// The task or event to run.
    pub target: Target,
    /// Everything but the body.
    pub head: Head,
    /// Whether [`Backend::admit`](crate::backend::Backend::admit) has already said yes.
    pub admitted: bool,
    /// The body.
    pub content: Content,
    /// The way for what is answered before the answer.
    pub interim: Interim,
}
