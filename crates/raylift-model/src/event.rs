//! Events: the only interface between the engine and whoever displays or stores what happens.
//!
//! The journal of a run is the list of its [`Event`]s; progress is shown but not kept.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::names::RunId;
use crate::plan::{Phase, ReturnMode};
use crate::version::ReleaseVersion;

/// Something that happened in a run, kept in its journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The first event of every run.
    RunStarted {
        /// The run.
        run: RunId,
        /// Digest of the plan.
        plan: Digest,
        /// Installed release.
        from: ReleaseVersion,
        /// New release.
        to: ReleaseVersion,
        /// Number of actions in the plan.
        actions: usize,
        /// The user of the system who agreed to an update without a proof, where the plan has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof_waived_by: Option<String>,
    },
    /// A process took the run up again.
    Resumed,
    /// An action is about to have its first effect.
    ActionStarted {
        /// Direction of the work.
        direction: Direction,
        /// Index into the plan's actions.
        index: usize,
        /// Its name.
        name: String,
    },
    /// An action ended well.
    ActionFinished {
        /// Direction of the work.
        direction: Direction,
        /// Index into the plan's actions.
        index: usize,
        /// What it found or did, for people.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<String>,
    },
    /// An action failed.
    ActionFailed {
        /// Direction of the work.
        direction: Direction,
        /// Index into the plan's actions.
        index: usize,
        /// Code of the error.
        code: String,
        /// What happened.
        message: String,
        /// Evidence, such as lines of a log.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
    },
    /// All actions of a phase are done.
    PhaseReached {
        /// The phase.
        phase: Phase,
    },
    /// The way back begins.
    RollbackStarted {
        /// Why.
        reason: String,
        /// By itself, after a failure; otherwise on command.
        automatic: bool,
        /// How the database is treated.
        mode: ReturnMode,
    },
    /// A command of the site's owner took the return point.
    SnapshotTaken {
        /// The id that it said.
        id: String,
    },
    /// A person says that database and documents are back as of the snapshot.
    SnapshotRestored,
    /// The commit that follows leaves the return point where it is.
    ReturnPointKept,
    /// The commit begins.
    CommitStarted,
    /// Work stopped at a safe point because somebody asked for it.
    Interrupted {
        /// The next action would have been this one.
        next: Option<usize>,
    },
    /// Something worth keeping that changes nothing.
    Remark {
        /// The text.
        text: String,
    },
}

/// Which way an action is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Run.
    Forward,
    /// Undone.
    Back,
}

/// One line of a journal: an event with its number and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1 without gaps.
    pub sequence: u64,
    /// UTC, RFC 3339 with milliseconds.
    pub time: String,
    /// What happened.
    #[serde(rename = "data")]
    pub event: Event,
}

/// What an observer of a run is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// An event was written to the journal.
    Journaled(Entry),
    /// What the current action is doing or waiting for; not kept.
    Progress(String),
}
