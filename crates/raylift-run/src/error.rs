//! What can stop a run.

use std::path::PathBuf;

use raylift_model::codes;
use raylift_model::event::Direction;

use crate::host::HostError;
use crate::journal::JournalError;
use crate::state::IllegalTransition;

/// Why a command on a run did not come to its end. Every variant leaves a journal that `resume` can take up, unless it
/// says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The engine was about to write an event that cannot happen now: a defect of raylift.
    #[error("raylift stopped itself before an impossible step")]
    Illegal(#[from] IllegalTransition),
    /// The plan could not be written as JSON, so that it has no digest.
    #[error("the plan has no digest")]
    PlanUnwritable(#[source] serde_json::Error),
    /// The plan given is not the one the run was started with.
    #[error("the plan is not the one that run {run} was started with")]
    AnotherPlan {
        /// The run.
        run: String,
    },
    /// The plan has blockers.
    #[error("the plan has {count} blockers")]
    Blocked {
        /// How many.
        count: usize,
    },
    /// The command does not fit where the run is.
    #[error("{message}")]
    Refused {
        /// One of [`raylift_model::codes`].
        code: &'static str,
        /// What does not fit.
        message: String,
    },
    /// The way back needs the return point, and the return point is gone or damaged. Found before anything was undone.
    #[error("there is no way back to the return point in {}", .place.display())]
    ReturnPoint {
        /// Its folder.
        place: PathBuf,
        /// What is wrong with it.
        #[source]
        error: HostError,
    },
    /// An action failed and the run stopped there.
    #[error(transparent)]
    Action(Box<ActionError>),
    /// Removing what is no longer needed failed, at the end of a commit or a rollback.
    #[error("cleaning up failed")]
    CleanUp {
        /// The failure.
        #[source]
        error: HostError,
        /// What is still safe, one sentence.
        safe: String,
    },
}

/// A failed action at which a run stopped.
#[derive(Debug, thiserror::Error)]
#[error("{}\u{201c}{title}\u{201d} failed", way(.direction))]
pub struct ActionError {
    /// Direction of the work.
    pub direction: Direction,
    /// Index into the plan's actions.
    pub index: usize,
    /// What the action does, for people.
    pub title: String,
    /// The failure.
    #[source]
    pub error: HostError,
    /// What is still safe, one sentence.
    pub safe: String,
    /// What to do next, one sentence.
    pub next: String,
}

fn way(direction: &Direction) -> &'static str {
    match direction {
        Direction::Forward => "",
        Direction::Back => "on the way back ",
    }
}

impl RunError {
    /// The code shown to people.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Journal(error) => error.code(),
            Self::Illegal(_) | Self::PlanUnwritable(_) => codes::ACTION_FAILED,
            Self::AnotherPlan { .. } => codes::PLAN_STALE,
            Self::Blocked { .. } => codes::PLAN_BLOCKED,
            Self::Refused { code, .. } => code,
            Self::Action(action) => action.error.code,
            Self::CleanUp { error, .. } | Self::ReturnPoint { error, .. } => error.code,
        }
    }

    /// Evidence, such as lines of a log.
    pub fn evidence(&self) -> &[String] {
        match self {
            Self::Action(action) => &action.error.evidence,
            Self::CleanUp { error, .. } | Self::ReturnPoint { error, .. } => &error.evidence,
            _ => &[],
        }
    }

    /// What is still safe, one sentence.
    pub fn safe(&self) -> &str {
        match self {
            Self::Action(action) => &action.safe,
            Self::CleanUp { safe, .. } => safe,
            Self::Journal(_) | Self::Illegal(_) => {
                "nothing is done that is not written to the journal first, and no file of the old release is removed \
                 before a commit"
            }
            Self::ReturnPoint { .. } => "nothing was undone: what ran before runs on",
            _ => "nothing was changed",
        }
    }

    /// What to do next, one sentence.
    pub fn next(&self) -> &str {
        match self {
            Self::Action(action) => &action.next,
            Self::CleanUp { .. } => "mend the cause, then `raylift resume` cleans up",
            Self::Journal(JournalError::Newer { .. }) => {
                "use the newer raylift that worked on this run"
            }
            Self::Journal(JournalError::Unwritable { .. }) => {
                "make room or mend the disk, then `raylift resume`"
            }
            Self::Journal(_) => "keep the run's folder as it is and look at the journal",
            Self::Illegal(_) => "report this together with the run's journal",
            Self::Blocked { .. } | Self::PlanUnwritable(_) => "resolve the blockers and plan again",
            Self::AnotherPlan { .. } => "use the plan in the run's folder",
            Self::ReturnPoint { .. } => {
                "bring what is named back as it was taken: the folder from a snapshot or a backup of the disk, a database under its name; then `raylift rollback`"
            }
            Self::Refused { .. } => "`raylift status` says what can be done",
        }
    }
}
