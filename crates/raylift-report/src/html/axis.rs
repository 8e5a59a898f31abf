//! The time axis: as long as raylift works, time runs evenly; a long time without work is cut short.

use super::format;

/// A part of the axis.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    from: u64,
    to: u64,
    left: f64,
    right: f64,
    cut: bool,
}

/// Maps milliseconds since the begin of the run to a horizontal position.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    parts: Vec<Part>,
    left: f64,
    right: f64,
}

/// A labelled line of the axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) x: f64,
    pub(crate) label: String,
}

/// A place where time is cut short.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cut {
    pub(crate) left: f64,
    pub(crate) right: f64,
}

/// An idle time is cut when it is longer than this part of all working time.
const LONG: f64 = 0.12;
/// The most of the axis' width that all cuts together may take.
const MOST_CUT: f64 = 0.3;
/// The width of one cut.
const CUT: f64 = 30.0;

impl Axis {
    /// An axis of `total` milliseconds between `left` and `right`. `idle` are pairs of begin and end, ascending and
    /// without overlap.
    pub(crate) fn new(total: u64, idle: &[(u64, u64)], left: f64, right: f64) -> Self {
        let idle_sum: u64 = idle.iter().map(|(from, to)| to.saturating_sub(*from)).sum();
        let working = total.saturating_sub(idle_sum) as f64;
        let cut: Vec<(u64, u64)> = idle
            .iter()
            .copied()
            .filter(|(from, to)| to.saturating_sub(*from) as f64 > working * LONG)
            .collect();
        let width = right - left;
        let cut_width = if cut.is_empty() {
            0.0
        } else {
            CUT.min(width * MOST_CUT / cut.len() as f64)
        };
        let cut_sum: u64 = cut.iter().map(|(from, to)| to - from).sum();
        let even = total.saturating_sub(cut_sum).max(1) as f64;
        let scale = (width - cut_width * cut.len() as f64) / even;

        let mut parts = Vec::new();
        let (mut now, mut x) = (0, left);
        let mut push = |from: u64, to: u64, width: f64, cut: bool| {
            parts.push(Part {
                from,
                to,
                left: x,
                right: x + width,
                cut,
            });
            x += width;
        };
        for (from, to) in cut {
            if from > now {
                push(now, from, (from - now) as f64 * scale, false);
            }
            push(from, to, cut_width, true);
            now = to;
        }
        if now < total || now == 0 {
            push(now, total, total.saturating_sub(now) as f64 * scale, false);
        }
        Self { parts, left, right }
    }

    /// The position of a moment; moments beyond the ends are at the ends.
    pub(crate) fn x(&self, offset: u64) -> f64 {
        let part = self
            .parts
            .iter()
            .find(|part| offset < part.to)
            .or(self.parts.last());
        let Some(part) = part else { return self.left };
        let length = part.to.saturating_sub(part.from).max(1) as f64;
        let share = (offset.saturating_sub(part.from) as f64 / length).min(1.0);
        (part.left + share * (part.right - part.left)).clamp(self.left, self.right)
    }

    /// Lines at round distances, about `wished` of them. After a cut they count from its end.
    pub(crate) fn ticks(&self, wished: u64) -> Vec<Tick> {
        let even: u64 = self
            .parts
            .iter()
            .filter(|part| !part.cut)
            .map(|part| part.to - part.from)
            .sum();
        let step = round_step(even / wished.max(1));
        let mut ticks = Vec::new();
        for part in self.parts.iter().filter(|part| !part.cut) {
            let sign = if part.from == 0 { "" } else { "+" };
            let mut at = if part.from == 0 { 0 } else { step };
            while part.from + at <= part.to {
                ticks.push(Tick {
                    x: self.x(part.from + at),
                    label: if at == 0 {
                        "0".to_owned()
                    } else {
                        format!(
                            "{sign}{}",
                            format::duration(at)
                                .replace(" min 00 s", " min")
                                .replace(".0 s", " s")
                                .replace(" h 00 min", " h")
                        )
                    },
                });
                at += step;
            }
        }
        ticks
    }

    /// Where time is cut short.
    pub(crate) fn cuts(&self) -> Vec<Cut> {
        let cuts = self.parts.iter().filter(|part| part.cut);
        cuts.map(|part| Cut {
            left: part.left,
            right: part.right,
        })
        .collect()
    }
}

/// The least round number of milliseconds that is not less than `least`.
fn round_step(least: u64) -> u64 {
    const ROUND: [u64; 20] = [
        100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
        600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000,
    ];
    let found = ROUND.iter().copied().find(|step| *step >= least);
    found.unwrap_or_else(|| least.div_ceil(86_400_000) * 86_400_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_runs_evenly_without_idle_times() {
        let axis = Axis::new(1000, &[], 100.0, 300.0);
        assert_eq!(
            [axis.x(0), axis.x(500), axis.x(1000), axis.x(9999)],
            [100.0, 200.0, 300.0, 300.0]
        );
        assert!(axis.cuts().is_empty());
    }

    #[test]
    fn a_long_idle_time_takes_a_fixed_width() {
        let day = 86_400_000;
        let axis = Axis::new(day + 2000, &[(1000, day + 1000)], 0.0, 230.0);
        assert_eq!(
            axis.cuts(),
            [Cut {
                left: 100.0,
                right: 130.0
            }]
        );
        assert_eq!(axis.x(day + 2000), 230.0);
        let labels: Vec<String> = axis.ticks(2).into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["0", "1 s", "+1 s"]);
    }

    #[test]
    fn an_empty_run_has_an_axis() {
        let axis = Axis::new(0, &[], 0.0, 10.0);
        assert_eq!(axis.x(0), 0.0);
        assert_eq!(axis.ticks(5).len(), 1);
    }
}
