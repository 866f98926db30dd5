//! A request's body on its way from the connection to whoever reads it, which may be another task. One piece is on the way
//! at most, and only when it was asked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use crate::protocol::BodyError;

/// The connection's end.
#[derive(Debug)]
pub(super) struct Inlet(Arc<Mutex<Flow>>);

/// The reader's end.
#[derive(Debug)]
pub(super) struct Reader(Arc<Mutex<Flow>>);

#[derive(Debug)]
struct Flow {
    piece: Bytes,
    /// Bytes that are still to be read, as far as that was said in advance.
    declared: u64,
    /// Somebody waits for a piece.
    is_wanted: bool,
    end: End,
    is_forsaken: bool,
    reader: Option<Waker>,
    /// Set only while the connection sleeps.
    connection: Option<Waker>,
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    Open,
    /// It has come to its end.
    Over,
    /// It never will.
    Broken,
}

/// The two ends of a body of which these bytes are here; `declared` counts them.
pub(super) fn inlet(first: Bytes, declared: u64) -> (Inlet, Reader) {
    let flow = Flow {
        piece: first,
        declared,
        is_wanted: false,
        end: End::Open,
        is_forsaken: false,
        reader: None,
        connection: None,
    };
    let flow = Arc::new(Mutex::new(flow));
    (Inlet(flow.clone()), Reader(flow))
}

impl Inlet {
    /// Whether somebody waits for a piece.
    pub(super) fn is_wanted(&self) -> bool {
        lock(&self.0).is_wanted
    }

    /// Whether nobody will read any more.
    pub(super) fn is_forsaken(&self) -> bool {
        lock(&self.0).is_forsaken
    }

    /// Gives a piece to whoever waits for it.
    pub(super) fn give(&self, piece: Bytes) {
        let mut flow = lock(&self.0);
        flow.piece = piece;
        flow.is_wanted = false;
        flow.wake_reader();
    }

    /// No other piece will come.
    pub(super) fn end(self) {
        lock(&self.0).end = End::Over;
    }

    /// The connection sleeps, and is to be woken when a piece is wanted, or nobody reads any more.
    pub(super) fn watch(&self, context: &Context<'_>) {
        keep(&mut lock(&self.0).connection, context);
    }
}

impl Drop for Inlet {
    fn drop(&mut self) {
        let mut flow = lock(&self.0);
        if flow.end == End::Open {
            flow.end = End::Broken;
        }
        flow.wake_reader();
    }
}

impl Reader {
    pub(super) fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        let mut flow = lock(&self.0);
        if !flow.piece.is_empty() {
            let piece = std::mem::take(&mut flow.piece);
            flow.declared = flow.declared.saturating_sub(piece.len() as u64);
            return Poll::Ready(Some(Ok(piece)));
        }
        match flow.end {
            End::Over => Poll::Ready(None),
            End::Broken => Poll::Ready(Some(Err(BodyError("it broke off".into())))),
            End::Open => {
                keep(&mut flow.reader, context);
                if !flow.is_wanted {
                    flow.is_wanted = true;
                    flow.wake_connection();
                }
                Poll::Pending
            }
        }
    }

    pub(super) fn is_over(&self) -> bool {
        let flow = lock(&self.0);
        flow.end == End::Over && flow.piece.is_empty()
    }

    pub(super) fn declared(&self) -> u64 {
        lock(&self.0).declared
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut flow = lock(&self.0);
        flow.is_forsaken = true;
        flow.wake_connection();
    }
}

impl Flow {
    fn wake_reader(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn wake_connection(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.wake();
        }
    }
}

fn keep(waker: &mut Option<Waker>, context: &Context<'_>) {
    if !waker.as_ref().is_some_and(|known| known.will_wake(context.waker())) {
        *waker = Some(context.waker().clone());
    }
}

fn lock(flow: &Mutex<Flow>) -> MutexGuard<'_, Flow> {
    flow.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reader: &mut Reader) -> Option<Option<Bytes>> {
        match reader.poll_piece(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(piece) => Some(piece.and_then(Result::ok)),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_piece_comes_when_it_is_wanted() {
        let (inlet, mut reader) = inlet("one".into(), 6);
        assert!(!inlet.is_wanted());
        assert_eq!((read(&mut reader), reader.declared()), (Some(Some("one".into())), 3));
        assert_eq!((read(&mut reader), inlet.is_wanted()), (None, true));
        inlet.give("two".into());
        assert!(!inlet.is_wanted());
        inlet.end();
        assert!(!reader.is_over());
        assert_eq!(read(&mut reader), Some(Some("two".into())));
        assert!(reader.is_over());
        assert_eq!((read(&mut reader), reader.declared()), (Some(None), 0));
    }

    #[test]
    fn each_end_learns_that_the_other_is_gone() {
        let (first, mut reader) = inlet("half".into(), 8);
        drop(first);
        assert_eq!(read(&mut reader), Some(Some("half".into())));
        let end = reader.poll_piece(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(end, Poll::Ready(Some(Err(_)))));
        let (second, reader) = inlet(Bytes::new(), 0);
        assert!(!second.is_forsaken());
        drop(reader);
        assert!(second.is_forsaken());
    }
}
