//! The core's registry of upgrade steps, read from `portal-impl.jar`.

use serde::{Deserialize, Serialize};

use crate::names::BundleSymbolicName;
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
    /// What the step does to the rows of modules in `Release_`.
    #[serde(default, skip_serializing_if = "ModuleRows::is_empty")]
    pub module_rows: ModuleRows,
    /// Its class has a method `isSkipUpgradeProcess` of its own: at run time the step may do nothing. Its version is
    /// written all the same (real-core facts, section 5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_be_skipped: bool,
    /// Methods by which its class asks what the database is like (`hasColumn`, `hasTable`, `getDBType`, ...), sorted:
    /// what the step does depends on the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<String>,
    /// Tables that its class creates (`create table NAME (`, in its texts or in the SQL files that they name), as written,
    /// sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub creates: Vec<String>,
    /// Why the step could not be determined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undetermined: Option<String>,
}

/// What a core step does to the rows of modules.
///
/// `UpgradeModules` and `ReleaseDAO.addRelease`, read in portal-impl 4.12.11 and portal-kernel 128.0.1: a row that is
/// made has the schema version `0.0.1`, and none is made where the module has one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleRows {
    /// Modules that get a row at `0.0.1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adds: Vec<BundleSymbolicName>,
    /// Rows of old plug-ins that become a module's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub converts: Vec<ConvertedModule>,
    /// Modules that get a row at `0.0.1` where a table of theirs is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adds_for_tables: Vec<ModuleTable>,
    /// Why it is not known which rows it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undetermined: Option<String>,
}

impl ModuleRows {
    /// No row of a module is touched.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A plug-in of old whose row a core step gives to a module (`getConvertedLegacyModules`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvertedModule {
    /// `servletContextName` of the plug-in; its row gets the module's name.
    pub from: BundleSymbolicName,
    /// The module.
    pub to: BundleSymbolicName,
    /// Where the plug-in has no row, the module gets one at `0.0.1` if table `ServiceComponent` has this
    /// `buildNamespace`.
    pub build_namespace: String,
}

/// A module and the table by which a core step knows that the site had it (`getLegacyServiceModules`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleTable {
    /// The module.
    pub module: BundleSymbolicName,
    /// The table, as written.
    pub table: String,
}

/// The check that `com.liferay.portal.events.StartupAction` of a release makes.
///
/// Read from the calls in that class (real-core facts, section 4): 7.1 and 7.2 GA1 call
/// `DBUpgrader.checkRequiredBuildNumber`, later releases `verifyRequiredSchemaVersion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartupCheck {
    /// The build number in `Release_` must equal the code's.
    BuildNumber,
    /// The core's schema version must not be behind the required one.
    SchemaVersion,
    /// Neither call was found.
    Undetermined,
}
