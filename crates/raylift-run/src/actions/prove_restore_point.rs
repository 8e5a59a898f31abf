//! The proof that database and documents can be copied and restored.

use std::path::Path;

use super::{Context, Notes};
use crate::host::{HostError, Progress};

pub(super) fn run(
    context: &Context<'_>,
    scratch: &Path,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    // What a killed attempt left would be compared as if it had been restored now.
    context.host.discard_proof(context.plan, scratch)?;
    let notes = context
        .host
        .prove_restore_point(context.plan, scratch, progress)?;
    context.host.discard_proof(context.plan, scratch)?;
    Ok(notes)
}

pub(super) fn undo(context: &Context<'_>, scratch: &Path) -> Result<Notes, HostError> {
    context.host.discard_proof(context.plan, scratch)?;
    Ok(Notes::new())
}
