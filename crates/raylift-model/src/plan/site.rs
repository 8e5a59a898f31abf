//! Site and release, as far as a run must know them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::facts::{
    Connector, DatabaseSettings, JavaFacts, ManagedBy, Ownership, ReleaseForm, ReleaseRow,
    TableFacts,
};
use crate::plan::{DatabaseCommands, DatabaseMeans};
use crate::proof::{ProofRecord, SnapshotRecord};

/// The site, as far as the run must know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlannedSite {
    /// Home, absolute, without links.
    pub home: PathBuf,
    /// Tomcat's folder.
    pub tomcat: PathBuf,
    /// Who owns the site; every process and file is made as this user.
    pub owner: Ownership,
    /// The Java it runs with.
    pub java: JavaFacts,
    /// Who starts and stops the server.
    pub managed_by: ManagedBy,
    /// Commands from `raylift.toml` that replace the built-in start and stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_command: Option<String>,
    /// See [`PlannedSite::start_command`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_command: Option<String>,
    /// `CATALINA_PID`, when used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid_file: Option<PathBuf>,
    /// True when the server ran while the plan was made. A stopped site is updated without proof of life before.
    pub was_running: bool,
    /// HTTP connectors.
    pub connectors: Vec<Connector>,
    /// Database settings; the password is read again when it is needed.
    pub database: DatabaseSettings,
    /// How a database server is dumped and brought back; nothing for an embedded HSQLDB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_tools: Option<DatabaseTools>,
    /// Commands of the site's owner that dump the database and bring it back instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_commands: Option<DatabaseCommands>,
    /// Folder of the document store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<PathBuf>,
    /// The store's class, the value of `dl.store.impl`: it says which file a version of a document is. Nothing in plans of
    /// earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_implementation: Option<String>,
    /// Where the documents of a return point are kept. Nothing in plans of earlier versions for a site without a store that
    /// they could read.
    #[serde(default)]
    pub backups: PlannedBackups,
    /// Local search indexes, set aside after a database restore.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search_indexes: Vec<PathBuf>,
    /// raylift's own folder for this site.
    pub state: PathBuf,
    /// The core's row as it was: its build number, date and verified flag are put back on a code-only return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core_row: Option<ReleaseRow>,
    /// What the last proof measured, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_proof: Option<ProofRecord>,
    /// How long the owner's command took for the last snapshot, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_snapshot: Option<SnapshotRecord>,
    /// Rows of each table when the plan was made. One that is gone when the site is copied stops the run.
    pub tables: Vec<TableFacts>,
}

/// The backup repository of the site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlannedBackups {
    /// Its folder; it is made when it is not there.
    pub repository: PathBuf,
    /// The file with its key.
    pub key_file: PathBuf,
    /// Bytes of documents up to which a proof tries out all of them. Of more it tries what is new since the last proof,
    /// and about as many bytes of the rest, chosen by chance.
    pub sample_above: u64,
}

/// The vendor's tools that dump a database server and bring it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DatabaseTools {
    /// Folder with `pg_dump`, `pg_restore` and `psql`, or `mariadb-dump` and `mariadb`, or `mysqldump` and `mysql`.
    pub folder: PathBuf,
    /// True for MariaDB's tools, which take other options than MySQL's.
    pub mariadb: bool,
    /// Who the tools work as, where it is not the site's own database user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_user: Option<String>,
    /// The file with that user's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_password_file: Option<PathBuf>,
    /// Parallel jobs, where a tool has them.
    pub jobs: u32,
    /// What the return point holds of the database.
    #[serde(default, skip_serializing_if = "DatabaseMeans::is_dump")]
    pub return_point: DatabaseMeans,
}

impl PlannedSite {
    /// True when raylift's own return point holds the database as a copy on its server, not as a dump.
    pub fn copies_on_server(&self) -> bool {
        self.database_commands.is_none()
            && self
                .database_tools
                .as_ref()
                .is_some_and(|tools| !tools.return_point.is_dump())
    }
}

/// The release, as far as the run must know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlannedRelease {
    /// Archive or folder, absolute.
    pub place: PathBuf,
    /// Its form.
    pub form: ReleaseForm,
    /// Its digest.
    pub digest: Digest,
    /// Folder at the top of the archive; empty for a folder.
    pub top: String,
    /// Its Tomcat folder, relative to the top.
    pub tomcat: String,
    /// Bytes when unpacked.
    pub unpacked_size: u64,
}
