//! The return point: what a rollback goes back to.

use std::path::Path;

use raylift_model::plan::{Plan, ReturnMode};

use super::{Context, Notes, Probe, data_touched, fence};
use crate::host::{HostError, Progress, ReturnPoint};
use crate::state::RunState;

pub(super) fn probe(context: &Context<'_>, place: &Path) -> Result<Probe, HostError> {
    // One that is there but damaged is for `run` to make anew or to complain about.
    Ok(match context.host.return_point(context.plan, place) {
        Ok(Some(point)) => Probe::Done(describe(place, &point)),
        Ok(None) | Err(_) => Probe::ToDo,
    })
}

pub(super) fn run(
    context: &Context<'_>,
    place: &Path,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    fence::require_up(context)?;
    context.require_stopped()?;
    let point = context
        .host
        .take_return_point(context.plan, place, progress)?;
    Ok(describe(place, &point))
}

pub(super) fn undo(
    context: &Context<'_>,
    place: &Path,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    if restores(context.plan, context.state) {
        fence::hold(context)?;
        context.require_stopped()?;
        return context
            .host
            .restore_return_point(context.plan, place, progress);
    }
    if data_touched(context.plan, context.state) && context.plan.way_back.put_back_core_row {
        fence::hold(context)?;
        context.require_stopped()?;
        context.host.put_back_core_row(context.plan, place)?;
        return Ok(vec![
            "build number, build date and verified flag of the core are as before".to_owned(),
        ]);
    }
    Ok(vec!["the database needed nothing".to_owned()])
}

/// True when going back brings database and documents back from the return point.
pub(crate) fn restores(plan: &Plan, state: &RunState) -> bool {
    state.mode == Some(ReturnMode::ReturnPoint) && data_touched(plan, state)
}

fn describe(place: &Path, point: &ReturnPoint) -> Notes {
    let rows: u64 = point.tables.iter().map(|table| table.rows).sum();
    let (documents, bytes) = point.documents;
    vec![format!(
        "{}, taken {}: {} tables with {rows} rows, {documents} documents with {bytes} bytes, digest {}",
        place.display(),
        point.taken,
        point.tables.len(),
        point.digest.short()
    )]
}
