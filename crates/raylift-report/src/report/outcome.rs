//! How it went.

use raylift_model::event::{Direction, Event};
use raylift_model::plan::{Action, Phase, Plan, ReturnMode};
use serde::Serialize;

use super::clock::{Moment, Stamped};
use super::{ActionError, ActionResult, ActionSpan};

/// How the run went, as far as its journal tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutcomeReport {
    /// In one word.
    pub state: OutcomeState,
    /// Where the run is.
    pub phase: Phase,
    /// The last phase that was reached on the way forward.
    pub reached: Phase,
    /// The way back; the last one when a code-only way fell back on the return point.
    pub rollback: Option<RollbackNote>,
    /// The failure that decided: on the way back the one that stopped it, else the one that made the run go back, else the
    /// one that stopped it.
    pub failure: Option<FailureNote>,
    /// One line.
    pub headline: String,
    /// One or two sentences: what is the case now, and what to do next.
    pub explanation: String,
}

/// How a run went in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeState {
    /// Nothing was done.
    NotStarted,
    /// The journal ends on the way forward: raylift is at work, or was killed.
    Unfinished,
    /// Stopped at a safe point because somebody asked for it.
    Interrupted,
    /// Stopped at an error on the way forward.
    Failed,
    /// The new site serves; rollback is one command.
    BurningIn,
    /// The commit has begun.
    Committing,
    /// The new site stays.
    Committed,
    /// The journal ends on the way back.
    RollingBack,
    /// Stopped at an error on the way back.
    RollbackFailed,
    /// The old site serves.
    RolledBack,
}

/// The begin of a way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RollbackNote {
    /// When.
    pub at: Moment,
    /// By itself, after a failure; otherwise on command.
    pub automatic: bool,
    /// Why.
    pub reason: String,
    /// How the database was treated.
    pub mode: ReturnMode,
}

/// A failure and where it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailureNote {
    /// Title of the action.
    pub action: String,
    /// What the journal says.
    pub error: ActionError,
}

/// Folds the journal.
pub(crate) fn of(plan: &Plan, stamped: &[Stamped<'_>], actions: &[ActionSpan]) -> OutcomeReport {
    let mut phase = Phase::Planned;
    let mut reached = Phase::Planned;
    let mut rollback = None;
    let mut committing = false;
    let mut last = None;
    for entry in stamped {
        match entry.event {
            Event::Remark { .. } => continue,
            Event::PhaseReached { phase: now } => {
                phase = *now;
                if *now != Phase::RolledBack {
                    reached = *now;
                }
            }
            Event::RollbackStarted {
                reason,
                automatic,
                mode,
            } => {
                phase = Phase::RollingBack;
                rollback = Some(RollbackNote {
                    at: entry.at.clone(),
                    automatic: *automatic,
                    reason: reason.clone(),
                    mode: *mode,
                });
            }
            Event::CommitStarted => committing = true,
            _ => {}
        }
        last = Some(entry.event);
    }
    let state = state(last, phase, committing);
    let mut outcome = OutcomeReport {
        failure: failure(state, actions),
        state,
        phase,
        reached,
        rollback,
        headline: String::new(),
        explanation: String::new(),
    };
    outcome.headline = headline(plan, &outcome, was_stopped(plan, actions));
    outcome.explanation = explanation(plan, &outcome, actions);
    outcome
}

/// `last` is the last event, remarks aside.
fn state(last: Option<&Event>, phase: Phase, committing: bool) -> OutcomeState {
    match (last, phase) {
        (None, _) => OutcomeState::NotStarted,
        (_, Phase::Committed) => OutcomeState::Committed,
        (_, Phase::RolledBack) => OutcomeState::RolledBack,
        (Some(Event::ActionFailed { .. }), Phase::RollingBack) => OutcomeState::RollbackFailed,
        (_, Phase::RollingBack) => OutcomeState::RollingBack,
        _ if committing => OutcomeState::Committing,
        (_, Phase::BurningIn) => OutcomeState::BurningIn,
        (Some(Event::ActionFailed { .. }), _) => OutcomeState::Failed,
        (Some(Event::Interrupted { .. }), _) => OutcomeState::Interrupted,
        _ => OutcomeState::Unfinished,
    }
}

/// A failure on the way back matters most while it stands; then the one that turned the run.
fn failure(state: OutcomeState, actions: &[ActionSpan]) -> Option<FailureNote> {
    let wanted = match state {
        OutcomeState::RollbackFailed => Direction::Back,
        OutcomeState::Failed | OutcomeState::RollingBack | OutcomeState::RolledBack => {
            Direction::Forward
        }
        _ => return None,
    };
    let last = actions
        .iter()
        .rfind(|action| action.direction == wanted)
        .filter(|action| action.result == ActionResult::Failed)?;
    Some(FailureNote {
        action: last.title.clone(),
        error: last.error.clone()?,
    })
}

fn headline(plan: &Plan, outcome: &OutcomeReport, was_stopped: bool) -> String {
    let (from, to) = (&plan.from, &plan.to);
    let by_itself = |rollback: &RollbackNote| rollback.automatic;
    let now = if was_stopped {
        format!("the site is on {from} again")
    } else {
        format!("the site still is on {from}")
    };
    match outcome.state {
        OutcomeState::NotStarted => format!("Nothing was done yet: {from} to {to} is planned"),
        OutcomeState::Unfinished => format!("The update to {to} is not finished"),
        OutcomeState::Interrupted => format!("The update to {to} was stopped at a safe point"),
        OutcomeState::Failed => format!("The update to {to} stopped at an error"),
        OutcomeState::BurningIn => format!("Updated from {from} to {to}, burning in"),
        OutcomeState::Committing => {
            format!("Updated from {from} to {to}; the commit is not finished")
        }
        OutcomeState::Committed => format!("Updated from {from} to {to} and committed"),
        OutcomeState::RollingBack => format!("The way back to {from} is not finished"),
        OutcomeState::RollbackFailed => format!("The way back to {from} stopped at an error"),
        OutcomeState::RolledBack if outcome.rollback.as_ref().is_some_and(by_itself) => {
            format!("The update to {to} failed; {now}")
        }
        OutcomeState::RolledBack => format!("Taken back: {now}"),
    }
}

fn explanation(plan: &Plan, outcome: &OutcomeReport, actions: &[ActionSpan]) -> String {
    let at_work = actions
        .last()
        .filter(|action| action.end.is_none())
        .map(|action| format!(" in \u{201c}{}\u{201d}", action.title))
        .unwrap_or_default();
    match outcome.state {
        OutcomeState::NotStarted => "The journal of this run is empty; the site is as it was.".to_owned(),
        OutcomeState::Unfinished | OutcomeState::RollingBack => format!(
            "The journal ends{at_work}: raylift is at work or was ended. \u{201c}raylift status\u{201d} tells which; \u{201c}raylift resume\u{201d} goes on."
        ),
        OutcomeState::Interrupted => "Somebody asked it to stop. \u{201c}raylift resume\u{201d} goes on, \u{201c}raylift rollback\u{201d} goes back.".to_owned(),
        OutcomeState::Failed => "See below what went wrong. \u{201c}raylift resume\u{201d} tries again, \u{201c}raylift rollback\u{201d} goes back.".to_owned(),
        OutcomeState::RollbackFailed => "See below what went wrong. \u{201c}raylift resume\u{201d} tries again; until then nobody but raylift should start the site.".to_owned(),
        OutcomeState::BurningIn => format!(
            "The new release serves. \u{201c}raylift rollback\u{201d} goes back to {}; \u{201c}raylift commit\u{201d} makes the update final.",
            plan.from
        ),
        OutcomeState::Committing => "\u{201c}raylift commit\u{201d} finishes it.".to_owned(),
        OutcomeState::Committed => format!("The new release serves; the files of {} are gone.", plan.from),
        OutcomeState::RolledBack => rolled_back(outcome, was_stopped(plan, actions)),
    }
}

fn rolled_back(outcome: &OutcomeReport, was_stopped: bool) -> String {
    let Some(rollback) = &outcome.rollback else {
        return String::new();
    };
    let why = match (&outcome.failure, rollback.automatic) {
        (Some(failure), true) => format!(
            "raylift went back by itself, because \u{201c}{}\u{201d} failed",
            failure.action
        ),
        (None, true) => format!("raylift went back by itself: {}", rollback.reason),
        // Of a command there is no other reason.
        (_, false) => "Somebody took it back on command".to_owned(),
    };
    let database = match rollback.mode {
        _ if !was_stopped => "The server was not stopped.",
        ReturnMode::CodeOnly => "The database kept everything that was written.",
        ReturnMode::ReturnPoint => {
            "Database and documents are those of the return point; what was written since is set aside."
        }
    };
    format!("{}. {database}", why.trim_end_matches('.'))
}

/// The run began to stop the server, on its way forward.
fn was_stopped(plan: &Plan, actions: &[ActionSpan]) -> bool {
    actions.iter().any(|span| {
        let planned = plan.actions.get(span.index);
        span.direction == Direction::Forward
            && planned.is_some_and(|planned| planned.action == Action::StopServer)
    })
}
