use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;
use http::HeaderValue;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::link::Link;
use super::room::Room;
use super::rules::Rules;
use super::worker::Worker;
use crate::backend::{Admission, Backend, BackendError};
use crate::protocol::{Call, Content, Head, Reply, Report, Target};

/// More of them are dropped.
const MOST_REPORTS: usize = 64;
/// The header by which a client says that a call may be repeated (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: &[u8] = b"idempotency-key:";

/// Runs calls in worker processes: each goes to the one that has the least to do.
pub struct WorkerPool {
    rules: Rules,
    workers: RwLock<Vec<Arc<Worker>>>,
    /// Where the next search begins, so that equals take turns.
    turn: AtomicUsize,
    /// How many calls all workers together may have.
    max_in_flight: OnceLock<usize>,
    pub(super) room: Arc<Room>,
    /// Log records that came while no worker was up.
    reports: Mutex<Vec<Report>>,
    /// No worker starts: nobody need wait for one.
    refusing: AtomicBool,
    links: mpsc::UnboundedSender<Link>,
    arriving: Mutex<Option<mpsc::UnboundedReceiver<Link>>>,
}

/// What one worker does.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerStats {
    /// Its number, from 1.
    pub worker: usize,
    /// Its process.
    pub pid: u32,
    /// Calls that it has.
    pub in_flight: usize,
    /// Calls given up after `timeouts.abandonedMs`.
    pub abandoned: u64,
    /// Resident bytes, as it said last.
    pub memory: u64,
    /// For how long it has run, in milliseconds.
    pub age_ms: u128,
    /// Whether it gets no more calls.
    pub draining: bool,
}

impl WorkerPool {
    /// A pool without a worker yet.
    pub fn new(rules: Rules) -> Self {
        let (links, arriving) = mpsc::unbounded_channel();
        WorkerPool {
            rules,
            workers: RwLock::default(),
            turn: AtomicUsize::new(0),
            max_in_flight: OnceLock::new(),
            room: Arc::default(),
            reports: Mutex::default(),
            refusing: AtomicBool::new(false),
            links,
            arriving: Mutex::new(Some(arriving)),
        }
    }

    /// Carries the frames of all workers, on the IO thread that calls it first.
    pub async fn run(&self) {
        let arriving = self.arriving.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut arriving) = arriving else { return };
        while let Some(link) = arriving.recv().await {
            tokio::spawn(link.carry());
        }
    }

    /// What its workers do.
    pub fn stats(&self) -> Vec<WorkerStats> {
        let stats = |worker: &Arc<Worker>| {
            let calls = worker.bridge.stats();
            WorkerStats {
                worker: worker.number,
                pid: worker.pid,
                in_flight: calls.in_flight,
                abandoned: calls.abandoned,
                memory: worker.memory(),
                age_ms: worker.age().as_millis(),
                draining: worker.is_draining(),
            }
        };
        self.workers().iter().map(stats).collect()
    }

    /// The limit that all workers share.
    pub(super) fn limit(&self, max_in_flight: usize) {
        let _ = self.max_in_flight.set(max_in_flight);
    }

    /// From now on a worker gets calls.
    pub(super) fn add(&self, link: Link) {
        for report in self.reports().drain(..) {
            link.worker.bridge.report(report);
        }
        self.write().push(link.worker.clone());
        let _ = self.links.send(link);
        self.refuse(false);
        self.room.changed.notify_waiters();
    }

    /// It has ended.
    pub(super) fn remove(&self, worker: &Arc<Worker>) {
        self.write().retain(|one| !Arc::ptr_eq(one, worker));
    }

    /// Whether calls are refused at once while there is no worker.
    pub(super) fn refuse(&self, refusing: bool) {
        self.refusing.store(refusing, Ordering::Relaxed);
        if refusing {
            self.room.changed.notify_waiters();
        }
    }

    /// Waits until there is a worker.
    pub async fn up(&self) {
        loop {
            let mut changed = std::pin::pin!(self.room.changed.notified());
            changed.as_mut().enable();
            if self.has_workers() {
                return;
            }
            changed.await;
        }
    }

    pub(super) fn has_workers(&self) -> bool {
        self.workers().iter().any(|worker| !worker.is_draining())
    }

    /// The worker with the least to do; waits for one that has room.
    async fn worker(&self) -> Result<Arc<Worker>, BackendError> {
        match self.least() {
            Found::Worker(worker) => Ok(worker),
            Found::Full => Err(BackendError::Overloaded),
            Found::Nobody => self.wait().await,
        }
    }

    async fn wait(&self) -> Result<Arc<Worker>, BackendError> {
        let _waiting = self.room.enter(self.rules.queue_max).ok_or_else(|| self.why_not())?;
        let found = async {
            loop {
                let mut changed = std::pin::pin!(self.room.changed.notified());
                changed.as_mut().enable();
                if let Found::Worker(worker) = self.least() {
                    return Some(worker);
                }
                if self.refusing.load(Ordering::Relaxed) {
                    return None;
                }
                changed.await;
            }
        };
        timeout(self.rules.queue_wait, found).await.ok().flatten().ok_or_else(|| self.why_not())
    }

    fn why_not(&self) -> BackendError {
        if self.has_workers() { BackendError::Overloaded } else { BackendError::NoWorker }
    }

    /// Looks at each worker once.
    fn least(&self) -> Found {
        let workers = self.workers();
        let first = self.turn.fetch_add(1, Ordering::Relaxed) % workers.len().max(1);
        let (before, from) = workers.split_at(first);
        let (mut all, mut least) = (0, None);
        for worker in from.iter().chain(before) {
            let has = worker.in_flight();
            all += has;
            if worker.has_room_beside(has) && least.is_none_or(|(least, _)| has < least) {
                least = Some((has, worker));
            }
        }
        match least {
            _ if all >= self.max_in_flight.get().copied().unwrap_or(usize::MAX) => Found::Full,
            Some((_, worker)) => Found::Worker(worker.clone()),
            None => Found::Nobody,
        }
    }

    async fn run_call(&self, call: Call) -> Result<Reply, BackendError> {
        let mut copy = copy(&call);
        let mut call = call;
        let mut repeated = false;
        loop {
            let worker = self.worker().await?;
            let error = match worker.bridge.call(call).await {
                Err(error) if is_of_a_worker_gone(error) => error,
                // It was full by the time the call came.
                Err(BackendError::Overloaded) if copy.is_some() => BackendError::NotSent,
                outcome => return outcome,
            };
            call = copy.take().ok_or(error)?;
            if error == BackendError::WorkerLost {
                if repeated || !is_idempotent(&call.head) {
                    return Err(error);
                }
                repeated = true;
            }
            copy = self::copy(&call);
        }
    }

    fn reports(&self) -> MutexGuard<'_, Vec<Report>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn workers(&self) -> RwLockReadGuard<'_, Vec<Arc<Worker>>> {
        self.workers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Arc<Worker>>> {
        self.workers.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who can take a call.
enum Found {
    Worker(Arc<Worker>),
    /// All workers together have as many calls as they may.
    Full,
    /// No worker is up, or none has room.
    Nobody,
}

/// Another worker may do what this one could not.
fn is_of_a_worker_gone(error: BackendError) -> bool {
    matches!(error, BackendError::NotSent | BackendError::WorkerLost)
}

/// A call to be sent again, unless its body can be read only once.
fn copy(call: &Call) -> Option<Call> {
    let Content::Json(body) = &call.content else { return None };
    Some(Call {
        target: call.target.clone(),
        head: call.head.clone(),
        admitted: call.admitted,
        content: Content::Json(Bytes::clone(body)),
        interim: call.interim.clone(),
    })
}

fn is_idempotent(head: &Head) -> bool {
    let lines = head.raw.split(|&byte| byte == b'\n').skip(1);
    lines
        .filter_map(|line| line.get(..IDEMPOTENCY_KEY.len()))
        .any(|name| name.eq_ignore_ascii_case(IDEMPOTENCY_KEY))
}

impl Backend for WorkerPool {
    async fn admit(&self, target: &Target, head: &Head) -> Result<Admission, BackendError> {
        match self.worker().await?.bridge.admit(target, head).await {
            Err(error) if is_of_a_worker_gone(error) => self.worker().await?.bridge.admit(target, head).await,
            outcome => outcome,
        }
    }

    async fn call(&self, call: Call) -> Result<Reply, BackendError> {
        self.run_call(call).await
    }

    async fn discover(&self, head: &Head) -> Result<Reply, BackendError> {
        match self.worker().await?.bridge.discover(head).await {
            Err(error) if is_of_a_worker_gone(error) => self.worker().await?.bridge.discover(head).await,
            outcome => outcome,
        }
    }

    async fn allow_origin(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        let worker = self.worker().await.ok()?;
        worker.bridge.allow_origin(origin).await
    }

    fn report(&self, report: Report) {
        if let Some(worker) = self.workers().first() {
            return worker.bridge.report(report);
        }
        let mut waiting = self.reports();
        if waiting.len() < MOST_REPORTS {
            waiting.push(report);
        }
    }
}
