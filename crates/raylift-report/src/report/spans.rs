//! What the timeline is made of.

use raylift_model::event::Direction;
use raylift_model::plan::Phase;
use serde::Serialize;

use super::Moment;

/// The work towards one phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhaseSpan {
    /// The phase that this work leads to; for the way back [`Phase::RolledBack`].
    pub phase: Phase,
    /// Which way.
    pub direction: Direction,
    /// Start of its first action, of the way back, or of the commit.
    pub start: Moment,
    /// When it was reached or given up; `None` when the journal ends before.
    pub end: Option<Moment>,
    /// Milliseconds between them, gaps included; up to the last entry while there is no end.
    pub milliseconds: u64,
    /// How it ended.
    pub result: PhaseResult,
}

/// How the work towards a phase ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseResult {
    /// The phase was reached.
    Reached,
    /// One of its actions failed and was not overcome.
    Failed,
    /// It was given up: the run turned back.
    GivenUp,
    /// The journal ends before.
    Unfinished,
}

/// One attempt at one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionSpan {
    /// Run or undone.
    pub direction: Direction,
    /// Index into the plan's actions.
    pub index: usize,
    /// The plan's name of the action; the journal's when the plan has no such action.
    pub name: String,
    /// The same for people, with what it works on.
    pub title: String,
    /// The phase the action belongs to, also on the way back.
    pub phase: Phase,
    /// Counts the attempts of this direction from 1.
    pub attempt: usize,
    /// When it started.
    pub start: Moment,
    /// When it ended or was given up; `None` when the journal ends before.
    pub end: Option<Moment>,
    /// Milliseconds between them, gaps included; up to the last entry while there is no end.
    pub milliseconds: u64,
    /// How many of these milliseconds lie in gaps.
    pub gap_milliseconds: u64,
    /// How it ended.
    pub result: ActionResult,
    /// What it found or did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ActionError>,
}

/// How an attempt at an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionResult {
    /// Well.
    Finished,
    /// With an error.
    Failed,
    /// It had started when the run turned back.
    GivenUp,
    /// The journal ends before.
    Unfinished,
}

/// A failure as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionError {
    /// Stable code.
    pub code: String,
    /// What happened.
    pub message: String,
    /// Evidence, such as lines of a log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// A time in which no raylift worked on the run, as far as its journal tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Why.
    pub kind: GapKind,
    /// The last entry before it. A process that was killed may have worked on beyond this moment.
    pub start: Moment,
    /// The first entry after it; `None` while nobody took the run up again.
    pub end: Option<Moment>,
    /// Milliseconds between them; `None` without an end.
    pub milliseconds: Option<u64>,
    /// Title of the action that was at work.
    pub during: Option<String>,
}

/// Why raylift did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// The new site was watched; nothing was to be done.
    BurnIn,
    /// Somebody asked it to stop at a safe point.
    Interrupted,
    /// An action had failed.
    AfterFailure,
    /// The process ended without a word: killed, or the machine went down.
    Silent,
}

/// A remark of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemarkNote {
    /// When.
    pub at: Moment,
    /// The text.
    pub text: String,
}
