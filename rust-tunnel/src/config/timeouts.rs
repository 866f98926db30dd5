use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Deserialize;

/// How long things may take.
#[derive(Debug)]
pub struct Timeouts {
    /// First byte to complete head.
    pub head: Tunable,
    /// Head to complete body.
    pub request: Tunable,
    /// Idle after an answer.
    pub keep_alive: Tunable,
    /// No byte accepted by the client.
    pub write: Duration,
    /// Handler start to settled; `None` waits for ever.
    pub handler: Option<Duration>,
    /// Client gone to permit released.
    pub abandoned: Duration,
}

/// A timeout that can be changed while the server runs, in milliseconds; 0 is none at all, as in Node.
#[derive(Debug)]
pub struct Tunable(AtomicU64);

/// As good as none, and short enough to be added to any instant: ten years.
const LONGEST: u64 = 10 * 365 * 86_400_000;

impl Tunable {
    fn new(millis: u64) -> Self {
        Tunable(AtomicU64::new(millis))
    }

    /// What counts now; `None` waits for ever.
    pub fn get(&self) -> Option<Duration> {
        let millis = self.0.load(Ordering::Relaxed);
        (millis > 0).then(|| Duration::from_millis(millis.min(LONGEST)))
    }

    /// What counts from now on.
    pub fn set(&self, millis: u64) {
        self.0.store(millis, Ordering::Relaxed);
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TimeoutSettings {
    head_ms: u64,
    request_ms: u64,
    keep_alive_ms: u64,
    write_ms: u64,
    handler_ms: Option<u64>,
    abandoned_ms: u64,
}

impl From<TimeoutSettings> for Timeouts {
    fn from(settings: TimeoutSettings) -> Self {
        Timeouts {
            head: Tunable::new(settings.head_ms),
            request: Tunable::new(settings.request_ms),
            keep_alive: Tunable::new(settings.keep_alive_ms),
            write: Duration::from_millis(settings.write_ms),
            handler: settings.handler_ms.map(Duration::from_millis),
            abandoned: Duration::from_millis(settings.abandoned_ms),
        }
    }
}
