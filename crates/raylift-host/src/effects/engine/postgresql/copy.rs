//! A copy of a database on its own server: `CREATE DATABASE … TEMPLATE`.
//!
//! Whoever makes it needs the right to create databases and must own the original or be a superuser, and nobody may be
//! connected to the original meanwhile (PostgreSQL, "CREATE DATABASE" and "Template Databases"). Settings of the database,
//! its comment, limit and grants are not copied; they are given afterwards.

use std::thread::sleep;
use std::time::{Duration, Instant};

use raylift_model::codes;
use raylift_model::plan::DatabaseNames;
use raylift_run::host::{HostError, Progress};

use super::{Postgresql, cell, end_sessions, identifier, literal};

/// How long a copy that a killed raylift left at work may take to end.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);
/// A role's or a server's limit for statements is meant for the portal's, not for hours of copying.
const UNHURRIED: &str = "SET statement_timeout = 0;\nSET lock_timeout = 0;\n";

impl Postgresql {
    /// Makes the database `name` a copy of `from`, in content and properties. Sessions in a database of raylift's own are
    /// ended for it; who else keeps it from being copied is named. `failed` is the code of a failure without a better one.
    pub(super) fn copy(
        &self,
        from: &str,
        name: &str,
        failed: &'static str,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        let own = self.properties(from)?;
        progress("copying the database on its server".to_owned());
        let ending = match DatabaseNames::is_ours(from) {
            true => end_sessions(from),
            false => String::new(),
        };
        let statements = format!("{UNHURRIED}{ending}{}", own.copy(from, name));
        if let Err(error) = self.sql_elsewhere(&statements) {
            return Err(self.not_copied(from, name, failed, error));
        }
        self.sql_elsewhere(&own.settings(name)).map(drop)
    }

    /// Why a copy failed. What the server still does for it is ended: nobody could connect to the original meanwhile.
    fn not_copied(
        &self,
        from: &str,
        name: &str,
        failed: &'static str,
        error: HostError,
    ) -> HostError {
        let mut more = Vec::new();
        let mut code = error.code;
        let ended = self.end_copying_to(name);
        if code == codes::RESTORE_FAILED {
            more.extend(self.sessions_in(from).unwrap_or_default());
            more.extend(self.in_the_way(from).unwrap_or_default());
            code = match more.is_empty() {
                true => failed,
                false => codes::FOREIGN_SESSIONS,
            };
        }
        if let Err(left) = ended {
            more.push(format!(
                "whether the server still copies is not known; the next attempt and the way back look again: {left}"
            ));
        }
        HostError { code, ..error }.because(more)
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
        while !self.ask_about_copy(&query, name)?.is_empty() {
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

    /// While a database is copied nobody can connect to it. Where no other database lets the user in, only somebody else
    /// can end the copy.
    fn ask_about_copy(&self, query: &str, name: &str) -> Result<Vec<Vec<String>>, HostError> {
        if let Some(rows) = self.sql_outside(query)? {
            return Ok(rows);
        }
        self.sql(&self.reached.database, query).map_err(|error| {
            let statement = literal(&format!("CREATE DATABASE {} %", identifier(name)));
            error.because([format!(
                "the user may connect to no other database of the server, and to the site's own nobody can while the server copies it: wait until that has ended, or let an administrator run SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE {statement}; then go on"
            )])
        })
    }

    /// What keeps a database from being copied and is no client's session: the server counts every process in it but those
    /// that vacuum, and prepared transactions (PostgreSQL, `CountOtherDBBackends` in `procarray.c`). A slot's reader is shown
    /// with the slot, since an ordinary user may not see what kind of process another role's is.
    fn in_the_way(&self, database: &str) -> Result<Vec<String>, HostError> {
        let name = literal(database);
        let query = format!(
            "SELECT 'process ' || pid || ' of the server, ' || backend_type || ', of user ' || coalesce(usename, 'none') FROM pg_stat_activity \
             WHERE datname = {name} AND backend_type NOT IN ('client backend', 'parallel worker', 'autovacuum worker') \
             AND pid NOT IN (SELECT active_pid FROM pg_replication_slots WHERE active_pid IS NOT NULL) \
             UNION ALL SELECT 'replication slot ' || slot_name || ', read by process ' || active_pid FROM pg_replication_slots \
             WHERE database = {name} AND active_pid IS NOT NULL \
             UNION ALL SELECT 'prepared transaction ' || gid || ' of user ' || owner || ', since ' || prepared FROM pg_prepared_xacts \
             WHERE database = {name} ORDER BY 1;"
        );
        let rows = self.sql_elsewhere(&query)?;
        Ok(rows.iter().map(|row| cell(row, 0).to_owned()).collect())
    }

    pub(super) fn require_nothing_in_the_way(&self) -> Result<(), HostError> {
        let found = self.in_the_way(&self.reached.database)?;
        if found.is_empty() {
            return Ok(());
        }
        Err(HostError::new(
            codes::DUMP_FAILED,
            "PostgreSQL does not copy the database while others than clients are in it: end what is named for the time of the update, or set database = \"dump\" in [restore_point]",
        )
        .because(found))
    }

    /// A database that is made from `template0` has no version to compare, so that only the live one shows it.
    pub(super) fn require_same_collation_live(&self) -> Result<(), HostError> {
        let live = &self.reached.database;
        match self.other_collation(live)? {
            None => Ok(()),
            Some(versions) => Err(HostError::new(
                codes::DUMP_FAILED,
                format!(
                    "the database {versions}, so that PostgreSQL does not copy it: rebuild its indexes and ALTER DATABASE … REFRESH COLLATION VERSION, or set database = \"dump\" in [restore_point]"
                ),
            )),
        }
    }

    /// The operating system may have been updated since a copy was made.
    pub(super) fn require_same_collation_of(&self, copy: &str) -> Result<(), HostError> {
        match self.other_collation(copy)? {
            None => Ok(()),
            Some(versions) => Err(HostError::new(
                codes::PROOF_FAILED,
                format!(
                    "database {copy} {versions}, so that PostgreSQL does not copy it: ALTER DATABASE {} REFRESH COLLATION VERSION; lets it, and what comes back then needs its indexes rebuilt (REINDEX DATABASE)",
                    identifier(copy)
                ),
            )),
        }
    }

    /// Since 15 a server refuses to copy a database whose collation is of another version than the operating system's, as
    /// after an update of that (PostgreSQL, `createdb` in `dbcommands.c`).
    fn other_collation(&self, database: &str) -> Result<Option<String>, HostError> {
        if !self.properties(database)?.knows_strategies() {
            return Ok(None);
        }
        let query = format!(
            "SELECT datcollversion, coalesce(pg_database_collation_actual_version(oid), 'none') FROM pg_database \
             WHERE datname = {} AND datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid) AND datcollversion IS NOT NULL;",
            literal(database)
        );
        let rows = self.sql_elsewhere(&query)?;
        Ok(rows.first().map(|row| {
            format!(
                "was made with version {} of its collation and the server's machine has {}",
                cell(row, 0),
                cell(row, 1)
            )
        }))
    }
}
