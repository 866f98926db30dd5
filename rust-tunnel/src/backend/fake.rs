use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body::Frame;
use http_body_util::StreamBody;
use http_body_util::combinators::UnsyncBoxBody;

use crate::backend::{Admission, Backend, BackendError};
use crate::protocol::{Body, BodyError, Call, Content, Dress, Head, Piece, Pieces, Reply, Report, Target};

/// What the fake answers; by default `{"ok":true}` to everything.
#[derive(Clone, Default)]
pub(crate) struct Script {
    pub(crate) refuses: Option<StatusCode>,
    pub(crate) fails: Option<BackendError>,
    pub(crate) never_settles: bool,
    pub(crate) streams: bool,
    /// The reply's own head; see [`Reply::with_head`].
    pub(crate) head: Option<&'static str>,
}

/// Nothing that is done under a lock here can panic.
const NO_POISON: &str = "no panic under the lock";

/// A backend without JavaScript, which notes what it is asked.
pub(crate) struct FakeBackend {
    pub(crate) script: Script,
    pub(crate) asked: Mutex<Vec<String>>,
    pub(crate) reports: Mutex<Vec<Report>>,
}

impl FakeBackend {
    pub(crate) fn new(script: Script) -> Self {
        FakeBackend { script, asked: Mutex::default(), reports: Mutex::default() }
    }

    fn note(&self, asked: String) {
        self.asked.lock().expect(NO_POISON).push(asked);
    }
}

impl Backend for FakeBackend {
    async fn admit(&self, target: &Target, _: &Head) -> Result<Admission, BackendError> {
        self.note(format!("admit {}", target.id));
        Ok(match self.script.refuses {
            Some(status) => Admission::Refused(Reply::json(status, Bytes::from_static(b"{}"))),
            None => Admission::Accepted,
        })
    }

    async fn call(&self, call: Call) -> Result<Reply, BackendError> {
        let body = match call.content {
            Content::Json(body) | Content::Octets(Body::Complete(body)) => {
                String::from_utf8_lossy(&body).into_owned()
            }
            Content::Form(pieces) => written(pieces).await,
            Content::Octets(Body::Stream(_)) => return Err(BackendError::Protocol),
        };
        let caller = if call.head.authenticated { "authenticated" } else { "anonymous" };
        self.note(format!("call {:?} {} {} {caller}", call.target.kind, call.target.id, body));
        if self.script.never_settles {
            std::future::pending::<()>().await;
        }
        match self.script.fails {
            Some(error) => Err(error),
            None if self.script.streams => Ok(streamed()),
            None => Ok(match self.script.head {
                Some(head) => Reply::with_head(StatusCode::OK, head.as_bytes(), OK.into()),
                None => Reply::json(StatusCode::OK, OK),
            }),
        }
    }

    async fn discover(&self, _: &Head) -> Result<Reply, BackendError> {
        self.note("discover".to_owned());
        Ok(Reply::json(StatusCode::OK, OK))
    }

    async fn allow_origin(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        origin.cloned()
    }

    fn report(&self, report: Report) {
        self.reports.lock().expect(NO_POISON).push(report);
    }
}

const OK: Bytes = Bytes::from_static(b"{\"ok\":true}");

fn streamed() -> Reply {
    let chunks =
        Chunks(["one ", "two"].map(|chunk| Ok::<_, BodyError>(Frame::data(Bytes::from(chunk)))).into());
    let stream = StreamBody::new(chunks);
    let headers =
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))]);
    Reply {
        status: StatusCode::OK,
        reason: None,
        dress: Dress::Standard,
        headers,
        winning: None,
        body: Body::Stream(UnsyncBoxBody::new(stream)),
    }
}

/// A form in one line: `name=bytes;` for each part, and in the end a code if it can't be read.
async fn written(Pieces(mut pieces): Pieces) -> String {
    let mut line = String::new();
    while let Some(piece) = std::future::poll_fn(|context| pieces.as_mut().poll_next(context)).await {
        match piece {
            Piece::Part(part) => line.push_str(&format!("{}=", part.name)),
            Piece::Data(bytes) => line.push_str(&String::from_utf8_lossy(&bytes)),
            Piece::PartEnd => line.push(';'),
            Piece::Unreadable(why) => line.push_str(why.code.as_str()),
        }
    }
    line
}

/// A form of these pieces.
pub(crate) fn form(pieces: impl IntoIterator<Item = Piece>) -> Pieces {
    Pieces(Box::pin(Chunks(pieces.into_iter().collect())))
}

struct Chunks<T>(Vec<T>);

impl<T: Unpin> Stream for Chunks<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        Poll::Ready((!self.0.is_empty()).then(|| self.0.remove(0)))
    }
}
