//! The seam: what the front asks of whoever runs the handlers.
//!
//! Three things implement it: the addon's `JsBackend` (handlers in this process), `WorkerPool` (handlers in Node
//! worker processes) and the tests' `FakeBackend`. Nothing in [`http`](crate::http) knows which one is there.

#[cfg(test)]
pub(crate) mod fake;
mod lent;

use std::future::Future;
use std::sync::Arc;

use http::HeaderValue;

use crate::protocol::{Call, Code, Head, Reply, Report, Target};

pub(crate) use lent::Landing;
pub use lent::{Lent, Memory, Space, Span};

/// What an admission question was answered with.
#[derive(Debug)]
pub enum Admission {
    /// The body may be read.
    Accepted,
    /// It may not; this is the answer to send instead.
    Refused(Reply),
}

/// Whoever runs the handlers.
///
/// Dropping a future returned from here cancels what it stands for: an implementation must notice, and tell the
/// other side.
pub trait Backend: Send + Sync + 'static {
    /// Asked only when a body is not complete yet: may it be read? Decides 401, 403 and 404 before the body.
    fn admit(
        &self,
        target: &Target,
        head: &Head,
    ) -> impl Future<Output = Result<Admission, BackendError>> + Send;

    /// Runs a task or emits an event. Asks what [`Backend::admit`] asks first, unless that was done.
    fn call(&self, call: Call) -> impl Future<Output = Result<Reply, BackendError>> + Send;

    /// Lists the ids that can be called, in the application's order.
    fn discover(&self, head: &Head) -> impl Future<Output = Result<Reply, BackendError>> + Send;

    /// Which origin may read the answer? Asked only when the configured origin is a RegExp or a function.
    fn allow_origin(&self, origin: Option<&HeaderValue>) -> impl Future<Output = Option<HeaderValue>> + Send;

    /// Hands a record to the application's logger. Never waits; may drop records under flood, and counts them.
    fn report(&self, report: Report);

    /// Where bodies that flow are to be read to, if that is not memory of our own.
    fn lent(&self) -> Option<Arc<Lent>> {
        None
    }
}

/// Why a backend has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// As many calls are in flight as `limits.maxInFlight` allows.
    #[error("too many calls in flight")]
    Overloaded,
    /// The server is closing, or its JavaScript environment is gone.
    #[error("the server is closing")]
    Closing,
    /// No worker process is up.
    #[error("no worker is up")]
    NoWorker,
    /// The worker is gone that was to have the call; it never had it.
    #[error("the worker is gone that was to have the call")]
    NotSent,
    /// The worker that had the call is gone; the call may have run.
    #[error("the worker that had the call is gone")]
    WorkerLost,
    /// The handler wants the connection cut instead of an answer.
    #[error("the handler cut the connection")]
    Cut,
    /// The other side answered something that is no answer.
    #[error("the backend broke the protocol")]
    Protocol,
}

impl BackendError {
    /// What a client is told.
    pub fn code(self) -> Code {
        match self {
            BackendError::Overloaded => Code::Overloaded,
            BackendError::Closing => Code::Closing,
            BackendError::NoWorker | BackendError::NotSent => Code::NoWorker,
            BackendError::WorkerLost => Code::WorkerLost,
            // A cut connection is told nothing.
            BackendError::Cut | BackendError::Protocol => Code::InternalError,
        }
    }
}
