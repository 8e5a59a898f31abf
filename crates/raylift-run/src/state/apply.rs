//! All legal transitions of a run.

use raylift_model::event::{Direction, Event};
use raylift_model::kept::Kept;
use raylift_model::plan::{Phase, ReturnMode};

use super::{ActionStatus, Failure, RunIdentity, RunState};

/// An event that cannot happen in a state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot happen: {because}")]
pub struct IllegalTransition {
    /// The event.
    pub event: String,
    /// Why it cannot happen.
    pub because: &'static str,
}

/// The most actions a plan may have. Only a forged journal names more.
const MOST_ACTIONS: usize = 100_000;

/// The state after an event.
///
/// # Errors
/// When the event cannot happen in this state.
pub fn apply(state: RunState, event: &Event) -> Result<RunState, IllegalTransition> {
    transition(state, event).map_err(|because| IllegalTransition {
        event: format!("{event:?}"),
        because,
    })
}

fn transition(mut state: RunState, event: &Event) -> Result<RunState, &'static str> {
    if let Event::RunStarted {
        run,
        plan,
        from,
        to,
        actions,
        proof_waived_by,
    } = event
    {
        require(state.identity.is_none(), "the run has begun before")?;
        require(*actions <= MOST_ACTIONS, "no plan has that many actions")?;
        state.identity = Some(RunIdentity {
            run: run.clone(),
            plan: plan.clone(),
            from: from.clone(),
            to: to.clone(),
        });
        state.proof_waived_by.clone_from(proof_waived_by);
        state.forward = vec![ActionStatus::Untouched; *actions];
        state.back = vec![ActionStatus::Untouched; *actions];
        return Ok(state);
    }
    require(state.identity.is_some(), "the run has not begun")?;
    if let Event::Remark { .. } = event {
        return Ok(state);
    }
    require(!state.phase.is_final(), "the run is over")?;
    match event {
        Event::RunStarted { .. } | Event::Remark { .. } => {}
        Event::Resumed => state.interrupted = false,
        Event::ActionStarted {
            direction, index, ..
        } => start(&mut state, *direction, *index)?,
        Event::ActionFinished {
            direction,
            index,
            notes,
        } => {
            end(&mut state, *direction, *index, ActionStatus::Finished)?;
            state.last_error = None;
            // What the way forward notes may be lines of others, such as the upgrade client's.
            if *direction == Direction::Back {
                set_aside(&mut state, notes);
            }
        }
        Event::ActionFailed {
            direction,
            index,
            code,
            message,
            evidence,
        } => {
            end(&mut state, *direction, *index, ActionStatus::Failed)?;
            state.last_error = Some(Failure {
                direction: *direction,
                index: *index,
                code: code.clone(),
                message: message.clone(),
                evidence: evidence.clone(),
            });
        }
        Event::PhaseReached { phase } => reach(&mut state, *phase)?,
        Event::RollbackStarted {
            reason,
            automatic,
            mode,
        } => turn_back(&mut state, reason, *automatic, *mode)?,
        Event::SnapshotTaken { id } => {
            require(
                state.direction == Direction::Forward && !nothing_runs(&state),
                "no action is at work that takes one",
            )?;
            require(state.snapshot.is_none(), "there is one already")?;
            state.snapshot = Some(id.clone());
        }
        Event::SnapshotRestored => {
            require(
                state.mode == Some(ReturnMode::ReturnPoint) && state.snapshot.is_some(),
                "no way back needs a snapshot",
            )?;
            state.snapshot_restored = true;
        }
        Event::ReturnPointKept => {
            require(state.is_burning_in(), "the run is not burning in")?;
            state.return_point_kept = true;
        }
        Event::CommitStarted => {
            require(state.is_burning_in(), "the run is not burning in")?;
            state.committing = true;
        }
        Event::Interrupted { next } => {
            require(
                state.direction == Direction::Forward && !state.committing,
                "only the way forward stops at safe points",
            )?;
            require(nothing_runs(&state), "an action is at work")?;
            require(
                *next == state.next_forward(),
                "another action would be the next",
            )?;
            state.interrupted = true;
        }
    }
    Ok(state)
}

fn require(condition: bool, because: &'static str) -> Result<(), &'static str> {
    if condition { Ok(()) } else { Err(because) }
}

/// An action that is undone twice says it twice.
fn set_aside(state: &mut RunState, notes: &[String]) {
    for kept in notes.iter().filter_map(|note| Kept::of(note)) {
        if !state.set_aside.contains(&kept) {
            state.set_aside.push(kept);
        }
    }
}

fn nothing_runs(state: &RunState) -> bool {
    let statuses = match state.direction {
        Direction::Forward => &state.forward,
        Direction::Back => &state.back,
    };
    !statuses.contains(&ActionStatus::Started)
}

fn start(state: &mut RunState, direction: Direction, index: usize) -> Result<(), &'static str> {
    require(direction == state.direction, "the run goes the other way")?;
    require(!state.committing, "the run is being committed")?;
    require(nothing_runs(state), "an action is at work")?;
    let next = match direction {
        Direction::Forward => state.next_forward(),
        Direction::Back => state.next_back(),
    };
    require(next == Some(index), "another action is the next")?;
    state.interrupted = false;
    set(state, direction, index, ActionStatus::Started)
}

fn end(
    state: &mut RunState,
    direction: Direction,
    index: usize,
    status: ActionStatus,
) -> Result<(), &'static str> {
    require(direction == state.direction, "the run goes the other way")?;
    let now = match direction {
        Direction::Forward => state.forward_status(index),
        Direction::Back => state.back_status(index),
    };
    require(now == ActionStatus::Started, "the action is not at work")?;
    set(state, direction, index, status)
}

fn set(
    state: &mut RunState,
    direction: Direction,
    index: usize,
    status: ActionStatus,
) -> Result<(), &'static str> {
    let statuses = match direction {
        Direction::Forward => &mut state.forward,
        Direction::Back => &mut state.back,
    };
    *statuses.get_mut(index).ok_or("there is no such action")? = status;
    Ok(())
}

fn reach(state: &mut RunState, phase: Phase) -> Result<(), &'static str> {
    require(nothing_runs(state), "an action is at work")?;
    match phase {
        Phase::Planned | Phase::RollingBack => return Err("no work leads to this phase"),
        Phase::RolledBack => {
            require(state.direction == Direction::Back, "the run goes forward")?;
            require(state.next_back().is_none(), "something is not undone")?;
        }
        Phase::Committed => require(state.committing, "no commit has begun")?,
        Phase::BurningIn => {
            going_on(state, phase)?;
            require(state.next_forward().is_none(), "an action is not done")?;
        }
        _ => going_on(state, phase)?,
    }
    if !matches!(phase, Phase::RolledBack) {
        state.reached = phase;
    }
    state.phase = phase;
    Ok(())
}

fn going_on(state: &RunState, phase: Phase) -> Result<(), &'static str> {
    require(
        state.direction == Direction::Forward,
        "the run goes the other way",
    )?;
    require(!state.committing, "the run is being committed")?;
    require(phase > state.phase, "the phase was reached before")
}

/// Turning back a second time is legal only to fall back on the return point after the code-only way failed: the
/// other way round the database may already be half restored. Everything is then undone once more, since the old
/// server may have been started in between.
fn turn_back(
    state: &mut RunState,
    reason: &str,
    automatic: bool,
    mode: ReturnMode,
) -> Result<(), &'static str> {
    require(!state.committing, "the run is being committed")?;
    if state.direction == Direction::Back {
        require(
            state.mode == Some(ReturnMode::CodeOnly) && mode == ReturnMode::ReturnPoint,
            "the run goes back already",
        )?;
        state.back.fill(ActionStatus::Untouched);
        state.snapshot_restored = false;
    } else {
        state.cause = state.last_error.take();
    }
    state.direction = Direction::Back;
    state.phase = Phase::RollingBack;
    state.mode = Some(mode);
    state.reason = Some(reason.to_owned());
    state.automatic = automatic;
    state.interrupted = false;
    Ok(())
}
