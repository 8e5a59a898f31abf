//! The way back: every touched action undone in reverse order.

use raylift_model::event::{Direction, Event};
use raylift_model::plan::{Action, Phase, ReturnMode};

use super::{Engine, Outcome};
use crate::actions;
use crate::error::RunError;
use crate::host::HostError;
use crate::state::ActionStatus;

impl Engine<'_> {
    pub(super) fn turn_back(
        &mut self,
        mode: ReturnMode,
        reason: &str,
        automatic: bool,
    ) -> Result<(), RunError> {
        self.record(Event::RollbackStarted {
            reason: reason.to_owned(),
            automatic,
            mode,
        })
    }

    pub(super) fn go_back(&mut self) -> Result<Outcome, RunError> {
        while let Some(index) = self.state.next_back() {
            self.undo_action(index)?;
        }
        self.clean_up_after_return()?;
        self.record(Event::PhaseReached {
            phase: Phase::RolledBack,
        })?;
        Ok(self.settled())
    }

    fn undo_action(&mut self, index: usize) -> Result<(), RunError> {
        let action = &self.planned(index)?.action;
        if self.state.back_status(index) != ActionStatus::Started {
            self.record(Event::ActionStarted {
                direction: Direction::Back,
                index,
                name: action.name().to_owned(),
            })?;
        }
        let result = self.at_work(|context, progress| actions::undo(context, action, progress));
        match result {
            Ok(notes) => self.finished(Direction::Back, index, notes),
            Err(error) => {
                self.failed(Direction::Back, index, &error)?;
                Err(self.stopped(Direction::Back, index, error))
            }
        }
    }

    /// The return point stays once anything has written to database or documents: it is then the only whole copy of that
    /// moment beside the live one, whether data came back from it or only the code went back. Else it is a copy of what the
    /// site has itself.
    fn clean_up_after_return(&mut self) -> Result<(), RunError> {
        let written_since = actions::data_touched(self.plan, &self.state);
        let places = self
            .plan
            .actions
            .iter()
            .zip(&self.state.forward)
            .filter(|(_, status)| status.is_touched())
            .filter_map(|(planned, _)| match &planned.action {
                Action::TakeReturnPoint { place, .. } => Some(place),
                _ => None,
            })
            .collect::<Vec<_>>();
        for place in places {
            let said = if written_since {
                vec![format!("the return point stays at {}", place.display())]
            } else {
                let mut said = self
                    .host
                    .forget_return_point(self.plan, place)
                    .map_err(|error| self.unclean(error))?;
                said.push(format!(
                    "the return point at {} was not needed and is removed",
                    place.display()
                ));
                said
            };
            for text in said {
                self.record(Event::Remark { text })?;
            }
        }
        Ok(())
    }

    pub(super) fn unclean(&self, error: HostError) -> RunError {
        let safe = match self.state.direction {
            Direction::Back => "the old site is back and healthy",
            Direction::Forward => "the new site is not touched by the commit",
        };
        RunError::CleanUp {
            error,
            safe: safe.to_owned(),
        }
    }
}
