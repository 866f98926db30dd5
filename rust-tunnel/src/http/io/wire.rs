mod shared;

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::guard::{Guard, Passed, Phase, Refusal, SentHead};
use crate::protocol::Interim;

pub(in crate::http) use shared::SharedWire;

/// What is read ahead at most while hyper is not reading. Behind more than that a hang-up is noticed late, as in Node.
const AHEAD: usize = 64 * 1024;
/// A body that hyper has not read for so long may wait for its handler.
const LULL: Duration = Duration::from_millis(10);
/// One read ahead.
const CHUNK: usize = 64 * 1024;

/// A socket, with what is known of the bytes that came from it.
///
/// hyper never sees the end of the input, nor a byte that the guard refuses: both are noted in [`Wire::over`], and the
/// connection decides. What the guard lets pass it has changed, so that hyper takes it as Node does.
pub(in crate::http) struct Wire<S> {
    stream: S,
    guard: Guard,
    /// Bytes that passed the guard and wait for hyper.
    ahead: BytesMut,
    over: Option<Over>,
    /// hyper waits for bytes, and the socket will wake it.
    hungry: bool,
    /// If hyper is to have room for more header lines: how many of `ahead` it may have before, for they come before the
    /// head that needs it.
    narrow: Option<usize>,
    /// When the head under way began.
    head_since: Option<Instant>,
    /// Since when the client accepts no byte.
    stalled_since: Option<Instant>,
    /// When hyper last asked for bytes of a body.
    read_at: Option<Instant>,
    /// What is to be sent before hyper's next answer, and what of it is on its way.
    interim: Interim,
    before: BytesMut,
    /// Only a part of hyper's last bytes could be written.
    is_within: bool,
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
    pub(in crate::http) fn new(stream: S) -> Self {
        Wire {
            stream,
            guard: Guard::new(),
            ahead: BytesMut::new(),
            over: None,
            hungry: false,
            narrow: None,
            head_since: None,
            stalled_since: None,
            read_at: None,
            interim: Interim::default(),
            before: BytesMut::new(),
            is_within: false,
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

    /// Whether hyper has taken in and written out everything there was, and only waits.
    pub(in crate::http) fn is_settled(&self) -> bool {
        self.hungry && self.stalled_since.is_none() && self.ahead.is_empty() && self.phase() == Phase::Idle
    }

    /// hyper is gone until the next byte: nothing is kept for it.
    pub(in crate::http) fn park(&mut self) {
        self.hungry = false;
        self.ahead = BytesMut::new();
        self.interim = Interim::default();
        self.guard.forget_heads();
    }

    /// What was sent as the head of the request that hyper has just read.
    pub(in crate::http) fn next_head(&mut self) -> Option<SentHead> {
        self.guard.next_head()
    }

    pub(in crate::http) fn has_input(&self) -> bool {
        !self.ahead.is_empty()
    }

    pub(in crate::http) fn wants_room(&self) -> bool {
        self.narrow.is_some()
    }

    /// How many header lines hyper is to have room for.
    pub(in crate::http) fn widen(&mut self) -> usize {
        self.narrow = None;
        usize::from(self.guard.widen())
    }

    /// hyper is made anew: what the old one had not used comes first again.
    pub(in crate::http) fn give_back(&mut self, unused: &[u8]) {
        let waiting = std::mem::replace(&mut self.ahead, BytesMut::from(unused));
        self.ahead.extend_from_slice(&waiting);
    }

    /// Until when hyper, which reads a body, is taken to go on reading: what it will ask for need not be read ahead of it,
    /// and a client that leaves is noticed by its next read.
    pub(in crate::http) fn flows_until(&self) -> Option<Instant> {
        self.read_at.filter(|_| self.phase() == Phase::Body).map(|at| at + LULL)
    }

    /// Reads what has arrived while nobody asks for it, to notice when the client leaves.
    pub(in crate::http) fn poll_ahead(&mut self, context: &mut Context<'_>) {
        while !self.hungry && self.over.is_none() && self.ahead.len() < AHEAD {
            let mut space = [MaybeUninit::uninit(); CHUNK];
            let mut buffer = ReadBuf::uninit(&mut space);
            let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, &mut buffer) else {
                return;
            };
            if let Some(Passed { count, narrow }) = self.pass(&read, buffer.filled_mut()) {
                if narrow < count && self.narrow.is_none() {
                    self.narrow = Some(self.ahead.len() + narrow);
                }
                self.ahead.extend_from_slice(buffer.filled().get(..count).unwrap_or_default());
            }
        }
    }

    fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.hungry = false;
        self.read_at = (self.phase() == Phase::Body).then(Instant::now);
        if self.over.is_some() {
            return Poll::Pending;
        }
        let ready = self.narrow.unwrap_or(self.ahead.len());
        if ready > 0 {
            let length = ready.min(buffer.remaining());
            buffer.put_slice(self.ahead.get(..length).unwrap_or_default());
            self.ahead.advance(length);
            self.narrow = self.narrow.map(|narrow| narrow - length);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        while self.narrow.is_none() {
            let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, buffer) else {
                self.hungry = true;
                return Poll::Pending;
            };
            let passed = self.pass(&read, buffer.filled_mut().get_mut(before..).unwrap_or_default());
            let Some(Passed { count, narrow }) = passed else {
                buffer.set_filled(before);
                return Poll::Pending;
            };
            if narrow < count {
                let wide = buffer.filled().get(before + narrow..before + count);
                self.ahead.extend_from_slice(wide.unwrap_or_default());
                self.narrow = Some(0);
            }
            buffer.set_filled(before + narrow);
            // A read that held trailers and nothing else must not look like the end.
            if narrow > 0 {
                return Poll::Ready(Ok(()));
            }
        }
        Poll::Pending
    }

    /// Shows fresh bytes to the guard, and gives how many of them may be handed on; `None` when neither they nor any
    /// others may.
    fn pass(&mut self, read: &io::Result<()>, fresh: &mut [u8]) -> Option<Passed> {
        let seen = match read {
            Err(_) => Err(Over::HungUp),
            // Node calls a message that breaks off a bad request.
            Ok(()) if fresh.is_empty() && self.phase() != Phase::Idle => {
                Err(Over::Refused(Refusal::BadRequest))
            }
            Ok(()) if fresh.is_empty() => Err(Over::HungUp),
            Ok(()) => self.guard.inspect(fresh).map_err(|refused| Over::Refused(refused.refusal)),
        };
        self.over = self.over.or(seen.err());
        if self.guard.phase() != Phase::Head {
            self.head_since = None;
        } else if self.head_since.is_none() {
            self.head_since = Some(Instant::now());
        }
        seen.ok().filter(|_| self.over.is_none())
    }

    /// Sends what is left there, from now on.
    pub(in crate::http) fn send_before_answers(&mut self, interim: Interim) {
        self.interim = interim;
    }

    /// Sends interim answers when they come; hyper has none to send then.
    pub(in crate::http) fn poll_interim(&mut self, context: &mut Context<'_>) {
        self.interim.watch(context);
        let _ = self.poll_before(context);
    }

    /// Nothing is to be sent any more before what hyper writes.
    fn poll_before(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let fresh = self.interim.take();
        // What hyper could not write yet is of an older answer, and nobody knows where that ends: a hint less.
        let is_between = self.stalled_since.is_none() && !self.is_within;
        if (is_between || !self.before.is_empty()) && self.before.len() < AHEAD {
            self.before.extend_from_slice(&fresh);
        }
        while !self.before.is_empty() {
            let wrote = Pin::new(&mut self.stream).poll_write(context, &self.before);
            match ready!(self.wrote(wrote))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.before.advance(count),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn wrote(&mut self, wrote: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
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
