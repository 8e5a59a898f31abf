//! The commit: the one moment at which files of the old release are removed.

use std::path::PathBuf;

use raylift_model::event::{Event, Notice};
use raylift_model::plan::{Action, Phase};

use super::{Engine, Outcome};
use crate::actions;
use crate::error::RunError;
use crate::host::HostError;

impl Engine<'_> {
    pub(super) fn finish_commit(&mut self) -> Result<Outcome, RunError> {
        self.remove_everything()
            .map_err(|error| self.unclean(error))?;
        self.record(Event::PhaseReached {
            phase: Phase::Committed,
        })?;
        Ok(self.settled())
    }

    fn remove_everything(&mut self) -> Result<(), HostError> {
        for exchange in &self.plan.exchanges {
            self.host.remove_marker(exchange)?;
        }
        for path in self.leftovers() {
            (self.observer)(Notice::Progress(format!("removing {}", path.display())));
            self.host.remove_tree(self.plan, &path)?;
        }
        Ok(())
    }

    /// The old trees, wherever they are staged, and the return point unless it stays.
    fn leftovers(&self) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        for planned in &self.plan.actions {
            match &planned.action {
                Action::Stage { staging } => {
                    paths.extend(actions::staged_places(self.plan, staging));
                }
                Action::TakeReturnPoint { place, .. } if !self.state.return_point_kept => {
                    paths.push(place.clone());
                }
                _ => {}
            }
        }
        paths
    }
}
