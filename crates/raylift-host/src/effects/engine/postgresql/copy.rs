//! A copy of a database on its own server: `CREATE DATABASE … TEMPLATE`.
//!
//! Whoever makes it needs the right to create databases and must own the original or be a superuser, and nobody may be
//! connected to the original meanwhile (PostgreSQL, "CREATE DATABASE" and "Template Databases"). Settings of the database,
//! its comment, limit and grants are not copied; they are given afterwards.

use std::thread::sleep;
use std::time::{Duration, Instant};

use raylift_model::codes;
use raylift_run::host::{HostError, Progress};

use super::{Postgresql, cell, identifier, literal};
use crate::effects::engine::Engine;

/// How long a copy that a killed raylift left at work may take to end.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);

impl Postgresql {
    /// Copies the live database. Who keeps it from being copied is named.
    pub(super) fn copy_live(&self, name: &str, progress: Progress<'_>) -> Result<(), HostError> {
        let error = match self.copy(&self.reached.database, name, progress) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let sessions = match error.code == codes::RESTORE_FAILED {
            true => self.sessions().unwrap_or_default(),
            false => Vec::new(),
        };
        let code = match (error.code, sessions.is_empty()) {
            (codes::RESTORE_FAILED, true) => codes::DUMP_FAILED,
            (codes::RESTORE_FAILED, false) => codes::FOREIGN_SESSIONS,
            (other, _) => other,
        };
        Err(HostError { code, ..error }.because(sessions))
    }

    /// Makes the database `name` a copy of `from`, in content and properties.
    pub(super) fn copy(
        &self,
        from: &str,
        name: &str,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        let own = self.properties(from)?;
        progress("copying the database on its server".to_owned());
        self.sql_elsewhere(&own.copy(from, name))?;
        self.sql_elsewhere(&own.settings(name)).map(drop)
    }

    /// A server goes on copying when the client that asked for it is gone, and nobody sees the database before it is whole:
    /// one that was dropped too early, or not at all, would be there afterwards.
    pub(super) fn end_copying_to(&self, name: &str) -> Result<(), HostError> {
        let statement = format!("CREATE DATABASE {} ", identifier(name));
        let query = format!(
            "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'active' AND left(query, {}) = {};",
            statement.chars().count(),
            literal(&statement)
        );
        let begun = Instant::now();
        while !self.sql_elsewhere(&query)?.is_empty() {
            if begun.elapsed() > PATIENCE {
                return Err(HostError::new(
                    codes::RESTORE_FAILED,
                    format!(
                        "the server still makes database {name} for an earlier attempt and does not end that"
                    ),
                ));
            }
            sleep(PAUSE);
        }
        Ok(())
    }

    /// Since 15 a server refuses to copy a database whose collation is of another version than the operating system's, as
    /// after an update of that (PostgreSQL, `createdb` in `dbcommands.c`). A database that is made from `template0` has none
    /// to compare, so that only the live one shows it.
    pub(super) fn require_same_collation(&self) -> Result<(), HostError> {
        let live = &self.reached.database;
        if !self.properties(live)?.knows_strategies() {
            return Ok(());
        }
        let query = format!(
            "SELECT datcollversion, coalesce(pg_database_collation_actual_version(oid), 'none') FROM pg_database \
             WHERE datname = {} AND datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid) AND datcollversion IS NOT NULL;",
            literal(live)
        );
        let rows = self.sql_elsewhere(&query)?;
        let Some(row) = rows.first() else {
            return Ok(());
        };
        Err(HostError::new(
            codes::DUMP_FAILED,
            format!(
                "the database was made with version {} of its collation and the server's machine has {}, so that PostgreSQL does not copy it: rebuild its indexes and ALTER DATABASE … REFRESH COLLATION VERSION, or set database = \"dump\" in [restore_point]",
                cell(row, 0),
                cell(row, 1)
            ),
        ))
    }
}
