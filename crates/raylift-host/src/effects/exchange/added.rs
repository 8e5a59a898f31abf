//! A file that the site does not have: one rename brings it, one takes it away. What stands at the staged path tells
//! whether it was brought, so that it may be changed or removed by anybody once it is live.

use raylift_model::plan::Exchange;
use raylift_run::host::{HostError, LiveSide};

use super::{Tree, ambiguous, exists, rename};

pub(super) fn live_side(exchange: &Exchange) -> Result<LiveSide, HostError> {
    let brought = exists(&exchange.live)? && !exists(&exchange.staged)?;
    Ok(if brought {
        LiveSide::New
    } else {
        LiveSide::Old
    })
}

pub(super) fn exchange(exchange: &Exchange, wanted: Tree) -> Result<(), HostError> {
    let (live, staged) = (exchange.live.as_path(), exchange.staged.as_path());
    match (wanted, exists(live)?, exists(staged)?) {
        (Tree::New, true, false) | (Tree::Old, _, true) | (Tree::Old, false, false) => Ok(()),
        (Tree::New, false, true) => rename(staged, live),
        (Tree::Old, true, false) => rename(live, staged),
        // Somebody made a file where this one belongs, or took the staged one away.
        (Tree::New, true, true) | (Tree::New, false, false) => Err(ambiguous(exchange)),
    }
}
