use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body as HttpBody;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tower::ServiceExt;

use super::io::Io;
use super::stop::Stopping;
use crate::config::Timeouts;

/// What Node adds to the advertised keep-alive time before it closes.
const KEEP_ALIVE_BUFFER: Duration = Duration::from_secs(1);
/// What Node writes to a client whose head takes too long.
const HEAD_TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";

/// Serves one connection until either side ends it.
pub(super) async fn serve(stream: TcpStream, router: Router, timeouts: &Timeouts, mut stopping: Stopping) {
    let activity = Arc::new(Activity::new());
    let service = {
        let activity = activity.clone();
        service_fn(move |request: Request<Incoming>| {
            let (router, busy) = (router.clone(), activity.clone().begin());
            Box::pin(async move {
                let response: Result<Response<HttpBody>, _> = router.oneshot(request).await;
                drop(busy);
                response
            })
        })
    };
    let io = TokioIo::new(Io::new(stream, timeouts.write));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head)
        .serve_connection(io, service);

    let keep_alive = timeouts.keep_alive + KEEP_ALIVE_BUFFER;
    let idle = tokio::time::sleep(keep_alive);
    tokio::pin!(idle);
    let mut closing = false;
    let ended = loop {
        tokio::select! {
            biased;
            ended = std::future::poll_fn(|context| connection.poll_without_shutdown(context)) => break ended,
            () = stopping.begun(), if !closing => {
                closing = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
            () = &mut idle, if !closing => match activity.idle_since() {
                Some(since) if since.elapsed() >= keep_alive => {
                    closing = true;
                    std::pin::Pin::new(&mut connection).graceful_shutdown();
                }
                since => idle.as_mut().reset(since.unwrap_or_else(Instant::now) + keep_alive),
            },
        }
    };
    let mut io = connection.into_parts().io.into_inner();
    if ended.is_err_and(|error| error.is_timeout()) {
        // The client may be gone; then nobody misses the line.
        let _ = io.write_all(HEAD_TIMEOUT).await;
    }
    let _ = io.shutdown().await;
}

/// Whether a connection works on a request, and since when it does not.
struct Activity {
    started: Instant,
    requests: AtomicUsize,
    /// Milliseconds from `started` to the end of the last answer; 0 before the first.
    last_answer: AtomicU64,
}

impl Activity {
    fn new() -> Self {
        Activity { started: Instant::now(), requests: AtomicUsize::new(0), last_answer: AtomicU64::new(0) }
    }

    fn begin(self: Arc<Self>) -> Busy {
        self.requests.fetch_add(1, Ordering::Relaxed);
        Busy(self)
    }

    /// `None` while a request is worked on, and before the first answer: then the head's own deadline counts.
    fn idle_since(&self) -> Option<Instant> {
        let last_answer = self.last_answer.load(Ordering::Relaxed);
        let idle = last_answer > 0 && self.requests.load(Ordering::Relaxed) == 0;
        idle.then(|| self.started + Duration::from_millis(last_answer))
    }
}

struct Busy(Arc<Activity>);

impl Drop for Busy {
    fn drop(&mut self) {
        let millis = u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.last_answer.store(millis.max(1), Ordering::Relaxed);
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}
