//! The actions: what each probes, does and undoes.
//!
//! `run` may be called again after a crash in its middle, when `probe` said that something is left to do. `undo` works from
//! any partial state and may be called any number of times.

mod check_binding;
mod check_health;
mod check_sessions;
mod context;
mod exchange;
mod fence;
mod lower_fence;
mod prove_restore_point;
mod raise_fence;
mod stage;
mod start_server;
mod stop_server;
mod take_return_point;
mod upgrade_data;
mod verify_release;
mod waiting;

pub(crate) use context::{Context, data_touched, server_started, touched};
pub(crate) use stage::staged_places;
pub(crate) use take_return_point::restores;

use raylift_model::plan::Action;

use crate::host::{HostError, Progress};

/// What was done, for people.
pub(crate) type Notes = Vec<String>;

/// What a look at an action in doubt says.
pub(crate) enum Probe {
    /// All its effects are there.
    Done(Notes),
    /// It has to run, perhaps again.
    ToDo,
}

/// Looks whether an action that was started before a crash is done.
pub(crate) fn probe(
    context: &Context<'_>,
    action: &Action,
    progress: Progress<'_>,
) -> Result<Probe, HostError> {
    match action {
        Action::Stage { staging } => stage::probe(context, staging),
        Action::RaiseFence { script, stash } => raise_fence::probe(context, script, stash),
        Action::StopServer => stop_server::probe(context),
        Action::TakeReturnPoint { place, .. } => take_return_point::probe(context, place),
        Action::Exchange { index } => exchange::probe(context, *index),
        Action::StartServer => start_server::probe(context, progress),
        // Looks and comparisons have no effect that could be left half done; the upgrade client's state is known to
        // nobody but the host, which waits for one that is still alive instead of starting a second.
        Action::VerifyRelease { .. }
        | Action::ProveRestorePoint { .. }
        | Action::CheckBinding { .. }
        | Action::CheckSessions
        | Action::UpgradeData(_)
        | Action::CheckHealth
        | Action::LowerFence { .. } => Ok(Probe::ToDo),
    }
}

/// Does an action.
pub(crate) fn run(
    context: &Context<'_>,
    action: &Action,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    match action {
        Action::VerifyRelease { place, digest } => {
            verify_release::run(context, place, digest, progress)
        }
        Action::Stage { staging } => stage::run(context, staging, progress),
        Action::ProveRestorePoint { scratch } => {
            prove_restore_point::run(context, scratch, progress)
        }
        Action::CheckBinding { stopped } => check_binding::run(context, *stopped, progress),
        Action::RaiseFence { script, stash } => raise_fence::run(context, script, stash, progress),
        Action::StopServer => stop_server::run(context, progress),
        Action::CheckSessions => check_sessions::run(context, progress),
        Action::TakeReturnPoint { place, means } => {
            take_return_point::run(context, place, means, progress)
        }
        Action::Exchange { index } => exchange::run(context, *index),
        Action::UpgradeData(upgrade) => upgrade_data::run(context, upgrade, progress),
        Action::StartServer => start_server::run(context, progress),
        Action::CheckHealth => check_health::run(context, progress),
        Action::LowerFence { script, stash } => lower_fence::run(context, script, stash, progress),
    }
}

/// Undoes an action, however much of it was done.
pub(crate) fn undo(
    context: &Context<'_>,
    action: &Action,
    progress: Progress<'_>,
) -> Result<Notes, HostError> {
    match action {
        Action::VerifyRelease { .. }
        | Action::CheckBinding { .. }
        | Action::CheckSessions
        | Action::CheckHealth => Ok(Notes::new()),
        Action::Stage { staging } => stage::undo(context, staging),
        Action::ProveRestorePoint { scratch } => prove_restore_point::undo(context, scratch),
        Action::RaiseFence { script, stash } => raise_fence::undo(context, script, stash, progress),
        Action::StopServer => stop_server::undo(context, progress),
        Action::TakeReturnPoint { place, means } => {
            take_return_point::undo(context, place, means, progress)
        }
        Action::Exchange { index } => exchange::undo(context, *index),
        Action::UpgradeData(_) => upgrade_data::undo(context),
        Action::StartServer => start_server::undo(context, progress),
        Action::LowerFence { .. } => lower_fence::undo(context),
    }
}
