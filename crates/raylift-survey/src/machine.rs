//! The reading trait for sites. Every method only reads.

use std::path::{Path, PathBuf};

use raylift_model::digest::Digest;
use raylift_model::facts::{
    DatabaseSchema, FileKind, JavaFacts, Ownership, ReleaseRow, TableFacts,
};
use raylift_model::secret::Secret;

/// What `stat` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// What it is (a link is not followed).
    pub kind: FileKind,
    /// Size in bytes.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Device as `major:minor`.
    pub device: String,
    /// Last modification, seconds since 1970.
    pub modified: i64,
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}: {source}")]
pub struct ReadError {
    /// The path.
    pub path: PathBuf,
    /// The cause.
    #[source]
    pub source: std::io::Error,
}

/// An answer of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// The first megabyte of the body.
    pub body: Vec<u8>,
}

/// How the site's database is reached. Holds the password, so it is never stored.
#[derive(Clone)]
pub struct DatabaseAccess {
    /// The Java to run the helper with.
    pub java: JavaFacts,
    /// JARs with the driver (`lib/ext/hsql.jar`).
    pub class_path: Vec<PathBuf>,
    /// Driver class.
    pub driver_class: String,
    /// URL, complete.
    pub url: String,
    /// User.
    pub username: String,
    /// Password.
    pub password: Secret,
    /// The user to run the helper as.
    pub owner: Ownership,
}

/// What the database said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DatabaseAnswer {
    /// Product name and version.
    pub product: Option<(String, String)>,
    /// Rows of `Release_`, sorted by name; `None` when the table is missing.
    pub release_rows: Option<Vec<ReleaseRow>>,
    /// Row counts of all tables, sorted by name.
    pub tables: Vec<TableFacts>,
    /// Rows of `Configuration_`, by PID.
    pub configurations: Vec<ConfigurationText>,
    /// Stored document versions: `(fileVersionId, companyId, repositoryId, name, version, size)`, at most the number asked for.
    pub documents: Vec<DocumentRow>,
}

/// One row of `Configuration_` as it is: its dictionary may hold passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigurationText {
    /// `configurationId`.
    pub pid: String,
    /// `dictionary`, in the form of Felix's `ConfigurationHandler`; `None` when NULL.
    pub dictionary: Option<Secret>,
}

impl std::fmt::Debug for ConfigurationText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ConfigurationText")
            .field("pid", &self.pid)
            .finish_non_exhaustive()
    }
}

/// One row of `DLFileVersion` joined with its `DLFileEntry`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// `fileVersionId`.
    pub file_version_id: i64,
    /// `companyId`.
    pub company_id: i64,
    /// The folder in the store: `folderId` when not 0, else `repositoryId` (`DLFolderConstants.getDataRepositoryId`).
    pub data_repository_id: i64,
    /// `DLFileEntry.name`.
    pub name: String,
    /// The version's name in the store: `version`, with `~` and `storeUUID` where late releases of 7.4 have one.
    pub version: String,
    /// `size_`.
    pub size: u64,
}

/// Why the database could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct DatabaseError {
    /// One of [`raylift_model::codes`].
    pub code: &'static str,
    /// What happened.
    pub message: String,
}

/// Rows of a query as texts, NULL as `None`.
pub type QueryRows = Vec<Vec<Option<String>>>;

/// The machine a site runs on, as far as the survey may look at it.
pub trait Machine: Sync {
    /// The real path, all links resolved.
    ///
    /// # Errors
    /// When it does not exist or cannot be read.
    fn canonical(&self, path: &Path) -> Result<PathBuf, ReadError>;

    /// `lstat`; `None` when nothing is there.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn stat(&self, path: &Path) -> Result<Option<Stat>, ReadError>;

    /// Names in a directory, sorted.
    ///
    /// # Errors
    /// When it cannot be read.
    fn entries(&self, directory: &Path) -> Result<Vec<std::ffi::OsString>, ReadError>;

    /// A whole file, at most `limit` bytes. Also for files below `/proc`.
    ///
    /// # Errors
    /// When it cannot be read or is larger.
    fn read(&self, file: &Path, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// The same, and not in the middle of being written: a server that is up writes a `.config` back as it loads it, by
    /// emptying the file first (Felix FileInstall 3.6.4, seen with 20 ms between the two). The default is for machines on
    /// which nothing changes.
    ///
    /// # Errors
    /// Those of [`Machine::read`].
    fn read_settled(&self, file: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.read(file, limit)
    }

    /// SHA-256 of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    fn digest(&self, file: &Path) -> Result<Digest, ReadError>;

    /// Where a link points.
    ///
    /// # Errors
    /// When it cannot be read.
    fn link(&self, path: &Path) -> Result<PathBuf, ReadError>;

    /// Bytes an ordinary user may still write on the file system of `path`.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn free_space(&self, path: &Path) -> Result<u64, ReadError>;

    /// Whether this process may write to the directory.
    fn may_write(&self, directory: &Path) -> bool;

    /// Name and home folder of a user.
    fn user(&self, uid: u32) -> Option<(String, PathBuf)>;

    /// An environment variable of this process.
    fn variable(&self, name: &str) -> Option<String>;

    /// `GET url` with an optional `Host` header; redirects are not followed. `None` when nothing answers within five seconds.
    fn get(&self, url: &str, host: Option<&str>) -> Option<Answer>;

    /// Asks the database everything the survey wants to know, without changing anything.
    ///
    /// # Errors
    /// When it cannot be reached or refuses.
    fn ask_database(
        &self,
        access: &DatabaseAccess,
        documents: usize,
    ) -> Result<DatabaseAnswer, DatabaseError>;

    /// The same, and hands over all stored versions of documents, page by page, with what the database said before.
    ///
    /// # Errors
    /// Those of [`Machine::ask_database`].
    fn ask_database_about_documents(
        &self,
        access: &DatabaseAccess,
        visit: &mut dyn FnMut(&DatabaseAnswer, &[DocumentRow]),
    ) -> Result<DatabaseAnswer, DatabaseError> {
        let answer = self.ask_database(access, usize::MAX)?;
        visit(&answer, &answer.documents);
        Ok(answer)
    }

    /// Runs queries in one connection that may only read; the answer to each, or what the database said against it. The
    /// default is for machines whose databases say nothing beside [`Machine::ask_database`].
    ///
    /// # Errors
    /// When it cannot be reached or refuses.
    fn query_database(
        &self,
        _access: &DatabaseAccess,
        queries: &[&str],
    ) -> Result<Vec<Result<QueryRows, DatabaseError>>, DatabaseError> {
        Ok(queries.iter().map(|_| Ok(QueryRows::new())).collect())
    }

    /// Columns and indexes of every table, in a connection that may only read. The default is for machines whose databases
    /// do not tell them.
    ///
    /// # Errors
    /// When it cannot be reached or refuses.
    fn database_schema(
        &self,
        _access: &DatabaseAccess,
    ) -> Result<Option<DatabaseSchema>, DatabaseError> {
        Ok(None)
    }

    /// What a program says to `--version`, run as a user; `None` when it cannot be started. The default starts nothing.
    fn version_of(&self, _program: &Path, _owner: &Ownership) -> Option<String> {
        None
    }
}
