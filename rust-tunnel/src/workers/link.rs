use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::worker::Worker;
use crate::bridge::{Batch, Bell};

/// The largest frame that a worker may send.
const MAX_FRAME: usize = 1 << 30;
/// Room for one read.
const READ: usize = 64 * 1024;
/// A buffer that grew beyond this many bytes gives its memory back.
const KEPT: usize = 1 << 20;
/// How long answers are read when nothing more can be written.
const LAST_ANSWERS: Duration = Duration::from_secs(1);
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
        let _end = EndOnDrop(&worker);
        if let Ok(stream) = UnixStream::from_std(stream) {
            let (reading, writing) = stream.into_split();
            tokio::select! {
                _ = read(reading, said, &worker) => {}
                () = written(writing, &worker) => {}
                () = worker.bridge.reap() => {}
            }
        }
    }
}

/// However carrying ends, the worker is gone then.
struct EndOnDrop<'a>(&'a Worker);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

async fn written(to: OwnedWriteHalf, worker: &Worker) {
    if write(to, worker).await.is_err() {
        // Answers may still be on their way: reading ends when there are no more.
        sleep(LAST_ANSWERS).await;
    }
}

async fn read(mut from: OwnedReadHalf, mut buffer: BytesMut, worker: &Worker) -> io::Result<()> {
    loop {
        let before = worker.in_flight();
        let taken = worker.bridge.accept_with(&buffer, MAX_FRAME, |frame| worker.hear(frame));
        buffer.advance(taken.map_err(io::Error::other)?);
        worker.made_room(before);
        // One large answer must not keep its memory for ever.
        if buffer.is_empty() && buffer.capacity() > KEPT {
            buffer = BytesMut::new();
        }
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
        let is_last = bridge.has_said_all();
        bridge.take(&mut batch);
        worker.made_room(worker.in_flight());
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
        bytes.shrink_to(KEPT);
        if is_last {
            return to.shutdown().await;
        }
    }
}
