use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::link::SocketBell;
use super::room::Room;
use super::rules::Rules;
use crate::backend::BackendError;
use crate::bridge::{Bridge, Terms};
use crate::protocol::frame::{Frame, Kind};

/// Longer JSON bodies go over in pieces.
const INLINE: usize = 256 * 1024;
/// A worker for whom so many bytes wait gets no more calls: its event loop is blocked, or its socket full.
const MOST_WAITING: usize = 16 << 20;

/// How far a worker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Up,
    /// It has said that it wants no more calls.
    Leaving,
    /// Its connection has ended, and so many calls with it.
    Gone {
        lost: usize,
    },
}

/// A worker as the pool sees it.
pub(super) struct Worker {
    pub(super) number: usize,
    pub(super) pid: u32,
    pub(super) bridge: Bridge<SocketBell>,
    max_in_flight: usize,
    room: Arc<Room>,
    draining: AtomicBool,
    stage: watch::Sender<Stage>,
    began: Instant,
    /// When the ping was sent that has not been answered.
    asked: Mutex<Option<Instant>>,
    memory: AtomicU64,
}

impl Worker {
    pub(super) fn new(number: usize, pid: u32, rules: &Rules, room: Arc<Room>, abandoned: Duration) -> Self {
        let terms = Terms {
            max_in_flight: rules.max_in_flight,
            inline: INLINE,
            abandoned,
            lost: BackendError::WorkerLost,
            unsent: BackendError::NotSent,
        };
        Worker {
            number,
            pid,
            bridge: Bridge::new(SocketBell::default(), terms),
            max_in_flight: rules.max_in_flight,
            room,
            draining: AtomicBool::new(false),
            stage: watch::Sender::new(Stage::Up),
            began: Instant::now(),
            asked: Mutex::default(),
            memory: AtomicU64::new(0),
        }
    }

    /// Whether it can take a call beside the so many that it has.
    pub(super) fn has_room_beside(&self, has: usize) -> bool {
        !self.is_draining()
            && has < self.max_in_flight
            && self.bridge.queued_bytes() < MOST_WAITING
            && !self.bridge.is_closed()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.bridge.stats().in_flight
    }

    /// Gets no more calls.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Hears what it says that is about no call.
    pub(super) fn hear(&self, frame: &Frame<'_>) {
        match frame.kind {
            Kind::Pong => {
                let memory = frame.payload.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
                self.memory.store(memory, Ordering::Relaxed);
                *self.asked() = None;
            }
            Kind::Leaving => {
                self.drain();
                self.stage.send_replace(Stage::Leaving);
            }
            _ => {}
        }
    }

    /// Asks whether its event loop is alive, unless it has been asked and has not answered.
    pub(super) fn ask(&self) {
        if self.asked().is_none() {
            *self.asked() = Some(Instant::now());
            self.bridge.tell(Kind::Ping, &[]);
        }
    }

    /// Calls may have ended, or been taken by it: of so many there were before.
    pub(super) fn made_room(&self, before: usize) {
        self.room.opened(before.saturating_sub(self.in_flight()).max(1));
    }

    /// Its connection has ended: whoever waits for it is told.
    pub(super) fn end(&self) {
        if matches!(*self.stage.borrow(), Stage::Gone { .. }) {
            return;
        }
        let lost = self.in_flight();
        self.drain();
        self.bridge.close("");
        self.stage.send_replace(Stage::Gone { lost });
    }

    pub(super) fn stages(&self) -> watch::Receiver<Stage> {
        self.stage.subscribe()
    }

    /// Since when it runs.
    pub(super) fn age(&self) -> Duration {
        self.began.elapsed()
    }

    pub(super) fn began(&self) -> Instant {
        self.began
    }

    /// For how long it has been asked without an answer.
    pub(super) fn silence(&self) -> Duration {
        self.asked().map(|asked| asked.elapsed()).unwrap_or_default()
    }

    fn asked(&self) -> MutexGuard<'_, Option<Instant>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resident bytes, as far as it has said.
    pub(super) fn memory(&self) -> u64 {
        self.memory.load(Ordering::Relaxed)
    }
}
