use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::difference::differences;
use super::link::Link;
use super::pool::WorkerPool;
use super::process::{PrivateDirectory, Process, Started, WorkerError};
use super::rules::Rules;
use super::slot::{Order, Slot};
use super::worker::Worker;
use crate::config::Config;

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
    /// How the first worker is configured, by which all go.
    settings: watch::Sender<Option<Value>>,
    /// Where the front listens, and when a call is given up.
    place: watch::Sender<Option<(SocketAddr, Duration)>>,
    failures: AtomicUsize,
}

/// The workers of the start, of which one has said how it is configured.
pub struct First {
    starting: JoinSet<(usize, Result<Started, WorkerError>)>,
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
            settings: watch::Sender::new(None),
            place: watch::Sender::new(None),
            failures: AtomicUsize::new(0),
        };
        let (house, stop) = (Arc::new(house), watch::Sender::new(false));
        Ok(Supervisor { house, slots: JoinSet::new(), orders: Vec::new(), starting: None, stop })
    }

    /// Starts all workers; returns when the first has said how it is configured, by which the front goes.
    ///
    /// # Errors
    /// When one fails before: then there is nothing to serve.
    pub async fn first(&self) -> Result<(Config, First), (usize, WorkerError)> {
        let mut starting = JoinSet::new();
        for number in 1..=self.house.rules.workers {
            let house = self.house.clone();
            starting.spawn(async move { (number, house.start(number).await) });
        }
        let mut known = self.house.settings.subscribe();
        tokio::select! {
            biased;
            Ok(settings) = known.wait_for(Option::is_some) => {
                let text = settings.as_ref().map(Value::to_string).unwrap_or_default();
                let config = Config::from_json(&text).map_err(|error| (1, error.into()))?;
                Ok((config, First { starting }))
            }
            Some(Ok((number, Err(error)))) = starting.join_next() => Err((number, error)),
        }
    }

    /// Welcomes the workers, and watches them from now on. The front goes by `config` and listens at `address`.
    pub fn watch(&mut self, first: First, config: &Config, address: SocketAddr) {
        let First { mut starting } = first;
        self.house.pool.limit(config.limits.max_in_flight);
        self.house.place.send_replace(Some((address, config.timeouts.abandoned)));
        let mut waiting = Vec::new();
        for number in 1..=self.house.rules.workers {
            let (tell, start) = oneshot::channel();
            waiting.push(Some(tell));
            let (sender, orders) = mpsc::channel(1);
            self.orders.push(sender);
            let slot = Slot::new(number, self.house.clone(), orders, self.stop.subscribe());
            self.slots.spawn(slot.keep(start));
        }
        self.starting = Some(tokio::spawn(async move {
            while let Some(Ok((number, outcome))) = starting.join_next().await {
                if let Some(tell) = waiting.get_mut(number - 1).and_then(Option::take) {
                    let _ = tell.send(outcome);
                }
            }
        }));
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

impl House {
    pub(super) fn log(&self, line: &str) {
        (self.rules.log)(line);
    }

    /// Starts a worker, and waits until it can take calls.
    pub(super) async fn start(&self, number: usize) -> Result<Started, WorkerError> {
        let ready = self.rules.ready;
        let starting = async {
            let greeted = Process::greet(&self.rules, &self.directory, number).await?;
            self.compare(greeted.settings.clone())?;
            let place = self.place.subscribe().wait_for(Option::is_some).await.ok().and_then(|place| *place);
            let address = place.map(|(address, _)| address);
            let welcome = json!({
                "worker": number,
                "host": address.map(|address| address.ip()),
                "port": address.map(|address| address.port()),
            });
            greeted.welcome(welcome.to_string().as_bytes()).await
        };
        timeout(ready, starting).await.unwrap_or(Err(WorkerError::NotReady(ready)))
    }

    /// Whether a worker is configured as the first one was.
    fn compare(&self, settings: Value) -> Result<(), WorkerError> {
        let mut found = Vec::new();
        self.settings.send_if_modified(|known| match known {
            Some(known) => {
                found = differences(known, &settings);
                false
            }
            None => {
                *known = Some(settings);
                true
            }
        });
        if found.is_empty() { Ok(()) } else { Err(WorkerError::Differs(found)) }
    }

    /// From now on a worker has calls.
    pub(super) fn admit(
        &self,
        number: usize,
        started: Started,
    ) -> Result<(Process, Arc<Worker>), WorkerError> {
        let Started { process, stream, said } = started;
        let abandoned = self.place.borrow().map(|(_, abandoned)| abandoned).unwrap_or_default();
        let worker =
            Arc::new(Worker::new(number, process.pid, &self.rules, self.pool.room.clone(), abandoned));
        self.pool.add(Link { worker: worker.clone(), stream: stream.into_std()?, said });
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
