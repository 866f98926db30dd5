use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where lines about workers go.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// What workers are run by.
#[derive(Clone)]
pub struct Rules {
    /// The file that each of them runs.
    pub app: PathBuf,
    /// The Node to run it with.
    pub node: PathBuf,
    /// What Node is given before the file.
    pub node_args: Vec<String>,
    /// How many of them.
    pub workers: usize,
    /// How long one may take to load its application.
    pub ready: Duration,
    /// How often each is asked whether its event loop is alive.
    pub heartbeat: Duration,
    /// How long an event loop may be silent before that is reported.
    pub blocked: Duration,
    /// Whether a worker is replaced then.
    pub replace_blocked: bool,
    /// Resident bytes above which a worker is replaced.
    pub max_memory: Option<u64>,
    /// Age at which a worker is replaced, a tenth more or less.
    pub max_lifetime: Option<Duration>,
    /// How long the calls of a worker may take that is to end.
    pub grace: Duration,
    /// Most calls that wait while no worker can take them.
    pub queue_max: usize,
    /// How long each of them may wait.
    pub queue_wait: Duration,
    /// Most calls that one worker has at a time.
    pub max_in_flight: usize,
    /// Told what becomes of workers.
    pub log: Log,
}
