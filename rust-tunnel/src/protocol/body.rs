use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;

/// A body that arrives, or is sent, in pieces and with backpressure.
pub type BodyStream = UnsyncBoxBody<Bytes, BodyError>;

/// Bytes, of a call or of a reply.
#[derive(Debug)]
pub enum Body {
    /// All of it, in memory.
    Complete(Bytes),
    /// Piece by piece; nothing is read ahead of the consumer.
    Stream(BodyStream),
}

impl Body {
    /// A body of no bytes.
    pub const EMPTY: Body = Body::Complete(Bytes::new());
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Body::Complete(bytes)
    }
}

/// Why a body ended before its time.
#[derive(Debug, thiserror::Error)]
#[error("the body ended early: {0}")]
pub struct BodyError(pub Box<dyn std::error::Error + Send + Sync>);

impl BodyError {
    /// Whether the client is there and was too slow. Any other break takes the connection with it, and that cancels the call.
    pub fn is_late(&self) -> bool {
        self.0.is::<Late>()
    }
}

/// The client was too slow.
#[derive(Debug, thiserror::Error)]
#[error("it did not arrive in time")]
pub struct Late;
