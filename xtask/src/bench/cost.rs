//! What a command costs: time on the clock, of processors, and what it had to fetch from the disk.

use std::process::Command;
use std::time::Instant;

use anyhow::bail;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// Bytes of a block as `getrusage(2)` counts it.
const BLOCK: f64 = 512.0;

/// Seconds on the clock, seconds of all processors, bytes from the disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) clock: f64,
    pub(super) processors: f64,
    pub(super) disk: f64,
}

impl Cost {
    /// More than anything that was measured.
    pub(super) const UNKNOWN: Self = Self {
        clock: f64::INFINITY,
        processors: f64::INFINITY,
        disk: f64::INFINITY,
    };

    /// Both costs, one number after the other.
    pub(super) fn combine(self, other: Self, how: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            clock: how(self.clock, other.clock),
            processors: how(self.processors, other.processors),
            disk: how(self.disk, other.disk),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        self.combine(other, |one, two| one + two)
    }

    pub(super) fn minus(self, other: Self) -> Self {
        self.combine(other, |one, two| one - two)
    }

    /// The cost of work that child processes do.
    pub(super) fn of(work: &dyn Fn() -> anyhow::Result<()>) -> anyhow::Result<Self> {
        let before = children()?;
        let began = Instant::now();
        work()?;
        let clock = began.elapsed().as_secs_f64();
        let used = children()?.minus(before);
        Ok(Self { clock, ..used })
    }
}

/// What all ended children and their children have used (`getrusage(2)`); their time on the clock is not known.
fn children() -> anyhow::Result<Cost> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(Cost {
        clock: 0.0,
        processors: seconds(usage.user_time()) + seconds(usage.system_time()),
        disk: usage.block_reads() as f64 * BLOCK,
    })
}

/// A plan with blockers and a look at a home without a database have been made all the same.
pub(super) fn done(mut verb: Command) -> anyhow::Result<()> {
    let status = verb.status()?;
    match status.code() {
        Some(0 | 3) => Ok(()),
        _ => bail!("{verb:?} ended with {status}"),
    }
}
