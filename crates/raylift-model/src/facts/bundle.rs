//! Bundles and what they say about their data.

use serde::{Deserialize, Serialize};

use crate::facts::{ExecutorFacts, Metatypes, SchemaSql};
use crate::names::{BundleSymbolicName, RelativePath};
use crate::version::{OsgiVersion, SchemaVersion};

/// One bundle of a release or a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleFacts {
    /// The file on disk that holds it.
    pub file: RelativePath,
    /// The entry inside that file for a bundle inside an LPKG.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// `Bundle-SymbolicName` without directives.
    pub symbolic_name: BundleSymbolicName,
    /// `Bundle-Version`; `0.0.0` when absent.
    pub version: OsgiVersion,
    /// `Bundle-Vendor`, when present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// `Liferay-Require-SchemaVersion`, as written (it may be a version range).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_schema_version: Option<String>,
    /// `Liferay-Service: true`: a Service Builder module, which creates its tables itself.
    pub liferay_service: bool,
    /// `Fragment-Host` is present.
    pub fragment: bool,
    /// What its `UpgradeStepRegistrator` components register.
    pub upgrades: ModuleRegistrations,
    /// Filters on `Release` services by which its components wait for a schema.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub release_filters: Vec<ReleaseFilter>,
    /// The configurations it describes.
    #[serde(default, skip_serializing_if = "Metatypes::is_empty")]
    pub metatypes: Metatypes,
    /// Tables and indexes of the SQL files in `META-INF/sql`.
    #[serde(default, skip_serializing_if = "SchemaSql::is_empty")]
    pub sql: SchemaSql,
    /// How it upgrades modules, for the one bundle of a release that holds the module executor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executor: Option<ExecutorFacts>,
}

/// The upgrade steps of one bundle, read from the bytecode of its registrators.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleRegistrations {
    /// Classes named by declarative-services components as `UpgradeStepRegistrator`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registrators: Vec<String>,
    /// One entry per `register` call, in the order of the bytecode.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registrations: Vec<Registration>,
    /// `registerInitialization()` is called (7.4 and later): an edge from `0.0.0` to the highest `to` among the
    /// registrations, `1.0.0` when there is none, whose step does nothing. The registry adds it only when the core's
    /// schema is compatible at that moment (upgrade-internals 2.1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub initialization: bool,
    /// Steps of `registerReleaseCreationUpgradeSteps` (7.4 and later), in order: they run once, before anything else,
    /// when the module has no row in `Release_`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub release_creation: Vec<ReleaseCreationStep>,
    /// Classes of the steps of `registerInitialDeploymentUpgradeSteps` (`registerInitialUpgradeSteps` in older code of
    /// 7.4), in order: they fill a new module's tables and move no version. The registry of 7.4 keeps them apart from
    /// the ones before (read); what runs them was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initial_deployment: Vec<String>,
    /// Tables that the module makes when it has no row: those of `META-INF/sql/tables.sql` of a Service Builder module
    /// (upgrade-internals 2.4), as written, in the order of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initial_tables: Vec<String>,
    /// Steps that are components of their own, without a registrator.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<PublishedStep>,
    /// Why some registration could not be read; empty when all were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undetermined: Vec<String>,
}

impl ModuleRegistrations {
    /// Takes over what another registrator's `register` did, in that order.
    pub fn add_calls(&mut self, other: Self) {
        self.registrations.extend(other.registrations);
        self.initialization |= other.initialization;
        self.release_creation.extend(other.release_creation);
        self.initial_deployment.extend(other.initial_deployment);
        self.undetermined.extend(other.undetermined);
    }
}

/// One call `register(from, to, step...)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The symbolic name in the four-string form `register(name, from, to, step...)`. The executor of 7.0 upgrades
    /// the row of this name; 7.1 and 7.2 ignore it, 7.3 no longer has the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<BundleSymbolicName>,
    /// From this schema version.
    pub from: SchemaVersion,
    /// To this one.
    pub to: SchemaVersion,
    /// Classes of the steps in order; one edge per step with `-step-N` names between in 7.0 to 7.3.
    pub classes: Vec<String>,
}

/// A component that is registered as `UpgradeStep`: one edge (upgrade-internals 2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedStep {
    /// The bundle whose row it moves: property `upgrade.bundle.symbolic.name`.
    pub name: BundleSymbolicName,
    /// Property `upgrade.from.schema.version`.
    pub from: SchemaVersion,
    /// Property `upgrade.to.schema.version`.
    pub to: SchemaVersion,
    /// The class of the step.
    pub class: String,
    /// Property `upgrade.db.type`: `any`, or the only kind of database on which the step is taken. Without it the
    /// step is never taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
}

/// One step of `registerReleaseCreationUpgradeSteps(step...)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseCreationStep {
    /// The class of the step.
    pub class: String,
    /// The string constants among the arguments of its constructor, in order: the new and the old symbolic name of a
    /// `ReleaseRenamingUpgradeStep` (upgrade-internals 2.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<String>,
}

/// A reference target such as `(&(release.bundle.symbolic.name=a.b)(release.schema.version>=1.1.0))`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseFilter {
    /// The component that waits.
    pub component: String,
    /// The filter as written.
    pub filter: String,
}
