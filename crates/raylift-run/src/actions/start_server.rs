//! The new server starts behind the fence, and ends on the way back.

use std::time::Duration;

use raylift_model::codes;
use raylift_model::plan::Action;

use super::waiting::{self, Ending};
use super::{Context, Notes, Probe, fence};
use crate::host::{HostError, Progress, ServerProcess};
use crate::state::ActionStatus;

/// How long TERM and KILL may take to end a process.
const SIGNAL: Duration = Duration::from_secs(30);

pub(super) fn probe(context: &Context<'_>, progress: Progress<'_>) -> Result<Probe, HostError> {
    fence::require_up(context)?;
    Ok(match waiting::server(context, true, progress)? {
        Some(server) => Probe::Done(describe(context, server)),
        None => Probe::ToDo,
    })
}

pub(super) fn run(context: &Context<'_>, progress: Progress<'_>) -> Result<Notes, HostError> {
    fence::require_up(context)?;
    context.require_stopped()?;
    let server = context.host.start_server(context.plan, progress)?;
    Ok(describe(context, server))
}

/// Ends the new server: asked first, then TERM after a thread dump, then KILL, which only a rollback may use.
pub(super) fn undo(context: &Context<'_>, progress: Progress<'_>) -> Result<Notes, HostError> {
    fence::hold(context)?;
    let perhaps_starting = start_in_doubt(context);
    let Some(mut server) = waiting::server(context, perhaps_starting, progress)? else {
        return Ok(vec![format!("Liferay {} was not running", context.plan.to)]);
    };
    let mut notes = Notes::new();
    for means in [Means::Ask, Means::Terminate, Means::Kill] {
        let limit = match means {
            Means::Ask => Duration::from_secs(context.plan.health.timeouts.stop_seconds),
            Means::Terminate | Means::Kill => SIGNAL,
        };
        if let Err(error) = apply(context, server, means) {
            // The next means is the stronger one; only the last one's failure counts.
            if matches!(means, Means::Kill) {
                return Err(error);
            }
            notes.push(format!("{} failed: {error}", means.word()));
            continue;
        }
        match waiting::until_ended(context, server, limit, progress)? {
            Ending::Ended => {
                notes.push(format!(
                    "Liferay {} ended by {}",
                    context.plan.to,
                    means.word()
                ));
                return Ok(notes);
            }
            Ending::Another(found) => server = found,
            Ending::Runs => {}
        }
    }
    Err(HostError::new(
        codes::SERVER_DOES_NOT_STOP,
        format!(
            "Liferay {} (process {}) does not end",
            context.plan.to, server.pid
        ),
    ))
}

#[derive(Clone, Copy)]
enum Means {
    Ask,
    Terminate,
    Kill,
}

impl Means {
    fn word(self) -> &'static str {
        match self {
            Self::Ask => "the stop command",
            Self::Terminate => "TERM",
            Self::Kill => "KILL",
        }
    }
}

fn apply(context: &Context<'_>, server: ServerProcess, means: Means) -> Result<(), HostError> {
    match means {
        Means::Ask => context.host.ask_to_stop(context.plan),
        Means::Terminate => context.host.end_server(context.plan, server, false),
        Means::Kill => context.host.end_server(context.plan, server, true),
    }
}

/// True when the start command may have been given just before a crash, so that its process may still appear.
fn start_in_doubt(context: &Context<'_>) -> bool {
    context
        .plan
        .actions
        .iter()
        .zip(&context.state.forward)
        .any(|(planned, status)| {
            matches!(planned.action, Action::StartServer)
                && matches!(status, ActionStatus::Started | ActionStatus::Failed)
        })
}

fn describe(context: &Context<'_>, server: ServerProcess) -> Notes {
    let to = &context.plan.to;
    vec![format!("Liferay {to} runs as process {}", server.pid)]
}
