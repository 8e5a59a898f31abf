//! What a run leaves beside the site as it is now, and how each goes.

use raylift_model::kept::Kept;
use raylift_model::plan::{Action, Phase, Plan, ReturnMeans, ReturnMode};

use crate::actions::{data_touched, staged_places, touched};
use crate::state::{ActionStatus, RunState};

/// Of what the way back uses.
const NEEDED: &str = "nobody, while the way back may need it";

/// What the end of a way back removes.
const AT_ITS_END: &str = "the way back, at its end";

/// What lies staged while the switch is half made.
const MIXED: &str = "files of the old and of the new release";

/// What lies staged once the site was open with it.
const PUT_INTO: &str = "the new release's files, with what was put into them";

/// Everything that stays until a command or a person removes it, by plan and journal.
pub(super) fn kept(plan: &Plan, state: &RunState) -> Vec<Kept> {
    let mut kept = state.set_aside.clone();
    match state.phase {
        Phase::RolledBack => {
            if data_touched(plan, state) {
                kept.extend(return_point(plan, state, Kept::BY_HAND));
            }
            // Once the site was open, what was put into the new trees is nowhere else.
            if touched(plan, state, |action| {
                matches!(action, Action::LowerFence { .. })
            }) {
                kept.extend(staged(plan, PUT_INTO, Kept::BY_HAND));
            }
        }
        Phase::Committed => {
            if state.return_point_kept {
                kept.extend(return_point(plan, state, Kept::BY_HAND));
            }
        }
        Phase::RollingBack => {
            kept.extend(return_point(plan, state, NEEDED));
            kept.extend(staged_on_the_way_back(plan, state));
        }
        _ => {
            let removal = "raylift commit, unless with --keep-return-point";
            kept.extend(return_point(plan, state, removal));
            if touched(plan, state, |action| {
                matches!(action, Action::Exchange { .. })
            }) {
                let what = match all_switched(plan, state) {
                    true => "the old release's files",
                    false => MIXED,
                };
                kept.extend(staged(plan, what, "raylift commit"));
            } else if touched(plan, state, |action| matches!(action, Action::Stage { .. })) {
                kept.extend(staged(plan, "the new release's files", "raylift rollback"));
            }
        }
    }
    kept
}

/// What is staged while a run goes back: the old release's files until they are exchanged back, then the new release's,
/// until they are removed or, once the site was open, for good.
fn staged_on_the_way_back(plan: &Plan, state: &RunState) -> Vec<Kept> {
    let back = |kind: fn(&Action) -> bool| -> Vec<ActionStatus> {
        let statuses = state.forward.iter().zip(&state.back);
        let actions = plan.actions.iter().zip(statuses);
        actions
            .filter(|(planned, (forward, _))| forward.is_touched() && kind(&planned.action))
            .map(|(_, (_, back))| *back)
            .collect()
    };
    let was_open = touched(plan, state, |action| {
        matches!(action, Action::LowerFence { .. })
    });
    let stagings = back(|action| matches!(action, Action::Stage { .. }));
    let is_gone = |status: &ActionStatus| *status == ActionStatus::Finished && !was_open;
    if stagings.iter().all(is_gone) {
        return Vec::new();
    }
    let exchanges = back(|action| matches!(action, Action::Exchange { .. }));
    // One that is at work may be done or not.
    let some_back = exchanges.iter().any(|status| status.is_touched());
    let all_back = exchanges
        .iter()
        .all(|status| *status == ActionStatus::Finished);
    let (what, removal) = match (some_back, all_back) {
        (false, false) if all_switched(plan, state) => ("the old release's files", NEEDED),
        (_, false) => (MIXED, NEEDED),
        (_, true) if was_open => (PUT_INTO, Kept::BY_HAND),
        (_, true) => ("the new release's files", AT_ITS_END),
    };
    staged(plan, what, removal)
}

/// True when no exchange of the way forward is left or may have broken off.
fn all_switched(plan: &Plan, state: &RunState) -> bool {
    let mut done = plan.actions.iter().zip(&state.forward);
    done.all(|(planned, status)| {
        *status == ActionStatus::Finished || !matches!(planned.action, Action::Exchange { .. })
    })
}

/// True when the way back set something aside and its journal does not say what: earlier versions noted it in other words.
pub(super) fn may_lack(plan: &Plan, state: &RunState) -> bool {
    let came_back = plan
        .actions
        .iter()
        .zip(&state.back)
        .any(|(planned, status)| {
            *status == ActionStatus::Finished
                && matches!(
                    planned.action,
                    Action::TakeReturnPoint {
                        means: ReturnMeans::Copies,
                        ..
                    }
                )
        });
    // Of a database that the owner's command brings back nothing is set aside.
    let something = plan.site.database_commands.is_none() || plan.site.store.is_some();
    came_back
        && something
        && state.mode == Some(ReturnMode::ReturnPoint)
        && data_touched(plan, state)
        && state.set_aside.is_empty()
}

/// Its folder, and what belongs to it elsewhere: the database on the server, the documents in the backup repository. One that
/// is only begun goes with the way back.
fn return_point(plan: &Plan, state: &RunState, removal: &str) -> Vec<Kept> {
    let mut actions = plan.actions.iter().zip(&state.forward);
    let taken = actions.find_map(|(planned, status)| match &planned.action {
        Action::TakeReturnPoint { place, .. } if status.is_touched() => Some((place, *status)),
        _ => None,
    });
    let Some((place, status)) = taken else {
        return Vec::new();
    };
    let (begun, removal) = match (status, state.phase) {
        (ActionStatus::Finished, _) => ("", removal),
        (_, Phase::RollingBack) => (", begun", AT_ITS_END),
        _ => (", begun", "raylift rollback"),
    };
    let what = match plan.has_return_point() {
        true => "the return point",
        false => "what is noted for a return of the code",
    };
    let place = place.display().to_string();
    let folder = Kept::new(format!("{what}{begun}"), place, removal);
    let database = plan.return_point_database().map(|name| {
        // No name of raylift's needs more than the quotes.
        let removal = match removal {
            Kept::BY_HAND => format!("DROP DATABASE \"{name}\";"),
            other => other.to_owned(),
        };
        let what = format!("the return point's copy of the database{begun}");
        Kept::new(what, format!("database {name} on its server"), removal)
    });
    let copies = plan.return_means() == Some(&ReturnMeans::Copies);
    let documents = plan.site.store.as_ref().filter(|_| copies).map(|_| {
        Kept::new(
            format!("the return point's documents{begun}"),
            format!(
                "backup repository {}",
                plan.site.backups.repository.display()
            ),
            "raylift backups forget ID, with the id from raylift backups list --all, once the return point is gone",
        )
    });
    std::iter::once(folder)
        .chain(database)
        .chain(documents)
        .collect()
}

fn staged(plan: &Plan, what: &str, removal: &str) -> Vec<Kept> {
    let stagings = plan
        .actions
        .iter()
        .filter_map(|planned| match &planned.action {
            Action::Stage { staging } => Some(staging),
            _ => None,
        });
    stagings
        .flat_map(|staging| staged_places(plan, staging))
        .map(|place| Kept::new(what, place.display().to_string(), removal))
        .collect()
}
