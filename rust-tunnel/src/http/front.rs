use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use http::Response;

use super::body::ResponseBody;
use super::connection::Serve;
use super::request::Request;
use super::respond::Cut;
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
}

impl<B: Backend> Serve for Front<B> {
    /// A panic costs its request an answer, and nobody else anything.
    async fn serve(&self, request: Request) -> Result<Response<ResponseBody>, Cut> {
        let mut answering = pin!(pipeline::serve(self, request));
        std::future::poll_fn(|context| {
            catch_unwind(AssertUnwindSafe(|| answering.as_mut().poll(context)))
                .unwrap_or_else(|_| Poll::Ready(Ok(respond::panicked())))
        })
        .await
    }
}
