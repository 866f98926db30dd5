use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body as HttpBody;
use http::{Request, Response};
use tower_http::catch_panic::CatchPanicLayer;

use super::stats::HttpStats;
use super::{pipeline, respond};
use crate::backend::Backend;
use crate::config::Config;

/// What every request of one server shares.
pub struct Front<B> {
    /// The checked configuration.
    pub config: Config,
    /// Whoever runs the handlers.
    pub backend: Arc<B>,
    /// What has happened so far.
    pub stats: HttpStats,
    closing: AtomicBool,
}

impl<B: Backend> Front<B> {
    /// Puts a front before a backend.
    pub fn new(config: Config, backend: Arc<B>) -> Self {
        Front { config, backend, stats: HttpStats::default(), closing: AtomicBool::new(false) }
    }

    /// From now on every answer says `Connection: close`.
    pub fn begin_closing(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Whether [`Front::begin_closing`] was called.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// The routes. One catch-all, because the contract's paths (`//`, `\`, `%2e`, slashes in ids) are no patterns.
    pub fn router(self: Arc<Self>) -> Router {
        let serve = tower::service_fn(move |request: Request<HttpBody>| {
            let front = self.clone();
            async move { Ok::<Response<HttpBody>, Infallible>(pipeline::serve(&front, request).await) }
        });
        Router::new().fallback_service(serve).layer(CatchPanicLayer::custom(respond::panicked))
    }
}
