//! The health gate.

use super::{Context, Notes, fence, waiting};
use crate::host::{HostError, Progress};

/// Waits until the new site is healthy. A server that is gone because the machine restarted is started once more,
/// which is the same as going on; one that ended by itself is for the gate to condemn.
pub(super) fn run(context: &Context<'_>, progress: Progress<'_>) -> Result<Notes, HostError> {
    let mut notes = Notes::new();
    if context.taken_up && context.host.server(context.plan)?.is_none() {
        fence::require_up(context)?;
        let server = context.host.start_server(context.plan, progress)?;
        notes.push(format!(
            "the new server was gone and runs again as process {}",
            server.pid
        ));
    }
    notes.extend(waiting::until_healthy(context, true, progress)?);
    Ok(notes)
}
