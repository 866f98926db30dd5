use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep};

use super::persistence::Persistence;
use super::upload::Upload;
use crate::protocol::{BodyError, Late};

/// A request's body in the hands of a backend, which reads as far as it likes. What it leaves is discarded when it lets go.
pub(super) struct Loan {
    upload: Option<Upload>,
    terms: Arc<Terms>,
    deadline: Option<Pin<Box<Sleep>>>,
}

/// What the lender still knows of it.
#[derive(Debug, Default)]
pub(super) struct Terms {
    touched: AtomicBool,
    /// It could not be read to its end.
    broken: AtomicBool,
    /// Bytes still to come, as far as the client has said.
    outstanding: AtomicU64,
}

impl Loan {
    pub(super) fn new(upload: Upload, terms: Arc<Terms>) -> Self {
        terms.outstanding.store(upload.declared(), Ordering::Relaxed);
        let deadline =
            upload.deadline().map(|limit| Box::pin(tokio::time::sleep_until(Instant::now() + limit)));
        Loan { upload: Some(upload), terms, deadline }
    }
}

impl Terms {
    pub(super) fn is_touched(&self) -> bool {
        self.touched.load(Ordering::Relaxed)
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    pub(super) fn outstanding(&self) -> u64 {
        self.outstanding.load(Ordering::Relaxed)
    }
}

impl Body for Loan {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Loan { upload, terms, deadline } = &mut *self;
        let Some(upload) = upload else { return Poll::Ready(None) };
        terms.touched.store(true, Ordering::Relaxed);
        if let Poll::Ready(piece) = upload.poll_piece(context) {
            terms.outstanding.store(upload.declared(), Ordering::Relaxed);
            return Poll::Ready(piece.map(|piece| piece.map(Frame::data)));
        }
        let late = deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(context).is_ready());
        if !late {
            return Poll::Pending;
        }
        upload.fail();
        terms.broken.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(BodyError(Box::new(Late)))))
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(upload) = self.upload.take() {
            upload.discard(Persistence::KeepAlive, true);
        }
    }
}
