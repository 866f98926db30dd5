use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use crate::backend::{Landing, Lent};

/// One read: at first, and at most. The largest cost of bodies that flow is the number of calls to the system, so it doubles
/// while reads fill it.
const LEAST: usize = 16 * 1024;
const LARGEST: usize = 256 * 1024;

/// Where bodies are read to that somebody waits for.
pub(super) struct ReadBuffer {
    /// What was not filled of the last one of our own.
    own: BytesMut,
    /// Where those are read to that flow.
    lent: Option<Arc<Lent>>,
    next: usize,
}

/// Bytes that were just read.
pub(super) enum Fresh {
    Own(BytesMut),
    /// So many of them.
    Lent(Landing, usize),
}

impl ReadBuffer {
    pub(super) fn new(lent: Option<Arc<Lent>>) -> Self {
        ReadBuffer { own: BytesMut::new(), lent, next: LEAST }
    }

    /// Nothing is kept.
    pub(super) fn forget(&mut self) {
        self.own = BytesMut::new();
        self.next = LEAST;
    }

    /// Reads once.
    pub(super) fn poll_read<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        context: &mut Context<'_>,
    ) -> Poll<(io::Result<usize>, Fresh)> {
        let flows = self.next == LARGEST;
        let landing = self.lent.as_ref().filter(|_| flows).and_then(Lent::landing);
        let (room, read, fresh) = match landing {
            Some(landing) => ready!(poll_lent(landing, stream, context)),
            None => ready!(self.poll_own(stream, context)),
        };
        match read {
            Ok(length) if length == room => self.next = LARGEST.min(2 * self.next),
            Ok(length) if length < room / 4 => self.next = LEAST.max(self.next / 2),
            _ => {}
        }
        Poll::Ready((read, fresh))
    }

    fn poll_own<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        context: &mut Context<'_>,
    ) -> Poll<(usize, io::Result<usize>, Fresh)> {
        // What is left of a buffer is used up first, for the pieces that were read to it keep all of it.
        let is_new = self.own.capacity() < LEAST;
        if is_new {
            self.own.reserve(self.next);
        }
        let room = self.own.capacity();
        let Poll::Ready(read) = pin!(stream.read_buf(&mut self.own)).poll(context) else {
            if is_new {
                // There may be many who wait for slow clients.
                self.own = BytesMut::new();
            }
            return Poll::Pending;
        };
        Poll::Ready((room, read, Fresh::Own(self.own.split())))
    }
}

fn poll_lent<S: AsyncRead + Unpin>(
    mut landing: Landing,
    stream: &mut S,
    context: &mut Context<'_>,
) -> Poll<(usize, io::Result<usize>, Fresh)> {
    let mut buffer = ReadBuf::new(landing.as_mut());
    let read = ready!(Pin::new(stream).poll_read(context, &mut buffer));
    let (room, length) = (buffer.capacity(), buffer.filled().len());
    Poll::Ready((room, read.map(|()| length), Fresh::Lent(landing, length)))
}

impl Fresh {
    /// The first of them.
    pub(super) fn freeze(self, kept: usize) -> Bytes {
        match self {
            Fresh::Own(mut bytes) => {
                bytes.truncate(kept);
                bytes.freeze()
            }
            Fresh::Lent(landing, _) => landing.freeze(kept),
        }
    }
}

impl AsMut<[u8]> for Fresh {
    fn as_mut(&mut self) -> &mut [u8] {
        match self {
            Fresh::Own(bytes) => bytes,
            Fresh::Lent(landing, length) => landing.as_mut().get_mut(..*length).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use tokio::io::{AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    /// What one read of all that was sent gives.
    async fn read(buffer: &mut ReadBuffer, ends: &mut (DuplexStream, DuplexStream), length: usize) -> Fresh {
        ends.0.write_all(&vec![7; length]).await.unwrap();
        let read = buffer.poll_read(&mut ends.1, &mut Context::from_waker(Waker::noop()));
        let Poll::Ready((Ok(read), mut fresh)) = read else { panic!("nothing was read") };
        assert_eq!((read, fresh.as_mut().len()), (length, length));
        assert_eq!(fresh.as_mut(), vec![7; length]);
        fresh
    }

    #[tokio::test]
    async fn reads_grow_until_they_go_to_what_is_lent() {
        let lent = Arc::new(Lent::default());
        lent.lend(0, Box::new(vec![0; LARGEST]));
        let mut buffer = ReadBuffer::new(Some(lent.clone()));
        let mut ends = duplex(LARGEST);
        for length in [LEAST, 2 * LEAST, 4 * LEAST, 8 * LEAST] {
            assert!(matches!(read(&mut buffer, &mut ends, length).await, Fresh::Own(_)));
        }
        let fresh = read(&mut buffer, &mut ends, LARGEST).await;
        assert!(matches!(fresh, Fresh::Lent(..)));
        // There is no other.
        assert!(matches!(read(&mut buffer, &mut ends, LARGEST).await, Fresh::Own(_)));
        assert_eq!(fresh.freeze(3), [7; 3][..]);
        // A read that fills little of it is the last.
        assert!(matches!(read(&mut buffer, &mut ends, 100).await, Fresh::Lent(..)));
        assert!(matches!(read(&mut buffer, &mut ends, 100).await, Fresh::Own(_)));
    }

    #[tokio::test]
    async fn nothing_is_kept_while_nothing_comes() {
        let lent = Arc::new(Lent::default());
        lent.lend(0, Box::new(vec![0; LARGEST]));
        let (mut near, _far) = duplex(1);
        let mut buffer = ReadBuffer::new(Some(lent.clone()));
        for next in [LEAST, LARGEST] {
            buffer.next = next;
            assert!(buffer.poll_read(&mut near, &mut Context::from_waker(Waker::noop())).is_pending());
            assert!(buffer.own.capacity() == 0 && lent.landing().is_some());
        }
    }
}
