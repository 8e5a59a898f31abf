//! What other actions ask of the fence.

use std::path::Path;

use raylift_model::codes;
use raylift_model::plan::{Action, Plan};

use super::Context;
use crate::host::{FenceState, HostError};

/// The fence must stand before what comes next has an effect.
pub(super) fn require_up(context: &Context<'_>) -> Result<(), HostError> {
    let (script, stash) = place(context.plan)?;
    match context.host.fence_state(script, stash)? {
        FenceState::Up => Ok(()),
        FenceState::Down => Err(HostError::new(
            codes::FENCE_DISTURBED,
            format!("the fence at {} is not up", script.display()),
        )),
        FenceState::Disturbed => Err(disturbed(script, stash)),
    }
}

/// On the way back a fence that is down is put up again: until the old site is healthy nobody else may start it.
pub(super) fn hold(context: &Context<'_>) -> Result<(), HostError> {
    let (script, stash) = place(context.plan)?;
    match context.host.fence_state(script, stash)? {
        FenceState::Up => Ok(()),
        FenceState::Down => {
            context.host.raise_fence(context.plan, script, stash)?;
            require_up(context)
        }
        FenceState::Disturbed => Err(disturbed(script, stash)),
    }
}

/// Something stands at the script's place that raylift must not overwrite.
pub(super) fn disturbed(script: &Path, stash: &Path) -> HostError {
    HostError::new(
        codes::FENCE_DISTURBED,
        format!(
            "{} is neither the site's start script nor raylift's fence; what raylift keeps for it lies at {}",
            script.display(),
            stash.display()
        ),
    )
}

fn place(plan: &Plan) -> Result<(&Path, &Path), HostError> {
    plan.actions
        .iter()
        .find_map(|planned| match &planned.action {
            Action::RaiseFence { script, stash } => Some((script.as_path(), stash.as_path())),
            _ => None,
        })
        .ok_or_else(|| HostError::new(codes::FENCE_DISTURBED, "the plan has no fence"))
}
