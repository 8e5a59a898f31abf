//! Database servers: dumped, brought back and asked by their vendors' own tools.
//!
//! The tools run as the site's user with the settings of the portal's own JDBC URL. A password is in the environment of
//! a tool, which only that user can read, and in no argument. Of an embedded HSQLDB the files are copied instead
//! ([`super::hsqldb`]).

mod commanded;
mod estimate;
mod mysql;
mod postgresql;
mod tool;
mod written;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use raylift_backup::{Copied, Stop};
use raylift_formats::jdbc_url::{self, ServerPlace};
use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, TableFacts};
use raylift_model::kept::Kept;
use raylift_model::plan::{DatabaseNames, DatabaseTools, PlannedSite};
use raylift_model::secret::Secret;
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;

pub(crate) use mysql::{EVENTS, TABLES};

use self::commanded::Commanded;
use self::mysql::Mysql;
use self::postgresql::Postgresql;
use self::written::Known;

/// What a database on a server is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    /// The dump in a folder.
    Dump(&'a Path),
    /// The site's own database, which nobody may be connected to.
    Live,
    /// A database that raylift made, by its name.
    Database(&'a str),
}

impl<'a> Source<'a> {
    /// The dump's folder, for engines that know nothing else.
    ///
    /// # Errors
    /// With [`codes::DATABASE_UNSUPPORTED`] for a database.
    fn dump(self) -> Result<&'a Path, HostError> {
        match self {
            Self::Dump(folder) => Ok(folder),
            Self::Live | Self::Database(_) => Err(no_copies()),
        }
    }
}

/// Files that were read while they were written, by their paths in the folder.
pub(crate) type KnownFiles = BTreeMap<PathBuf, Copied>;

fn known_files(known: BTreeMap<PathBuf, Known>) -> KnownFiles {
    let known = known.into_iter();
    known.map(|(name, known)| (name, known.copied)).collect()
}

/// What raylift does with a database server.
pub(crate) trait Engine {
    /// Writes a complete dump into `folder`, which is empty, and checks its list of contents. Answers what it knows of its
    /// files.
    ///
    /// # Errors
    /// [`codes::DUMP_FAILED`] with what the tool said; [`codes::DATABASE_UNREACHABLE`], [`codes::DATABASE_REFUSED`] and
    /// [`codes::DISK_TOO_SMALL`] where that was the reason.
    fn dump(&self, folder: &Path, progress: Progress<'_>) -> Result<KnownFiles, HostError>;

    /// Makes the database `name`, which replaces one of that name, like the site's own or, from a database, like that one,
    /// and fills it from the source.
    ///
    /// # Errors
    /// [`codes::RESTORE_FAILED`], else as [`Engine::dump`]; [`codes::FOREIGN_SESSIONS`] with what keeps a database
    /// from being copied; [`codes::DATABASE_UNSUPPORTED`] where the server cannot copy a database.
    fn restore(
        &self,
        source: Source<'_>,
        name: &str,
        progress: Progress<'_>,
    ) -> Result<(), HostError>;

    /// Looks for what would keep the live database from being copied on its server, as far as no copy of another one
    /// shows it.
    ///
    /// # Errors
    /// With [`codes::DUMP_FAILED`] and the reason; [`codes::DATABASE_UNSUPPORTED`] where the server cannot copy at all.
    fn may_copy_live(&self) -> Result<(), HostError> {
        Err(no_copies())
    }

    /// The same for a copy that raylift made before.
    ///
    /// # Errors
    /// With [`codes::PROOF_FAILED`] and the reason; [`codes::DATABASE_UNSUPPORTED`] where the server cannot copy at all.
    fn may_copy(&self, _name: &str) -> Result<(), HostError> {
        Err(no_copies())
    }

    /// Lets nobody connect to a copy that raylift made and ends who is, or lets everybody who may. Nothing where servers have
    /// no copies.
    ///
    /// # Errors
    /// As [`Engine::dump`].
    fn admit(&self, _name: &str, _anybody: bool) -> Result<(), HostError> {
        Ok(())
    }

    /// Whether a copy that raylift made lets anybody in.
    ///
    /// # Errors
    /// As [`Engine::dump`].
    fn admits(&self, _name: &str) -> Result<bool, HostError> {
        Ok(false)
    }

    /// Removes the database `name`; nothing when there is none.
    ///
    /// # Errors
    /// As [`Engine::dump`].
    fn remove(&self, name: &str) -> Result<(), HostError>;

    /// The slow part of the way back, beside the live database where the server can.
    ///
    /// # Errors
    /// As [`Engine::restore`].
    fn stage_back(
        &self,
        source: Source<'_>,
        names: &DatabaseNames,
        progress: Progress<'_>,
    ) -> Result<(), HostError>;

    /// The live database is set aside and what `source` holds takes its place. A second call goes on after what the first
    /// one did; `notes` is a folder that it may keep marks in. Answers what is to be said.
    ///
    /// # Errors
    /// As [`Engine::restore`].
    fn bring_back(
        &self,
        source: Source<'_>,
        names: &DatabaseNames,
        notes: &Path,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError>;

    /// Whether the server has a database of that name; no where nobody knows.
    ///
    /// # Errors
    /// As [`Engine::dump`].
    fn is_there(&self, name: &str) -> Result<bool, HostError>;

    /// Bytes of a database on the server's disk, `None` for the site's own; 0 where nobody knows.
    ///
    /// # Errors
    /// As [`Engine::dump`].
    fn bytes(&self, _name: Option<&str>) -> Result<u64, HostError> {
        Ok(0)
    }

    /// Who else is connected to the site's database, one line each.
    ///
    /// # Errors
    /// As [`Engine::dump`].
    fn sessions(&self) -> Result<Vec<String>, HostError>;

    /// How a database that raylift made on the server is read.
    ///
    /// # Errors
    /// When the URL does not say its database in a form that is understood.
    fn access(&self, name: &str) -> Result<DatabaseAccess, HostError>;
}

/// Refuses when the server has a database under the name that the live one gets on the way back: it is left of another run
/// of that name, whose folder is gone. It may hold the only copy of something, so raylift does not remove it.
///
/// # Errors
/// With [`codes::RESTORE_FAILED`] when it is there, else as [`Engine::dump`].
pub(crate) fn refuse_leftover(engine: &dyn Engine, names: &DatabaseNames) -> Result<(), HostError> {
    let aside = names.aside();
    if !engine.is_there(&aside)? {
        return Ok(());
    }
    Err(HostError::new(
        codes::RESTORE_FAILED,
        format!(
            "database {aside} is on the server already: what an earlier rollback set aside, of a run with this run's name whose folder is gone. Look what is in it, then rename or drop it"
        ),
    ))
}

fn no_copies() -> HostError {
    HostError::new(
        codes::DATABASE_UNSUPPORTED,
        "only PostgreSQL copies a database on the server: set database = \"dump\" in [restore_point] of raylift.toml",
    )
}

/// A note of the database that was live when the way back began.
fn kept(aside: &str, removal: String) -> String {
    let place = format!("database {aside} on its server");
    Kept::new("the newer database", place, removal).to_string()
}

/// The engine of a database server, or the owner's commands; `None` for an embedded HSQLDB.
///
/// # Errors
/// [`codes::DATABASE_UNSUPPORTED`] for other databases and for URLs that do not name one server.
pub(crate) fn of(
    site: &PlannedSite,
    access: &DatabaseAccess,
) -> Result<Option<Box<dyn Engine>>, HostError> {
    stopping(site, access, &Stop::default())
}

/// The same; what it has at work is ended with [`codes::INTERRUPTED`] when `stop` is asked for.
///
/// # Errors
/// As [`of`].
pub(crate) fn stopping(
    site: &PlannedSite,
    access: &DatabaseAccess,
    stop: &Stop,
) -> Result<Option<Box<dyn Engine>>, HostError> {
    if let Some(commands) = &site.database_commands {
        return Ok(Some(Box::new(Commanded {
            commands: commands.clone(),
            site: site.clone(),
            access: access.clone(),
            stop: stop.clone(),
        })));
    }
    let kind = site.database.kind;
    if kind == DatabaseKind::HsqldbFile {
        return Ok(None);
    }
    let unsupported =
        |message: &str| HostError::new(codes::DATABASE_UNSUPPORTED, message.to_owned());
    let tools = site.database_tools.clone().ok_or_else(|| {
        unsupported("the plan names no tools that dump this database and bring it back")
    })?;
    let place = jdbc_url::read(&access.url)
        .and_then(|url| url.server)
        .ok_or_else(|| unsupported("the JDBC URL does not name one server and database"))?;
    let reached = Reached {
        stop: stop.clone(),
        ..Reached::new(site, access, place, tools)?
    };
    Ok(match kind {
        DatabaseKind::Postgresql => Some(Box::new(Postgresql::new(reached))),
        DatabaseKind::Mysql | DatabaseKind::Mariadb => Some(Box::new(Mysql::new(reached))),
        DatabaseKind::HsqldbFile | DatabaseKind::Other | DatabaseKind::Undetermined => {
            return Err(unsupported("raylift cannot dump this database"));
        }
    })
}

/// How a server is reached by tools.
pub(crate) struct Reached {
    access: DatabaseAccess,
    place: ServerPlace,
    /// The site's database.
    database: String,
    tools: DatabaseTools,
    user: String,
    password: Secret,
    /// Tables of the plan with their rows.
    tables: Vec<TableFacts>,
    /// Ends a tool in its middle.
    stop: Stop,
}

impl Reached {
    fn new(
        site: &PlannedSite,
        access: &DatabaseAccess,
        place: ServerPlace,
        tools: DatabaseTools,
    ) -> Result<Self, HostError> {
        let (user, password) = match (&tools.admin_user, &tools.admin_password_file) {
            (Some(user), Some(file)) => (user.clone(), password_in(file)?),
            (Some(user), None) => (user.clone(), Secret::new("")),
            (None, _) => (access.username.clone(), access.password.clone()),
        };
        // PostgreSQL's driver takes the user's name where the URL says none.
        let database = place
            .database
            .clone()
            .unwrap_or_else(|| access.username.clone());
        Ok(Self {
            access: access.clone(),
            place,
            database,
            tools,
            user,
            password,
            tables: site.tables.clone(),
            stop: Stop::default(),
        })
    }

    /// Access by the portal's driver to another database of the server, as the user that the tools work as.
    fn access_to(&self, name: &str) -> Result<DatabaseAccess, HostError> {
        let url = jdbc_url::with_database(&self.access.url, name).ok_or_else(|| {
            HostError::new(
                codes::DATABASE_UNSUPPORTED,
                "the JDBC URL does not name one server and database",
            )
        })?;
        Ok(DatabaseAccess {
            url,
            username: self.user.clone(),
            password: self.password.clone(),
            ..self.access.clone()
        })
    }
}

/// A column of a row that a client printed; empty where it has none.
fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

/// The first line of a file that holds nothing but a password.
fn password_in(file: &Path) -> Result<Secret, HostError> {
    let text =
        std::fs::read_to_string(file).map_err(|error| super::error::read_failed(file, error))?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}
