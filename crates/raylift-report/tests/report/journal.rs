//! Journals by script: what happens, and how many milliseconds after the event before.

use jiff::{SignedDuration, Timestamp};
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::event::{Direction, Entry, Event};
use raylift_model::names::RunId;
use raylift_model::plan::{Phase, Plan, ReturnMode};

/// A journal in the making.
pub(crate) struct Script<'a> {
    plan: &'a Plan,
    now: Timestamp,
    entries: Vec<Entry>,
}

impl<'a> Script<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let mut script = Self {
            plan,
            now: "2026-11-23T18:00:00Z".parse().unwrap(),
            entries: Vec::new(),
        };
        let started = Event::RunStarted {
            run: RunId::new("0001-7.2.1"),
            plan: Digest::of(b"plan"),
            from: plan.from.clone(),
            to: plan.to.clone(),
            actions: plan.actions.len(),
            proof_waived_by: None,
        };
        script.after(0, started);
        script
    }

    pub(crate) fn after(&mut self, milliseconds: i64, event: Event) {
        self.now += SignedDuration::from_millis(milliseconds);
        let sequence = self.entries.len() as u64 + 1;
        self.entries.push(Entry {
            sequence,
            time: format!("{:.3}", self.now),
            event,
        });
    }

    pub(crate) fn done(self) -> Vec<Entry> {
        self.entries
    }

    /// The index of the action with this name.
    pub(crate) fn index(&self, name: &str) -> usize {
        let mut actions = self.plan.actions.iter();
        actions
            .position(|planned| planned.action.name() == name)
            .unwrap()
    }

    pub(crate) fn start(&mut self, direction: Direction, index: usize) {
        let name = self.plan.actions[index].action.name().to_owned();
        self.after(
            3,
            Event::ActionStarted {
                direction,
                index,
                name,
            },
        );
    }

    pub(crate) fn finish(
        &mut self,
        milliseconds: i64,
        direction: Direction,
        index: usize,
        notes: &[&str],
    ) {
        let notes = notes.iter().map(|note| (*note).to_owned()).collect();
        self.after(
            milliseconds,
            Event::ActionFinished {
                direction,
                index,
                notes,
            },
        );
    }

    pub(crate) fn fail(
        &mut self,
        milliseconds: i64,
        direction: Direction,
        index: usize,
        evidence: &[&str],
    ) {
        let evidence = evidence.iter().map(|line| (*line).to_owned()).collect();
        self.after(
            milliseconds,
            Event::ActionFailed {
                direction,
                index,
                code: codes::HEALTH_FAILED.to_owned(),
                message: "http://localhost:8080/ answers 500".to_owned(),
                evidence,
            },
        );
    }

    pub(crate) fn remark(&mut self, text: &str) {
        self.after(
            1,
            Event::Remark {
                text: text.to_owned(),
            },
        );
    }

    /// Time of the last entry, later by so many milliseconds.
    pub(crate) fn time(&self, milliseconds: i64) -> String {
        format!(
            "{:.3}",
            self.now + SignedDuration::from_millis(milliseconds)
        )
    }

    /// All actions from `from` up to and without `to` go well, and the phases that end with them are reached.
    pub(crate) fn forward(&mut self, from: usize, to: usize) {
        for index in from..to {
            self.start(Direction::Forward, index);
            self.finish(length(self.plan, index), Direction::Forward, index, &[]);
            self.phase_after(index);
        }
    }

    /// Reaches the phase whose last action this was.
    pub(crate) fn phase_after(&mut self, index: usize) {
        let phase = self.plan.actions[index].phase;
        let next = self.plan.actions.get(index + 1).map(|next| next.phase);
        if next != Some(phase) {
            self.after(1, Event::PhaseReached { phase });
        }
    }

    /// Undoes everything from `from` down to the first action.
    pub(crate) fn back(&mut self, from: usize) {
        for index in (0..=from).rev() {
            self.start(Direction::Back, index);
            let length = match self.plan.actions[index].action.name() {
                "stop-server" => 14_200,
                "start-server" => 2_900,
                "take-return-point" => 1_800,
                "stage" => 600,
                _ => 15,
            };
            self.finish(length, Direction::Back, index, &[]);
        }
        self.after(
            1,
            Event::PhaseReached {
                phase: Phase::RolledBack,
            },
        );
    }

    pub(crate) fn turn(
        &mut self,
        milliseconds: i64,
        automatic: bool,
        mode: ReturnMode,
        reason: &str,
    ) {
        let reason = reason.to_owned();
        self.after(
            milliseconds,
            Event::RollbackStarted {
                reason,
                automatic,
                mode,
            },
        );
    }
}

fn length(plan: &Plan, index: usize) -> i64 {
    match plan.actions[index].action.name() {
        "verify-release" => 1_900,
        "stage" => 11_400,
        "prove-restore-point" => 2_300,
        "stop-server" => 3_100,
        "take-return-point" => 1_200,
        "upgrade-data" => 9_700,
        "start-server" => 400,
        "check-health" => 15_300,
        _ => 40,
    }
}
