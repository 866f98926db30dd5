use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::difference::differences;
use super::pool::WorkerPool;
use super::process::{PrivateDirectory, Process, Started, WorkerError};
use super::rules::Rules;
use super::slot::{Order, Slot};
use super::worker::Worker;
use crate::config::Config;
use crate::protocol::frame::Kind;

/// So many workers must fail one after the other, with none up, before calls are refused at once.
const FAILURES: usize = 3;

/// Starts workers, watches them, and replaces those that end, are blocked, too large or too old. Runs on a thread that
/// lives as long as the front.
pub struct Supervisor {
    house: Arc<House>,
    slots: JoinSet<()>,
    orders: Vec<mpsc::Sender<Order>>,
    /// The workers of the start that are not ready yet.
    starting: Option<tokio::task::JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

/// What all slots share.
pub(super) struct House {
    pub(super) rules: Rules,
    pub(super) pool: Arc<WorkerPool>,
    pub(super) directory: PrivateDirectory,
    settings: OnceLock<Value>,
    abandoned: OnceLock<Duration>,
    address: OnceLock<SocketAddr>,
    failures: AtomicUsize,
}

/// The workers of the start, of which the first is ready.
pub struct First {
    starting: JoinSet<(usize, Result<Started, WorkerError>)>,
    ready: (usize, Started),
}

impl Supervisor {
    /// Starts nothing yet.
    ///
    /// # Errors
    /// When there is no place for sockets.
    pub fn new(rules: Rules, pool: Arc<WorkerPool>) -> Result<Self, WorkerError> {
        let directory = PrivateDirectory::create()?;
        let house = House {
            rules,
            pool,
            directory,
            settings: OnceLock::new(),
            abandoned: OnceLock::new(),
            address: OnceLock::new(),
            failures: AtomicUsize::new(0),
        };
        let (house, stop) = (Arc::new(house), watch::Sender::new(false));
        Ok(Supervisor { house, slots: JoinSet::new(), orders: Vec::new(), starting: None, stop })
    }

    /// Starts all workers; returns when the first is ready, with the configuration that the front goes by.
    ///
    /// # Errors
    /// When one fails before any is ready: then there is nothing to serve.
    pub async fn first(&self) -> Result<(Config, First), (usize, WorkerError)> {
        let mut starting = JoinSet::new();
        for number in 1..=self.house.rules.workers {
            let house = self.house.clone();
            starting.spawn(async move { (number, house.start(number).await) });
        }
        match starting.join_next().await {
            Some(Ok((number, Ok(started)))) => {
                let config = Config::from_json(&started.hello.settings.to_string());
                let config = config.map_err(|error| (number, error.into()))?;
                Ok((config, First { starting, ready: (number, started) }))
            }
            Some(Ok((number, Err(error)))) => Err((number, error)),
            Some(Err(_)) | None => Err((0, std::io::Error::other("no worker was started").into())),
        }
    }

    /// Lets the workers have calls, and watches them from now on. The front goes by `config` and listens at `address`.
    pub fn watch(&mut self, first: First, config: &Config, address: SocketAddr) {
        let First { mut starting, ready: (number, started) } = first;
        let _ = self.house.address.set(address);
        let _ = self.house.abandoned.set(config.timeouts.abandoned);
        let _ = self.house.settings.set(started.hello.settings.clone());
        self.house.pool.limit(config.limits.max_in_flight);
        let mut starts = vec![(number, oneshot_of(Ok(started)))];
        let mut others: Vec<_> = (1..=self.house.rules.workers)
            .filter(|other| *other != number)
            .map(|other| {
                let (tell, told) = oneshot::channel();
                starts.push((other, told));
                (other, tell)
            })
            .collect();
        self.starting = Some(tokio::spawn(async move {
            while let Some(Ok((number, outcome))) = starting.join_next().await {
                if let Some(at) = others.iter().position(|(other, _)| *other == number) {
                    let _ = others.swap_remove(at).1.send(outcome);
                }
            }
        }));
        for (number, start) in starts {
            let (sender, orders) = mpsc::channel(1);
            self.orders.push(sender);
            let slot = Slot::new(number, self.house.clone(), orders, self.stop.subscribe());
            self.slots.spawn(slot.keep(start));
        }
    }

    /// Replaces all workers, one after the other: each new one is ready before the old one gets no more calls.
    pub fn roll(&self) -> impl Future<Output = ()> + Send + 'static {
        let orders = self.orders.clone();
        async move {
            for slot in orders {
                let (done, over) = oneshot::channel();
                if slot.send(Order::Replace(done)).await.is_ok() {
                    let _ = over.await;
                }
            }
        }
    }

    /// Ends all workers, each when its calls have been answered.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(starting) = self.starting.take() {
            starting.abort();
        }
        while self.slots.join_next().await.is_some() {}
    }
}

fn oneshot_of<T>(value: T) -> oneshot::Receiver<T> {
    let (tell, told) = oneshot::channel();
    let _ = tell.send(value);
    told
}

impl House {
    pub(super) fn log(&self, line: &str) {
        (self.rules.log)(line);
    }

    pub(super) async fn start(&self, number: usize) -> Result<Started, WorkerError> {
        let started = Process::start(&self.rules, &self.directory, number).await?;
        self.compare(&started)?;
        Ok(started)
    }

    /// Whether a worker is configured as the first one was.
    fn compare(&self, started: &Started) -> Result<(), WorkerError> {
        let known = self.settings.get();
        let differences = known.map(|known| differences(known, &started.hello.settings)).unwrap_or_default();
        if differences.is_empty() { Ok(()) } else { Err(WorkerError::Differs(differences)) }
    }

    /// Lets a worker have calls, if it is configured as the others are.
    pub(super) fn admit(
        &self,
        number: usize,
        started: Started,
    ) -> Result<(Process, Arc<Worker>), WorkerError> {
        // Those of the start did not know of each other.
        self.compare(&started)?;
        let Started { process, stream, hello } = started;
        let abandoned = self.abandoned.get().copied().unwrap_or(hello.config.timeouts.abandoned);
        let worker = Arc::new(Worker::new(number, process.pid, &self.rules, abandoned));
        let place = self.address.get();
        let welcome = json!({
            "worker": number,
            "host": place.map(|address| address.ip()),
            "port": place.map(SocketAddr::port),
        });
        worker.bridge.tell(Kind::Welcome, welcome.to_string().as_bytes());
        self.pool.add(worker.clone(), stream.into_std()?);
        self.log(&format!("worker {number} (pid {}) is ready", worker.pid));
        Ok((process, worker))
    }

    /// A worker has lasted: what failed before is forgotten.
    pub(super) fn lasted(&self) {
        self.failures.store(0, Ordering::Relaxed);
    }

    /// A worker did not start, or not for long.
    pub(super) fn failed(&self, why: &str) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if failures >= FAILURES && !self.pool.has_workers() {
            if failures == FAILURES {
                self.log(&format!("no worker starts; calls are refused until one does: {why}"));
            }
            self.pool.refuse(true);
        }
    }
}
