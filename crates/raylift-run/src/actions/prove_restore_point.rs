//! The proof that database and documents can be copied and restored.

use std::path::Path;

use super::{Context, Notes};
use crate::host::{HostError, Progress};

/// The way for somebody who knows better.
const WITHOUT: &str = "mend the cause and update again; raylift update --waive-proof does without a proof, asks for a word, and its journal says who gave it";

pub(super) fn run(
    context: &Context<'_>,
    scratch: &Path,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    // What a killed attempt left would be compared as if it had been restored now.
    context.host.discard_proof(context.plan, scratch)?;
    let notes = context
        .host
        .prove_restore_point(context.plan, scratch, progress)
        .map_err(|error| error.because([WITHOUT.to_owned()]))?;
    context.host.discard_proof(context.plan, scratch)?;
    Ok(notes)
}

pub(super) fn undo(context: &Context<'_>, scratch: &Path) -> Result<Notes, HostError> {
    context.host.discard_proof(context.plan, scratch)?;
    Ok(Notes::new())
}
