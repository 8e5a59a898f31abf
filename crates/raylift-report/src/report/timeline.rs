//! From events to spans.

use raylift_model::event::{Direction, Event};
use raylift_model::plan::{Phase, Plan, ReturnMode};

use super::clock::{Moment, Stamped};
use super::{
    ActionError, ActionResult, ActionSpan, Gap, GapKind, PhaseResult, PhaseSpan, RemarkNote,
};

/// Everything with a place on the time axis.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    pub(crate) phases: Vec<PhaseSpan>,
    pub(crate) actions: Vec<ActionSpan>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) remarks: Vec<RemarkNote>,
}

/// Reads all entries.
pub(crate) fn read(plan: &Plan, stamped: &[Stamped<'_>]) -> Timeline {
    let mut recorder = Recorder {
        plan,
        mode: plan.way_back.preferred,
        done: Timeline::default(),
        idle_since: None,
        before: Before::Work,
        previous: None,
    };
    for entry in stamped {
        recorder.gap_before(entry);
        recorder.event(entry);
        recorder.previous = Some(entry.at.clone());
    }
    recorder.finish(stamped.last().map(|entry| entry.at.clone()))
}

/// What the last entry was, remarks aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Work,
    TakenUp,
    Failure,
    Interruption,
}

struct Recorder<'a> {
    plan: &'a Plan,
    mode: ReturnMode,
    done: Timeline,
    /// Since when the run burns in without anybody working on it.
    idle_since: Option<Moment>,
    before: Before,
    previous: Option<Moment>,
}

impl Recorder<'_> {
    /// Notes the gap that a process taking the run up ends.
    fn gap_before(&mut self, entry: &Stamped<'_>) {
        if !takes_up(entry.event) {
            return;
        }
        if let Some(since) = self.idle_since.take() {
            self.burn_in_until(since, entry.at.clone());
            return;
        }
        let (Some(start), true) = (self.previous.clone(), self.before != Before::TakenUp) else {
            return;
        };
        let kind = match self.before {
            Before::Interruption => GapKind::Interrupted,
            Before::Failure => GapKind::AfterFailure,
            Before::Work | Before::TakenUp => GapKind::Silent,
        };
        let during = self.open_action().map(|action| action.title.clone());
        self.done.gaps.push(gap(kind, start, &entry.at, during));
    }

    /// Looking at a run that burns in does not cut its burn-in into pieces.
    fn burn_in_until(&mut self, since: Moment, end: Moment) {
        match self.done.gaps.last_mut() {
            Some(last) if last.kind == GapKind::BurnIn && last.end.as_ref() == Some(&since) => {
                last.milliseconds = Some(last.start.until(&end));
                last.end = Some(end);
            }
            _ => self.done.gaps.push(gap(GapKind::BurnIn, since, &end, None)),
        }
    }

    fn event(&mut self, entry: &Stamped<'_>) {
        let at = &entry.at;
        match entry.event {
            Event::Remark { text } => {
                self.done.remarks.push(RemarkNote {
                    at: at.clone(),
                    text: text.clone(),
                });
                return;
            }
            Event::RunStarted { .. } | Event::SnapshotTaken { .. } | Event::SnapshotRestored => {}
            Event::Resumed => {
                if self.burns_in() {
                    self.idle_since = Some(at.clone());
                }
            }
            Event::ActionStarted {
                direction,
                index,
                name,
            } => self.start(at, *direction, *index, name),
            Event::ActionFinished {
                direction,
                index,
                notes,
            } => self.end(
                at,
                (*direction, *index),
                ActionResult::Finished,
                None,
                notes,
            ),
            Event::ActionFailed {
                direction,
                index,
                code,
                message,
                evidence,
            } => {
                let error = ActionError {
                    code: code.clone(),
                    message: message.clone(),
                    evidence: evidence.clone(),
                };
                let which = (*direction, *index);
                self.end(at, which, ActionResult::Failed, Some(error), &[]);
            }
            Event::PhaseReached { phase } => self.reach(at, *phase),
            Event::RollbackStarted { mode, .. } => {
                self.mode = *mode;
                self.give_up(at);
                self.open_phase(at, Phase::RolledBack, Direction::Back);
            }
            Event::CommitStarted => self.open_phase(at, Phase::Committed, Direction::Forward),
            Event::ReturnPointKept | Event::Interrupted { .. } => {}
        }
        self.before = match entry.event {
            Event::ActionFailed { .. } => Before::Failure,
            Event::Interrupted { .. } => Before::Interruption,
            event if takes_up(event) => Before::TakenUp,
            _ => Before::Work,
        };
    }

    fn start(&mut self, at: &Moment, direction: Direction, index: usize, name: &str) {
        let phase = self.phase_of(index);
        if direction == Direction::Forward {
            self.open_phase(at, phase, direction);
        }
        let earlier = |action: &&ActionSpan| action.direction == direction && action.index == index;
        let attempt = self.done.actions.iter().filter(earlier).count() + 1;
        self.done.actions.push(ActionSpan {
            direction,
            index,
            name: name.to_owned(),
            title: self
                .plan
                .title(direction, index, self.mode)
                .unwrap_or_else(|| name.to_owned()),
            phase,
            attempt,
            start: at.clone(),
            end: None,
            milliseconds: 0,
            gap_milliseconds: 0,
            result: ActionResult::Unfinished,
            notes: Vec::new(),
            error: None,
        });
    }

    /// Ends the open attempt; one that nothing announced is taken as started and ended at once.
    fn end(
        &mut self,
        at: &Moment,
        (direction, index): (Direction, usize),
        result: ActionResult,
        error: Option<ActionError>,
        notes: &[String],
    ) {
        let is_it = |action: &ActionSpan| {
            action.direction == direction && action.index == index && action.end.is_none()
        };
        if !self.done.actions.iter().any(is_it) {
            let planned = self.plan.actions.get(index);
            let name = planned.map_or("unknown", |planned| planned.action.name());
            self.start(at, direction, index, name);
        }
        if let Some(action) = self.done.actions.iter_mut().rfind(|action| is_it(action)) {
            action.end = Some(at.clone());
            action.result = result;
            action.error = error;
            action.notes = notes.to_vec();
        }
    }

    fn reach(&mut self, at: &Moment, phase: Phase) {
        let direction = match phase {
            Phase::RolledBack => Direction::Back,
            _ => Direction::Forward,
        };
        self.open_phase(at, phase, direction);
        if let Some(span) = self.done.phases.last_mut() {
            span.end = Some(at.clone());
            span.result = PhaseResult::Reached;
        }
        if phase == Phase::BurningIn {
            self.idle_since = Some(at.clone());
        }
    }

    /// Opens a phase unless it is the one that is open.
    fn open_phase(&mut self, at: &Moment, phase: Phase, direction: Direction) {
        let open = self.done.phases.last();
        if open.is_some_and(|open| {
            open.end.is_none() && open.phase == phase && open.direction == direction
        }) {
            return;
        }
        self.done.phases.push(PhaseSpan {
            phase,
            direction,
            start: at.clone(),
            end: None,
            milliseconds: 0,
            result: PhaseResult::Unfinished,
        });
    }

    /// Closes what is open when the run turns back.
    fn give_up(&mut self, at: &Moment) {
        let failed = self.last_action_failed();
        for action in &mut self.done.actions {
            if action.end.is_none() {
                action.end = Some(at.clone());
                action.result = ActionResult::GivenUp;
            }
        }
        for phase in &mut self.done.phases {
            if phase.end.is_none() {
                phase.end = Some(at.clone());
                phase.result = if failed {
                    PhaseResult::Failed
                } else {
                    PhaseResult::GivenUp
                };
            }
        }
    }

    fn finish(mut self, last: Option<Moment>) -> Timeline {
        let Some(last) = last else { return self.done };
        let waiting = self.idle_since.take().map(|since| (GapKind::BurnIn, since));
        let stopped =
            (self.before == Before::Interruption).then(|| (GapKind::Interrupted, last.clone()));
        if let Some((kind, start)) = waiting.or(stopped) {
            self.done.gaps.push(Gap {
                kind,
                start,
                end: None,
                milliseconds: None,
                during: None,
            });
        }
        let failed = self.last_action_failed();
        for phase in &mut self.done.phases {
            phase.milliseconds = phase.start.until(phase.end.as_ref().unwrap_or(&last));
            if phase.end.is_none() && failed {
                phase.result = PhaseResult::Failed;
            }
        }
        let Timeline { actions, gaps, .. } = &mut self.done;
        for action in actions {
            let end = action.end.as_ref().unwrap_or(&last);
            action.milliseconds = action.start.until(end);
            action.gap_milliseconds = gaps
                .iter()
                .filter_map(|gap| Some((&gap.start, gap.end.as_ref()?)))
                .map(|(from, to)| {
                    let from = from.offset.max(action.start.offset);
                    to.offset.min(end.offset).saturating_sub(from)
                })
                .sum();
        }
        self.done
    }

    fn open_action(&self) -> Option<&ActionSpan> {
        self.done
            .actions
            .last()
            .filter(|action| action.end.is_none())
    }

    fn last_action_failed(&self) -> bool {
        let last = self.done.actions.last();
        last.is_some_and(|action| action.result == ActionResult::Failed)
    }

    fn burns_in(&self) -> bool {
        let last = self.done.phases.last();
        last.is_some_and(|phase| phase.phase == Phase::BurningIn && phase.end.is_some())
    }

    fn phase_of(&self, index: usize) -> Phase {
        let planned = self.plan.actions.get(index);
        planned.map_or(Phase::Planned, |planned| planned.phase)
    }
}

/// True for events that only a process that has just been started writes.
fn takes_up(event: &Event) -> bool {
    matches!(
        event,
        Event::Resumed
            | Event::CommitStarted
            | Event::ReturnPointKept
            | Event::RollbackStarted {
                automatic: false,
                ..
            }
    )
}

fn gap(kind: GapKind, start: Moment, end: &Moment, during: Option<String>) -> Gap {
    Gap {
        kind,
        milliseconds: Some(start.until(end)),
        end: Some(end.clone()),
        start,
        during,
    }
}
