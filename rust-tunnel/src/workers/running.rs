use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep, sleep_until};

use super::backoff::jittered;
use super::process::{Process, Started, WorkerError};
use super::supervisor::House;
use super::worker::{Stage, Worker};

/// A worker that has run for so long is healthy: what failed before it is forgotten.
const HEALTHY: Duration = Duration::from_secs(1);
/// How long a worker may take to leave when its connection has ended.
const LEAVE: Duration = Duration::from_secs(5);
/// How long a process may take to end after its connection broke.
const END: Duration = Duration::from_secs(1);
/// How often it is looked whether a worker that is to end has answered its calls.
const LOOK: Duration = Duration::from_millis(10);
/// After a successor that did not start, a worker is kept for so long before the next try.
const RESPITE: Duration = Duration::from_secs(10);

/// A worker that has calls, and the process it is.
pub(super) struct Running {
    process: Process,
    worker: Arc<Worker>,
    house: Arc<House>,
    stages: watch::Receiver<Stage>,
    beat: Interval,
    is_healthy: bool,
    is_silent: bool,
    examined: Instant,
    dies_of_age: Option<Instant>,
    /// It is not replaced for its memory before.
    kept_until: Instant,
    successor: Option<Successor>,
}

/// The worker that is being started to take its place.
pub(super) struct Successor {
    /// One task; dropped, it ends.
    start: JoinSet<Result<Started, WorkerError>>,
    done: Option<oneshot::Sender<()>>,
}

/// What happens to a worker.
pub(super) enum Turn {
    /// Its connection has ended, and so many calls with it.
    Gone { lost: usize },
    /// It wants no more calls.
    Leaving,
    /// It has lasted.
    Healthy,
    /// It has not reacted for too long, and is to be replaced for that.
    Blocked,
    /// Another one is to take its place, because.
    Replace(String),
    /// That one did not start.
    Kept,
    /// That one is ready.
    Succeeded(Box<Started>),
}

impl Running {
    pub(super) fn new(process: Process, worker: Arc<Worker>, house: Arc<House>) -> Self {
        let mut beat = interval(house.rules.heartbeat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let lifetime = house.rules.max_lifetime;
        Running {
            stages: worker.stages(),
            beat,
            is_healthy: false,
            is_silent: false,
            examined: Instant::now(),
            dies_of_age: lifetime.map(|lifetime| Instant::now() + jittered(lifetime, 10)),
            kept_until: Instant::now(),
            successor: None,
            process,
            worker,
            house,
        }
    }

    pub(super) fn name(&self) -> String {
        format!("worker {} (pid {})", self.worker.number, self.worker.pid)
    }

    pub(super) fn is_healthy(&self) -> bool {
        self.is_healthy
    }

    pub(super) fn has_successor(&self) -> bool {
        self.successor.is_some()
    }

    /// Has another one started to take its place; `done` is told when that is over.
    pub(super) fn replace(&mut self, why: &str, done: Option<oneshot::Sender<()>>) {
        self.log(&format!("{} is replaced: {why}", self.name()));
        let (house, number) = (self.house.clone(), self.worker.number);
        let mut start = JoinSet::new();
        start.spawn(async move { house.start(number).await });
        self.successor = Some(Successor { start, done });
    }

    /// Waits for what happens next. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Turn {
        loop {
            match *self.stages.borrow_and_update() {
                Stage::Gone { lost } => return Turn::Gone { lost },
                Stage::Leaving => return Turn::Leaving,
                Stage::Up => {}
            }
            let end_of_youth = self.worker.began() + HEALTHY;
            let age = self.dies_of_age.filter(|_| self.successor.is_none());
            let successor = self.successor.as_mut();
            tokio::select! {
                _ = self.stages.changed() => {}
                () = sleep_until(end_of_youth), if !self.is_healthy => {
                    self.is_healthy = true;
                    return Turn::Healthy;
                }
                () = sleep_until(age.unwrap_or(end_of_youth)), if age.is_some() => {
                    return Turn::Replace("lifetime".to_owned());
                }
                Some(started) = started(successor) => {
                    let done = self.successor.take().and_then(|successor| successor.done);
                    let _told = done.map(|done| done.send(()));
                    match started {
                        Ok(started) => return Turn::Succeeded(Box::new(started)),
                        Err(error) => return self.stay(&error),
                    }
                }
                _ = self.beat.tick() => {
                    if let Some(turn) = self.examine() {
                        return turn;
                    }
                }
            }
        }
    }

    /// The one that is being started, if any.
    pub(super) fn take_successor(&mut self) -> Option<Successor> {
        self.successor.take()
    }

    fn stay(&mut self, error: &WorkerError) -> Turn {
        let number = self.worker.number;
        self.log(&format!("worker {number} did not start: {error}; {} is kept", self.name()));
        self.kept_until = Instant::now() + RESPITE;
        self.dies_of_age = self.dies_of_age.map(|age| age.max(self.kept_until));
        Turn::Kept
    }

    fn examine(&mut self) -> Option<Turn> {
        let worker = &self.worker;
        let rules = &self.house.rules;
        let late = std::mem::replace(&mut self.examined, Instant::now()).elapsed();
        worker.ask();
        // A front that was stopped itself has not heard what was said meanwhile.
        let was_away = late > 2 * rules.heartbeat + LOOK;
        let silence = if was_away { Duration::ZERO } else { worker.silence() };
        let was_silent = std::mem::replace(&mut self.is_silent, silence >= rules.blocked);
        if self.is_silent && !was_silent {
            self.log(&format!("{} does not react (for {} ms)", self.name(), silence.as_millis()));
            if rules.replace_blocked {
                return Some(Turn::Blocked);
            }
        } else if was_silent && !self.is_silent {
            self.log(&format!("{} reacts again", self.name()));
        }
        let (memory, most) = (worker.memory(), rules.max_memory?);
        let is_heavy = memory > most && self.successor.is_none() && Instant::now() >= self.kept_until;
        is_heavy.then(|| Turn::Replace(format!("memory {} MiB over {}", memory >> 20, most >> 20)))
    }

    /// Ends its process at once; its connection ends with it, and its calls.
    pub(super) async fn kill(&mut self) {
        self.log(&format!("{} is replaced: blocked", self.name()));
        self.process.kill();
        let _ = self.stages.wait_for(|stage| matches!(stage, Stage::Gone { .. })).await;
    }

    /// Its connection has ended. Returns how its process has.
    pub(super) async fn mourn(&mut self, lost: usize) -> String {
        self.house.pool.remove(&self.worker);
        let how = self.process.end_within(END).await;
        self.log(&format!("{} is gone ({how}); {lost} calls were lost", self.name()));
        how
    }

    /// Ends it when its calls have been answered, or their time is over.
    pub(super) async fn retire(self) {
        self.worker.drain();
        let deadline = Instant::now() + self.house.rules.grace;
        // Somebody may have found it before, and be about to give it a call.
        sleep(LOOK).await;
        while self.worker.in_flight() > 0 && Instant::now() < deadline && !self.worker.bridge.is_closed() {
            sleep(LOOK).await;
        }
        self.leave(LEAVE).await;
    }

    /// Ends it though it may have calls: nobody waits for them.
    pub(super) async fn leave(mut self, patience: Duration) {
        self.worker.drain();
        let stage = self.stages.borrow().clone();
        if let Stage::Gone { lost } = stage {
            self.mourn(lost).await;
            return;
        }
        self.worker.bridge.close("");
        self.house.pool.remove(&self.worker);
        self.process.end_within(patience.min(LEAVE)).await;
    }

    fn log(&self, line: &str) {
        self.house.log(line);
    }
}

impl Successor {
    pub(super) async fn started(mut self) -> Option<Result<Started, WorkerError>> {
        started(Some(&mut self)).await
    }
}

async fn started(successor: Option<&mut Successor>) -> Option<Result<Started, WorkerError>> {
    successor?.start.join_next().await?.ok()
}
