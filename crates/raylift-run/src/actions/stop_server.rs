//! The server stops, and on the way back the old one starts.

use std::time::Duration;

use raylift_model::codes;
use raylift_model::plan::Action;

use super::waiting::{self, Ending};
use super::{Context, Notes, Probe, fence};
use crate::host::{HealthSample, HostError, Progress, ServerProcess};
use crate::state::ActionStatus;

/// Between two looks at a server that may be stopping.
const LOOK_MILLISECONDS: u64 = 1000;

/// How long TERM and KILL may take to end a process.
const SIGNAL: Duration = Duration::from_secs(30);

pub(super) fn probe(context: &Context<'_>) -> Result<Probe, HostError> {
    fence::require_up(context)?;
    Ok(match context.host.server(context.plan)? {
        None => Probe::Done(Notes::new()),
        Some(_) => Probe::ToDo,
    })
}

pub(super) fn run(context: &Context<'_>, progress: Progress<'_>) -> Result<Notes, HostError> {
    fence::require_up(context)?;
    let Some(server) = context.host.server(context.plan)? else {
        return Ok(vec!["the server was not running".to_owned()]);
    };
    ask_and_wait(context, server, progress)?;
    Ok(vec![format!("the server (process {}) ended", server.pid)])
}

/// Starts the old server and waits until it is healthy. A server that still runs was asked to stop at most: it either
/// proves healthy, or is waited for until it ends, or is started by an earlier attempt to go back.
pub(super) fn undo(context: &Context<'_>, progress: Progress<'_>) -> Result<Notes, HostError> {
    fence::hold(context)?;
    let perhaps_starting = context.taken_up && start_in_doubt(context);
    if let Some(server) = waiting::server(context, perhaps_starting, progress)? {
        match settle(context, server, perhaps_starting, progress)? {
            Settled::Healthy => {
                return Ok(vec![format!(
                    "Liferay {} (process {}) is healthy",
                    context.plan.from, server.pid
                )]);
            }
            Settled::Ended => context.require_stopped()?,
        }
    }
    if !context.plan.site.was_running {
        return Ok(vec![
            "the site was not running before and is left so".to_owned(),
        ]);
    }
    let server = context.host.start_server(context.plan, progress)?;
    let mut notes = vec![format!(
        "Liferay {} runs as process {}",
        context.plan.from, server.pid
    )];
    notes.extend(waiting::until_healthy(context, false, progress)?);
    Ok(notes)
}

enum Settled {
    Healthy,
    Ended,
}

/// Waits until a running old server is healthy or ended. One with a failure that waiting cannot mend is asked to stop;
/// one that is neither in time hangs in its stop, serves nobody and never will, and is ended.
fn settle(
    context: &Context<'_>,
    server: ServerProcess,
    perhaps_starting: bool,
    progress: Progress<'_>,
) -> Result<Settled, HostError> {
    let timeouts = &context.plan.health.timeouts;
    let limit = Duration::from_secs(if perhaps_starting {
        timeouts.start_seconds
    } else {
        timeouts.stop_seconds
    });
    let stable = Duration::from_secs(context.plan.health.stable_seconds);
    let begin = context.host.clock();
    let mut good_since = None;
    loop {
        if context.host.server(context.plan)? != Some(server) {
            return Ok(Settled::Ended);
        }
        let sample = look(context)?;
        let now = context.host.clock();
        if sample.fatal.is_some() {
            ask_and_wait(context, server, progress)?;
            return Ok(Settled::Ended);
        }
        if !sample.alive || !sample.bad.is_empty() {
            good_since = None;
        } else if now.saturating_sub(*good_since.get_or_insert(now)) >= stable {
            return Ok(Settled::Healthy);
        }
        let elapsed = now.saturating_sub(begin);
        if elapsed >= limit {
            end_firmly(context, server, progress)?;
            return Ok(Settled::Ended);
        }
        progress(format!(
            "waiting for Liferay {} (process {}) to be healthy or to end, {} s",
            context.plan.from,
            server.pid,
            elapsed.as_secs()
        ));
        context.host.wait(LOOK_MILLISECONDS);
    }
}

/// TERM after a thread dump, then KILL.
fn end_firmly(
    context: &Context<'_>,
    mut server: ServerProcess,
    progress: Progress<'_>,
) -> Result<(), HostError> {
    for kill in [false, true] {
        context.host.end_server(context.plan, server, kill)?;
        match waiting::until_ended(context, server, SIGNAL, progress)? {
            Ending::Ended => return Ok(()),
            Ending::Another(found) => server = found,
            Ending::Runs => {}
        }
    }
    Err(HostError::new(
        codes::SERVER_DOES_NOT_STOP,
        format!(
            "Liferay {} (process {}) does not end, not even by KILL",
            context.plan.from, server.pid
        ),
    ))
}

fn look(context: &Context<'_>) -> Result<HealthSample, HostError> {
    context
        .host
        .health(context.plan, &context.plan.health, false)
}

fn ask_and_wait(
    context: &Context<'_>,
    server: ServerProcess,
    progress: Progress<'_>,
) -> Result<(), HostError> {
    let seconds = context.plan.health.timeouts.stop_seconds;
    context.host.ask_to_stop(context.plan)?;
    match waiting::until_ended(context, server, Duration::from_secs(seconds), progress)? {
        Ending::Ended => Ok(()),
        Ending::Runs => Err(HostError::new(
            codes::SERVER_DOES_NOT_STOP,
            format!(
                "the server (process {}) still runs {seconds} s after it was asked to stop",
                server.pid
            ),
        )),
        Ending::Another(found) => Err(HostError::new(
            codes::FENCE_DISTURBED,
            format!(
                "after the server (process {}) had ended, somebody started process {} past the fence",
                server.pid, found.pid
            ),
        )),
    }
}

/// True when an earlier process may have given the start command of the old server just before it was killed.
fn start_in_doubt(context: &Context<'_>) -> bool {
    context
        .plan
        .actions
        .iter()
        .zip(&context.state.back)
        .any(|(planned, status)| {
            matches!(
                planned.action,
                Action::StopServer | Action::RaiseFence { .. }
            ) && *status == ActionStatus::Started
        })
}
