//! The engine: carries a plan out, takes it up again, goes back, commits.
//!
//! Before an action has its first effect its start is in the journal, and nothing is claimed that is not there. What
//! the engine decides by itself is only this: a failed action turns the run back, see [`Engine::start`].

mod back;
mod commit;
mod forward;
mod kept;
mod loss;
mod outcome;
mod safe_points;
mod snapshot;

pub(crate) use loss::changes;
pub use loss::{Loss, TableChange, Written};
use outcome::is_fenced;
pub use outcome::{Next, Outcome, Status};

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::event::{Direction, Event, Notice};
use raylift_model::names::RunId;
use raylift_model::plan::{Phase, Plan, PlannedAction, ReturnMode};

use crate::actions::{Context, Notes, data_touched};
use crate::error::{ActionError, RunError};
use crate::host::{Host, HostError, Progress};
use crate::journal::{Journal, JournalError, JournalStore};
use crate::state::{RunState, apply};

/// Works on one run. There must be one engine for a site at a time; see [`crate::journal::SiteLock`].
pub struct Engine<'a> {
    host: &'a dyn Host,
    plan: &'a Plan,
    digest: Digest,
    run: RunId,
    journal: Journal<'a>,
    state: RunState,
    observer: &'a mut dyn FnMut(Notice),
    taken_up: bool,
}

impl<'a> Engine<'a> {
    /// Opens the run's journal, which may be empty, and folds it. Nothing is written but the cut of a torn line.
    ///
    /// # Errors
    /// [`RunError::Journal`] when the journal cannot be used; [`RunError::AnotherPlan`].
    pub fn new(
        host: &'a dyn Host,
        store: Box<dyn JournalStore + 'a>,
        plan: &'a Plan,
        run: RunId,
        observer: &'a mut dyn FnMut(Notice),
    ) -> Result<Self, RunError> {
        let digest = plan.digest().map_err(RunError::PlanUnwritable)?;
        let journal = Journal::open(store)?;
        let mut state = RunState::default();
        for entry in journal.entries() {
            state = apply(state, &entry.event).map_err(|source| JournalError::Impossible {
                name: journal.name(),
                line: entry.sequence,
                source,
            })?;
        }
        if let Some(identity) = &state.identity
            && identity.plan != digest
        {
            return Err(RunError::AnotherPlan {
                run: run.to_string(),
            });
        }
        Ok(Self {
            host,
            plan,
            digest,
            run,
            journal,
            state,
            observer,
            taken_up: false,
        })
    }

    /// Starts the run and works until the new site burns in.
    ///
    /// When an action fails the run goes back by itself: to the return point if the new server or an upgrade step had
    /// begun, else there is nothing to bring back. Only when the fence cannot be lowered over a healthy new site does
    /// it stop instead, since going back would cost what users wrote.
    ///
    /// # Errors
    /// When the run was started before, the plan has blockers, the journal fails, or something on the way back fails.
    pub fn start(&mut self) -> Result<Outcome, RunError> {
        if self.state.identity.is_some() {
            return Err(self.refuse(
                codes::RUN_UNFINISHED,
                "was started before; `raylift resume` takes it up",
            ));
        }
        if self.plan.proof_waived {
            return Err(self.refuse(
                codes::PROOF_WAIVED,
                "does without a proof, and nobody has agreed to that",
            ));
        }
        self.begin(None)
    }

    /// The same for a plan without a proof. `who` agreed to that; the journal keeps it.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn start_unproven(&mut self, who: &str) -> Result<Outcome, RunError> {
        if self.state.identity.is_some() {
            return self.start();
        }
        self.begin(Some(who.to_owned()))
    }

    fn begin(&mut self, proof_waived_by: Option<String>) -> Result<Outcome, RunError> {
        let count = self.plan.blockers().count();
        if count > 0 {
            return Err(RunError::Blocked { count });
        }
        self.record(Event::RunStarted {
            run: self.run.clone(),
            plan: self.digest.clone(),
            from: self.plan.from.clone(),
            to: self.plan.to.clone(),
            actions: self.plan.actions.len(),
            proof_waived_by,
        })?;
        self.go_forward()
    }

    /// Takes the run up where it stopped, in whichever direction it went, and works to the end of that direction. Does
    /// nothing when the run burns in or is over.
    ///
    /// # Errors
    /// [`codes::NO_RUN`] when the run never began; otherwise as [`Engine::start`].
    pub fn resume(&mut self) -> Result<Outcome, RunError> {
        if self.state.identity.is_none() {
            return Err(self.refuse(codes::NO_RUN, "has not begun"));
        }
        if self.state.is_burning_in() || self.state.phase.is_final() {
            return Ok(self.settled());
        }
        self.take_up()?;
        match self.state.direction {
            _ if self.state.committing => self.finish_commit(),
            Direction::Forward => self.go_forward(),
            Direction::Back => self.go_back(),
        }
    }

    /// Goes back, from any state before the commit. A way back that was begun is continued; one that was begun as
    /// code only may be turned into one to the return point. Does nothing when the run is rolled back.
    ///
    /// # Errors
    /// [`codes::NOTHING_TO_ROLL_BACK`] when the run never began or is being or was committed;
    /// [`codes::CODE_ONLY_IMPOSSIBLE`] when the old code does not accept what the database holds; when undoing an
    /// action fails, with the fence still up: `resume` or `rollback` tries again.
    pub fn rollback(&mut self, mode: ReturnMode, reason: &str) -> Result<Outcome, RunError> {
        if self.state.identity.is_none() {
            return Err(self.refuse(codes::NOTHING_TO_ROLL_BACK, "has not begun"));
        }
        if self.state.committing || self.state.phase == Phase::Committed {
            return Err(self.refuse(
                codes::NOTHING_TO_ROLL_BACK,
                "is committed: the old release's files are gone",
            ));
        }
        if self.state.phase == Phase::RolledBack {
            return Ok(self.settled());
        }
        self.check_mode(mode)?;
        if mode == ReturnMode::ReturnPoint && self.data_touched() && !self.plan.has_return_point() {
            return Err(self.refuse(
                codes::NO_RETURN_POINT,
                "took no return point, as its plan says: it goes back by the code alone",
            ));
        }
        let begun = self.state.direction == Direction::Back;
        if !begun && mode == ReturnMode::ReturnPoint && self.data_touched() {
            self.verify_return_point()?;
        }
        if begun || self.state.next_forward().is_some() {
            self.take_up()?;
        }
        // Where nothing has to be brought back the modes are one and the same, and once the fence is down again the
        // old site is back.
        let differs = self.state.mode != Some(mode);
        let matters = self.data_touched() && is_fenced(self.plan, &self.state);
        if differs && (!begun || matters) {
            if mode == ReturnMode::ReturnPoint {
                self.remark_loss()?;
            }
            self.turn_back(mode, reason, false)?;
        }
        self.go_back()
    }

    /// Removes the old release's files and what else is no longer needed; with `keep_return_point` not the return
    /// point. Continues a commit that was begun. Does nothing when the run is committed.
    ///
    /// # Errors
    /// [`codes::NOTHING_TO_COMMIT`] when the run does not burn in; [`RunError::CleanUp`].
    pub fn commit(&mut self, keep_return_point: bool) -> Result<Outcome, RunError> {
        if self.state.phase == Phase::Committed {
            return Ok(self.settled());
        }
        if !self.state.committing {
            if !self.state.is_burning_in() {
                return Err(self.refuse(codes::NOTHING_TO_COMMIT, "does not burn in"));
            }
            if keep_return_point && !self.state.return_point_kept {
                self.record(Event::ReturnPointKept)?;
            }
            self.record(Event::CommitStarted)?;
        }
        self.finish_commit()
    }

    /// Where the run is and what can be done.
    pub fn status(&self) -> Status {
        Status::of(self.plan, &self.state)
    }

    /// What going back to the return point would discard. `None` when nothing would be: nothing had begun that changes
    /// database or documents.
    ///
    /// # Errors
    /// When the return point or the database cannot be read.
    pub fn loss(&self) -> Result<Option<Loss>, HostError> {
        loss::loss(self.host, self.plan, &self.state)
    }

    fn check_mode(&self, mode: ReturnMode) -> Result<(), RunError> {
        if mode == ReturnMode::ReturnPoint || !self.data_touched() {
            return Ok(());
        }
        if self.state.mode == Some(ReturnMode::ReturnPoint) {
            return Err(self.refuse(
                codes::CODE_ONLY_IMPOSSIBLE,
                "already goes back to its return point",
            ));
        }
        if self.plan.way_back.preferred == ReturnMode::CodeOnly {
            return Ok(());
        }
        Err(RunError::Refused {
            code: codes::CODE_ONLY_IMPOSSIBLE,
            message: format!(
                "the old release does not accept the database as it is now: {}",
                self.plan.way_back.reasons.join("; ")
            ),
        })
    }

    fn data_touched(&self) -> bool {
        data_touched(self.plan, &self.state)
    }

    fn take_up(&mut self) -> Result<(), RunError> {
        self.taken_up = true;
        self.record(Event::Resumed)
    }

    fn refuse(&self, code: &'static str, what: &str) -> RunError {
        RunError::Refused {
            code,
            message: format!("run {} {what}", self.run),
        }
    }

    fn settled(&self) -> Outcome {
        Outcome::of(&self.state)
    }

    /// Checks an event, writes it and tells the observer, in this order.
    fn record(&mut self, event: Event) -> Result<(), RunError> {
        let state = apply(self.state.clone(), &event)?;
        let entry = self.journal.append(self.host.now(), event)?;
        self.state = state;
        (self.observer)(Notice::Journaled(entry));
        Ok(())
    }

    fn planned(&self, index: usize) -> Result<&'a PlannedAction, RunError> {
        self.plan
            .actions
            .get(index)
            .ok_or_else(|| self.refuse(codes::ACTION_FAILED, "has more actions than its plan"))
    }

    /// Does something with an action in its context. Only the first after taking a run up is told so.
    fn at_work(
        &mut self,
        work: impl FnOnce(&Context<'_>, Progress<'_>) -> Result<Notes, HostError>,
    ) -> Result<Notes, HostError> {
        let context = Context {
            host: self.host,
            plan: self.plan,
            state: &self.state,
            taken_up: std::mem::take(&mut self.taken_up),
        };
        let observer = &mut *self.observer;
        work(&context, &mut |line| observer(Notice::Progress(line)))
    }

    /// Before the end of the action, because a report counts an answer to the outage that this end may close.
    fn remark_answers(&mut self) -> Result<(), RunError> {
        for answer in self.host.answers() {
            let text = answer.to_string();
            self.record(Event::Remark { text })?;
        }
        Ok(())
    }

    fn finished(
        &mut self,
        direction: Direction,
        index: usize,
        notes: Notes,
    ) -> Result<(), RunError> {
        self.remark_answers()?;
        self.record(Event::ActionFinished {
            direction,
            index,
            notes,
        })
    }

    fn failed(
        &mut self,
        direction: Direction,
        index: usize,
        error: &HostError,
    ) -> Result<(), RunError> {
        self.remark_answers()?;
        self.record(Event::ActionFailed {
            direction,
            index,
            code: error.code.to_owned(),
            message: with_causes(error),
            evidence: error.evidence.clone(),
        })
    }

    fn stopped(&self, direction: Direction, index: usize, error: HostError) -> RunError {
        let status = self.status();
        let mode = self.state.mode.unwrap_or(self.plan.way_back.preferred);
        let title = self.plan.title(direction, index, mode);
        RunError::Action(Box::new(ActionError {
            direction,
            index,
            title: title.unwrap_or_else(|| format!("action {index}")),
            error,
            safe: status.safe,
            next: self.way_on(),
        }))
    }
}

/// The message of an error with those of its causes, since a journal cannot keep the chain itself.
fn with_causes(error: &HostError) -> String {
    let mut text = error.message.clone();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
