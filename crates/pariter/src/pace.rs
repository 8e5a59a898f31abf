//! How fast items come, and how many may therefore wait.

use std::time::{Duration, Instant};

/// As many items wait as come in so much time, so that a thread is woken at most some hundred times a second. And so a
/// line holds about as many bytes as its items bring in that time, whatever an item is: of entries of an archive, some
/// dozen microseconds apart, as many as may be; of packs of 16 MiB none.
pub(crate) const WINDOW: Duration = Duration::from_millis(2);

/// More do not wait however fast they come: what was held up behind one item comes all at once.
const MOST: usize = 64;

/// What one more item counts in the mean, as a share of it.
const WEIGHT: u32 = 8;

/// The time between items, as a mean over the last ones.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    last: Option<Instant>,
    between: Option<Duration>,
}

impl Pace {
    /// An item has come.
    pub(crate) fn step(&mut self, now: Instant) {
        if let Some(last) = self.last.replace(now) {
            let one = now.saturating_duration_since(last);
            self.between = Some(match self.between {
                None => one,
                Some(mean) => (mean * (WEIGHT - 1) + one) / WEIGHT,
            });
        }
    }

    /// How many may wait; none while nothing is known.
    pub(crate) fn most(&self) -> usize {
        self.between.map_or(0, |between| {
            let most = WINDOW.as_nanos() / between.as_nanos().max(1);
            usize::try_from(most).map_or(MOST, |most| most.min(MOST))
        })
    }

    /// How many are worth waking somebody for.
    pub(crate) fn enough(&self) -> usize {
        (self.most() / 4).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(steps: &[(u32, Duration)]) -> Pace {
        let mut pace = Pace::default();
        let mut now = Instant::now();
        pace.step(now);
        for (count, between) in steps {
            for _ in 0..*count {
                now += *between;
                pace.step(now);
            }
        }
        pace
    }

    #[test]
    fn as_many_wait_as_come_in_the_window() {
        assert_eq!(Pace::default().most(), 0);
        let of = |between| {
            let pace = pace(&[(3, between)]);
            (pace.most(), pace.enough())
        };
        assert_eq!(of(Duration::from_micros(40)), (50, 12));
        assert_eq!(of(Duration::from_millis(1)), (2, 1));
        assert_eq!(of(Duration::from_millis(20)), (0, 1));
        assert_eq!(of(Duration::ZERO), (MOST, MOST / 4));
    }

    /// After many small pieces a few large ones may pile up, not many.
    #[test]
    fn slower_items_are_noticed_soon() {
        let small = (1_000, Duration::from_micros(20));
        let large = Duration::from_millis(4);
        assert!(pace(&[small, (2, large)]).most() <= 2);
        assert_eq!(pace(&[small, (6, large)]).most(), 0);
    }
}
