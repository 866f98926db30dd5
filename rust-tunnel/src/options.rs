//! How the front is started: flags, the environment, a file. Everything is checked before anything is started.

mod sources;

use std::io::{self, Write};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use sources::{Environment, Given, Sources, refused};

const MILLISECONDS: RangeInclusive<u64> = 1..=86_400_000;
const COUNT: RangeInclusive<u64> = 1..=1_000_000;

/// The options as they were given. Numbers are still texts: clap would name the flag where the variable is wrong.
#[derive(clap::Args)]
pub(crate) struct Flags {
    /// A TOML file with any of these options; flags and the environment win over it [default: none]
    #[arg(long, env = "RUST_TUNNEL_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The file that calls `serveWorker()` of @bluelibs/runner-native/worker; needed
    #[arg(long, env = "RUST_TUNNEL_APP", value_name = "FILE")]
    app: Option<PathBuf>,
    /// Worker processes, 1 to 256; `auto` is one for each CPU [default: auto]
    #[arg(long, env = "RUST_TUNNEL_WORKERS", value_name = "N|auto")]
    workers: Option<String>,
    /// The IP address to listen on [default: 127.0.0.1]
    #[arg(long, env = "RUST_TUNNEL_HOST", value_name = "IP")]
    host: Option<String>,
    /// The port; 0 takes a free one [default: 7070]
    #[arg(long, env = "RUST_TUNNEL_PORT", value_name = "PORT")]
    port: Option<String>,
    /// Lets other processes listen on the same port (SO_REUSEPORT) [default: false]
    #[arg(long, env = "RUST_TUNNEL_REUSE_PORT", num_args = 0..=1, require_equals = true)]
    #[arg(value_name = "true|false", default_missing_value = "true")]
    reuse_port: Option<String>,
    /// Threads of the front that read and write [default: 1]
    #[arg(long, env = "RUST_TUNNEL_IO_THREADS", value_name = "N")]
    io_threads: Option<String>,
    /// The Node that runs the app [default: node]
    #[arg(long, env = "RUST_TUNNEL_NODE", value_name = "FILE")]
    node: Option<PathBuf>,
    /// An argument for Node, before the app; may be repeated. The variable has several, blanks between them [default: none]
    #[arg(long, env = "RUST_TUNNEL_NODE_ARG", value_name = "ARG", allow_hyphen_values = true)]
    node_arg: Option<Vec<String>>,
    /// How long calls in flight may take to finish when the front stops or a worker is replaced, in ms [default: 10000]
    #[arg(long, env = "RUST_TUNNEL_GRACE_MS", value_name = "MS")]
    grace_ms: Option<String>,
    /// How long a worker may take until it is ready, in ms [default: 30000]
    #[arg(long, env = "RUST_TUNNEL_READY_MS", value_name = "MS")]
    ready_ms: Option<String>,
    /// How often a worker is asked whether it reacts, in ms [default: 1000]
    #[arg(long, env = "RUST_TUNNEL_HEARTBEAT_MS", value_name = "MS")]
    heartbeat_ms: Option<String>,
    /// How long a worker may not react until it counts as blocked, in ms; more than heartbeat-ms [default: 5000]
    #[arg(long, env = "RUST_TUNNEL_BLOCKED_MS", value_name = "MS")]
    blocked_ms: Option<String>,
    /// Replaces a blocked worker; its calls are lost [default: false]
    #[arg(long, env = "RUST_TUNNEL_REPLACE_BLOCKED", num_args = 0..=1, require_equals = true)]
    #[arg(value_name = "true|false", default_missing_value = "true")]
    replace_blocked: Option<String>,
    /// Replaces a worker that has more resident memory than this, in MiB [default: none]
    #[arg(long, env = "RUST_TUNNEL_MAX_MEMORY_MIB", value_name = "MIB")]
    max_memory_mib: Option<String>,
    /// Replaces a worker that is older than this, in ms [default: none]
    #[arg(long, env = "RUST_TUNNEL_MAX_LIFETIME_MS", value_name = "MS")]
    max_lifetime_ms: Option<String>,
    /// Most calls that wait for a worker; 0 lets none wait [default: 1000]
    #[arg(long, env = "RUST_TUNNEL_QUEUE_MAX", value_name = "N")]
    queue_max: Option<String>,
    /// How long a call waits for a worker, in ms [default: 5000]
    #[arg(long, env = "RUST_TUNNEL_QUEUE_MS", value_name = "MS")]
    queue_ms: Option<String>,
    /// Most calls that one worker has at once [default: 1024]
    #[arg(long, env = "RUST_TUNNEL_MAX_IN_FLIGHT", value_name = "N")]
    max_in_flight: Option<String>,
}

/// The options as they are in effect; [`Flags`] says what each of them means.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Options {
    pub(crate) app: PathBuf,
    pub(crate) workers: usize,
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) reuse_port: bool,
    pub(crate) io_threads: usize,
    pub(crate) node: PathBuf,
    pub(crate) node_args: Vec<String>,
    pub(crate) grace_ms: u64,
    pub(crate) ready_ms: u64,
    pub(crate) heartbeat_ms: u64,
    pub(crate) blocked_ms: u64,
    pub(crate) replace_blocked: bool,
    pub(crate) max_memory_mib: Option<u64>,
    pub(crate) max_lifetime_ms: Option<u64>,
    pub(crate) queue_max: usize,
    pub(crate) queue_ms: u64,
    pub(crate) max_in_flight: usize,
}

/// Why the front can't be started so. Each message names the option as it was given: flag, variable, or key and file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OptionsError {
    /// There is nothing to run.
    #[error("--app FILE is missing (or RUST_TUNNEL_APP, or app in the file of --config)")]
    NoApp,
    /// The value can't be used.
    #[error("{name}: {given} was given, allowed is {allowed}")]
    Value { name: String, given: String, allowed: String },
    /// Two values don't go together.
    #[error("{} ({}) has to be more than {} ({})", more.name, more.value, less.name, less.value)]
    Order { more: Given<u64>, less: Given<u64> },
    /// The file can't be read.
    #[error("{name} {}: {error}", path.display())]
    Io { name: String, path: PathBuf, error: io::Error },
    /// The file is no TOML; the error shows the line.
    #[error("{}: {}", path.display(), error.to_string().trim_end())]
    Toml { path: PathBuf, error: Box<toml::de::Error> },
    /// The file has a key that is no option; it may be a misspelt one.
    #[error("{key} in {}: there is no such option", path.display())]
    UnknownKey { key: String, path: PathBuf },
}

/// Prints the options in effect, as a file for `--config`.
pub(crate) fn check(flags: Flags) -> Result<(), Box<dyn std::error::Error>> {
    let text = toml::to_string(&Options::read(flags)?)?;
    Ok(io::stdout().write_all(text.as_bytes())?)
}

impl Options {
    /// Reads and checks the options. A flag wins over its variable, that over the file, that over the default.
    pub(crate) fn read(flags: Flags) -> Result<Self, OptionsError> {
        Self::read_in(flags, &|name| std::env::var_os(name))
    }

    fn read_in(flags: Flags, environment: Environment<'_>) -> Result<Self, OptionsError> {
        let mut from = Sources::open(flags.config, environment)?;
        let app = from.path("app", flags.app)?.ok_or(OptionsError::NoApp)?;
        if !app.value.is_file() {
            return Err(refused(app.name, app.value.display(), "a file that is there"));
        }
        let heartbeat = from.number("heartbeat-ms", flags.heartbeat_ms, MILLISECONDS, 1000)?;
        let blocked = from.number("blocked-ms", flags.blocked_ms, MILLISECONDS, 5000)?;
        if blocked.value <= heartbeat.value {
            return Err(OptionsError::Order { more: blocked, less: heartbeat });
        }
        let options = Options {
            app: app.value,
            workers: from.workers(flags.workers)?,
            host: from.host(flags.host)?,
            port: from.number("port", flags.port, 0..=u16::MAX.into(), 7070)?.value as u16,
            reuse_port: from.switch("reuse-port", flags.reuse_port)?,
            io_threads: from.number("io-threads", flags.io_threads, 1..=256, 1)?.value as usize,
            node: from.path("node", flags.node)?.map_or_else(|| "node".into(), |given| given.value),
            node_args: from.node_args(flags.node_arg)?,
            grace_ms: from.number("grace-ms", flags.grace_ms, MILLISECONDS, 10_000)?.value,
            ready_ms: from.number("ready-ms", flags.ready_ms, MILLISECONDS, 30_000)?.value,
            heartbeat_ms: heartbeat.value,
            blocked_ms: blocked.value,
            replace_blocked: from.switch("replace-blocked", flags.replace_blocked)?,
            max_memory_mib: from.limit("max-memory-mib", flags.max_memory_mib, COUNT)?,
            max_lifetime_ms: from.limit("max-lifetime-ms", flags.max_lifetime_ms, MILLISECONDS)?,
            queue_max: from.number("queue-max", flags.queue_max, 0..=1_000_000, 1000)?.value as usize,
            queue_ms: from.number("queue-ms", flags.queue_ms, MILLISECONDS, 5000)?.value,
            max_in_flight: from.number("max-in-flight", flags.max_in_flight, COUNT, 1024)?.value as usize,
        };
        from.end()?;
        Ok(options)
    }
}

#[cfg(test)]
mod tests;
