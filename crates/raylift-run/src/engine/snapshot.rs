//! Return points that a command of the site's owner takes: their ids, and the way on when a person brings them back.

use raylift_model::codes;
use raylift_model::event::Event;
use raylift_model::plan::{Action, ReturnMeans};

use super::{Engine, Outcome};
use crate::error::RunError;
use crate::host::HostError;

impl Engine<'_> {
    /// A person brought database and documents back as of the snapshot: the way back that waited for it goes on. What is
    /// there is compared with what was noted; nothing is believed.
    ///
    /// # Errors
    /// [`codes::NOTHING_TO_ROLL_BACK`] when no way back waits for a snapshot; else as [`Engine::rollback`].
    pub fn rollback_restored(&mut self) -> Result<Outcome, RunError> {
        if self.state.snapshot_restored && !self.waits_for_snapshot() {
            // It was said before, and what came after it stopped.
            return self.resume();
        }
        if !self.waits_for_snapshot() {
            return Err(self.refuse(
                codes::NOTHING_TO_ROLL_BACK,
                "does not wait for a snapshot to be brought back",
            ));
        }
        self.take_up()?;
        self.record(Event::SnapshotRestored)?;
        self.go_back()
    }

    /// True when everything that comes after the return point is undone, and it is its turn.
    fn waits_for_snapshot(&self) -> bool {
        let next = self
            .state
            .next_back()
            .and_then(|index| self.plan.actions.get(index));
        self.state.snapshot.is_some()
            && crate::actions::restores(self.plan, &self.state)
            && next.is_some_and(|planned| {
                matches!(
                    planned.action,
                    Action::TakeReturnPoint {
                        means: ReturnMeans::Command { .. },
                        ..
                    }
                )
            })
    }

    /// Writes the id down before the end of the action: from then on the journal knows which snapshot it is.
    pub(super) fn keep_snapshot(
        &mut self,
        action: &Action,
    ) -> Result<Result<(), HostError>, RunError> {
        let Action::TakeReturnPoint {
            place,
            means: ReturnMeans::Command { .. },
        } = action
        else {
            return Ok(Ok(()));
        };
        if self.state.snapshot.is_some() {
            return Ok(Ok(()));
        }
        let found = self.host.return_point(self.plan, place);
        match found.map(|point| point.and_then(|point| point.snapshot)) {
            Ok(Some(id)) => self.record(Event::SnapshotTaken { id }).map(Ok),
            Ok(None) => Ok(Err(HostError::new(
                codes::SNAPSHOT_FAILED,
                "the id of the snapshot was not noted",
            ))),
            Err(error) => Ok(Err(error)),
        }
    }

    /// What to do after an action stopped the work.
    pub(super) fn way_on(&self) -> String {
        match &self.state.snapshot {
            Some(id) if self.waits_for_snapshot() => format!(
                "bring database and documents back as of snapshot {id}, then `raylift rollback --restored` goes on"
            ),
            _ => "mend the cause, then `raylift resume` tries again".to_owned(),
        }
    }
}
