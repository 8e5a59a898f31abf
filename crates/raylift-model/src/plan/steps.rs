//! Upgrade steps: which will run, when, by whom.

use serde::{Deserialize, Serialize};

use crate::facts::StartupCheck;
use crate::names::BundleSymbolicName;
use crate::plan::ReturnNeed;
use crate::version::{SchemaChange, SchemaVersion};

/// The core's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CorePlan {
    /// The schema version in the database.
    pub current: Option<SchemaVersion>,
    /// The release's latest schema version.
    pub target: Option<SchemaVersion>,
    /// What the release requires to start.
    pub required: Option<SchemaVersion>,
    /// The whole change.
    pub change: Option<SchemaChange>,
    /// What the release compares when it starts.
    pub startup_check: StartupCheck,
    /// The build number the database holds and the one the release demands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_numbers: Option<(i64, i64)>,
    /// True when the release refuses to start without the upgrade client.
    pub must_run: bool,
    /// The pending steps in order.
    pub steps: Vec<PlannedStep>,
    /// When they run.
    pub when: When,
    /// What going back needs once they ran.
    #[serde(default)]
    pub way_back: ReturnNeed,
    /// Why something about it cannot be known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undetermined: Vec<String>,
}

/// One upgrade step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlannedStep {
    /// From this version.
    pub from: SchemaVersion,
    /// To this one.
    pub to: SchemaVersion,
    /// Classes that do it.
    pub classes: Vec<String>,
    /// What kind of change it is.
    pub change: SchemaChange,
    /// Tables that it changes, as far as its arguments name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TouchedTable>,
}

/// A table that steps touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TouchedTable {
    /// Its name, as the release writes it.
    pub name: String,
    /// Rows in the database; `None` when it has no such table.
    pub rows: Option<u64>,
}

/// One module's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ModulePlan {
    /// Symbolic name.
    pub module: BundleSymbolicName,
    /// Where it lies in the release.
    pub file: String,
    /// Version in the database; `None` without a row.
    pub current: Option<SchemaVersion>,
    /// Where its steps begin: `current`, or what the core's steps and the module's own renaming make of it before;
    /// `0.0.0` without a row.
    #[serde(default = "SchemaVersion::zero")]
    pub start: SchemaVersion,
    /// Where its steps end; `None` when that cannot be known.
    pub target: Option<SchemaVersion>,
    /// The whole change.
    pub change: Option<SchemaChange>,
    /// The path of steps.
    pub steps: Vec<PlannedStep>,
    /// When it runs.
    pub when: When,
    /// What going back needs once it ran.
    #[serde(default)]
    pub way_back: ReturnNeed,
    /// The module's own tables, which its steps may change: those it makes when it is new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TouchedTable>,
    /// What does not work until it has run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<String>,
    /// What else should be known about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Why something about it cannot be known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undetermined: Vec<String>,
}

impl ModulePlan {
    /// The reason in [`ModulePlan::undetermined`] of a module of which nothing else than its row is unknown.
    pub const ROWS_UNKNOWN: &'static str = "the rows of Release_ are not known";

    /// Nothing but its row is unknown, as of every module of a site whose database told nothing.
    pub fn lacks_only_its_row(&self) -> bool {
        self.undetermined == [Self::ROWS_UNKNOWN]
    }
}

/// When upgrade steps run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// There are none.
    Never,
    /// raylift runs them while the site is down.
    InOutage,
    /// They run by themselves when the new release starts for the first time.
    AtStart,
    /// They are optional and wait until somebody runs them.
    Waits,
    /// It cannot be known.
    Undetermined,
}

impl When {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Never => "-",
            Self::InOutage => "in the outage",
            Self::AtStart => "at the first start",
            Self::Waits => "waits, optional",
            Self::Undetermined => "undetermined",
        }
    }
}

/// What the upgrade client has to reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DataUpgrade {
    /// Folder of the upgrade client after the switch.
    pub client: std::path::PathBuf,
    /// `HOST:PORT` of the Gogo console that the client opens.
    pub console: String,
    /// The core's version afterwards, also when no core step is pending.
    pub core: SchemaVersion,
    /// The core has pending steps.
    pub core_pending: bool,
    /// Modules to upgrade, in this order.
    pub modules: Vec<ModuleTarget>,
    /// Options of the child JVM.
    pub jvm_options: String,
}

/// One module to upgrade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ModuleTarget {
    /// Symbolic name.
    pub module: BundleSymbolicName,
    /// From this version (`0.0.0` without a row).
    pub from: SchemaVersion,
    /// To this one.
    pub to: SchemaVersion,
}
