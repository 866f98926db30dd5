use std::io;
use std::os::unix::net::UnixStream as StdStream;
use std::sync::Mutex;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;

use crate::bridge::{Batch, Bell, Bridge};

/// The largest answer that a worker may send.
pub(super) const MAX_FRAME: usize = 1 << 30;

/// Wakes the task that writes.
#[derive(Default)]
pub(super) struct SocketBell(Notify);

impl Bell for SocketBell {
    fn ring(&self) {
        self.0.notify_one();
    }
}

/// A worker's connection, waiting for the thread that will carry its frames.
pub struct WorkerSocket(Mutex<Option<StdStream>>);

impl WorkerSocket {
    pub(super) fn new(stream: StdStream) -> Self {
        WorkerSocket(Mutex::new(Some(stream)))
    }

    /// Carries frames both ways until the worker closes its end.
    pub(super) async fn carry(&self, bridge: &Bridge<SocketBell>) -> io::Result<()> {
        let stream = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let Some(stream) = stream else { return Ok(()) };
        let (reading, writing) = UnixStream::from_std(stream)?.into_split();
        tokio::select! {
            ended = read(reading, bridge) => ended,
            ended = write(writing, bridge) => ended,
        }
    }
}

async fn read(mut from: OwnedReadHalf, bridge: &Bridge<SocketBell>) -> io::Result<()> {
    let mut buffer = BytesMut::with_capacity(64 * 1024);
    while from.read_buf(&mut buffer).await? > 0 {
        let taken = bridge.accept(&buffer, MAX_FRAME).map_err(io::Error::other)?;
        buffer.advance(taken);
    }
    Ok(())
}

async fn write(mut to: OwnedWriteHalf, bridge: &Bridge<SocketBell>) -> io::Result<()> {
    let mut batch = Batch::default();
    let mut bytes = Vec::new();
    loop {
        bridge.bell().0.notified().await;
        bridge.take(&mut batch);
        for part in batch.frames().flatten() {
            bytes.extend_from_slice(part);
        }
        batch.clear();
        to.write_all(&bytes).await?;
        bytes.clear();
        bytes.shrink_to(1 << 20);
    }
}
