//! The core's registry of upgrade steps, read from `portal-impl.jar`.

use serde::{Deserialize, Serialize};

use crate::version::SchemaVersion;

/// What `com.liferay.portal.upgrade.PortalUpgradeProcess` of one release registers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreRegistry {
    /// All steps in ascending order of their versions, `0.1.0` first.
    pub steps: Vec<CoreStep>,
    /// The last key: `PortalUpgradeProcess.getLatestSchemaVersion`.
    pub latest_schema_version: Option<SchemaVersion>,
    /// The lowest key with the last key's major and minor part: `getRequiredSchemaVersion`.
    pub required_schema_version: Option<SchemaVersion>,
    /// What the release compares when it starts.
    pub startup_check: StartupCheck,
    /// What was taken for granted because a file was not at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed: Option<String>,
    /// Why the registry, or a part of it, could not be read; empty when all of it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undetermined: Vec<String>,
}

/// One key of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreStep {
    /// The version written to `Release_` when the step is done.
    pub schema_version: SchemaVersion,
    /// Class of the step, dotted; for steps made by a factory the factory's class and method, `Class#method`.
    pub class: String,
    /// The constants in its arguments, as far as there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// What the release prints after `Upgrading ` in its log for this step: `UpgradeProcess._upgradeInfo` where a step
    /// has one (steps made by a factory in 7.4), the class's name elsewhere. `None` when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_text: Option<String>,
    /// Why the step could not be determined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undetermined: Option<String>,
}

/// The check that `com.liferay.portal.events.StartupAction` of a release makes.
///
/// Read from the calls in that class (real-core facts, section 4): 7.1 and 7.2 GA1 call
/// `DBUpgrader.checkRequiredBuildNumber`, later releases `verifyRequiredSchemaVersion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartupCheck {
    /// The build number in `Release_` must equal the code's.
    BuildNumber,
    /// The core's schema version must not be behind the required one.
    SchemaVersion,
    /// Neither call was found.
    Undetermined,
}
