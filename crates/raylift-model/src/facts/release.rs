//! A release, as an archive or as a folder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::facts::{
    ArchiveFacts, BundleFacts, CoreRegistry, FileFact, Identity, PropertyDefaults, PropertyTables,
    SchemaSql,
};
use crate::finding::Finding;
use crate::names::RelativePath;
use crate::text::ReleaseText;

/// Everything read off a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseFacts {
    /// The archive or folder, absolute.
    pub place: String,
    /// Archive or folder.
    pub form: ReleaseForm,
    /// SHA-256 of the archive; of the sorted list of paths and digests for a folder.
    pub digest: Digest,
    /// Which release it is.
    pub identity: Identity,
    /// Where the parts lie in it.
    pub layout: ReleaseLayout,
    /// Every file below the top folder, sorted by path.
    pub files: Vec<FileFact>,
    /// Bytes it takes when unpacked.
    pub unpacked_size: u64,
    /// The core's upgrade steps.
    pub core: CoreRegistry,
    /// The core's tables and indexes.
    #[serde(default, skip_serializing_if = "SchemaSql::is_empty")]
    pub core_sql: SchemaSql,
    /// The properties it ships.
    #[serde(default)]
    pub defaults: PropertyDefaults,
    /// What became of keys of older releases.
    #[serde(default)]
    pub property_tables: PropertyTables,
    /// Every bundle, sorted by file and entry.
    pub bundles: Vec<BundleFacts>,
    /// Contents of its configuration files (see [`crate::text`]), by path; only those that are UTF-8.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<RelativePath, ReleaseText>,
    /// Other JARs, and WARs, that say what they are, by file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<ArchiveFacts>,
    /// What the reader must know.
    pub findings: Vec<Finding>,
}

/// The form a release is given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseForm {
    /// `.zip`.
    Zip,
    /// `.tar.gz`.
    TarGz,
    /// `.7z`.
    SevenZ,
    /// An unpacked folder.
    Folder,
}

/// Where the parts of a release or a home lie, relative to its top folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseLayout {
    /// The single folder at the top of the archive; empty for a folder.
    pub top: String,
    /// The application server's folder (`tomcat-9.0.33`).
    pub tomcat: RelativePath,
    /// Version of Tomcat, from `RELEASE-NOTES`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tomcat_version: Option<String>,
    /// `portal-impl.jar`.
    pub portal_impl: RelativePath,
    /// `portal-kernel.jar`.
    pub portal_kernel: RelativePath,
}
