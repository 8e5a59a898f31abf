//! The return point: what a rollback goes back to.

use std::path::Path;

use raylift_model::codes;
use raylift_model::plan::{Action, Plan, ReturnMeans, ReturnMode};

use super::{Context, Notes, Probe, data_touched, fence};
use crate::engine::changes;
use crate::host::{HostError, Progress, ReturnPoint};
use crate::state::{ActionStatus, RunState};

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
    means: &ReturnMeans,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    fence::require_up(context)?;
    context.require_stopped()?;
    let point = context
        .host
        .take_return_point(context.plan, place, means, progress)?;
    Ok(describe(place, &point))
}

pub(super) fn undo(
    context: &Context<'_>,
    place: &Path,
    means: &ReturnMeans,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    if restores(context.plan, context.state) {
        fence::hold(context)?;
        context.require_stopped()?;
        let host = context.host;
        let mut notes = if context.state.snapshot_restored {
            host.take_over_restored(context.plan)?
        } else {
            host.restore_return_point(context.plan, place, means, progress)?
        };
        notes.push(compare(context, place, means)?);
        return Ok(notes);
    }
    if !is_taken(context, place) && matches!(means, ReturnMeans::Copies) {
        // A server that still copies for it lets nobody connect to the database: the old release would not start.
        let mut notes = vec!["what there was of a return point is removed".to_owned()];
        notes.extend(context.host.forget_return_point(context.plan, place)?);
        return Ok(notes);
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

/// True when the return point was taken whole.
fn is_taken(context: &Context<'_>, place: &Path) -> bool {
    let plan = context.plan.actions.iter();
    plan.zip(&context.state.forward)
        .any(|(planned, status)| match &planned.action {
            Action::TakeReturnPoint { place: other, .. } => {
                other == place && *status == ActionStatus::Finished
            }
            _ => false,
        })
}

/// What came back is believed when it holds what the stopped site held, whoever brought it: the same rows of `Release_`,
/// as many rows in each table, and as many documents where somebody else's means brought them (raylift's own copies are
/// compared one by one on their way).
fn compare(context: &Context<'_>, place: &Path, means: &ReturnMeans) -> Result<String, HostError> {
    let (host, plan) = (context.host, context.plan);
    let point = host.return_point(plan, place)?.ok_or_else(|| {
        HostError::new(
            codes::NOTHING_TO_ROLL_BACK,
            "what was noted with the return point is gone, so that nothing can be compared",
        )
    })?;
    let mut differences = Vec::new();
    if host.release_rows(plan)? != point.release_rows {
        differences
            .push("table Release_ has other rows than when the return point was taken".to_owned());
    }
    differences.extend(
        changes(&point.tables, &host.tables(plan)?)
            .into_iter()
            .map(|change| {
                let (name, before, now) = (change.name, change.before, change.now);
                format!("{name}: {before} rows in the return point, {now} now")
            }),
    );
    let by_command = matches!(means, ReturnMeans::Command { .. });
    if by_command
        && let Some((files, bytes)) = host.documents(plan)?
        && (files, bytes) != point.documents
    {
        let (before, size) = point.documents;
        differences.push(format!(
            "documents: {before} with {size} bytes in the snapshot, {files} with {bytes} bytes now"
        ));
    }
    if differences.is_empty() {
        let what = if by_command {
            "Release_, the number of rows of every table and the number of documents"
        } else {
            "Release_ and the number of rows of every table"
        };
        return Ok(format!("{what} are as they were"));
    }
    Err(HostError::new(
        codes::RESTORE_FAILED,
        match point.snapshot {
            Some(id) => format!("database and documents are not those of snapshot {id}"),
            None => "the database that came back is not the one of the return point".to_owned(),
        },
    )
    .because(differences))
}

/// True when going back brings database and documents back from the return point.
pub(crate) fn restores(plan: &Plan, state: &RunState) -> bool {
    state.mode == Some(ReturnMode::ReturnPoint) && data_touched(plan, state)
}

fn describe(place: &Path, point: &ReturnPoint) -> Notes {
    let rows: u64 = point.tables.iter().map(|table| table.rows).sum();
    let (documents, bytes) = point.documents;
    let what = match &point.snapshot {
        Some(id) => format!("snapshot {id}, not proven by raylift, of what is noted in "),
        None => String::new(),
    };
    vec![format!(
        "{what}{}, taken {}: {} tables with {rows} rows, {documents} documents with {bytes} bytes, digest {}",
        place.display(),
        point.taken,
        point.tables.len(),
        point.digest.short()
    )]
}
