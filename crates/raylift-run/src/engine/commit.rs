//! The commit: the one moment at which files of the old release are removed.

use std::path::Path;

use raylift_model::event::{Event, Notice};
use raylift_model::plan::{Action, Phase};

use super::{Engine, Outcome};
use crate::actions;
use crate::error::RunError;
use crate::host::HostError;

impl Engine<'_> {
    pub(super) fn finish_commit(&mut self) -> Result<Outcome, RunError> {
        let stays = self
            .remove_everything()
            .map_err(|error| self.unclean(error))?;
        for text in stays {
            self.record(Event::Remark { text })?;
        }
        self.record(Event::PhaseReached {
            phase: Phase::Committed,
        })?;
        Ok(self.settled())
    }

    /// Answers what stays of what was to go.
    fn remove_everything(&mut self) -> Result<Vec<String>, HostError> {
        let mut stays = Vec::new();
        for exchange in &self.plan.exchanges {
            self.host.remove_marker(exchange)?;
        }
        for planned in &self.plan.actions {
            match &planned.action {
                // The old trees, wherever they are staged.
                Action::Stage { staging } => {
                    for path in actions::staged_places(self.plan, staging) {
                        self.say_removed(&path);
                        self.host.remove_tree(self.plan, &path)?;
                    }
                }
                Action::TakeReturnPoint { place, .. } if !self.state.return_point_kept => {
                    self.say_removed(place);
                    stays.extend(self.host.forget_return_point(self.plan, place)?);
                }
                _ => {}
            }
        }
        Ok(stays)
    }

    fn say_removed(&mut self, path: &Path) {
        (self.observer)(Notice::Progress(format!("removing {}", path.display())));
    }
}
