use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::net::{UnixListener, UnixStream};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::handshake::{self, Hello};
use super::output::pass_through;
use super::rules::Rules;
use crate::config::ConfigError;
use crate::protocol::frame;

/// Where a worker finds its socket.
const SOCKET: &str = "RUNNER_TUNNEL_SOCKET";
/// And which one it is.
const NUMBER: &str = "RUNNER_TUNNEL_WORKER";

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
pub(super) struct Started {
    pub(super) process: Process,
    pub(super) stream: UnixStream,
    pub(super) hello: Hello,
}

/// A worker's process, and whatever it starts; dropped, it is killed.
pub(super) struct Process {
    child: Child,
    pub(super) pid: u32,
}

impl Process {
    /// Starts a worker and waits until it is ready. To be called on the thread that lives as long as the front: the
    /// system ends the worker with it.
    pub(super) async fn start(
        rules: &Rules,
        directory: &PrivateDirectory,
        number: usize,
    ) -> Result<Started, WorkerError> {
        let socket = directory.socket(number);
        let listener = UnixListener::bind(&socket)?;
        let mut process = Process::spawn(rules, &socket, number)?;
        let ready = async {
            let (mut stream, _) = listener.accept().await?;
            let hello = handshake::shake(&mut stream).await?;
            Ok::<_, WorkerError>((stream, hello))
        };
        let outcome = tokio::select! {
            ready = timeout(rules.ready, ready) => ready.unwrap_or(Err(WorkerError::NotReady(rules.ready))),
            ended = process.child.wait() => Err(WorkerError::Ended(ended?)),
        };
        // Nobody else is to come this way.
        let _ = std::fs::remove_file(&socket);
        let (stream, hello) = outcome?;
        Ok(Started { process, stream, hello })
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
        Ok(Process { child, pid })
    }

    /// How the process has ended, if it does within that time; it is killed if it does not.
    pub(super) async fn end_within(&mut self, patience: Duration) -> String {
        match timeout(patience, self.child.wait()).await {
            Ok(ended) => ended.map_or_else(|error| error.to_string(), |status| said(&status)),
            Err(_) => {
                self.kill();
                let _ = self.child.wait().await;
                format!("killed, it did not leave within {} ms", patience.as_millis())
            }
        }
    }

    /// Ends it, and all that it has started, at once.
    pub(super) fn kill(&self) {
        // A pid that was waited for may be somebody else's by now; a group lives as long as one of its own.
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
    fn socket(&self, number: usize) -> PathBuf {
        self.path.join(format!("{number}.{}", self.sockets.fetch_add(1, Ordering::Relaxed)))
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        // What can't be removed is left to the system's own cleaning of its temporary directory.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
