//! Waiting for the server: to appear, to end, to be healthy.

use std::time::Duration;

use raylift_model::codes;

use super::{Context, Notes};
use crate::host::{HealthSample, HostError, Progress, ServerProcess};

/// Between two looks whether a process is there. Short, because this wait is a part of the outage.
const LOOK_MILLISECONDS: u64 = 200;

/// Between two looks whether the site is healthy.
const SAMPLE_MILLISECONDS: u64 = 1000;

/// How long a start command that was given just before a crash may take to show a process.
const LATE_START: Duration = Duration::from_secs(3);

/// After so long with nothing but good looks a log that never rests no longer holds the judgement.
const RESTLESS_LOG: Duration = Duration::from_secs(60);

/// How waiting for a process to end turned out.
pub(super) enum Ending {
    /// No server of the site runs.
    Ended,
    /// It still runs.
    Runs,
    /// It ended, and another one runs.
    Another(ServerProcess),
}

/// Waits until a server process ends, at most `limit`.
pub(super) fn until_ended(
    context: &Context<'_>,
    server: ServerProcess,
    limit: Duration,
    progress: Progress<'_>,
) -> Result<Ending, HostError> {
    let begin = context.host.clock();
    let mut told = None;
    loop {
        match context.host.server(context.plan)? {
            None => return Ok(Ending::Ended),
            Some(found) if found != server => return Ok(Ending::Another(found)),
            Some(_) => {}
        }
        let elapsed = context.host.clock().saturating_sub(begin);
        if elapsed >= limit {
            return Ok(Ending::Runs);
        }
        if told != Some(elapsed.as_secs()) {
            told = Some(elapsed.as_secs());
            progress(format!(
                "waiting for the server (process {}) to end, {} of {} s",
                server.pid,
                elapsed.as_secs(),
                limit.as_secs()
            ));
        }
        context.host.wait(LOOK_MILLISECONDS);
    }
}

/// The running server; with `perhaps_starting` one that a crashed raylift had just started is waited for.
pub(super) fn server(
    context: &Context<'_>,
    perhaps_starting: bool,
    progress: Progress<'_>,
) -> Result<Option<ServerProcess>, HostError> {
    let begin = context.host.clock();
    loop {
        let found = context.host.server(context.plan)?;
        let elapsed = context.host.clock().saturating_sub(begin);
        if found.is_some() || !perhaps_starting || elapsed >= LATE_START {
            return Ok(found);
        }
        if elapsed.is_zero() {
            progress("looking for a server that was being started".to_owned());
        }
        context.host.wait(LOOK_MILLISECONDS);
    }
}

/// Waits until the site is healthy for as long as the plan demands. While an upgrade step runs or the log advances
/// nothing is judged and the limit stands still, but not for longer than an upgrade step may take.
pub(super) fn until_healthy(
    context: &Context<'_>,
    new_release: bool,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    let begin = context.host.clock();
    let mut gate = Gate::new(context);
    loop {
        let sample = context
            .host
            .health(context.plan, &context.plan.health, new_release)?;
        let elapsed = context.host.clock().saturating_sub(begin);
        match gate.judge(&sample, elapsed) {
            Verdict::Healthy => {
                return Ok(vec![format!("healthy after {} s", elapsed.as_secs())]);
            }
            Verdict::Fatal(what) => {
                return Err(HostError::new(codes::HEALTH_FAILED, what).because(evidence(sample)));
            }
            Verdict::TooLate => {
                return Err(HostError::new(
                    codes::HEALTH_TIMEOUT,
                    format!("the site is not healthy after {} s", elapsed.as_secs()),
                )
                .because(evidence(sample)));
            }
            Verdict::Wait => progress(waiting_for(&sample, elapsed)),
        }
        context.host.wait(SAMPLE_MILLISECONDS);
    }
}

enum Verdict {
    Healthy,
    Fatal(String),
    TooLate,
    Wait,
}

struct Gate {
    stable: Duration,
    restless: Duration,
    limit: Duration,
    busy_limit: Duration,
    last: Duration,
    busy: Duration,
    /// Time since the first of an unbroken row of good looks: all of it, and the part that could be judged.
    good: Option<(Duration, Duration)>,
}

impl Gate {
    fn new(context: &Context<'_>) -> Self {
        let health = &context.plan.health;
        let stable = Duration::from_secs(health.stable_seconds);
        Self {
            stable,
            restless: RESTLESS_LOG.max(stable.saturating_mul(6)),
            limit: Duration::from_secs(health.timeouts.start_seconds),
            busy_limit: Duration::from_secs(health.timeouts.upgrade_seconds),
            last: Duration::ZERO,
            busy: Duration::ZERO,
            good: None,
        }
    }

    fn judge(&mut self, sample: &HealthSample, elapsed: Duration) -> Verdict {
        if let Some(fatal) = &sample.fatal {
            return Verdict::Fatal(fatal.clone());
        }
        let step = elapsed.saturating_sub(self.last);
        self.last = elapsed;
        if sample.busy {
            self.busy += step;
        }
        if sample.alive && sample.bad.is_empty() {
            let (all, judged) = match self.good {
                None => (Duration::ZERO, Duration::ZERO),
                Some((all, judged)) if sample.busy => (all + step, judged),
                Some((all, judged)) => (all + step, judged + step),
            };
            self.good = Some((all, judged));
            if (!sample.busy && judged >= self.stable) || all >= self.restless {
                return Verdict::Healthy;
            }
        } else {
            self.good = None;
        }
        if elapsed.saturating_sub(self.busy.min(self.busy_limit)) >= self.limit {
            return Verdict::TooLate;
        }
        Verdict::Wait
    }
}

fn evidence(sample: HealthSample) -> impl Iterator<Item = String> {
    sample.bad.into_iter().chain(sample.log_excerpt)
}

fn waiting_for(sample: &HealthSample, elapsed: Duration) -> String {
    let what = match sample.bad.first() {
        _ if sample.busy => "the log advances or an upgrade step runs",
        Some(bad) => bad,
        None => "good so far",
    };
    format!(
        "waiting for the site to be healthy, {} s: {what}",
        elapsed.as_secs()
    )
}
