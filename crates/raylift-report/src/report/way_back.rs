//! How to go back, and until when.

use raylift_model::event::Event;
use raylift_model::plan::{Action, Plan, ReturnMode};
use serde::Serialize;

use super::clock::Stamped;
use super::{ActionSpan, OutcomeReport, OutcomeState};

/// How to go back, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WayBackReport {
    /// The way that loses least, by the plan.
    pub preferred: ReturnMode,
    /// Why not code only; empty when it is possible.
    pub reasons: Vec<String>,
    /// One sentence: is there a way back now, and until when.
    pub now: String,
    /// Going back now would lose nothing that was written. Says nothing when there is no way back.
    pub without_loss: bool,
    /// The command; `None` when there is no way back, or nothing to go back from.
    pub command: Option<String>,
    /// Folder of the return point, absolute.
    pub return_point: Option<String>,
    /// Id of the snapshot that the owner's command took, not proven by raylift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// Who agreed to do without a proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof_waived_by: Option<String>,
    /// The return point stays after the commit.
    pub return_point_kept: bool,
}

pub(crate) fn of(
    plan: &Plan,
    stamped: &[Stamped<'_>],
    outcome: &OutcomeReport,
    actions: &[ActionSpan],
) -> WayBackReport {
    let preferred = plan.way_back.preferred;
    let untouched = !touches_data(plan, actions);
    WayBackReport {
        preferred,
        reasons: plan.way_back.reasons.clone(),
        now: now(plan, outcome.state, untouched),
        without_loss: untouched || preferred == ReturnMode::CodeOnly,
        command: command(preferred, outcome.state),
        return_point: plan
            .actions
            .iter()
            .find_map(|planned| match &planned.action {
                Action::TakeReturnPoint { place, .. } => Some(place.display().to_string()),
                _ => None,
            }),
        snapshot: stamped.iter().find_map(|entry| match entry.event {
            Event::SnapshotTaken { id } => Some(id.clone()),
            _ => None,
        }),
        proof_waived_by: stamped.iter().find_map(|entry| match entry.event {
            Event::RunStarted {
                proof_waived_by, ..
            } => proof_waived_by.clone(),
            _ => None,
        }),
        return_point_kept: stamped
            .iter()
            .any(|entry| *entry.event == Event::ReturnPointKept),
    }
}

fn now(plan: &Plan, state: OutcomeState, untouched: bool) -> String {
    match state {
        OutcomeState::NotStarted => "There is nothing to go back from.".to_owned(),
        OutcomeState::RolledBack => "The run has gone back; nothing is left to undo.".to_owned(),
        OutcomeState::RollingBack | OutcomeState::RollbackFailed => {
            "The run is on its way back; it cannot turn forward again.".to_owned()
        }
        OutcomeState::Committing | OutcomeState::Committed => format!(
            "None by raylift: the commit let the files of {} go.",
            plan.from
        ),
        _ if untouched => {
            "One command. Neither database nor documents were touched yet: nothing is lost.".to_owned()
        }
        _ => match plan.way_back.preferred {
            ReturnMode::CodeOnly => {
                "One command, until the commit. The old release accepts the database as it is: nothing is lost.".to_owned()
            }
            ReturnMode::ReturnPoint => {
                "One command, until the commit. Database and documents go back to the return point; what was written since is set aside.".to_owned()
            }
        },
    }
}

/// `--discard-writes` is needed once users can write to the new site.
fn command(preferred: ReturnMode, state: OutcomeState) -> Option<String> {
    match (state, preferred) {
        (OutcomeState::BurningIn, ReturnMode::ReturnPoint) => {
            Some("raylift rollback --discard-writes".to_owned())
        }
        (
            OutcomeState::BurningIn
            | OutcomeState::Unfinished
            | OutcomeState::Interrupted
            | OutcomeState::Failed,
            _,
        ) => Some("raylift rollback".to_owned()),
        (OutcomeState::RollingBack | OutcomeState::RollbackFailed, _) => {
            Some("raylift resume".to_owned())
        }
        _ => None,
    }
}

/// True once upgrade steps or the new server may have written.
fn touches_data(plan: &Plan, actions: &[ActionSpan]) -> bool {
    actions.iter().any(|span| {
        let planned = plan.actions.get(span.index);
        planned.is_some_and(|planned| {
            matches!(planned.action, Action::UpgradeData(_) | Action::StartServer)
        })
    })
}
