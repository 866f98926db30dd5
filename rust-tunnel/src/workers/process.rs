use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::handshake;
use super::output::pass_through;
use super::rules::Rules;
use crate::config::ConfigError;
use crate::protocol::frame::{self, Kind};

/// Where a worker finds its socket.
const SOCKET: &str = "RUNNER_TUNNEL_SOCKET";
/// And which one it is.
const NUMBER: &str = "RUNNER_TUNNEL_WORKER";

/// How long a process whose connection has ended may take to say how it has.
const LAST_WORD: Duration = Duration::from_millis(200);

/// Why there is no worker.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The process can't be started, or its connection broke.
    #[error("it can't be reached: {0}")]
    Io(#[from] io::Error),
    /// The process ended before it said that it is ready.
    #[error("it ended before it was ready ({}); its own output says why", said(.0))]
    Ended(ExitStatus),
    /// The process did not say that it is ready.
    #[error("it was not ready after {} ms; does the app expose its tasks, or call serveWorker()?", .0.as_millis())]
    NotReady(Duration),
    /// The process speaks another version of the protocol.
    #[error(
        "it speaks protocol version {spoken}, this front version {}: install the same release on both sides",
        frame::VERSION
    )]
    Version {
        /// What it said.
        spoken: u16,
    },
    /// Its settings can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its settings are not those of the workers before it.
    #[error("its settings differ from the other workers': {}", .0.join("; "))]
    Differs(Vec<String>),
}

/// A worker that has said how it is configured.
pub(super) struct Greeted {
    process: Process,
    stream: UnixStream,
    pub(super) settings: Value,
}

/// A worker that can take calls.
pub(super) struct Started {
    pub(super) process: Process,
    pub(super) stream: UnixStream,
    /// What it has said already.
    pub(super) said: BytesMut,
}

impl Greeted {
    /// Takes it on, and waits until its application has booted.
    pub(super) async fn welcome(self, welcome: &[u8]) -> Result<Started, WorkerError> {
        let Greeted { mut process, mut stream, .. } = self;
        let mut bytes = Vec::new();
        frame::put(&mut bytes, Kind::Welcome, 0, 0, welcome);
        let settled = async {
            stream.write_all(&bytes).await?;
            handshake::settle(&mut stream).await
        };
        let said = process.unless_it_ends(settled).await?;
        Ok(Started { process, stream, said })
    }
}

/// A worker's process, and whatever it starts; dropped, it is killed.
pub(super) struct Process {
    child: Child,
    pub(super) pid: u32,
    /// It has been waited for, and its number may be another's.
    has_ended: bool,
}

impl Process {
    /// Starts a worker and waits until it has said how it is configured. To be called on the thread that lives as long
    /// as the front: the system ends the worker with it.
    pub(super) async fn greet(
        rules: &Rules,
        directory: &PrivateDirectory,
        number: usize,
    ) -> Result<Greeted, WorkerError> {
        // Gone as soon as the worker has come, or will not: nobody else is to come this way.
        let socket = directory.socket(number);
        let listener = UnixListener::bind(&socket.0)?;
        let mut process = Process::spawn(rules, &socket.0, number)?;
        let greeting = async {
            let (mut stream, _) = listener.accept().await?;
            let settings = handshake::shake(&mut stream).await?;
            Ok((stream, settings))
        };
        let (stream, settings) = process.unless_it_ends(greeting).await?;
        Ok(Greeted { process, stream, settings })
    }

    async fn unless_it_ends<T>(
        &mut self,
        work: impl Future<Output = Result<T, WorkerError>>,
    ) -> Result<T, WorkerError> {
        tokio::select! {
            outcome = work => match outcome {
                // Its connection may have ended with it, and the status says more.
                Err(WorkerError::Io(error)) => match timeout(LAST_WORD, self.ended()).await {
                    Ok(ended) => Err(WorkerError::Ended(ended?)),
                    Err(_) => Err(error.into()),
                },
                outcome => outcome,
            },
            ended = self.ended() => Err(WorkerError::Ended(ended?)),
        }
    }

    fn spawn(rules: &Rules, socket: &Path, number: usize) -> io::Result<Process> {
        let mut command = Command::new(&rules.node);
        command
            .args(&rules.node_args)
            .arg(&rules.app)
            .env(SOCKET, socket)
            .env(NUMBER, number.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own, to be ended with all that it has started; and Ctrl-C is for the front.
            .process_group(0)
            .kill_on_drop(true);
        end_with_this_thread(&mut command);
        let mut child = command.spawn()?;
        let pid = child.id().unwrap_or_default();
        if let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) {
            pass_through(number, stdout, io::stdout());
            pass_through(number, stderr, io::stderr());
        }
        Ok(Process { child, pid, has_ended: false })
    }

    /// How the process has ended, if it does within that time; it is killed if it does not.
    pub(super) async fn end_within(&mut self, patience: Duration) -> String {
        match timeout(patience, self.ended()).await {
            Ok(ended) => ended.map_or_else(|error| error.to_string(), |status| said(&status)),
            Err(_) => {
                self.kill();
                let _ = self.ended().await;
                format!("killed, it did not leave within {} ms", patience.as_millis())
            }
        }
    }

    /// Waits until it has ended; what it has started, in its group, ends with it.
    async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.kill();
        self.has_ended = true;
        Ok(status)
    }

    /// Ends it, and all that it has started in its group, at once.
    pub(super) fn kill(&self) {
        if self.has_ended {
            return;
        }
        if let Some(group) = Pid::from_raw(self.pid as i32) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn said(status: &ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// A worker whose event loop is blocked does not see that its front is gone; the system does.
#[cfg(target_os = "linux")]
fn end_with_this_thread(command: &mut Command) {
    use rustix::process::{getpid, getppid, set_parent_process_death_signal};
    let front = getpid();
    let ask = move || {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // It may have ended before it was asked.
        if getppid() == Some(front) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    };
    #[allow(unsafe_code)]
    // SAFETY: between fork and exec only system calls are made, and nothing is allocated or locked.
    unsafe {
        command.pre_exec(ask);
    }
}

/// There its connection says so, once its event loop is free.
#[cfg(not(target_os = "linux"))]
fn end_with_this_thread(_: &mut Command) {}

/// A directory that only this user can look into; removed with everything in it when dropped.
pub(super) struct PrivateDirectory {
    path: PathBuf,
    sockets: AtomicUsize,
}

impl PrivateDirectory {
    pub(super) fn create() -> io::Result<Self> {
        // Short: macOS takes no path above 103 bytes for a socket.
        let name = format!("rust-tunnel-{}", &uuid::Uuid::new_v4().simple().to_string()[..16]);
        let path = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(PrivateDirectory { path, sockets: AtomicUsize::new(0) })
    }

    /// A path that was not used before.
    fn socket(&self, number: usize) -> SocketFile {
        SocketFile(self.path.join(format!("{number}.{}", self.sockets.fetch_add(1, Ordering::Relaxed))))
    }
}

/// A socket's file, removed when dropped.
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        // What can't be removed is left to the system's own cleaning of its temporary directory.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
