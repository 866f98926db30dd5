use http::{HeaderMap, Uri};

use super::{Body, RequestId};

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

/// The part of a request that is there before its body.
#[derive(Clone, Debug)]
pub struct Head {
    /// The accepted or generated request id.
    pub request_id: RequestId,
    /// The request target as it was sent.
    pub uri: Uri,
    /// The request headers as they were sent.
    pub headers: HeaderMap,
    /// Whether the front has already authenticated the caller. `false` leaves it to the backend's validators.
    pub authenticated: bool,
}

impl Head {
    /// The request target as text: path and query, or the absolute form if that is what was sent.
    pub fn url(&self) -> std::borrow::Cow<'_, str> {
        match (self.uri.authority(), self.uri.path_and_query()) {
            (None, Some(target)) => target.as_str().into(),
            _ => self.uri.to_string().into(),
        }
    }
}

/// One accepted request, on its way to JavaScript.
#[derive(Debug)]
pub struct Call {
    /// The task or event to run.
    pub target: Target,
    /// Everything that came before the body.
    pub head: Head,
    /// Whether [`Backend::admit`](crate::backend::Backend::admit) has already said yes.
    pub admitted: bool,
    /// The body; [`Body::EMPTY`] when there is none.
    pub body: Body,
}
