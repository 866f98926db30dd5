use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rust_tunnel::http::{Closed, Front, Server, listen};
use rust_tunnel::workers::{Rules, Supervisor, WorkerPool};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::options::{Flags, Options};

type Failure = Box<dyn std::error::Error>;

/// Serves until a signal ends it.
pub(crate) async fn run(flags: Flags) -> Result<(), Failure> {
    let options = Options::read(flags)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut ask = signal(SignalKind::user_defined1())?;
    let rules = rules(&options);
    let pool = Arc::new(WorkerPool::new(rules.clone()));
    let mut supervisor = Supervisor::new(rules, pool.clone())?;
    let first = supervisor.first();
    let (config, first) = tokio::select! {
        first = first => first.map_err(|(number, error)| format!("worker {number} did not start: {error}"))?,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    config.check_host(options.host)?;
    let address = SocketAddr::new(options.host, options.port);
    let listeners = listen(address, options.io_threads, options.reuse_port)
        .map_err(|error| format!("{address}: {error}"))?;
    let bound = listeners.first().map_or(Ok(address), std::net::TcpListener::local_addr)?;

    let (closed, mut all_closed) = oneshot::channel();
    let enter = {
        let pool = pool.clone();
        move || {
            let pool = pool.clone();
            tokio::spawn(async move { pool.run().await });
        }
    };
    supervisor.watch(first, &config, bound);
    let server = Server::start(Front::new(config, pool.clone()), listeners, enter, |end| {
        let _ = closed.send(end);
    })?;
    let mut is_up = false;
    loop {
        tokio::select! {
            () = pool.up(), if !is_up => {
                is_up = true;
                say(&mut io::stdout(), &format!("listening on http://{bound}"));
            }
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = &mut all_closed => return Err("an IO thread died".into()),
            _ = hang_up.recv() => drop(tokio::spawn(supervisor.roll())),
            _ = ask.recv() => log(&serde_json::to_string(&pool.stats()).unwrap_or_default()),
        }
    }
    server.close(Duration::from_millis(options.grace_ms));
    let end = all_closed.await;
    drop(server);
    supervisor.stop().await;
    match end {
        Ok(Closed::Ordinary) => Ok(()),
        _ => Err("an IO thread died".into()),
    }
}

fn rules(options: &Options) -> Rules {
    Rules {
        app: options.app.clone(),
        node: options.node.clone(),
        node_args: options.node_args.clone(),
        workers: options.workers,
        ready: Duration::from_millis(options.ready_ms),
        heartbeat: Duration::from_millis(options.heartbeat_ms),
        blocked: Duration::from_millis(options.blocked_ms),
        replace_blocked: options.replace_blocked,
        max_memory: options.max_memory_mib.map(|mib| mib << 20),
        max_lifetime: options.max_lifetime_ms.map(Duration::from_millis),
        grace: Duration::from_millis(options.grace_ms),
        queue_max: options.queue_max,
        queue_wait: Duration::from_millis(options.queue_ms),
        max_in_flight: options.max_in_flight,
        log: Arc::new(log),
    }
}

fn log(line: &str) {
    say(&mut io::stderr(), &format!("rust-tunnel: {line}"));
}

/// Writes a line; a reader that has gone is no reason to stop.
pub(crate) fn say(to: &mut dyn Write, line: &str) {
    let _ = writeln!(to, "{line}").and_then(|()| to.flush());
}
