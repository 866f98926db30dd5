use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rust_tunnel::http::{Closed, Front, Server, listen};
use rust_tunnel::workers::{Worker, WorkerPool};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// How the front is started.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The file that calls `serveWorker()` of @bluelibs/runner-native/worker.
    #[arg(long, value_name = "FILE")]
    app: PathBuf,
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 7070)]
    port: u16,
    /// The IP address to listen on.
    #[arg(long, default_value = "127.0.0.1", value_name = "IP")]
    host: IpAddr,
    /// The Node to run the app with.
    #[arg(long, default_value = "node", value_name = "FILE")]
    node: PathBuf,
    /// How long calls in flight may take to finish when the front stops, in milliseconds.
    #[arg(long, default_value_t = 10_000, value_name = "MS")]
    grace_ms: u64,
}

type Failure = Box<dyn std::error::Error>;

/// Serves until a signal, or until the worker is gone.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    if !options.app.is_file() {
        return Err(format!("--app {}: no such file", options.app.display()).into());
    }
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (mut worker, socket, config) = Worker::start(&options.node, &options.app).await?;
    config.check_host(options.host)?;
    let address = SocketAddr::new(options.host, options.port);
    let listeners = listen(address, 1, false).map_err(|error| format!("{address}: {error}"))?;
    let bound = listeners.first().map_or(Ok(address), std::net::TcpListener::local_addr)?;

    let pool = Arc::new(WorkerPool::new(socket, &config));
    let (closed, all_closed) = oneshot::channel();
    let enter = {
        let pool = pool.clone();
        move || {
            let pool = pool.clone();
            tokio::spawn(async move { pool.run().await });
        }
    };
    let server = Server::start(Front::new(config, pool), listeners, enter, |end| {
        let _ = closed.send(end);
    })?;
    say(&mut io::stdout(), &format!("listening on http://{bound}"));

    let outcome = tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
        ended = worker.ended() => Err(format!("the worker ended: {}", ended?).into()),
    };
    server.close(Duration::from_millis(options.grace_ms));
    let end = all_closed.await;
    drop(server);
    worker.stop().await?;
    match end {
        Ok(Closed::Ordinary) => outcome,
        _ => Err("an IO thread died".into()),
    }
}

/// Writes a line; a reader that has gone is no reason to stop.
pub(crate) fn say(to: &mut dyn Write, line: &str) {
    let _ = writeln!(to, "{line}").and_then(|()| to.flush());
}
