use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Either;
use pin_project_lite::pin_project;
use tokio::time::Instant;

use crate::http::body::ResponseBody;
use crate::protocol::{BodyError, BodyStream};

/// Whether a connection works on a request, and since when it does not.
pub(super) struct Activity {
    opened: Instant,
    requests: AtomicUsize,
    /// Milliseconds from `opened` to the end of the last answer; 0 before the first.
    answered: AtomicU64,
}

impl Activity {
    pub(super) fn new() -> Self {
        Activity { opened: Instant::now(), requests: AtomicUsize::new(0), answered: AtomicU64::new(0) }
    }

    /// A request begins; it ends when what is returned is dropped.
    pub(super) fn begin(activity: &Arc<Self>) -> Busy {
        activity.requests.fetch_add(1, Ordering::Relaxed);
        Busy(activity.clone())
    }

    pub(super) fn is_busy(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 0
    }

    pub(super) fn opened(&self) -> Instant {
        self.opened
    }

    /// When the last answer ended; `None` before the first.
    pub(super) fn answered(&self) -> Option<Instant> {
        let millis = self.answered.load(Ordering::Relaxed);
        (millis > 0).then(|| self.opened + Duration::from_millis(millis))
    }
}

/// A request under way.
pub(super) struct Busy(Arc<Activity>);

impl Drop for Busy {
    fn drop(&mut self) {
        let millis = u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.answered.store(millis.max(1), Ordering::Relaxed);
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Ends the request with its answer: at once if that is complete, for hyper writes it in the same turn; else when the
/// stream has ended.
pub(super) fn until_sent(response: Response<ResponseBody>, busy: Busy) -> Response<ResponseBody> {
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| match body {
        Either::Right(body) => Either::Right(BodyStream::new(Sending { body, _busy: busy })),
        whole @ Either::Left(_) => whole,
    })
}

pin_project! {
    struct Sending {
        #[pin]
        body: BodyStream,
        _busy: Busy,
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.project().body.poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
