use std::sync::{Arc, OnceLock};

use bytes::Bytes;

/// The lines behind a chunked body, for whoever has read the body to its end. Clones are the same lines.
#[derive(Clone, Debug, Default)]
pub struct Trailers(Option<Arc<OnceLock<Bytes>>>);

impl Trailers {
    /// Of a body that may have some.
    pub fn expected() -> Self {
        Trailers(Some(Arc::default()))
    }

    /// As they were sent, each with its line end; empty if there were none, or the body is not over.
    pub fn lines(&self) -> Bytes {
        self.0.as_ref().and_then(|lines| lines.get().cloned()).unwrap_or_default()
    }

    /// They have come. Only whoever reads the connection may say so, once.
    pub fn set(&self, lines: Bytes) {
        if let Some(place) = &self.0 {
            let _ = place.set(lines);
        }
    }
}
