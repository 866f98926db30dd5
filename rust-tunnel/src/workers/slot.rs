use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use super::backoff::{Backoff, jittered};
use super::process::{Process, Started, WorkerError};
use super::supervisor::House;
use super::worker::{Stage, Worker};
use crate::protocol::frame::Kind;

/// A worker that has run for so long is healthy: what failed before it is forgotten.
const HEALTHY: Duration = Duration::from_secs(1);
/// How long a process may take to end when its connection has.
const END: Duration = Duration::from_secs(1);
/// How long a worker may take to leave when its connection has ended.
const LEAVE: Duration = Duration::from_secs(5);
/// How often it is looked whether a worker that is to end has answered its calls.
const LOOK: Duration = Duration::from_millis(10);
/// After a replacement that did not start, the old worker is kept for so long before the next try.
const RESPITE: Duration = Duration::from_secs(10);

/// What a slot can be told.
pub(super) enum Order {
    /// Replace the worker; the sender is told when that is done, or can't be.
    Replace(oneshot::Sender<()>),
}

/// The place of one worker: when its process ends, another one takes it.
pub(super) struct Slot {
    number: usize,
    house: Arc<House>,
    orders: mpsc::Receiver<Order>,
    stopping: watch::Receiver<bool>,
    backoff: Backoff,
}

struct Running {
    process: Process,
    worker: Arc<Worker>,
    began: Instant,
    /// It is not replaced before that, unless it is told to be.
    kept_until: Instant,
    dies_of_age: Option<Instant>,
}

/// Why a worker is no longer watched.
enum End {
    Stop,
    Gone { lost: usize },
    Blocked,
    Leaving,
    Replace { why: String, done: Option<oneshot::Sender<()>> },
}

impl Slot {
    pub(super) fn new(
        number: usize,
        house: Arc<House>,
        orders: mpsc::Receiver<Order>,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Slot { number, house, orders, stopping, backoff: Backoff::default() }
    }

    /// Keeps a worker running until the front stops; `first` is being started already.
    pub(super) async fn keep(mut self, first: oneshot::Receiver<Result<Started, WorkerError>>) {
        let first = tokio::select! {
            first = first => first.ok(),
            _ = self.stopping.wait_for(|stopping| *stopping) => None,
        };
        let Some(mut next) = first else { return };
        loop {
            let admitted = next.and_then(|started| self.house.admit(self.number, started));
            let running = match admitted {
                Ok((process, worker)) => self.running(process, worker),
                Err(error) => {
                    let why = error.to_string();
                    let pause = self.backoff.pause();
                    let ms = pause.as_millis();
                    self.log(&format!("worker {} did not start: {why}; next try in {ms} ms", self.number));
                    self.house.failed(&why);
                    if self.is_stopped_within(pause).await {
                        return;
                    }
                    match self.start().await {
                        Some(started) => next = started,
                        None => return,
                    }
                    continue;
                }
            };
            match self.live(running).await {
                Some(started) => next = started,
                None => return,
            }
        }
    }

    fn running(&self, process: Process, worker: Arc<Worker>) -> Running {
        let lifetime = self.house.rules.max_lifetime;
        let began = Instant::now();
        let dies_of_age = lifetime.map(|lifetime| began + jittered(lifetime, 10));
        Running { process, worker, began, kept_until: began, dies_of_age }
    }

    /// Watches a worker to its end. Returns the next one; `None` when the front stops.
    async fn live(&mut self, mut running: Running) -> Option<Result<Started, WorkerError>> {
        loop {
            let name = format!("worker {} (pid {})", self.number, running.worker.pid);
            match self.watch(&running).await {
                End::Stop => {
                    retire(self.house.clone(), running).await;
                    return None;
                }
                End::Gone { lost } => {
                    self.house.pool.remove(&running.worker);
                    // The connection may have ended while the process has not.
                    let how = running.process.end_within(END).await;
                    self.log(&format!("{name} is gone ({how}); {lost} calls were lost"));
                    let pause = self.backoff.pause_after_a_run();
                    if running.worker.age() < HEALTHY {
                        self.house.failed(&how);
                    }
                    if self.is_stopped_within(pause).await {
                        return None;
                    }
                    return self.start().await;
                }
                End::Blocked => {
                    self.log(&format!("{name} is replaced: blocked"));
                    // Its connection ends with it, and then its calls do.
                    running.process.kill();
                    let mut stages = running.worker.stages();
                    let _ = stages.wait_for(|stage| matches!(stage, Stage::Gone { .. })).await;
                }
                End::Leaving => {
                    self.log(&format!("{name} wants no more calls"));
                    tokio::spawn(retire(self.house.clone(), running));
                    return self.start().await;
                }
                End::Replace { why, done } => {
                    self.log(&format!("{name} is replaced: {why}"));
                    let started = self.start().await;
                    let _told = done.map(|done| done.send(()));
                    let why = match started {
                        // Watched once more, it is found to stop.
                        None => continue,
                        Some(Err(error)) => error.to_string(),
                        started => {
                            tokio::spawn(retire(self.house.clone(), running));
                            return started;
                        }
                    };
                    self.log(&format!("worker {} did not start: {why}; {name} is kept", self.number));
                    running.kept_until = Instant::now() + RESPITE;
                }
            }
        }
    }

    async fn watch(&mut self, running: &Running) -> End {
        let Running { worker, began, kept_until, dies_of_age, .. } = running;
        let rules = &self.house.rules;
        let mut stages = worker.stages();
        let mut beat = interval(rules.heartbeat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let age = async {
            match dies_of_age {
                Some(at) => sleep_until((*at).max(*kept_until)).await,
                None => std::future::pending().await,
            }
        };
        let mut age = std::pin::pin!(age);
        let mut healthy = std::pin::pin!(sleep_until(*began + HEALTHY));
        let mut is_new = true;
        let mut is_silent = false;
        loop {
            let stage = stages.borrow_and_update().clone();
            match stage {
                Stage::Gone { lost } => return End::Gone { lost },
                Stage::Leaving => return End::Leaving,
                Stage::Up => {}
            }
            if *self.stopping.borrow_and_update() {
                return End::Stop;
            }
            tokio::select! {
                _ = stages.changed() => {}
                _ = self.stopping.changed() => {}
                Some(Order::Replace(done)) = self.orders.recv() => {
                    return End::Replace { why: "SIGHUP".to_owned(), done: Some(done) };
                }
                () = &mut healthy, if is_new => {
                    is_new = false;
                    self.backoff.reset();
                    self.house.lasted();
                }
                () = &mut age => return End::Replace { why: "lifetime".to_owned(), done: None },
                _ = beat.tick() => {
                    worker.bridge.tell(Kind::Ping, &[]);
                    let silence = worker.silence();
                    let was_silent = std::mem::replace(&mut is_silent, silence >= rules.blocked);
                    let name = || format!("worker {} (pid {})", self.number, worker.pid);
                    if is_silent && !was_silent {
                        self.log(&format!("{} does not react (for {} ms)", name(), silence.as_millis()));
                        if rules.replace_blocked {
                            return End::Blocked;
                        }
                    } else if was_silent && !is_silent {
                        self.log(&format!("{} reacts again", name()));
                    }
                    let memory = worker.memory();
                    if rules.max_memory.is_some_and(|most| memory > most) && Instant::now() >= *kept_until {
                        let [memory, most] = [memory, rules.max_memory.unwrap_or_default()].map(|bytes| bytes >> 20);
                        return End::Replace { why: format!("memory {memory} MiB over {most}"), done: None };
                    }
                }
            }
        }
    }

    /// The next worker; `None` when the front stops before it is ready.
    async fn start(&mut self) -> Option<Result<Started, WorkerError>> {
        tokio::select! {
            started = self.house.start(self.number) => Some(started),
            _ = self.stopping.wait_for(|stopping| *stopping) => None,
        }
    }

    async fn is_stopped_within(&mut self, time: Duration) -> bool {
        tokio::select! {
            () = sleep(time) => false,
            stopped = self.stopping.wait_for(|stopping| *stopping) => stopped.is_ok(),
        }
    }

    fn log(&self, line: &str) {
        self.house.log(line);
    }
}

/// Ends a worker when its calls have been answered, or their time is over.
async fn retire(house: Arc<House>, mut running: Running) {
    let Running { worker, process, .. } = &mut running;
    worker.drain();
    let deadline = Instant::now() + house.rules.grace;
    while worker.in_flight() > 0 && Instant::now() < deadline && !worker.bridge.is_closed() {
        sleep(LOOK).await;
    }
    worker.bridge.close("");
    house.pool.remove(worker);
    process.end_within(LEAVE).await;
}
