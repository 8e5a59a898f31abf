//! Actions: the units of a run.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::plan::{DataUpgrade, ReturnMeans};

/// An action and the phase that is reached when the last action of that phase is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlannedAction {
    /// The phase this action works towards.
    pub phase: Phase,
    /// What is done.
    pub action: Action,
}

/// How far a run is. The order of the first eight is the order of a good update.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The plan stands, nothing is done.
    Planned,
    /// Release verified and staged, proof done; the old site still serves.
    Prepared,
    /// Fenced, stopped, return point taken.
    Quiesced,
    /// The new release's files are live.
    Switched,
    /// The required upgrade steps have run.
    Migrated,
    /// The new site lives.
    Healthy,
    /// The fence is down, rollback is one command.
    BurningIn,
    /// The old release's files are gone.
    Committed,
    /// On the way back.
    RollingBack,
    /// Back: the old site lives.
    RolledBack,
}

impl Phase {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Prepared => "prepared",
            Self::Quiesced => "quiesced",
            Self::Switched => "switched",
            Self::Migrated => "migrated",
            Self::Healthy => "healthy",
            Self::BurningIn => "burning-in",
            Self::Committed => "committed",
            Self::RollingBack => "rolling-back",
            Self::RolledBack => "rolled-back",
        }
    }

    /// True when no command of this run can change the site any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Committed | Self::RolledBack)
    }
}

/// One unit of a run. Each can be probed, run and undone; undoing all of them in reverse order,
/// each idempotent, is the rollback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// Compares the release's digest with the plan's. Undo: nothing.
    VerifyRelease {
        /// Archive or folder.
        place: PathBuf,
        /// Expected digest.
        digest: Digest,
    },
    /// Unpacks the release and carries the site's files into the staging folder, as
    /// [`crate::plan::Plan::files`] says. Undo: removes the staging folder.
    Stage {
        /// `.raylift/staging/<target>` on the file system of the home.
        staging: PathBuf,
    },
    /// Takes a restore point of database and documents while the site serves, restores it to a
    /// scratch folder, compares, removes it. Undo: removes the scratch folder.
    ProveRestorePoint {
        /// Scratch folder.
        scratch: PathBuf,
    },
    /// Compares what the plan is bound to with what is there. Undo: nothing.
    CheckBinding {
        /// True after the stop, when the server can no longer change anything.
        stopped: bool,
    },
    /// Puts the fence over the server's start script. Undo: takes it away.
    RaiseFence {
        /// The start script (`bin/catalina.sh`).
        script: PathBuf,
        /// Where the real script lies while the fence stands.
        stash: PathBuf,
    },
    /// Stops the server. Undo: starts it and waits until it is healthy.
    StopServer,
    /// Looks that nobody else is connected to the database server: another node that was forgotten would write into what
    /// is being copied and upgraded. Undo: nothing.
    CheckSessions,
    /// Takes the return point of database and documents. Undo: brings them back, by the chosen
    /// [`crate::plan::ReturnMode`].
    TakeReturnPoint {
        /// `.raylift/backups/<run>`.
        place: PathBuf,
        /// By what means.
        #[serde(default, skip_serializing_if = "ReturnMeans::is_copies")]
        means: ReturnMeans,
    },
    /// Exchanges one live path with its staged one. Undo: the same again.
    Exchange {
        /// Index into [`crate::plan::Plan::exchanges`].
        index: usize,
    },
    /// Runs the required (and the asked for) upgrade steps through the upgrade client.
    /// Undo: nothing; the return point brings the database back.
    UpgradeData(DataUpgrade),
    /// Starts the server behind the fence. Undo: stops it.
    StartServer,
    /// Waits until the site is healthy, by [`crate::plan::HealthPlan`]. Undo: nothing.
    CheckHealth,
    /// Takes the fence away. Undo: raises it.
    LowerFence {
        /// The start script.
        script: PathBuf,
        /// Where the real script lies while the fence stands.
        stash: PathBuf,
    },
}

impl Action {
    /// A short name, stable, for journals and displays.
    pub fn name(&self) -> &'static str {
        match self {
            Self::VerifyRelease { .. } => "verify-release",
            Self::Stage { .. } => "stage",
            Self::ProveRestorePoint { .. } => "prove-restore-point",
            Self::CheckBinding { stopped: false } => "check-binding",
            Self::CheckBinding { stopped: true } => "check-binding-stopped",
            Self::RaiseFence { .. } => "raise-fence",
            Self::StopServer => "stop-server",
            Self::CheckSessions => "check-sessions",
            Self::TakeReturnPoint { .. } => "take-return-point",
            Self::Exchange { .. } => "exchange",
            Self::UpgradeData(_) => "upgrade-data",
            Self::StartServer => "start-server",
            Self::CheckHealth => "check-health",
            Self::LowerFence { .. } => "lower-fence",
        }
    }
}
