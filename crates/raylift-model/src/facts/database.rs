//! The database: how it is reached and what it holds. No secret is a fact.

use serde::{Deserialize, Serialize};

use crate::facts::{CheckName, ConfigurationRow, DatabaseSchema, TableCollations};
use crate::names::BundleSymbolicName;
use crate::version::SchemaVersion;

/// Everything read about the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseFacts {
    /// How the portal reaches it.
    pub settings: DatabaseSettings,
    /// `DatabaseMetaData.getDatabaseProductName`, when it could be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// `DatabaseMetaData.getDatabaseProductVersion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_version: Option<String>,
    /// Bytes of an embedded database's own files, or what a server says of its size; `None` where nobody told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// All rows of `Release_`, by name.
    pub release_rows: Vec<ReleaseRow>,
    /// Every table with its number of rows, by name.
    pub tables: Vec<TableFacts>,
    /// The server, when it is one and could be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<DatabaseServer>,
    /// Rows of `Configuration_`, by PID.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configurations: Vec<ConfigurationRow>,
    /// What the server was asked about troubles of an upgrade; empty where it was not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<DatabaseCheck>,
    /// Every table that [`CheckName::Collations`] found: a plan tells Liferay's from others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collations: Vec<TableCollations>,
    /// Columns and indexes of every table; `None` where the database was not asked or did not tell. Not written: it is
    /// long, and what matters of it becomes findings.
    #[serde(skip)]
    pub schema: Option<DatabaseSchema>,
}

/// What one check of the database, or of the document store, found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseCheck {
    /// What was looked for.
    pub name: CheckName,
    /// The statement that was asked; empty for checks of the document store, which ask no database.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// Number of rows that the database gave.
    pub found: u64,
    /// The first of them, one text each.
    pub rows: Vec<String>,
    /// What the database said against the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Whether that was for lack of time, and not of a right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timed_out: bool,
}

/// What a database server says of itself and what is at hand to dump it with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseServer {
    /// Host and port as the JDBC URL has them, `db:5432`.
    pub place: String,
    /// The database on it.
    pub database: String,
    /// Major and minor version: (15, 18), (10, 11).
    pub version: Option<(u32, u32)>,
    /// True for MariaDB, by its own words; MySQL and PostgreSQL are not.
    pub mariadb: bool,
    /// Whether the user that tools work as may create databases; `None` where the server does not tell.
    pub may_create: Option<bool>,
    /// The tools, when a folder has all of them.
    pub tools: Option<VendorTools>,
    /// Where the server keeps its data, when it says so and is on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<ServerDisk>,
}

/// The disk of a database server on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerDisk {
    /// The server's data folder, `/var/lib/mysql`.
    pub folder: String,
    /// Bytes an ordinary user may still write there.
    pub free: u64,
}

/// The vendor's tools in one folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorTools {
    /// The folder.
    pub folder: String,
    /// True for MariaDB's tools, by their own words.
    pub mariadb: bool,
    /// Version of the dump tool, as of the server.
    pub version: Option<(u32, u32)>,
}

/// The effective JDBC settings and where each came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DatabaseSettings {
    /// What kind of database the settings name.
    pub kind: DatabaseKind,
    /// `jdbc.default.driverClassName`.
    pub driver_class: Option<String>,
    /// `jdbc.default.url`, with `${liferay.home}` replaced.
    pub url: Option<String>,
    /// `jdbc.default.username`.
    pub username: Option<String>,
    /// Whether a password is set; the password itself is not a fact.
    pub password_set: bool,
    /// `jdbc.default.jndi.name`, when set: then the other keys are ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jndi_name: Option<String>,
    /// Every place that sets one of these keys, the winning one last.
    pub sources: Vec<SettingSource>,
}

/// One place that sets a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SettingSource {
    /// The property's name.
    pub key: String,
    /// File, environment variable or JVM option that sets it.
    pub place: String,
}

/// The kind of a database, concluded from positive evidence only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseKind {
    /// Embedded HSQLDB in files below the home.
    HsqldbFile,
    /// A PostgreSQL server (`jdbc:postgresql:`).
    Postgresql,
    /// A server reached by MySQL's driver (`jdbc:mysql:`): MySQL or MariaDB.
    Mysql,
    /// A server reached by MariaDB's driver (`jdbc:mariadb:`): MariaDB or MySQL.
    Mariadb,
    /// Anything else; raylift looks at such sites and does not update them.
    Other,
    /// The settings could not be read completely.
    Undetermined,
}

impl DatabaseKind {
    /// What people call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::HsqldbFile => "HSQLDB, embedded",
            Self::Postgresql => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Mariadb => "MariaDB",
            Self::Other => "another database",
            Self::Undetermined => "undetermined",
        }
    }

    /// True for a database that is a server of its own, dumped and brought back by its vendor's tools.
    pub fn is_server(self) -> bool {
        matches!(self, Self::Postgresql | Self::Mysql | Self::Mariadb)
    }

    /// The name of a table that Liferay's SQL, which quotes none, means by `name`: PostgreSQL folds it to small letters,
    /// HSQLDB to capitals ("Identifiers" of their manuals), MariaDB and MySQL take it as it is, unless
    /// `lower_case_table_names` says that case does not matter.
    pub fn unquoted(self, name: &str) -> String {
        match self {
            Self::Postgresql => name.to_lowercase(),
            Self::HsqldbFile => name.to_uppercase(),
            Self::Mysql | Self::Mariadb | Self::Other | Self::Undetermined => name.to_owned(),
        }
    }

    /// The one of a database's tables that Liferay's SQL means by `name`: of several whose names differ in case alone, the
    /// one with [its very name](Self::unquoted); without that, any, but none on PostgreSQL, where a name with capitals is
    /// never meant. Whether case matters on MariaDB and MySQL is not among the facts.
    ///
    /// Liferay's names are ASCII. Asked for each index and each step's table, it allocates for none of `tables`.
    pub fn meant<'a>(
        self,
        name: &str,
        tables: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        let exact = self.unquoted(name);
        let mut found = None;
        for table in tables {
            if table == exact {
                return Some(table);
            }
            if found.is_none() && self != Self::Postgresql && table.eq_ignore_ascii_case(name) {
                found = Some(table);
            }
        }
        found
    }

    /// True where raylift can take a restore point and bring it back.
    pub fn is_updated(self) -> bool {
        self == Self::HsqldbFile || self.is_server()
    }
}

/// One row of table `Release_`, without its dates.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct ReleaseRow {
    /// `servletContextName`: `portal` for the core, else a bundle's symbolic name.
    pub name: BundleSymbolicName,
    /// `schemaVersion`; empty when NULL.
    pub schema_version: SchemaVersion,
    /// `buildNumber`.
    pub build_number: Option<i64>,
    /// `state_`; NULL counts as good (a new 7.1 or 7.2 database leaves it NULL).
    pub state: Option<i64>,
    /// `verified`.
    pub verified: Option<bool>,
}

impl ReleaseRow {
    /// `state_` 0 or NULL (`ReleaseConstants.STATE_GOOD`).
    pub fn is_good(&self) -> bool {
        matches!(self.state, None | Some(0))
    }

    /// The core's row.
    pub fn is_core(&self) -> bool {
        self.name.as_str() == "portal"
    }
}

/// A table and how many rows it has.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct TableFacts {
    /// Name as the database gives it.
    pub name: String,
    /// Number of rows at the time of reading.
    pub rows: u64,
}
