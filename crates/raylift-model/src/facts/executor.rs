//! How a release upgrades modules, read from the classes of its own executor.

use serde::{Deserialize, Serialize};

/// What stands in the bundle that holds `com.liferay.portal.upgrade.internal.graph.ReleaseGraphManager`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutorFacts {
    /// How several steps of one `register` call become edges.
    pub grouping: StepGrouping,
    /// A step that is an `UpgradeProcess` brings further steps along (`getUpgradeSteps`), so that more versions lie
    /// between than steps were registered.
    pub expands: bool,
    /// `registerInitialization` counts only where the core is at its latest version when the executor starts.
    pub initialization_needs_core: bool,
    /// What decides whether modules are upgraded without being told to.
    pub switch: AutomaticSwitch,
}

/// How several steps of one `register` call become edges (`UpgradeStepRegistry`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepGrouping {
    /// One edge each; between them versions such as `2.0.0-step-2`, counted down: 7.0 to 7.3.
    Hyphen,
    /// The same with a dot, `2.0.0.step-2`, so that they are OSGi versions: 7.4 before 2023.
    Dot,
    /// One edge for all: 2023 and later.
    OneEdge,
    /// Not known.
    Undetermined,
}

/// What decides whether modules are upgraded without being told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutomaticSwitch {
    /// `autoUpgrade` of `ReleaseManagerConfiguration`: 7.0 to 7.2. Off stops new modules, too.
    AutoUpgrade,
    /// Property `upgrade.database.auto.run`: 7.3 and later. Modules without a row are set up in any case.
    AutoRun,
    /// Not known.
    Undetermined,
}
