//! The state of a run: the fold of its journal.

mod apply;
mod fold;

pub use apply::{IllegalTransition, apply};
pub use fold::{RunStory, fold};

use raylift_model::digest::Digest;
use raylift_model::event::Direction;
use raylift_model::kept::Kept;
use raylift_model::names::RunId;
use raylift_model::plan::{Phase, ReturnMode};
use raylift_model::version::ReleaseVersion;

/// Where one action stands in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ActionStatus {
    /// It had no effect yet.
    #[default]
    Untouched,
    /// It may have had any part of its effects.
    Started,
    /// It had all of them.
    Finished,
    /// It said that it failed; it may have had any part of its effects.
    Failed,
}

impl ActionStatus {
    /// True when it may have had an effect.
    pub fn is_touched(self) -> bool {
        self != Self::Untouched
    }
}

/// What a run is, from its first event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunIdentity {
    /// Its name.
    pub run: RunId,
    /// Digest of its plan.
    pub plan: Digest,
    /// Installed release.
    pub from: ReleaseVersion,
    /// New release.
    pub to: ReleaseVersion,
}

/// A failure of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Direction of the work.
    pub direction: Direction,
    /// Index into the plan's actions.
    pub index: usize,
    /// One of [`raylift_model::codes`].
    pub code: String,
    /// What happened.
    pub message: String,
    /// Evidence, such as lines of a log.
    pub evidence: Vec<String>,
}

/// The state of a run. The default is that of a run without any event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunState {
    /// `None` before the first event.
    pub identity: Option<RunIdentity>,
    /// Where the run is.
    pub phase: Phase,
    /// The last phase that was reached on the way forward.
    pub reached: Phase,
    /// Which way it goes.
    pub direction: Direction,
    /// Every action of the plan on the way forward.
    pub forward: Vec<ActionStatus>,
    /// Every action of the plan on the way back.
    pub back: Vec<ActionStatus>,
    /// How the way back treats the database; `None` when there is no way back.
    pub mode: Option<ReturnMode>,
    /// Why the way back began.
    pub reason: Option<String>,
    /// The way back began by itself.
    pub automatic: bool,
    /// The last failure in each direction that was not overcome since.
    pub last_error: Option<Failure>,
    /// The failure that made the run go back, when one did.
    pub cause: Option<Failure>,
    /// The commit has begun.
    pub committing: bool,
    /// The commit leaves the return point.
    pub return_point_kept: bool,
    /// The id of the snapshot that the owner's command took.
    pub snapshot: Option<String>,
    /// A person says that it is brought back.
    pub snapshot_restored: bool,
    /// Who agreed to do without a proof.
    pub proof_waived_by: Option<String>,
    /// What the way back set aside.
    pub set_aside: Vec<Kept>,
    /// Work stopped at a safe point and was not taken up since.
    pub interrupted: bool,
}

impl Default for RunState {
    fn default() -> Self {
        Self {
            identity: None,
            phase: Phase::Planned,
            reached: Phase::Planned,
            direction: Direction::Forward,
            forward: Vec::new(),
            back: Vec::new(),
            mode: None,
            reason: None,
            automatic: false,
            last_error: None,
            cause: None,
            committing: false,
            return_point_kept: false,
            snapshot: None,
            snapshot_restored: false,
            proof_waived_by: None,
            set_aside: Vec::new(),
            interrupted: false,
        }
    }
}

impl RunState {
    /// The next action on the way forward: the first that is not finished.
    pub fn next_forward(&self) -> Option<usize> {
        self.forward
            .iter()
            .position(|status| *status != ActionStatus::Finished)
    }

    /// The next action to undo: the last that was touched and is not undone.
    pub fn next_back(&self) -> Option<usize> {
        self.forward
            .iter()
            .zip(&self.back)
            .rposition(|(forward, back)| forward.is_touched() && *back != ActionStatus::Finished)
    }

    /// Status of an action on the way forward; untouched when there is no such action.
    pub fn forward_status(&self, index: usize) -> ActionStatus {
        self.forward.get(index).copied().unwrap_or_default()
    }

    /// Status of an action on the way back; untouched when there is no such action.
    pub fn back_status(&self, index: usize) -> ActionStatus {
        self.back.get(index).copied().unwrap_or_default()
    }

    /// True when the run waits in burn-in for a commit or a rollback.
    pub fn is_burning_in(&self) -> bool {
        self.phase == Phase::BurningIn && !self.committing
    }
}
