//! The fence goes up.

use std::path::Path;

use super::{Context, Notes, Probe, fence, stop_server};
use crate::host::{FenceState, HostError, Progress};

pub(super) fn probe(
    context: &Context<'_>,
    script: &Path,
    stash: &Path,
) -> Result<Probe, HostError> {
    Ok(match context.host.fence_state(script, stash)? {
        FenceState::Up => Probe::Done(Notes::new()),
        FenceState::Down | FenceState::Disturbed => Probe::ToDo,
    })
}

pub(super) fn run(
    context: &Context<'_>,
    script: &Path,
    stash: &Path,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    // Who resumes here left the wait before, and perhaps days ago.
    context.host.await_backups(context.plan, progress)?;
    if context.host.fence_state(script, stash)? == FenceState::Disturbed {
        return Err(fence::disturbed(script, stash));
    }
    context.host.raise_fence(context.plan, script, stash)?;
    fence::require_up(context)?;
    Ok(vec![format!("{} is fenced", script.display())])
}

/// Takes the fence away, at the end of the way back. A site that ran before must live by then: if the machine
/// restarted in between, it is started again while the fence keeps everybody else from it.
pub(super) fn undo(
    context: &Context<'_>,
    script: &Path,
    stash: &Path,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    let mut notes = Notes::new();
    if context.taken_up && context.host.server(context.plan)?.is_none() {
        notes = stop_server::undo(context, progress)?;
    }
    notes.extend(lower(context, script, stash)?);
    Ok(notes)
}

/// Takes the fence away. One that never came up may have left its script behind, which the host removes.
pub(super) fn lower(
    context: &Context<'_>,
    script: &Path,
    stash: &Path,
) -> Result<Notes, HostError> {
    if context.host.fence_state(script, stash)? == FenceState::Disturbed {
        return Err(fence::disturbed(script, stash));
    }
    context.host.lower_fence(context.plan, script, stash)?;
    Ok(vec![format!("{} is the site's own", script.display())])
}
