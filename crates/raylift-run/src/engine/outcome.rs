//! How a command on a run ended, and where a run is.

use raylift_model::event::Direction;
use raylift_model::kept::Kept;
use raylift_model::plan::{Action, Phase, Plan};

use super::kept::{kept, may_lack};
use crate::state::{ActionStatus, Failure, RunState};

/// How a command on a run ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The new site is healthy; rollback is one command, commit another.
    BurningIn,
    /// The old site is back.
    RolledBack {
        /// Why the way back began.
        reason: String,
        /// It began by itself.
        automatic: bool,
        /// The failure that caused it, when one did.
        cause: Option<Failure>,
    },
    /// The old release's files are gone.
    Committed,
    /// The work stopped at a safe point because somebody asked for it ([`raylift_model::codes::INTERRUPTED`]).
    Interrupted {
        /// The action that would have been next.
        next: Option<usize>,
        /// The site is behind the fence and must be taken up or taken back.
        fenced: bool,
    },
}

impl Outcome {
    /// The outcome of a run that burns in or is over.
    pub(super) fn of(state: &RunState) -> Self {
        match state.phase {
            Phase::Committed => Self::Committed,
            Phase::RolledBack => Self::RolledBack {
                reason: state.reason.clone().unwrap_or_default(),
                automatic: state.automatic,
                cause: state.cause.clone(),
            },
            _ => Self::BurningIn,
        }
    }
}

/// A command that makes sense now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// `raylift resume`.
    Resume,
    /// `raylift rollback`.
    Rollback,
    /// `raylift rollback --restored`, once a person brought the snapshot back.
    RollbackRestored,
    /// `raylift commit`.
    Commit,
}

/// Where a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The fold of the journal.
    pub state: RunState,
    /// Name of the action that is or would be next.
    pub action: Option<&'static str>,
    /// Commands that make sense now, the likeliest first.
    pub next: Vec<Next>,
    /// What is still safe, one sentence.
    pub safe: String,
    /// What lies beside the site until a command or a person removes it.
    pub kept: Vec<Kept>,
    /// The way back set aside more than `kept` names: an earlier version of raylift noted it.
    pub kept_may_lack: bool,
}

impl Status {
    /// The status of a run with this plan and state.
    pub fn of(plan: &Plan, state: &RunState) -> Self {
        let index = match state.direction {
            _ if state.identity.is_none() || state.phase.is_final() => None,
            Direction::Forward => state.next_forward(),
            Direction::Back => state.next_back(),
        };
        Self {
            state: state.clone(),
            action: index
                .and_then(|index| plan.actions.get(index))
                .map(|planned| planned.action.name()),
            next: next(state),
            safe: safe(plan, state).to_owned(),
            kept: kept(plan, state),
            kept_may_lack: may_lack(plan, state),
        }
    }
}

fn next(state: &RunState) -> Vec<Next> {
    if state.identity.is_none() || state.phase.is_final() {
        Vec::new()
    } else if state.committing {
        vec![Next::Commit, Next::Resume]
    } else if state.is_burning_in() {
        vec![Next::Commit, Next::Rollback]
    } else if waits_for_a_person(state) {
        vec![Next::RollbackRestored]
    } else {
        vec![Next::Resume, Next::Rollback]
    }
}

fn waits_for_a_person(state: &RunState) -> bool {
    let error = state.last_error.as_ref();
    error.is_some_and(|error| error.code == raylift_model::codes::RESTORE_BY_HAND)
}

fn safe(plan: &Plan, state: &RunState) -> &'static str {
    if state.identity.is_none() {
        "nothing was changed"
    } else if state.phase == Phase::RolledBack {
        "the old site is back"
    } else if state.committing || state.phase == Phase::Committed {
        "the new site is not touched by the commit"
    } else if state.is_burning_in() {
        "the new site serves; the old release's files and the return point are kept until the commit"
    } else if !is_fenced(plan, state) {
        "the old site was not stopped and its files are untouched"
    } else {
        "the fence keeps everybody but raylift from starting the site, and no file of the old release was removed"
    }
}

/// True when the fence may be up.
pub(super) fn is_fenced(plan: &Plan, state: &RunState) -> bool {
    plan.actions
        .iter()
        .zip(state.forward.iter().zip(&state.back))
        .any(|(planned, (forward, back))| {
            matches!(planned.action, Action::RaiseFence { .. })
                && forward.is_touched()
                && *back != ActionStatus::Finished
        })
}
