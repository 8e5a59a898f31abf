//! A live path and its staged one change places.

use raylift_model::codes;
use raylift_model::plan::Exchange;

use super::{Context, Notes, Probe, fence};
use crate::host::{HostError, LiveSide};

pub(super) fn probe(context: &Context<'_>, index: usize) -> Result<Probe, HostError> {
    let exchange = find(context, index)?;
    Ok(match context.host.live_side(exchange)? {
        LiveSide::New => Probe::Done(Notes::new()),
        LiveSide::Old | LiveSide::Ambiguous => Probe::ToDo,
    })
}

pub(super) fn run(context: &Context<'_>, index: usize) -> Result<Notes, HostError> {
    fence::require_up(context)?;
    context.require_stopped()?;
    towards(context, index, LiveSide::New)
}

pub(super) fn undo(context: &Context<'_>, index: usize) -> Result<Notes, HostError> {
    fence::hold(context)?;
    context.require_stopped()?;
    towards(context, index, LiveSide::Old)
}

/// An ambiguous state may be one between two renames, which the host completes; it changes nothing when it is not.
fn towards(context: &Context<'_>, index: usize, wanted: LiveSide) -> Result<Notes, HostError> {
    let exchange = find(context, index)?;
    let live = context.host.live_side(exchange)?;
    if live == wanted {
        return Ok(Notes::new());
    }
    context
        .host
        .exchange(exchange, wanted)
        .map_err(|error| match live {
            LiveSide::Ambiguous => ambiguous(exchange).caused_by(error),
            LiveSide::Old | LiveSide::New => error,
        })?;
    if context.host.live_side(exchange)? != wanted {
        return Err(ambiguous(exchange));
    }
    Ok(vec![format!("{} is exchanged", exchange.live.display())])
}

fn ambiguous(exchange: &Exchange) -> HostError {
    HostError::new(
        codes::EXCHANGE_AMBIGUOUS,
        format!(
            "it cannot be told whether the old or the new {} is live: look at {} and at {}. Still safe: raylift has \
             removed nothing, the trees that were live and staged lie at or beside these two paths",
            exchange.root,
            exchange.live.display(),
            exchange.staged.display()
        ),
    )
}

fn find<'a>(context: &Context<'a>, index: usize) -> Result<&'a Exchange, HostError> {
    context.plan.exchanges.get(index).ok_or_else(|| {
        HostError::new(
            codes::ACTION_FAILED,
            format!("the plan has no exchange {index}"),
        )
    })
}
