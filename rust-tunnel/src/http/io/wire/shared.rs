use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Wire;

/// A wire that hyper and the connection around it share; they run in one task, so nobody ever waits for the lock.
pub(in crate::http) struct SharedWire<S>(Arc<Mutex<Wire<S>>>);

impl<S> SharedWire<S> {
    pub(in crate::http) fn new(wire: Wire<S>) -> Self {
        SharedWire(Arc::new(Mutex::new(wire)))
    }

    pub(in crate::http) fn lock(&self) -> MutexGuard<'_, Wire<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What hyper reads from and writes to.
    pub(in crate::http) fn io(&self) -> WireIo<S> {
        WireIo(SharedWire(self.0.clone()))
    }

    /// The wire itself, once hyper has let go of it.
    pub(in crate::http) fn into_wire(self) -> Option<Wire<S>> {
        Arc::into_inner(self.0).map(|wire| wire.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// hyper's side of a [`SharedWire`].
pub(in crate::http) struct WireIo<S>(SharedWire<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WireIo<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.lock().poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WireIo<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut wire = self.0.lock();
        ready!(wire.poll_before(context))?;
        let wrote = Pin::new(&mut wire.stream).poll_write(context, bytes);
        wire.is_within = matches!(wrote, Poll::Ready(Ok(count)) if count < bytes.len());
        wire.wrote(wrote)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut wire = self.0.lock();
        ready!(wire.poll_before(context))?;
        let wrote = Pin::new(&mut wire.stream).poll_write_vectored(context, slices);
        let offered: usize = slices.iter().map(|slice| slice.len()).sum();
        wire.is_within = matches!(wrote, Poll::Ready(Ok(count)) if count < offered);
        wire.wrote(wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.lock().stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0.lock().stream).poll_flush(context)
    }

    /// The connection says goodbye itself, when it knows what is left to say.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
