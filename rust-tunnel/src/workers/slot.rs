use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;

use super::backoff::Backoff;
use super::process::{Started, WorkerError};
use super::running::{Running, Successor, Turn};
use super::supervisor::House;

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
            () = stopped(&mut self.stopping) => None,
        };
        let Some(mut next) = first else { return };
        loop {
            let admitted = next.and_then(|started| self.house.admit(self.number, started));
            let running = match admitted {
                Ok((process, worker)) => Running::new(process, worker, self.house.clone()),
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

    /// Watches a worker to its end. Returns the next one; `None` when the front stops.
    async fn live(&mut self, mut running: Running) -> Option<Result<Started, WorkerError>> {
        loop {
            let turn = tokio::select! {
                turn = running.next() => turn,
                Some(Order::Replace(done)) = self.orders.recv(), if !running.has_successor() => {
                    running.replace("SIGHUP", Some(done));
                    continue;
                }
                () = stopped(&mut self.stopping) => {
                    running.leave(self.house.rules.grace).await;
                    return None;
                }
            };
            match turn {
                Turn::Healthy => {
                    self.backoff.reset();
                    self.house.lasted();
                }
                Turn::Kept => {}
                Turn::Replace(why) => running.replace(&why, None),
                Turn::Blocked => running.kill().await,
                Turn::Succeeded(started) => {
                    tokio::spawn(running.retire());
                    return Some(Ok(*started));
                }
                Turn::Leaving => {
                    self.house.log(&format!("{} wants no more calls", running.name()));
                    let (is_young, successor) = (!running.is_healthy(), running.take_successor());
                    tokio::spawn(running.retire());
                    return self.after(successor, is_young, "it wanted no calls").await;
                }
                Turn::Gone { lost } => {
                    let how = running.mourn(lost).await;
                    let (is_young, successor) = (!running.is_healthy(), running.take_successor());
                    drop(running);
                    return self.after(successor, is_young, &how).await;
                }
            }
        }
    }

    /// The worker after one that has ended: the one that is being started already, or a new one.
    async fn after(
        &mut self,
        successor: Option<Successor>,
        is_young: bool,
        how: &str,
    ) -> Option<Result<Started, WorkerError>> {
        if let Some(successor) = successor {
            return tokio::select! {
                started = successor.started() => started,
                () = stopped(&mut self.stopping) => None,
            };
        }
        if is_young {
            self.house.failed(how);
        }
        let pause = self.backoff.pause_after_a_run();
        if self.is_stopped_within(pause).await { None } else { self.start().await }
    }

    /// The next worker; `None` when the front stops before it is ready.
    async fn start(&mut self) -> Option<Result<Started, WorkerError>> {
        tokio::select! {
            started = self.house.start(self.number) => Some(started),
            () = stopped(&mut self.stopping) => None,
        }
    }

    async fn is_stopped_within(&mut self, time: Duration) -> bool {
        let mut time = std::pin::pin!(sleep(time));
        loop {
            tokio::select! {
                () = &mut time => return false,
                () = stopped(&mut self.stopping) => return true,
                // There is nothing to be replaced; whoever rolls goes on.
                Some(Order::Replace(done)) = self.orders.recv() => drop(done),
            }
        }
    }

    fn log(&self, line: &str) {
        self.house.log(line);
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
