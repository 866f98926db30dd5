use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const MOST: Duration = Duration::from_secs(30);

/// Pauses between tries that fail: each twice as long as the one before, a quarter more or less.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    pub(super) fn pause(&mut self) -> Duration {
        self.failures += 1;
        after(self.failures)
    }

    /// The same after a worker that was up: the first of several that end early is replaced at once.
    pub(super) fn pause_after_a_run(&mut self) -> Duration {
        self.failures += 1;
        after(self.failures - 1)
    }

    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

fn after(failures: u32) -> Duration {
    let Some(doublings) = failures.checked_sub(1) else { return Duration::ZERO };
    jittered(FIRST.saturating_mul(1 << doublings.min(16)).min(MOST), 4)
}

/// A time that is longer or shorter by up to one part of so many: what begins together must not end together.
pub(super) fn jittered(time: Duration, parts: u32) -> Duration {
    let most = time / parts;
    let drawn = uuid::Uuid::new_v4().as_u128() as u32;
    time - most + most.mul_f64(2.0 * f64::from(drawn) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_begin_anew() {
        let mut backoff = Backoff::default();
        let pauses: Vec<Duration> = (0..40).map(|_| backoff.pause()).collect();
        for (index, pause) in pauses.iter().enumerate() {
            let middle = FIRST.saturating_mul(1 << index.min(16)).min(MOST);
            assert!(*pause >= middle - middle / 4 && *pause <= middle + middle / 4, "{pause:?}");
        }
        backoff.reset();
        assert_eq!(backoff.pause_after_a_run(), Duration::ZERO);
        assert!(backoff.pause_after_a_run() >= FIRST / 2);
    }

    #[test]
    fn jitter_goes_both_ways() {
        let second = Duration::from_secs(1);
        let drawn: Vec<Duration> = (0..200).map(|_| jittered(second, 10)).collect();
        assert!(drawn.iter().any(|time| *time < second) && drawn.iter().any(|time| *time > second));
        assert!(drawn.iter().all(|time| time.as_millis().abs_diff(1000) <= 100));
    }
}
