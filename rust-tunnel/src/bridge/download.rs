//! An answer's body on its way from JavaScript to the client.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Bell, Bridge, CallId};
use crate::protocol::BodyError;
use crate::protocol::frame::{self, Kind};

/// What the client has taken is told in steps of so many bytes, for each step wakes JavaScript.
const STEP: u32 = 256 * 1024;
/// The least that is told, when nothing more is there to be taken.
const LAST_STEP: u32 = 64 * 1024;

/// One end of an answer's body; dropped without [`Item::End`], the answer breaks off. JavaScript sends no more than the
/// client takes, so that the channel is bounded by that.
pub(super) type Source = UnboundedSender<Item>;

pub(super) enum Item {
    Data(Bytes),
    End(HeaderMap),
}

/// The other end, which the connection reads. Dropped early, it cancels the call.
pub(super) struct Download<B: Bell> {
    bridge: Bridge<B>,
    id: CallId,
    items: UnboundedReceiver<Item>,
    taken: u32,
    /// Bytes that are still to come, where the head says so: the connection lets go once it has them.
    left: Option<u64>,
    ended: bool,
}

impl<B: Bell> Download<B> {
    pub(super) fn new(bridge: Bridge<B>, id: CallId, length: Option<u64>) -> (Source, Self) {
        let (source, items) = unbounded_channel();
        (source, Download { bridge, id, items, taken: 0, left: length, ended: false })
    }

    fn take(&mut self, bytes: usize) {
        self.left = self.left.map(|left| left.saturating_sub(bytes as u64));
        self.taken = self.taken.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        if self.taken >= STEP {
            self.tell();
        }
    }

    fn tell(&mut self) {
        let taken = std::mem::take(&mut self.taken).to_le_bytes();
        let id = self.id.0;
        self.bridge.shared.doorbell.push(0, |out| frame::put(out, Kind::Taken, 0, id, &taken));
    }
}

impl<B: Bell> Body for Download<B> {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        match self.items.poll_recv(context) {
            Poll::Pending => {
                if self.taken >= LAST_STEP {
                    self.tell();
                }
                Poll::Pending
            }
            Poll::Ready(Some(Item::Data(data))) => {
                self.take(data.len());
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Poll::Ready(Some(Item::End(trailers))) => {
                self.ended = true;
                Poll::Ready((!trailers.is_empty()).then(|| Ok(Frame::trailers(trailers))))
            }
            Poll::Ready(None) => {
                self.ended = true;
                Poll::Ready(Some(Err(BodyError("the handler broke its answer off".into()))))
            }
        }
    }
}

impl<B: Bell> Drop for Download<B> {
    fn drop(&mut self) {
        if !self.ended && self.left != Some(0) {
            self.bridge.cancel_begun(self.id);
        }
    }
}
