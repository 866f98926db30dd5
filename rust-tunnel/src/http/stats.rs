use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use http::StatusCode;

/// What has happened so far on one server.
#[derive(Debug)]
pub struct HttpStats {
    /// Connections that are open now.
    pub(super) connections: AtomicUsize,
    by_status: Vec<AtomicU64>,
}

/// How often a status was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusCount {
    /// The status.
    pub status: u16,
    /// How often.
    pub count: u64,
}

const LOWEST: usize = 100;
const HIGHEST: usize = 599;

impl Default for HttpStats {
    fn default() -> Self {
        HttpStats {
            connections: AtomicUsize::new(0),
            by_status: (LOWEST..=HIGHEST).map(|_| AtomicU64::new(0)).collect(),
        }
    }
}

impl HttpStats {
    /// Connections that are open now.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Every status that was answered at least once, in order.
    pub fn answered(&self) -> Vec<StatusCount> {
        let counts = self.by_status.iter().map(|count| count.load(Ordering::Relaxed));
        let all = (LOWEST as u16..).zip(counts).map(|(status, count)| StatusCount { status, count });
        all.filter(|one| one.count > 0).collect()
    }

    pub(super) fn count(&self, status: StatusCode) {
        if let Some(count) = self.by_status.get(usize::from(status.as_u16()).wrapping_sub(LOWEST)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}
