//! A site: home, application server, database, document store.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::facts::{
    AppServerFacts, ArchiveFacts, BundleFacts, ConfigurationFile, CoreRegistry, DatabaseCheck,
    DatabaseFacts, FileFact, Identity, JavaFacts, Mount, Ownership, PropertyDefaults,
    PropertyTables, ReleaseLayout, SchemaSql,
};
use crate::finding::Finding;
use crate::names::RelativePath;
use crate::proof::{ProofRecord, SnapshotRecord};
use crate::text::SiteText;

/// Everything read off a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteFacts {
    /// The home, absolute and without links.
    pub home: String,
    /// The home as it was given, when that goes through a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// Which release is installed.
    pub identity: Identity,
    /// Where the parts lie, relative to the home.
    pub layout: Option<ReleaseLayout>,
    /// The application server.
    pub app_server: AppServerFacts,
    /// Who owns the site: owner of the live process, else of the home.
    pub owner: Ownership,
    /// The Java that runs the site: of the live process, else of the environment raylift was given.
    pub java: Option<JavaFacts>,
    /// Mounts at, above and below the home.
    pub mounts: Vec<Mount>,
    /// The database.
    pub database: DatabaseFacts,
    /// The document store.
    pub store: StoreFacts,
    /// Every place portal properties come from, in read order (later wins).
    pub properties: Vec<PropertySource>,
    /// `cluster.link.enabled`.
    pub cluster_link: bool,
    /// `upgrade.database.auto.run`, by which releases of 7.3 and later upgrade modules at the start.
    #[serde(default)]
    pub auto_run: bool,
    /// Which of its verifiers the site forbids a new release.
    #[serde(default)]
    pub verifiers: VerifierSwitches,
    /// Address of the Gogo console, when the site opens one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console: Option<String>,
    /// The core's upgrade steps of the installed release.
    pub core: CoreRegistry,
    /// The core's tables and indexes of the installed release, from the same file.
    #[serde(default, skip_serializing_if = "SchemaSql::is_empty")]
    pub core_sql: SchemaSql,
    /// The properties that the installed release ships, from the site's own `portal-impl.jar`.
    #[serde(default)]
    pub defaults: PropertyDefaults,
    /// What the installed release says about keys of older ones, from the same file.
    #[serde(default)]
    pub property_tables: PropertyTables,
    /// Every bundle of the site.
    pub bundles: Vec<BundleFacts>,
    /// Other JARs, and WARs, that say what they are, by file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<ArchiveFacts>,
    /// Every file in the product's part of the home (`osgi` without `state`, the web application, `lib/ext`,
    /// `tools`, `license`, marker files) and every entry at the top of the home.
    pub files: Vec<FileFact>,
    /// Contents of its configuration files, by path: property files at the top of the home, `osgi/configs`, Tomcat's
    /// `conf` and scripts, and the portal's own in `WEB-INF`. Never written anywhere: they may hold secrets.
    #[serde(skip)]
    pub texts: BTreeMap<RelativePath, SiteText>,
    /// Every file that is an OSGi configuration, or looks like one, sorted by path.
    #[serde(default)]
    pub configurations: Vec<ConfigurationFile>,
    /// Free space on each file system involved.
    pub disks: Vec<DiskFacts>,
    /// TCP ports that somebody listens on at this machine, from `/proc/net/tcp` and `tcp6`, sorted. Read, not probed:
    /// connecting to a Gogo console and closing again can keep its server from stopping.
    #[serde(default)]
    pub listening: Vec<u16>,
    /// Whether raylift may write below the home.
    pub writable: bool,
    /// What the last proof of a restore point measured, by an update or a drill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_proof: Option<ProofRecord>,
    /// What the owner's command for a return point measured, by the last run that used it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_snapshot: Option<SnapshotRecord>,
    /// What the reader must know.
    pub findings: Vec<Finding>,
}

/// What the site sets about the verifiers that releases from 2025.Q3 on run before an upgrade (Liferay, "Troubleshooting
/// Upgrades"). That the upgrade client goes by the site's own properties is an inference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifierSwitches {
    /// `upgrade.database.preupgrade.verify.enabled` is `false`: none of them runs.
    pub off: bool,
    /// `upgrade.database.dl.storage.check.disabled` is `true`: those of the document store do not run.
    pub store_off: bool,
}

/// One place that portal properties come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertySource {
    /// File, or `environment`, or `JVM options`.
    pub place: String,
    /// The keys set there, sorted. Values are not kept: they may be secrets.
    pub keys: Vec<String>,
    /// Digest of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// The document store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreFacts {
    /// `dl.store.impl`, the class.
    pub implementation: String,
    /// Root folder, absolute, for the two file-system stores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The configuration file that sets the root, when one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configured_by: Option<RelativePath>,
    /// No file sets the root, but a row of `Configuration_` does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub configured_in_database: bool,
    /// Rows of documents against files; `None` where the database or the root is not known, or nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub census: Option<StoreCensus>,
    /// Number of files below the root.
    pub files: u64,
    /// Bytes below the root.
    pub bytes: u64,
    /// A few document versions that have both a row and a file, as samples for the health gate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<DocumentFact>,
    /// What Liferay's verifiers of the store would say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<DatabaseCheck>,
}

/// Rows of `DLFileVersion` against the files of the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreCensus {
    /// Rows, each a version of a document.
    pub rows: u64,
    /// Rows whose file is there.
    pub with_file: u64,
    /// Rows whose file has another size than the row says. Rows of size zero are not counted: Liferay keeps no size in
    /// some of them.
    pub other_size: u64,
    /// Files in the folders of repositories that no row names; `None` where there are too many rows to remember.
    pub surplus: Option<u64>,
    /// Files in the companies' folder `0`: previews, thumbnails and what applications keep there, without rows.
    pub derived: u64,
    /// Some rows without a file, as paths below the root.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_examples: Vec<String>,
    /// Some files of another size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub size_examples: Vec<String>,
    /// Some files without a row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surplus_examples: Vec<String>,
}

impl StoreCensus {
    /// Rows whose file is not there.
    pub fn missing(&self) -> u64 {
        self.rows.saturating_sub(self.with_file)
    }
}

/// One stored version of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DocumentFact {
    /// `DLFileVersion.fileVersionId`.
    pub file_version_id: i64,
    /// File below the store's root.
    pub path: RelativePath,
    /// Size in bytes.
    pub size: u64,
}

/// Free space on a file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskFacts {
    /// A path on it (the home, the store, the backup place).
    pub path: String,
    /// Device as `major:minor`.
    pub device: String,
    /// Bytes an ordinary user may still write.
    pub free: u64,
}
