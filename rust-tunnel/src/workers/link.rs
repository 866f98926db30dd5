use std::io;
use std::sync::Arc;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;

use super::worker::Worker;
use crate::bridge::{Batch, Bell};

/// The largest frame that a worker may send.
const MAX_FRAME: usize = 1 << 30;
/// Room for one read.
const READ: usize = 64 * 1024;
/// The ends of frames are not copied from this size on.
const APART: usize = 16 * 1024;

/// Wakes the task that writes.
#[derive(Default)]
pub(super) struct SocketBell(Notify);

impl Bell for SocketBell {
    fn ring(&self) {
        self.0.notify_one();
    }
}

/// A worker with its connection, on its way to the thread that will carry its frames.
pub(super) struct Link {
    pub(super) worker: Arc<Worker>,
    pub(super) stream: std::os::unix::net::UnixStream,
    /// What the worker has said already.
    pub(super) said: BytesMut,
}

impl Link {
    /// Carries frames both ways until one side has closed.
    pub(super) async fn carry(self) {
        let Link { worker, stream, said } = self;
        if let Ok(stream) = UnixStream::from_std(stream) {
            let (reading, writing) = stream.into_split();
            tokio::select! {
                _ = read(reading, said, &worker) => {}
                _ = write(writing, &worker) => {}
                () = worker.bridge.reap() => {}
            }
        }
        worker.end();
    }
}

async fn read(mut from: OwnedReadHalf, mut buffer: BytesMut, worker: &Worker) -> io::Result<()> {
    loop {
        let taken = worker.bridge.accept_with(&buffer, MAX_FRAME, |frame| worker.hear(frame));
        buffer.advance(taken.map_err(io::Error::other)?);
        buffer.reserve(READ);
        if from.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
}

async fn write(mut to: OwnedWriteHalf, worker: &Worker) -> io::Result<()> {
    let bridge = &worker.bridge;
    let mut batch = Batch::default();
    let mut bytes = Vec::new();
    loop {
        bridge.bell().0.notified().await;
        // Asked before the batch is taken: then what was said last is in it.
        let is_last = bridge.is_closed();
        bridge.take(&mut batch);
        for [head, tail] in batch.frames() {
            bytes.extend_from_slice(head);
            if tail.len() < APART {
                bytes.extend_from_slice(tail);
            } else {
                to.write_all(&bytes).await?;
                bytes.clear();
                to.write_all(tail).await?;
            }
        }
        batch.clear();
        to.write_all(&bytes).await?;
        bytes.clear();
        bytes.shrink_to(1 << 20);
        if is_last {
            return to.shutdown().await;
        }
    }
}
