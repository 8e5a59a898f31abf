//! The new trees, built beside the live ones while the site serves.

use std::path::{Path, PathBuf};

use raylift_model::plan::{Action, Plan};

use super::{Context, Notes, Probe};
use crate::host::{HostError, Progress};

pub(super) fn probe(context: &Context<'_>, staging: &Path) -> Result<Probe, HostError> {
    Ok(if context.host.is_staged(context.plan, staging)? {
        Probe::Done(vec![format!("{} was complete", staging.display())])
    } else {
        Probe::ToDo
    })
}

pub(super) fn run(
    context: &Context<'_>,
    staging: &Path,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    context.host.stage(context.plan, staging, progress)
}

/// Removes the staged trees; but once the new site was open, what was put into them since (a module, a configuration
/// written by the portal) is nowhere else, so that they stay.
pub(super) fn undo(context: &Context<'_>, staging: &Path) -> Result<Notes, HostError> {
    if context.touched(|action| matches!(action, Action::LowerFence { .. })) {
        return Ok(vec![format!(
            "{} stays: the new release's files with what was put into them while the site was open; remove it when \
             nothing of it is needed",
            staging.display()
        )]);
    }
    let places = staged_places(context.plan, staging);
    for place in &places {
        context.host.remove_tree(context.plan, place)?;
    }
    Ok(places
        .iter()
        .map(|place| format!("{} is removed", place.display()))
        .collect())
}

/// The staging folder, after the staged paths that lie outside it because their live paths are on another file system.
pub(crate) fn staged_places(plan: &Plan, staging: &Path) -> Vec<PathBuf> {
    plan.exchanges
        .iter()
        .map(|exchange| exchange.staged.as_path())
        .filter(|staged| !staged.starts_with(staging))
        .chain([staging])
        .map(Path::to_owned)
        .collect()
}
