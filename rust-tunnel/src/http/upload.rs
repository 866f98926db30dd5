use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::combinators::UnsyncBoxBody;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::body::RequestBody;
use super::loan::{Loan, Terms};
use super::persistence::Persistence;
use super::rejection::Rejection;
use crate::config::Config;
use crate::protocol::{Body, BodyError};

/// As much is read before anyone was asked whether the body may be read at all, and only what has already arrived.
const EAGER: usize = 64 * 1024;
/// An unread rest up to this size more than the limit of a body is read and dropped, so that the connection can go on.
pub(super) const DRAINED: u64 = 1024 * 1024;
/// How long a client may still send when the connection closes anyway, so that it reads the answer before the end.
pub(super) const LINGER: Duration = Duration::from_secs(2);

/// A request's body on its way in.
pub(super) struct Upload {
    body: RequestBody,
    received: Received,
    /// `limits.json.maxSize`, whatever the body is.
    json_limit: u64,
    deadline: Option<Duration>,
    /// The client waits for `100 Continue`, which the first poll sends.
    expects_continue: bool,
    state: State,
}

enum State {
    Untouched,
    Reading,
    Ended,
    Failed,
    /// Somebody else reads it.
    OnLoan(Arc<Terms>),
}

impl Upload {
    pub(super) fn new(body: RequestBody, expects_continue: bool, config: &Config) -> Self {
        let state = if body.is_over() { State::Ended } else { State::Untouched };
        Upload {
            body,
            received: Received::default(),
            json_limit: config.limits.json_max_size,
            deadline: config.timeouts.request.get(),
            expects_continue,
            state,
        }
    }

    /// Whether the whole body is here without waiting for the client, and within its limit.
    pub(super) async fn is_complete(&mut self) -> bool {
        self.is_here(self.json_limit).await
    }

    async fn is_here(&mut self, limit: u64) -> bool {
        if matches!(self.state, State::Untouched) && (self.expects_continue || self.declared() > limit) {
            return false;
        }
        // What has already arrived comes when it is asked for; the connection must have had the chance.
        let mut has_asked = false;
        std::future::poll_fn(|context| {
            while !matches!(self.state, State::Ended) && self.received.length <= EAGER {
                self.state = State::Reading;
                match self.body.poll_piece(context) {
                    Poll::Ready(piece) => {
                        has_asked = false;
                        self.take(piece);
                    }
                    Poll::Pending if has_asked => break,
                    Poll::Pending => {
                        self.received.own();
                        has_asked = true;
                        context.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                }
                if matches!(self.state, State::Failed) {
                    break;
                }
            }
            Poll::Ready(matches!(self.state, State::Ended) && self.received.length as u64 <= limit)
        })
        .await
    }

    /// Reads what is left of it.
    pub(super) async fn finish(&mut self) -> Result<Bytes, Rejection> {
        within(self.deadline, self.read()).await.unwrap_or_else(|_| {
            self.state = State::Failed;
            Err(Rejection::RequestTimeout)
        })
    }

    async fn read(&mut self) -> Result<Bytes, Rejection> {
        if matches!(self.state, State::Untouched) && self.declared() > self.json_limit {
            return Err(Rejection::PayloadTooLarge);
        }
        loop {
            if self.received.length as u64 > self.json_limit {
                return Err(Rejection::PayloadTooLarge);
            }
            match self.state {
                State::Ended => return Ok(self.received.take()),
                State::Failed | State::OnLoan(_) => return Err(Rejection::MalformedBody),
                State::Untouched | State::Reading => {}
            }
            self.state = State::Reading;
            self.received.own();
            let piece = std::future::poll_fn(|context| self.body.poll_piece(context)).await;
            self.take(piece);
        }
    }

    /// The body as the call takes it along: all of it if it is here, else to be read by the backend, without a limit.
    pub(super) async fn take_along(&mut self) -> Body {
        if self.is_here(u64::MAX).await {
            return Body::Complete(self.received.take());
        }
        Body::Stream(UnsyncBoxBody::new(self.lend()))
    }

    /// The body as a backend reads it, of which nothing is read before that asks.
    pub(super) fn lend(&mut self) -> Loan {
        let terms = Arc::new(Terms::default());
        let loaned = Upload {
            body: std::mem::replace(&mut self.body, RequestBody::nothing()),
            received: std::mem::take(&mut self.received),
            state: std::mem::replace(&mut self.state, State::OnLoan(terms.clone())),
            ..*self
        };
        Loan::new(loaned, terms)
    }

    /// The next bytes, the ones that were read before first.
    pub(super) fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            let ready = self.received.take();
            if !ready.is_empty() {
                return Poll::Ready(Some(Ok(ready)));
            }
            match self.state {
                State::Ended => return Poll::Ready(None),
                State::Failed | State::OnLoan(_) => {
                    return Poll::Ready(Some(Err(BodyError("it broke off".into()))));
                }
                State::Untouched | State::Reading => {}
            }
            self.state = State::Reading;
            let Poll::Ready(piece) = self.body.poll_piece(context) else { return Poll::Pending };
            self.take(piece);
        }
    }

    /// It can't be read to its end.
    pub(super) fn fail(&mut self) {
        self.state = State::Failed;
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// Lets go of what nobody will read, and says whether the connection can go on as `wished`. `is_over`: the answer is
    /// complete, so nobody goes on reading a body that is on loan.
    pub(super) fn discard(self, wished: Persistence, is_over: bool) -> Persistence {
        let most = self.most_unread();
        match self.state {
            State::Ended => wished,
            State::Failed => Persistence::Close,
            State::OnLoan(terms) if self.expects_continue && !terms.is_touched() => Persistence::Close,
            State::OnLoan(terms) if terms.is_broken() => Persistence::Close,
            State::OnLoan(terms) if is_over && terms.outstanding() > most => Persistence::Close,
            State::OnLoan(_) => wished,
            // Whether the client will send the body is its own choice now; nobody could tell it from a next request.
            State::Untouched if self.expects_continue => Persistence::Close,
            State::Untouched | State::Reading => {
                let persistence = if self.declared() > most { Persistence::Close } else { wished };
                let patience = if persistence == Persistence::Close { Some(LINGER) } else { self.deadline };
                tokio::spawn(within(patience, drain(self.body, most)));
                persistence
            }
        }
    }

    /// As much is taken and dropped, so that the connection can go on.
    fn most_unread(&self) -> u64 {
        self.json_limit.saturating_add(DRAINED)
    }

    /// What is still to come, as far as `Content-Length` says.
    pub(super) fn declared(&self) -> u64 {
        self.body.declared()
    }

    fn take(&mut self, piece: Option<Result<Bytes, BodyError>>) {
        match piece {
            Some(Ok(piece)) => {
                self.received.push(piece);
                if self.body.is_over() {
                    self.state = State::Ended;
                }
            }
            Some(Err(_)) => self.state = State::Failed,
            None => self.state = State::Ended,
        }
    }
}

async fn within<T>(limit: Option<Duration>, work: impl Future<Output = T>) -> Result<T, Elapsed> {
    match limit {
        Some(limit) => timeout(limit, work).await,
        None => Ok(work.await),
    }
}

async fn drain(mut body: RequestBody, most: u64) {
    if take_and_drop(&mut body, most).await {
        return;
    }
    // Too much to go on with. But the client has to see the answer before the end, and looks up only between its writes.
    let _ = timeout(LINGER, take_and_drop(&mut body, u64::MAX)).await;
}

/// `false` if there is more than that.
async fn take_and_drop(body: &mut RequestBody, most: u64) -> bool {
    let mut left = most;
    while let Some(Ok(piece)) = std::future::poll_fn(|context| body.poll_piece(context)).await {
        match left.checked_sub(piece.len() as u64) {
            Some(rest) => left = rest,
            None => return false,
        }
    }
    true
}

/// The bytes so far. One chunk, the ordinary case, is kept as it came.
#[derive(Default)]
struct Received {
    first: Bytes,
    all: BytesMut,
    length: usize,
}

impl Received {
    fn push(&mut self, data: Bytes) {
        let is_first = self.length == 0;
        self.length += data.len();
        if is_first {
            self.first = data;
        } else {
            self.own();
            self.all.extend_from_slice(&data);
        }
    }

    /// While more is waited for, nothing of what was read to is kept.
    fn own(&mut self) {
        if self.all.is_empty() {
            self.all.extend_from_slice(&self.first);
            self.first.clear();
        }
    }

    fn take(&mut self) -> Bytes {
        self.length = 0;
        let first = std::mem::take(&mut self.first);
        if self.all.is_empty() { first } else { std::mem::take(&mut self.all).freeze() }
    }
}

#[cfg(test)]
mod tests;
