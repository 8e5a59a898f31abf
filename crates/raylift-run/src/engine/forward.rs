//! The way forward.

use raylift_model::event::{Direction, Event};
use raylift_model::plan::{Action, ReturnMode};

use super::outcome::is_fenced;
use super::safe_points::may_stop;
use super::{Engine, Outcome};
use crate::actions::{self, Probe};
use crate::error::RunError;
use crate::host::HostError;
use crate::state::{ActionStatus, Failure};

impl Engine<'_> {
    pub(super) fn go_forward(&mut self) -> Result<Outcome, RunError> {
        loop {
            let Some(index) = self.state.next_forward() else {
                self.reach_phases(None)?;
                return Ok(self.settled());
            };
            self.reach_phases(Some(index))?;
            if let Some(failure) = self.state.last_error.clone()
                && self.turns_back(failure.index, &failure.code)?
            {
                return self.go_back_by_itself(&failure);
            }
            if may_stop(self.plan, &self.state)
                && self.state.forward_status(index) != ActionStatus::Started
                && self.host.interrupted()
            {
                return self.stop_here(index);
            }
            if let Err(error) = self.forward_action(index)? {
                self.failed(Direction::Forward, index, &error)?;
                if !self.turns_back(index, error.code)? {
                    return Err(self.stopped(Direction::Forward, index, error));
                }
            }
        }
    }

    fn forward_action(&mut self, index: usize) -> Result<Result<(), HostError>, RunError> {
        let action = &self.planned(index)?.action;
        let in_doubt = self.state.forward_status(index) == ActionStatus::Started;
        if !in_doubt {
            self.record(Event::ActionStarted {
                direction: Direction::Forward,
                index,
                name: action.name().to_owned(),
            })?;
        }
        let result = self.at_work(|context, progress| {
            if in_doubt && let Probe::Done(notes) = actions::probe(context, action, progress)? {
                return Ok(notes);
            }
            actions::run(context, action, progress)
        });
        match result {
            Ok(notes) => {
                if let Err(error) = self.keep_snapshot(action)? {
                    return Ok(Err(error));
                }
                self.finished(Direction::Forward, index, notes)?;
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    /// Writes down the phase that ends before action `next`; `None` stands for the end of the plan.
    fn reach_phases(&mut self, next: Option<usize>) -> Result<(), RunError> {
        let before = match next {
            Some(index) => index.checked_sub(1),
            None => self.plan.actions.len().checked_sub(1),
        };
        let Some(done) = before.and_then(|index| self.plan.actions.get(index)) else {
            return Ok(());
        };
        let goes_on = next
            .and_then(|index| self.plan.actions.get(index))
            .is_some_and(|planned| planned.phase == done.phase);
        if !goes_on && done.phase > self.state.phase {
            self.record(Event::PhaseReached { phase: done.phase })?;
        }
        Ok(())
    }

    /// A failure turns the run back, except where the new site is healthy and only the fence could not be lowered:
    /// then going back would cost what users wrote. A server that is gone by then has a code of its own.
    fn turns_back(&self, index: usize, code: &str) -> Result<bool, RunError> {
        let is_last = matches!(self.planned(index)?.action, Action::LowerFence { .. });
        Ok(!is_last || code.starts_with("RL06") || code.starts_with("RL07"))
    }

    fn go_back_by_itself(&mut self, failure: &Failure) -> Result<Outcome, RunError> {
        let mode = if self.data_touched() && self.plan.has_return_point() {
            ReturnMode::ReturnPoint
        } else {
            ReturnMode::CodeOnly
        };
        if self.data_touched() {
            self.remark_loss()?;
        }
        let reason = format!("{}: {}", failure.code, failure.message);
        self.turn_back(mode, &reason, true)?;
        self.go_back()
    }

    fn stop_here(&mut self, index: usize) -> Result<Outcome, RunError> {
        self.record(Event::Interrupted { next: Some(index) })?;
        Ok(Outcome::Interrupted {
            next: Some(index),
            fenced: is_fenced(self.plan, &self.state),
        })
    }
}
