use crate::backend::BackendError;
use crate::protocol::Code;

use super::persistence::Persistence;

/// Every way in which the front itself refuses a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The path is not under the base path, or is no path at all. Answered without a request id.
    #[error("outside the base path")]
    Outside,
    /// Under the base path, but no task, event or discovery.
    #[error("no such route")]
    NotFound,
    /// The route is served for another method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// No token matches, and there is no validator to ask.
    #[error("unauthorized")]
    Unauthorized,
    /// Nothing says who may call.
    #[error("authentication is not configured")]
    AuthNotConfigured,
    /// Without `auth`, only names of this machine are served: a rebound DNS name is none.
    #[error("the Host header is no name of this machine")]
    ForeignHost,
    /// Without `auth`, no other web page may call.
    #[error("the Origin header is another site's")]
    ForeignOrigin,
    /// The body is larger than `limits.json.maxSize`.
    #[error("the body is too large")]
    PayloadTooLarge,
    /// The body did not arrive in time.
    #[error("the body did not arrive in time")]
    RequestTimeout,
    /// The body broke off, or is not framed as HTTP wants it.
    #[error("the body is malformed")]
    MalformedBody,
    /// The handler did not settle in time.
    #[error("the handler timed out")]
    HandlerTimeout,
    /// There is no answer to be had.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

impl Rejection {
    /// The code on the wire; it carries the status.
    pub fn code(self) -> Code {
        match self {
            Rejection::Outside | Rejection::NotFound => Code::NotFound,
            Rejection::MethodNotAllowed => Code::MethodNotAllowed,
            Rejection::Unauthorized => Code::Unauthorized,
            Rejection::AuthNotConfigured => Code::AuthNotConfigured,
            Rejection::ForeignHost | Rejection::ForeignOrigin => Code::Forbidden,
            Rejection::PayloadTooLarge => Code::PayloadTooLarge,
            Rejection::RequestTimeout => Code::RequestTimeout,
            Rejection::MalformedBody => Code::BadRequest,
            Rejection::HandlerTimeout => Code::HandlerTimeout,
            Rejection::Backend(error) => error.code(),
        }
    }

    /// What the client is told.
    pub fn message(self) -> &'static str {
        match self {
            Rejection::ForeignHost => "Host not allowed: without auth only loopback names are served",
            Rejection::ForeignOrigin => "Origin not allowed: without auth no other web page may call",
            _ => self.code().message(),
        }
    }

    /// Whether the connection can carry another request afterwards.
    pub(super) fn persistence(self) -> Persistence {
        match self {
            Rejection::RequestTimeout | Rejection::MalformedBody => Persistence::Close,
            _ => Persistence::KeepAlive,
        }
    }
}
