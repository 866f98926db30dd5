//! Handlers in Node worker processes: the same bridge as in the addon, over a Unix socket.
//!
//! One worker for now, and no supervision: when it is gone, calls end as `WORKER_LOST` and `NO_WORKER`.

mod handshake;
mod process;
mod socket;

use http::HeaderValue;

use crate::backend::{Admission, Backend, BackendError};
use crate::bridge::Bridge;
use crate::config::Config;
use crate::protocol::{Call, Head, Reply, Report, Target};

pub use process::{Worker, WorkerError};
use socket::SocketBell;
pub use socket::WorkerSocket;

/// Runs calls in a worker process.
pub struct WorkerPool {
    bridge: Bridge<SocketBell>,
    socket: WorkerSocket,
}

impl WorkerPool {
    /// A pool of the one worker at the other end of `socket`, whose `config` it goes by.
    pub fn new(socket: WorkerSocket, config: &Config) -> Self {
        let Config { limits, timeouts, .. } = config;
        let lost = BackendError::WorkerLost;
        WorkerPool {
            bridge: Bridge::new(SocketBell::default(), limits.max_in_flight, timeouts.abandoned, lost),
            socket,
        }
    }

    /// Carries calls to the worker and answers back until the worker is gone. Runs on an IO thread.
    pub async fn run(&self) {
        tokio::select! {
            () = self.bridge.reap() => {}
            ended = self.socket.carry(&self.bridge) => {
                let reason = ended.err().map_or_else(|| "the worker has left".to_owned(), |error| error.to_string());
                self.bridge.close(&reason);
            }
        }
    }

    fn up(&self) -> Result<&Bridge<SocketBell>, BackendError> {
        if self.bridge.is_closed() { Err(BackendError::NoWorker) } else { Ok(&self.bridge) }
    }
}

impl Backend for WorkerPool {
    async fn admit(&self, target: &Target, head: &Head) -> Result<Admission, BackendError> {
        self.up()?.admit(target, head).await
    }

    async fn call(&self, call: Call) -> Result<Reply, BackendError> {
        self.up()?.call(call).await
    }

    async fn discover(&self, head: &Head) -> Result<Reply, BackendError> {
        self.up()?.discover(head).await
    }

    async fn allow_origin(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        self.up().ok()?.allow_origin(origin).await
    }

    fn report(&self, report: Report) {
        if let Ok(bridge) = self.up() {
            bridge.report(report);
        }
    }
}
