use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rust_tunnel::http::{Closed, Front, Server, listen};
use rust_tunnel::workers::{Worker, WorkerPool};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::options::{Flags, Options};

type Failure = Box<dyn std::error::Error>;

/// Serves until a signal, or until the worker is gone.
pub(crate) async fn run(flags: Flags) -> Result<(), Failure> {
    let options = Options::read(flags)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (mut worker, socket, config) = Worker::start(&options.node, &options.app).await?;
    config.check_host(options.host)?;
    let address = SocketAddr::new(options.host, options.port);
    let listeners = listen(address, 1, options.reuse_port).map_err(|error| format!("{address}: {error}"))?;
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
