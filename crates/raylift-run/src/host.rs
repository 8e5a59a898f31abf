//! The effects a run may have. Implemented by `raylift-host` for the real world and by an in-memory
//! world in the tests, which can fail or die at every call.
//!
//! Every method is idempotent or can be told apart afterwards by another method, because a run may be
//! killed at any moment and taken up again. Methods that take long report through `progress`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use raylift_model::answer::Answer;
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{ReleaseRow, TableFacts};
use raylift_model::plan::{
    Binding, DataUpgrade, Exchange, ExchangeProbe, HealthPlan, Plan, ReturnMeans,
};
use serde::{Deserialize, Serialize};

/// Receives one line about what is being done or waited for.
pub type Progress<'a> = &'a mut dyn FnMut(String);

/// A server process, identified for ever by pid and start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerProcess {
    /// Process id.
    pub pid: u32,
    /// Start time in clock ticks since boot.
    pub started: u64,
}

/// Which side of an exchange is live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveSide {
    /// The old tree (or nothing, when the site had none) is live, the new one is staged.
    Old,
    /// The new tree is live.
    New,
    /// Neither can be told: a path is missing or was changed by somebody else.
    Ambiguous,
}

/// What stands at the place of the start script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FenceState {
    /// The real script: no fence.
    Down,
    /// raylift's fence.
    Up,
    /// Something else: neither the fence nor, as far as can be told, the real script.
    Disturbed,
}

/// What a return point holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPoint {
    /// When it was taken, UTC, RFC 3339.
    pub taken: String,
    /// Digest over all its files.
    pub digest: Digest,
    /// Rows of each table at that moment.
    pub tables: Vec<TableFacts>,
    /// Rows of `Release_` at that moment.
    pub release_rows: Vec<ReleaseRow>,
    /// Documents and bytes in it.
    pub documents: (u64, u64),
    /// The id that the owner's command said, where one took it.
    pub snapshot: Option<String>,
}

/// Rows of one table that one user wrote since a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Name as the database gives it.
    pub table: String,
    /// `userName` as the rows have it; empty where they have none.
    pub user: String,
    /// How many.
    pub rows: u64,
    /// When the last of them was written, as the database has it, in Liferay's GMT.
    pub last: String,
}

/// A document that was made since a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// `title` of its row of `DLFileEntry`.
    pub title: String,
    /// `userName`; empty where the row has none.
    pub user: String,
    /// `createDate` as the database has it, in Liferay's GMT.
    pub created: String,
}

impl std::fmt::Display for NewDocument {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            title,
            user,
            created,
        } = self;
        write!(formatter, "\"{title}\" by {user}, {created} GMT")
    }
}

/// What the new site held when it had proven healthy: what came before was written by the upgrade steps, by the first start
/// of the new release, or by users who came early; what came after by nobody of those but users and the portal's own jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Healthy {
    /// When it was noted, UTC, RFC 3339.
    pub taken: String,
    /// Rows of each table.
    pub tables: Vec<TableFacts>,
    /// Requests that the site had answered since its start, raylift's own among them.
    pub requests: Option<u64>,
}

/// One look at a started site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HealthSample {
    /// Everything that is not as it should be; empty means good.
    pub bad: Vec<String>,
    /// The process lives.
    pub alive: bool,
    /// The log advanced since the last sample, or an upgrade step runs: no judgement yet.
    pub busy: bool,
    /// A failure that waiting cannot mend (the process ended, a fatal line in the log).
    pub fatal: Option<String>,
    /// Lines of the log that explain it.
    pub log_excerpt: Vec<String>,
}

/// What the upgrade client did, judged by `Release_` alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpgradeOutcome {
    /// What did not reach its version: name, version wanted, version found.
    pub missing: Vec<(String, String, String)>,
    /// What was run, for people.
    pub notes: Vec<String>,
    /// Lines of the client's and the server's log that explain a failure.
    pub log_excerpt: Vec<String>,
}

/// An effect that failed.
///
/// Made with [`HostError::new`], [`HostError::because`] and [`HostError::caused_by`].
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct HostError {
    /// One of [`raylift_model::codes`].
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// Evidence, such as lines of a log.
    pub evidence: Vec<String>,
    /// The cause, when there is one.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl HostError {
    /// An error without evidence or cause.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            evidence: Vec::new(),
            source: None,
        }
    }

    /// The same error with more evidence.
    #[must_use]
    pub fn because(mut self, evidence: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// The same error with its cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}

/// Name of the file that marks a directory as a new tree, see [`raylift_model::plan::ExchangeProbe::Marker`].
pub const TREE_MARKER: &str = ".raylift-tree";

/// All effects of a run.
pub trait Host {
    /// Now, UTC, RFC 3339 with milliseconds.
    fn now(&self) -> String;

    /// A clock that only runs forward, for limits: time since some fixed moment of this process. The default is
    /// right for every host of the real world; only a simulated one has another.
    fn clock(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    /// Waits; the in-memory host only advances its clock.
    fn wait(&self, milliseconds: u64);

    /// True once somebody asked the run to stop at the next safe point (first Ctrl-C).
    fn interrupted(&self) -> bool;

    /// Digest of the release as it lies at `place` now.
    ///
    /// # Errors
    /// When it cannot be read.
    fn release_digest(&self, place: &Path, progress: Progress<'_>) -> Result<Digest, HostError>;

    /// Fills the staging folder: release files and carried files by the plan's decisions, owner, mode and
    /// attributes as in the site, markers of the exchanges. Starts anew when a part of it is there; everything is
    /// on disk (fsync) when it returns. Returns what was staged, for people.
    ///
    /// # Errors
    /// When the archive or a site file cannot be read or differs from the plan, or the disk is full.
    fn stage(
        &self,
        plan: &Plan,
        staging: &Path,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError>;

    /// True when the staging folder was completed for this plan.
    ///
    /// # Errors
    /// When it cannot be read.
    fn is_staged(&self, plan: &Plan, staging: &Path) -> Result<bool, HostError>;

    /// Removes a folder tree that belongs to raylift (below the plan's state folder); nothing when it is not there.
    ///
    /// # Errors
    /// When something cannot be removed, or the path does not belong to raylift.
    fn remove_tree(&self, plan: &Plan, path: &Path) -> Result<(), HostError>;

    /// Copies database and documents while the site serves, restores them in `scratch`, compares. Returns what was compared, for people.
    ///
    /// # Errors
    /// With [`raylift_model::codes::PROOF_FAILED`] when the restored copy differs.
    fn prove_restore_point(
        &self,
        plan: &Plan,
        scratch: &Path,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError>;

    /// Removes everything that a proof or a killed attempt at one left: the scratch folder, and the scratch database on a
    /// server. The default is for hosts without database servers.
    ///
    /// # Errors
    /// When something cannot be removed.
    fn discard_proof(&self, plan: &Plan, scratch: &Path) -> Result<(), HostError> {
        self.remove_tree(plan, scratch)
    }

    /// Who is connected to the site's database server beside raylift, a line each; nobody for an embedded database, which
    /// its own lock protects. The default is for hosts without database servers.
    ///
    /// # Errors
    /// When the server cannot be asked.
    fn foreign_sessions(&self, _plan: &Plan) -> Result<Vec<String>, HostError> {
        Ok(Vec::new())
    }

    /// Waits some minutes for others that use what the return point will be taken with, while the site still serves. Ends
    /// without an error when [`Host::interrupted`] is true: the run stops at the next safe point, and who takes it up from there
    /// waits again. The default is for hosts that share nothing.
    ///
    /// # Errors
    /// When it is still in use.
    fn await_backups(&self, _plan: &Plan, _progress: Progress<'_>) -> Result<(), HostError> {
        Ok(())
    }

    /// What the plan is bound to, as it is now.
    ///
    /// # Errors
    /// When something cannot be read.
    fn binding(&self, plan: &Plan, stopped: bool) -> Result<Binding, HostError>;

    /// What stands at the start script's place.
    ///
    /// # Errors
    /// When it cannot be read.
    fn fence_state(&self, script: &Path, stash: &Path) -> Result<FenceState, HostError>;

    /// Puts the fence up by one exchange of `script` and `stash` (where the fence script was written before).
    /// Nothing when it is up.
    ///
    /// # Errors
    /// When a file cannot be written or exchanged.
    fn raise_fence(&self, plan: &Plan, script: &Path, stash: &Path) -> Result<(), HostError>;

    /// Takes the fence away by one exchange and removes its script. When it is down, only a script that a killed
    /// [`Host::raise_fence`] or [`Host::lower_fence`] left at `stash` is removed.
    ///
    /// # Errors
    /// When a file cannot be exchanged.
    fn lower_fence(&self, plan: &Plan, script: &Path, stash: &Path) -> Result<(), HostError>;

    /// The running server of this site, whoever started it.
    ///
    /// # Errors
    /// When processes cannot be read.
    fn server(&self, plan: &Plan) -> Result<Option<ServerProcess>, HostError>;

    /// Asks the server to stop and returns; the engine waits. Remembers what is needed to start it again first
    /// (environment of the process, in a file with mode 0600 below the run's folder).
    ///
    /// # Errors
    /// When the stop command cannot be run.
    fn ask_to_stop(&self, plan: &Plan) -> Result<(), HostError>;

    /// Writes a thread dump into the run's folder and sends TERM; with `kill` KILL (only inside a rollback).
    ///
    /// # Errors
    /// When the signal cannot be sent to exactly this process.
    fn end_server(&self, plan: &Plan, server: ServerProcess, kill: bool) -> Result<(), HostError>;

    /// Starts the server as the site's user, through the fence when that is up. Returns when the process is there.
    /// Lets a supervisor that was seen restarting the site do it.
    ///
    /// # Errors
    /// When no server process appears.
    fn start_server(&self, plan: &Plan, progress: Progress<'_>)
    -> Result<ServerProcess, HostError>;

    /// Takes the return point of the stopped site by `means` and keeps it at `place`: copies checked by digests, or what
    /// is noted of it. When a complete one is there already it is returned unchanged. A command that a killed attempt
    /// left at work is waited for, and one that ended is not run again: nobody takes a second snapshot for it.
    ///
    /// # Errors
    /// When something cannot be read or written; [`codes::SNAPSHOT_FAILED`] when a command fails or says no id.
    fn take_return_point(
        &self,
        plan: &Plan,
        place: &Path,
        means: &ReturnMeans,
        progress: Progress<'_>,
    ) -> Result<ReturnPoint, HostError>;

    /// The complete return point at `place`, if there is one.
    ///
    /// # Errors
    /// When it is there but damaged.
    fn return_point(&self, plan: &Plan, place: &Path) -> Result<Option<ReturnPoint>, HostError>;

    /// Removes the return point at `place`, also one that a killed attempt left half made, and what belongs to it elsewhere.
    /// Answers what of it stays, for people. The default is for hosts whose return points are folders.
    ///
    /// # Errors
    /// When something cannot be removed.
    fn forget_return_point(&self, plan: &Plan, place: &Path) -> Result<Vec<String>, HostError> {
        self.remove_tree(plan, place).map(|()| Vec::new())
    }

    /// Files in the document store as it lies there now, and their bytes; `None` where there is no folder to look into.
    /// The default is for hosts without documents.
    ///
    /// # Errors
    /// When something below the folder cannot be looked at.
    fn documents(&self, _plan: &Plan) -> Result<Option<(u64, u64)>, HostError> {
        Ok(None)
    }

    /// Compares every file of the return point at `place` with what was taken. Changes nothing.
    ///
    /// # Errors
    /// When there is none, or a file of it is missing or differs.
    fn verify_return_point(&self, plan: &Plan, place: &Path) -> Result<(), HostError>;

    /// Brings database and documents back to the return point that was taken by `means`; local search indexes are set
    /// aside below the run's folder, and what was there, too, where raylift's own copies are brought back. The server
    /// must be stopped. Idempotent. Returns what was done, for people.
    ///
    /// # Errors
    /// When something cannot be read or written; [`codes::RESTORE_BY_HAND`] where a person has to do it.
    fn restore_return_point(
        &self,
        plan: &Plan,
        place: &Path,
        means: &ReturnMeans,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError>;

    /// Does what is left to do once a person brought a snapshot back: local search indexes are set aside. Idempotent. The
    /// default is for hosts without them.
    ///
    /// # Errors
    /// When something cannot be moved.
    fn take_over_restored(&self, _plan: &Plan) -> Result<Vec<String>, HostError> {
        Ok(Vec::new())
    }

    /// Puts build number, build date and verified flag of the core's row back to their pre-image in the return
    /// point. The server must be stopped. Idempotent.
    ///
    /// # Errors
    /// When the database cannot be reached.
    fn put_back_core_row(&self, plan: &Plan, place: &Path) -> Result<(), HostError>;

    /// Which side of an exchange is live. An exchange that a crash left between two renames is
    /// [`LiveSide::Ambiguous`]; [`Host::exchange`] completes it either way.
    ///
    /// # Errors
    /// When a path cannot be read.
    fn live_side(&self, exchange: &Exchange) -> Result<LiveSide, HostError>;

    /// Exchanges live and staged path, so that the side `wanted` is live; in one step where the file system can, else
    /// in two renames that a second call completes towards `wanted`, whichever direction was begun. Does nothing
    /// when `wanted` is live already.
    ///
    /// # Errors
    /// When a rename fails, or with [`raylift_model::codes::EXCHANGE_AMBIGUOUS`] and nothing changed when neither a
    /// whole nor a half-done exchange is found.
    fn exchange(&self, exchange: &Exchange, wanted: LiveSide) -> Result<(), HostError>;

    /// Removes the marker that tells a new tree from an old one, after the commit; nothing when it is not there or
    /// the exchange has none. The default serves every host whose paths are those of this machine.
    ///
    /// # Errors
    /// When the marker is there and cannot be removed.
    fn remove_marker(&self, exchange: &Exchange) -> Result<(), HostError> {
        if !matches!(exchange.probe, ExchangeProbe::Marker(_)) {
            return Ok(());
        }
        let marker = exchange.live.join(TREE_MARKER);
        match std::fs::remove_file(&marker) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(HostError::new(
                codes::WRITE_FAILED,
                format!("the marker {} could not be removed", marker.display()),
            )
            .caused_by(error)),
            _ => Ok(()),
        }
    }

    /// Runs the upgrade client until `Release_` holds what `upgrade` demands or it failed, then ends it. A client
    /// that is still alive from before a crash is waited for, never started twice. The outcome is read from `Release_`.
    ///
    /// # Errors
    /// When the client cannot be run at all.
    fn upgrade_data(
        &self,
        plan: &Plan,
        upgrade: &DataUpgrade,
        progress: Progress<'_>,
    ) -> Result<UpgradeOutcome, HostError>;

    /// Ends (gently, then by TERM) an upgrade client left alive by a crash; nothing when there is none.
    ///
    /// # Errors
    /// When it cannot be ended.
    fn end_upgrade_client(&self, plan: &Plan) -> Result<(), HostError>;

    /// Reads `Release_`, whether the server runs or not.
    ///
    /// # Errors
    /// When the database cannot be reached.
    fn release_rows(&self, plan: &Plan) -> Result<Vec<ReleaseRow>, HostError>;

    /// Counts the rows of every table, whether the server runs or not.
    ///
    /// # Errors
    /// When the database cannot be reached.
    fn tables(&self, plan: &Plan) -> Result<Vec<TableFacts>, HostError>;

    /// What was written since a moment (UTC, RFC 3339), by table and user, in the tables that say when and by whom. The
    /// default is for hosts whose databases say neither.
    ///
    /// # Errors
    /// When the database cannot be reached.
    fn writes_since(&self, _plan: &Plan, _since: &str) -> Result<Vec<Write>, HostError> {
        Ok(Vec::new())
    }

    /// Documents that were made since a moment (UTC, RFC 3339), the newest first, at most some thousands. The default is for
    /// hosts whose databases list none.
    ///
    /// # Errors
    /// When the database cannot be reached, or its documents cannot be read.
    fn new_documents(&self, _plan: &Plan, _since: &str) -> Result<Vec<NewDocument>, HostError> {
        Ok(Vec::new())
    }

    /// One look at the started site. `since` is the time of the start command.
    ///
    /// # Errors
    /// When the look itself is impossible, not when the site is bad.
    fn health(
        &self,
        plan: &Plan,
        health: &HealthPlan,
        new_release: bool,
    ) -> Result<HealthSample, HostError>;

    /// Notes what the new site holds now that it is healthy. A whole note that the run has already stays: a check may be
    /// taken up long after users came. The default is for hosts that keep none.
    ///
    /// # Errors
    /// When the database cannot be reached or the note cannot be written.
    fn note_healthy(&self, _plan: &Plan) -> Result<(), HostError> {
        Ok(())
    }

    /// What [`Host::note_healthy`] noted; `None` when nothing was. The default is for hosts that keep none.
    ///
    /// # Errors
    /// When the note is there and cannot be read.
    fn healthy(&self, _plan: &Plan) -> Result<Option<Healthy>, HostError> {
        Ok(None)
    }

    /// When the site answered well for the last time before a stop and for the first time after a start, as far as it
    /// was seen and not told before. The engine asks after every action. The default has seen nothing.
    fn answers(&self) -> Vec<Answer> {
        Vec::new()
    }

    /// Requests that the site answered since it was started, from its access log, when it has one.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn requests_since_start(&self, plan: &Plan) -> Result<Option<u64>, HostError>;

    /// The folder of this run.
    fn run_folder(&self) -> PathBuf;
}
