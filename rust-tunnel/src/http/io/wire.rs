use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::guard::{Guard, Phase, Refusal, SentHead};
use super::read_buffer::ReadBuffer;
use crate::backend::Lent;

/// What is read ahead at most while nobody asks for it. Behind more than that a hang-up is noticed late, as in Node.
const AHEAD: usize = 64 * 1024;
/// One read ahead.
const CHUNK: usize = 64 * 1024;
/// A body whose reader has not asked for so long may wait for its handler.
const LULL: Duration = Duration::from_millis(10);

/// A socket, and the requests that have come from it.
///
/// Neither the end of the input nor what the guard refuses is an error here: both are noted in [`Wire::over`], and the
/// connection decides.
pub(in crate::http) struct Wire<S> {
    stream: S,
    guard: Guard,
    /// Bytes of bodies that nobody has taken, in the order of their requests.
    ahead: BytesMut,
    reading: ReadBuffer,
    over: Option<Over>,
    /// When the head under way began.
    head_since: Option<Instant>,
    /// Since when the client accepts no byte.
    stalled_since: Option<Instant>,
    /// When bytes of a body were last asked for.
    read_at: Option<Instant>,
}

/// Why no more bytes will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Over {
    /// The client closed its side, or the connection broke.
    HungUp,
    /// What it sent is no HTTP that Node would accept.
    Refused(Refusal),
}

impl Over {
    /// What is still to be said to the client.
    pub(in crate::http) fn farewell(self) -> &'static [u8] {
        match self {
            Over::HungUp => b"",
            Over::Refused(refusal) => refusal.response(),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// A body that flows is read to what is `lent`.
    pub(in crate::http) fn new(stream: S, lent: Option<Arc<Lent>>) -> Self {
        Wire {
            stream,
            guard: Guard::new(),
            ahead: BytesMut::new(),
            reading: ReadBuffer::new(lent),
            over: None,
            head_since: None,
            stalled_since: None,
            read_at: None,
        }
    }

    pub(in crate::http) fn into_stream(self) -> S {
        self.stream
    }

    pub(in crate::http) fn stream(&self) -> &S {
        &self.stream
    }

    pub(in crate::http) fn over(&self) -> Option<Over> {
        self.over
    }

    pub(in crate::http) fn phase(&self) -> Phase {
        self.guard.phase()
    }

    pub(in crate::http) fn head_since(&self) -> Option<Instant> {
        self.head_since
    }

    pub(in crate::http) fn stalled_since(&self) -> Option<Instant> {
        self.stalled_since
    }

    /// Whether everything was taken that has come, and nothing is under way.
    pub(in crate::http) fn is_settled(&self) -> bool {
        self.stalled_since.is_none() && !self.has_input() && self.phase() == Phase::Idle
    }

    /// Whether the next request can begin.
    pub(in crate::http) fn has_head(&self) -> bool {
        self.guard.has_head()
    }

    /// Whether something has come that was not taken.
    pub(in crate::http) fn has_input(&self) -> bool {
        self.waiting() > 0
    }

    fn waiting(&self) -> usize {
        self.ahead.len() + self.guard.waiting()
    }

    /// Nothing is kept until the next byte.
    pub(in crate::http) fn park(&mut self) {
        self.ahead = BytesMut::new();
        self.reading.forget();
        self.guard.forget_heads();
    }

    /// The head of the next request, when it is complete.
    pub(in crate::http) fn next_head(&mut self) -> Option<SentHead> {
        self.guard.next_head()
    }

    /// How many bytes of the oldest request's body wait, and whether no more will come. Once that was taken, it is to be
    /// let go by [`Wire::end_body`].
    pub(in crate::http) fn body(&self) -> (usize, bool) {
        self.guard.body()
    }

    /// What has come of it and was not taken.
    pub(in crate::http) fn take_body(&mut self) -> Bytes {
        let (arrived, _) = self.guard.body();
        self.guard.take_body(arrived);
        self.ahead.split_to(arrived.min(self.ahead.len())).freeze()
    }

    /// Lets go of the oldest request, whose body is over.
    pub(in crate::http) fn end_body(&mut self) {
        self.guard.end_body();
    }

    /// Until when the reader of a body is taken to go on reading: what it will ask for need not be read ahead of it, and a
    /// client that leaves is noticed by its next read.
    pub(in crate::http) fn flows_until(&self) -> Option<Instant> {
        self.read_at.filter(|_| self.phase() == Phase::Body).map(|at| at + LULL)
    }

    /// Reads what has arrived, asked for or not: the next requests, and to notice when the client leaves.
    pub(in crate::http) fn poll_ahead(&mut self, context: &mut Context<'_>) {
        while self.over.is_none() && self.waiting() < AHEAD {
            let mut space = [MaybeUninit::uninit(); CHUNK];
            let mut buffer = ReadBuf::uninit(&mut space);
            let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, &mut buffer) else {
                return;
            };
            let read = read.map(|()| buffer.filled().len());
            let kept = self.pass(&read, buffer.filled_mut());
            self.ahead.extend_from_slice(buffer.filled().get(..kept).unwrap_or_default());
        }
    }

    /// Reads the next bytes of the oldest request's body, all of which was taken so far; none when it is over.
    pub(in crate::http) fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<Bytes> {
        self.read_at = Some(Instant::now());
        loop {
            if self.over.is_some() {
                return Poll::Pending;
            }
            let (read, mut fresh) = ready!(self.reading.poll_read(&mut self.stream, context));
            let kept = self.pass(&read, fresh.as_mut());
            if self.over.is_some() {
                return Poll::Pending;
            }
            let mut fresh = fresh.freeze(kept);
            let (arrived, is_over) = self.guard.body();
            self.guard.take_body(arrived);
            let piece = fresh.split_to(arrived.min(kept));
            self.ahead.extend_from_slice(&fresh);
            if !piece.is_empty() || is_over {
                return Poll::Ready(piece);
            }
        }
    }

    /// Shows fresh bytes to the guard, and gives how many of them are bodies'; they have become the first.
    fn pass(&mut self, read: &io::Result<usize>, fresh: &mut [u8]) -> usize {
        let seen = match read {
            Err(_) => Err(Over::HungUp),
            // Node calls a message that breaks off a bad request.
            Ok(0) if self.phase() != Phase::Idle => Err(Over::Refused(Refusal::BadRequest)),
            Ok(0) => Err(Over::HungUp),
            Ok(_) => self.guard.inspect(fresh).map_err(|refused| Over::Refused(refused.refusal)),
        };
        self.over = self.over.or(seen.err());
        if self.guard.phase() != Phase::Head {
            self.head_since = None;
        } else if self.guard.under_way() <= fresh.len() {
            // It began with this read.
            self.head_since = Some(Instant::now());
        }
        seen.unwrap_or(0)
    }

    pub(in crate::http) fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = match slices {
            [only] => Pin::new(&mut self.stream).poll_write(context, only),
            _ => Pin::new(&mut self.stream).poll_write_vectored(context, slices),
        };
        match wrote {
            Poll::Ready(_) => self.stalled_since = None,
            Poll::Pending if self.stalled_since.is_none() => self.stalled_since = Some(Instant::now()),
            Poll::Pending => {}
        }
        wrote
    }
}

#[cfg(test)]
mod tests;
