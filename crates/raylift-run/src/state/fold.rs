//! Folding a whole journal.

use raylift_model::event::Event;
use raylift_model::plan::Phase;

use super::{IllegalTransition, RunState, apply};
use crate::journal::{Contents, JournalError, Record};

/// What a journal tells, as far as it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStory {
    /// The state after the last event that was understood.
    pub state: RunState,
    /// Time of the first event, UTC, RFC 3339; `None` for an empty journal.
    pub began: Option<String>,
    /// Time of the last event.
    pub last: Option<String>,
    /// When each phase was reached, in order. A rollback counts from its start.
    pub phases: Vec<(Phase, String)>,
    /// Kind of the first event that only a newer raylift knows. `state` is that before it.
    pub newer: Option<String>,
}

/// Folds the contents of the journal called `name`.
///
/// # Errors
/// [`JournalError::Impossible`] when an event cannot have happened.
pub fn fold(name: &str, contents: &Contents) -> Result<RunStory, JournalError> {
    let mut story = RunStory {
        state: RunState::default(),
        began: contents
            .records
            .first()
            .map(|record| record.time().to_owned()),
        last: contents
            .records
            .last()
            .map(|record| record.time().to_owned()),
        phases: Vec::new(),
        newer: None,
    };
    for record in &contents.records {
        match record {
            Record::Unknown(entry) => {
                story.newer = Some(entry.event.kind.clone());
                break;
            }
            Record::Known(entry) => {
                story.state = apply(story.state, &entry.event)
                    .map_err(|source| impossible(name, entry.sequence, source))?;
                if let Some(phase) = phase_of(&entry.event) {
                    story.phases.push((phase, entry.time.clone()));
                }
            }
        }
    }
    Ok(story)
}

fn phase_of(event: &Event) -> Option<Phase> {
    match event {
        Event::PhaseReached { phase } => Some(*phase),
        Event::RollbackStarted { .. } => Some(Phase::RollingBack),
        _ => None,
    }
}

fn impossible(name: &str, line: u64, source: IllegalTransition) -> JournalError {
    JournalError::Impossible {
        name: name.to_owned(),
        line,
        source,
    }
}
