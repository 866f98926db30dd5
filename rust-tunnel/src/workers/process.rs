use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::handshake;
use super::socket::WorkerSocket;
use crate::config::{Config, ConfigError};
use crate::protocol::frame;

/// Where a worker finds its socket.
const SOCKET: &str = "RUNNER_TUNNEL_SOCKET";
/// How long a worker may take to load its application.
const READY: Duration = Duration::from_secs(30);
/// How long a worker may take to leave when its connection has ended.
const LEAVE: Duration = Duration::from_secs(5);

/// Why there is no worker.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The process can't be started, or its connection broke.
    #[error("the worker can't be reached: {0}")]
    Io(#[from] io::Error),
    /// The process ended before it said that it is ready.
    #[error("the worker ended before it was ready ({0}); its own output says why")]
    Ended(ExitStatus),
    /// The process did not say that it is ready.
    #[error("the worker was not ready after {} s; does the app call serveWorker()?", READY.as_secs())]
    NotReady,
    /// The process speaks another version of the protocol.
    #[error(
        "the worker speaks protocol version {spoken}, this front version {}: install the same release on both sides",
        frame::VERSION
    )]
    Version {
        /// What it said.
        spoken: u16,
    },
    /// Its settings can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// A running worker process. Dropping it kills the process.
pub struct Worker {
    child: Child,
    _directory: PrivateDirectory,
}

impl Worker {
    /// Starts `node app`, and waits until it is ready.
    ///
    /// # Errors
    /// [`WorkerError`]; the process is gone then.
    pub async fn start(node: &Path, app: &Path) -> Result<(Worker, WorkerSocket, Config), WorkerError> {
        let directory = PrivateDirectory::create()?;
        let path = directory.0.join("worker.sock");
        let listener = UnixListener::bind(&path)?;
        let child = Command::new(node).arg(app).env(SOCKET, &path).kill_on_drop(true).spawn()?;
        let mut worker = Worker { child, _directory: directory };
        let ready = async {
            let (stream, _) = listener.accept().await?;
            handshake::shake(stream).await
        };
        tokio::select! {
            ready = timeout(READY, ready) => {
                let (stream, config) = ready.map_err(|_| WorkerError::NotReady)??;
                Ok((worker, WorkerSocket::new(stream), config))
            }
            ended = worker.child.wait() => Err(WorkerError::Ended(ended?)),
        }
    }

    /// Returns when the process has ended.
    ///
    /// # Errors
    /// When the system can't tell.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Waits for the process to leave, as it does when its connection ends; kills it if it does not.
    ///
    /// # Errors
    /// When it can't be killed.
    pub async fn stop(mut self) -> io::Result<()> {
        match timeout(LEAVE, self.child.wait()).await {
            Ok(ended) => ended.map(drop),
            Err(_) => self.child.kill().await,
        }
    }
}

/// A directory that only this user can look into; removed with everything in it when dropped.
struct PrivateDirectory(PathBuf);

impl PrivateDirectory {
    fn create() -> io::Result<Self> {
        let name = format!("rust-tunnel-{}", uuid::Uuid::new_v4().simple());
        let path = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(PrivateDirectory(path))
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        // What can't be removed is left to the system's own cleaning of its temporary directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
