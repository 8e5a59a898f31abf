//! The site is still the one the plan was made for.

use raylift_model::codes;

use super::{Context, Notes};
use crate::host::{HostError, Progress};

/// How many differences a message names; all of them are evidence.
const NAMED: usize = 3;

/// After the check before the stop, others are waited for at no cost to users. The look may be long: only then does the wait
/// say how it is right before the stop.
pub(super) fn run(
    context: &Context<'_>,
    stopped: bool,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    let found = context.host.binding(context.plan, stopped)?;
    let differences = context.plan.binding.differences(&found);
    if differences.is_empty() {
        if !stopped {
            context.host.await_backups(context.plan, progress)?;
        }
        return Ok(vec![format!("{} parts are as planned", found.parts.len())]);
    }
    let named = differences
        .iter()
        .take(NAMED)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let more = match differences.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(HostError::new(
        codes::PLAN_STALE,
        format!("the site has changed since the plan was made: {named}{more}"),
    )
    .because(differences))
}
