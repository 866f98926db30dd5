//! When calls are due.

use std::time::Duration;

/// Calls of many callers who know nothing of each other: the gaps between them are exponential. The same instants in
/// every run, so that every server has the same crowds to deal with.
pub(crate) struct Arrivals {
    mean_gap: f64,
    seconds: f64,
    state: u64,
}

impl Arrivals {
    pub(crate) fn new(per_second: f64) -> Self {
        Self { mean_gap: 1.0 / per_second, seconds: 0.0, state: 0 }
    }

    /// From 0 up to 1, without 0 (SplitMix64).
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        ((mixed >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

impl Iterator for Arrivals {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.seconds -= self.uniform().ln() * self.mean_gap;
        Some(Duration::from_secs_f64(self.seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps() -> Vec<f64> {
        let instants: Vec<f64> = Arrivals::new(1000.0).take(100_001).map(|at| at.as_secs_f64()).collect();
        instants.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    #[test]
    fn as_many_come_as_are_wanted() {
        let last = Arrivals::new(1000.0).nth(99_999).unwrap().as_secs_f64();
        assert!((last - 100.0).abs() < 1.0, "100 000 calls in {last} s");
    }

    #[test]
    fn gaps_are_exponential() {
        let gaps = gaps();
        let longer = |than: f64| gaps.iter().filter(|&&gap| gap > than).count() as f64 / gaps.len() as f64;
        for mean_gaps in [0.5_f64, 1.0, 2.0, 4.0] {
            let wanted = (-mean_gaps).exp();
            assert!((longer(mean_gaps / 1000.0) - wanted).abs() < 0.01);
        }
    }

    #[test]
    fn they_are_the_same_each_time() {
        assert_eq!(gaps(), gaps());
    }
}
