//! Liferay's upgrade steps, through its upgrade client.

use raylift_model::codes;
use raylift_model::plan::DataUpgrade;

use super::{Context, Notes, fence};
use crate::host::{HostError, Progress};

/// Name of the core's row in `Release_`.
const CORE: &str = "portal";

pub(super) fn run(
    context: &Context<'_>,
    upgrade: &DataUpgrade,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    fence::require_up(context)?;
    context.require_stopped()?;
    let outcome = context.host.upgrade_data(context.plan, upgrade, progress)?;
    if outcome.missing.is_empty() {
        return Ok(outcome.notes);
    }
    let missing = outcome
        .missing
        .iter()
        .map(|(name, wanted, found)| format!("{name} is at {found} instead of {wanted}"))
        .collect::<Vec<_>>();
    let (code, what) = if outcome.log_excerpt.is_empty() {
        (
            codes::UPGRADE_INCOMPLETE,
            "upgrade steps did not reach their versions",
        )
    } else {
        (codes::UPGRADE_FAILED, "an upgrade step failed")
    };
    Err(HostError::new(
        code,
        format!("{what}: {}", headline(&outcome.missing, &missing)),
    )
    .because(missing)
    .because(outcome.notes)
    .because(outcome.log_excerpt))
}

/// Modules upgrade after the core: while it is behind, it alone is to blame.
fn headline(missing: &[(String, String, String)], sentences: &[String]) -> String {
    match missing.iter().position(|(name, ..)| name == CORE) {
        Some(at) => sentences.get(at).cloned().unwrap_or_default(),
        None => sentences.join(", "),
    }
}

/// The return point brings the database back; here only a client that still writes to it is ended.
pub(super) fn undo(context: &Context<'_>) -> Result<Notes, HostError> {
    fence::hold(context)?;
    context.host.end_upgrade_client(context.plan)?;
    Ok(Notes::new())
}
