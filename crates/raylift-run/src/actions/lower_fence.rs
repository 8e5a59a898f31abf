//! The fence goes down: the last action of an update.

use std::path::Path;

use raylift_model::plan::Action;

use super::{Context, Notes, check_health, fence, raise_fence};
use crate::host::{HostError, Progress};

/// A server that is gone because the machine restarted is started and judged once more first, behind the fence.
pub(super) fn run(
    context: &Context<'_>,
    script: &Path,
    stash: &Path,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    let started = context.touched(|action| matches!(action, Action::StartServer));
    let mut notes = Notes::new();
    if started && context.host.server(context.plan)?.is_none() {
        fence::hold(context)?;
        notes = check_health::run(context, progress)?;
    }
    notes.extend(raise_fence::lower(context, script, stash)?);
    Ok(notes)
}

pub(super) fn undo(context: &Context<'_>) -> Result<Notes, HostError> {
    fence::hold(context)?;
    Ok(Notes::new())
}
