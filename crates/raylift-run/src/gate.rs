//! What must be asked before a command touches a site: pure checks over the journals of its runs.

use raylift_model::codes;
use raylift_model::names::RunId;
use raylift_model::plan::Phase;

use crate::journal::{self, JournalError};
use crate::state::{RunStory, fold};

/// One run of a site, as its journal tells it.
#[derive(Debug)]
pub struct RunSummary {
    /// Its name, which is that of its folder.
    pub run: RunId,
    /// What its journal tells.
    pub story: Result<RunStory, JournalError>,
}

impl RunSummary {
    /// The phase, when the journal could be read.
    pub fn phase(&self) -> Option<Phase> {
        self.story.as_ref().ok().map(|story| story.state.phase)
    }

    /// True when the run began, is understood and is over, or never had an effect.
    pub fn is_over(&self) -> bool {
        self.story.as_ref().is_ok_and(|story| {
            story.newer.is_none()
                && (story.state.identity.is_none() || story.state.phase.is_final())
        })
    }
}

/// Why a new run must not begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// A run is not finished.
    #[error("run {run} is not finished: it is {phase}")]
    Unfinished {
        /// The run.
        run: RunId,
        /// Where it is.
        phase: &'static str,
    },
    /// An update burns in.
    #[error("the update of run {run} is burning in")]
    BurningIn {
        /// The run.
        run: RunId,
    },
    /// What a run did cannot be known.
    #[error("the journal of run {run} cannot be used: {because}")]
    Unreadable {
        /// The run.
        run: RunId,
        /// Why.
        because: String,
    },
}

impl GateError {
    /// The code shown to people.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unfinished { .. } => codes::RUN_UNFINISHED,
            Self::BurningIn { .. } => codes::STILL_BURNING_IN,
            Self::Unreadable { .. } => codes::JOURNAL_DAMAGED,
        }
    }

    /// What to do next, one sentence.
    pub fn next(&self) -> &'static str {
        match self {
            Self::Unfinished { .. } => {
                "`raylift resume` continues it, `raylift rollback` goes back"
            }
            Self::BurningIn { .. } => "`raylift commit` ends it, `raylift rollback` goes back",
            Self::Unreadable { .. } => "`raylift history` names what is known of it",
        }
    }
}

/// Every run of a site from the bytes of its journals, oldest first, see [`journal::run_journals`]. A journal that
/// cannot be read is in the list with its error.
pub fn history(journals: &[(RunId, Vec<u8>)]) -> Vec<RunSummary> {
    let journals = journals.iter();
    journals
        .map(|(run, bytes)| RunSummary {
            run: run.clone(),
            story: story(run, bytes),
        })
        .collect()
}

/// What the bytes of one run's journal tell.
///
/// # Errors
/// When they cannot be understood.
pub fn story(run: &RunId, bytes: &[u8]) -> Result<RunStory, JournalError> {
    let name = format!("{run}/{}", journal::JOURNAL_FILE);
    journal::read(&name, bytes).and_then(|contents| fold(&name, &contents))
}

/// The run that `status`, `resume`, `rollback` and `commit` mean when none is named: the one that is not over, else
/// the last.
pub fn current(runs: &[RunSummary]) -> Option<&RunSummary> {
    runs.iter()
        .rev()
        .find(|summary| !summary.is_over())
        .or_else(|| runs.last())
}

/// Whether a new run may begin.
///
/// # Errors
/// For the first run that is in the way.
pub fn may_start(runs: &[RunSummary]) -> Result<(), GateError> {
    runs.iter()
        .filter(|summary| !summary.is_over())
        .try_for_each(|summary| Err(in_the_way(summary)))
}

fn in_the_way(summary: &RunSummary) -> GateError {
    let run = summary.run.clone();
    match &summary.story {
        Err(error) => GateError::Unreadable {
            run,
            because: error.to_string(),
        },
        Ok(story) if story.newer.is_some() => GateError::Unreadable {
            run,
            because: "a newer raylift works on it".to_owned(),
        },
        Ok(story) if story.state.is_burning_in() => GateError::BurningIn { run },
        Ok(story) => GateError::Unfinished {
            run,
            phase: story.state.phase.word(),
        },
    }
}
