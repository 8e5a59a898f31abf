//! PostgreSQL: `pg_dump` and `pg_restore` in directory format, with several jobs; databases change places by name.

mod copy;
mod properties;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::plan::DatabaseNames;
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;

use super::estimate::Estimate;
use super::tool::Tool;
use super::written::Written;
use super::{Engine, KnownFiles, Reached, Source, cell, kept, known_files, refuse_leftover};
use crate::effects::error::{exists, read_failed};

/// Databases in which one can be while another is made, removed or renamed (PostgreSQL, "Template Databases"); a server
/// need not have them, nor let everybody in.
const ELSEWHERE: [&str; 2] = ["postgres", "template1"];
/// Between columns of an answer: a character that no name and no number holds.
const BETWEEN: &str = "\u{1f}";
/// Seconds until a server that does not answer counts as gone.
const CONNECT_SECONDS: u32 = 15;
/// Seconds after which a silent connection is looked after: a copy says nothing for hours, and firewalls forget connections.
const IDLE_SECONDS: u32 = 60;

/// A database on a PostgreSQL server.
pub(super) struct Postgresql {
    reached: Reached,
}

impl Postgresql {
    pub(super) fn new(reached: Reached) -> Self {
        Self { reached }
    }

    fn tool(&self, name: &str, code: &'static str, database: &str) -> Tool<'_> {
        let reached = &self.reached;
        let mut connection = format!(
            "host={} port={} user={} dbname={} connect_timeout={CONNECT_SECONDS} keepalives_idle={IDLE_SECONDS}",
            value(&reached.place.host),
            reached.place.port,
            value(&reached.user),
            value(database)
        );
        for (option, mode) in transport(reached) {
            connection.push_str(&format!(" {option}={}", value(&mode)));
        }
        Tool {
            program: reached.tools.folder.join(name),
            arguments: vec![
                OsString::from("--no-password"),
                OsString::from(format!("--dbname={connection}")),
            ],
            environment: vec![("PGAPPNAME", "raylift".to_owned())],
            password: ("PGPASSWORD", &reached.password),
            owner: &reached.access.owner,
            code,
            guards: None,
            stop: &reached.stop,
        }
    }

    /// Runs statements, all or none where PostgreSQL can; answers their rows.
    fn sql(&self, database: &str, statements: &str) -> Result<Vec<Vec<String>>, HostError> {
        let mut tool = self.tool("psql", codes::RESTORE_FAILED, database);
        tool.arguments.extend(
            [
                "--no-psqlrc",
                "--quiet",
                "--no-align",
                "--tuples-only",
                "--set=ON_ERROR_STOP=1",
                "--file=-",
            ]
            .map(OsString::from),
        );
        tool.arguments
            .push(OsString::from(format!("--field-separator={BETWEEN}")));
        let answer = tool.ask(statements)?;
        Ok(answer
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| line.split(BETWEEN).map(str::to_owned).collect())
            .collect())
    }

    /// The same from a database that is none of those concerned; from the site's own where no other lets the user in.
    fn sql_elsewhere(&self, statements: &str) -> Result<Vec<Vec<String>>, HostError> {
        match self.sql_outside(statements)? {
            Some(rows) => Ok(rows),
            None => self.sql(&self.reached.database, statements),
        }
    }

    /// The same; `None` where no database but the site's own lets the user in.
    fn sql_outside(&self, statements: &str) -> Result<Option<Vec<Vec<String>>>, HostError> {
        for database in ELSEWHERE {
            match self.sql(database, statements) {
                Err(error) if is_closed(&error) => {}
                result => return result.map(Some),
            }
        }
        Ok(None)
    }

    /// Renames databases, all or none. None of them may be the one to be in, so that one is made where no other is open.
    fn rename(&self, renames: &[(&str, &str)], names: &DatabaseNames) -> Result<(), HostError> {
        let statements: String = renames
            .iter()
            .map(|(from, to)| {
                let (from, to) = (identifier(from), identifier(to));
                format!("ALTER DATABASE {from} RENAME TO {to};\n")
            })
            .collect();
        let statements = format!("BEGIN;\n{statements}COMMIT;\n");
        if self.sql_outside(&statements)?.is_some() {
            return Ok(());
        }
        let step = names.scratch();
        self.remove(&step)?;
        self.sql_elsewhere(&format!(
            "CREATE DATABASE {} TEMPLATE template0;",
            identifier(&step)
        ))?;
        self.sql(&step, &statements)?;
        self.remove(&step)
    }

    /// A worker of a tool with several jobs says only that it failed: whether the server is gone is asked anew.
    fn reason(&self, error: HostError) -> HostError {
        let own = [codes::DUMP_FAILED, codes::RESTORE_FAILED];
        let is_gone = own.contains(&error.code)
            && self
                .sql_elsewhere("SELECT 1;")
                .is_err_and(|now| now.code == codes::DATABASE_UNREACHABLE);
        match is_gone {
            true => HostError {
                code: codes::DATABASE_UNREACHABLE,
                ..error
            },
            false => error,
        }
    }

    fn estimate(&self, what: &'static str) -> Estimate {
        let jobs = usize::try_from(self.reached.tools.jobs).unwrap_or(1);
        Estimate::new(what, &self.reached.tables, jobs)
    }

    fn jobs(&self) -> OsString {
        OsString::from(format!("--jobs={}", self.reached.tools.jobs))
    }
}

impl Engine for Postgresql {
    fn dump(&self, folder: &Path, progress: Progress<'_>) -> Result<KnownFiles, HostError> {
        let mut tool = self.tool("pg_dump", codes::DUMP_FAILED, &self.reached.database);
        let mut file = OsString::from("--file=");
        file.push(folder);
        tool.arguments.extend([
            OsString::from("--format=directory"),
            OsString::from("--compress=1"),
            OsString::from("--verbose"),
            self.jobs(),
            file,
        ]);
        let mut estimate = self.estimate("dumping the database");
        let mut written = Written::to(folder);
        tool.watch_beside(
            &mut |line| {
                if let Some(table) = table_after("dumping contents of table ", line) {
                    progress(estimate.begin(table));
                }
            },
            &mut || written.go_on(),
        )
        .map_err(|error| self.reason(error))?;
        self.check(folder)?;
        // The tool itself has synced what it wrote.
        let known = written.end().map_err(|error| read_failed(folder, error))?;
        Ok(known_files(known))
    }

    fn restore(
        &self,
        source: Source<'_>,
        name: &str,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        self.remove(name)?;
        match source {
            Source::Dump(dump) => self.load(dump, name, progress),
            Source::Live => self.copy(&self.reached.database, name, codes::DUMP_FAILED, progress),
            Source::Database(from) => self.copy(from, name, codes::RESTORE_FAILED, progress),
        }
    }

    fn may_copy_live(&self) -> Result<(), HostError> {
        self.require_same_collation_live()?;
        self.require_nothing_in_the_way()
    }

    fn may_copy(&self, name: &str) -> Result<(), HostError> {
        self.require_same_collation_of(name)
    }

    /// Its owner may say so (PostgreSQL, "ALTER DATABASE"). A database that lets nobody in can be copied and dropped like any
    /// other, and tools that go through all databases pass it by.
    fn admit(&self, name: &str, anybody: bool) -> Result<(), HostError> {
        // Those who came before stay otherwise.
        let ending = match anybody {
            true => String::new(),
            false => end_sessions(name),
        };
        self.sql_elsewhere(&format!(
            "ALTER DATABASE {} ALLOW_CONNECTIONS {anybody};\n{ending}",
            identifier(name)
        ))
        .map(drop)
    }

    fn admits(&self, name: &str) -> Result<bool, HostError> {
        let query = format!(
            "SELECT 1 FROM pg_database WHERE datallowconn AND datname = {};",
            literal(name)
        );
        Ok(!self.sql_elsewhere(&query)?.is_empty())
    }

    fn remove(&self, name: &str) -> Result<(), HostError> {
        if !DatabaseNames::is_ours(name) {
            return Ok(());
        }
        self.end_copying_to(name)?;
        if !self.is_there(name)? {
            return Ok(());
        }
        // Sessions of an attempt that was killed may still be there. A worker that vacuums is a superuser's, whom the portal's
        // user may not end; DROP DATABASE ends it.
        self.sql_elsewhere(&format!(
            "{}DROP DATABASE IF EXISTS {};",
            end_sessions(name),
            identifier(name)
        ))
        .map(drop)
    }

    /// A second call makes the database anew: an attempt that was killed may have left a part of it.
    fn stage_back(
        &self,
        source: Source<'_>,
        names: &DatabaseNames,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        refuse_leftover(self, names)?;
        self.restore(source, &names.back(), progress)
    }

    /// Both names change in one transaction, so that there is a database under the live name at every moment.
    fn bring_back(
        &self,
        _source: Source<'_>,
        names: &DatabaseNames,
        _notes: &Path,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError> {
        let (live, aside, back) = (&self.reached.database, names.aside(), names.back());
        if !self.is_there(&aside)? {
            progress("the databases change places".to_owned());
            self.rename(&[(live, &aside), (&back, live)], names)?;
        }
        let removal = format!("DROP DATABASE {};", identifier(&aside));
        Ok(vec![kept(&aside, removal)])
    }

    fn is_there(&self, name: &str) -> Result<bool, HostError> {
        let query = format!(
            "SELECT 1 FROM pg_database WHERE datname = {};",
            literal(name)
        );
        Ok(!self.sql_elsewhere(&query)?.is_empty())
    }

    fn bytes(&self, name: Option<&str>) -> Result<u64, HostError> {
        let name = literal(name.unwrap_or(&self.reached.database));
        let rows = self.sql_elsewhere(&format!("SELECT pg_database_size({name});"))?;
        Ok(rows
            .first()
            .map_or("", |row| cell(row, 0))
            .parse()
            .unwrap_or(0))
    }

    fn sessions(&self) -> Result<Vec<String>, HostError> {
        self.sessions_in(&self.reached.database)
    }

    fn access(&self, name: &str) -> Result<DatabaseAccess, HostError> {
        self.reached.access_to(name)
    }
}

impl Postgresql {
    /// Of another role's session only its user is shown to an ordinary user; workers of the server have none
    /// (PostgreSQL, "pg_stat_activity"). Not to know what kind of session it is must not hide it.
    fn sessions_in(&self, database: &str) -> Result<Vec<String>, HostError> {
        let query = format!(
            "SELECT pid, coalesce(usename, ''), \
             CASE WHEN backend_type IS NULL THEN 'a place that this user may not see' ELSE coalesce(host(client_addr), 'a local socket') END, \
             coalesce(application_name, ''), coalesce(backend_start::text, 'a time that this user may not see') FROM pg_stat_activity \
             WHERE datname = {} AND pid <> pg_backend_pid() AND usename IS NOT NULL \
             AND coalesce(backend_type, 'client backend') = 'client backend' \
             ORDER BY pid;",
            literal(database)
        );
        Ok(self
            .sql_elsewhere(&query)?
            .iter()
            .map(|row| {
                let at = |column: usize| cell(row, column);
                format!(
                    "session {} of user {} from {}, {}, since {}",
                    at(0),
                    at(1),
                    at(2),
                    if at(3).is_empty() { "no name" } else { at(3) },
                    at(4)
                )
            })
            .collect())
    }

    fn load(&self, dump: &Path, name: &str, progress: Progress<'_>) -> Result<(), HostError> {
        let own = self.properties(&self.reached.database)?;
        self.sql_elsewhere(&own.create(name))?;
        let mut tool = self.tool("pg_restore", codes::RESTORE_FAILED, name);
        tool.arguments.extend([
            OsString::from("--exit-on-error"),
            OsString::from("--verbose"),
            self.jobs(),
            dump.as_os_str().to_owned(),
        ]);
        let mut estimate = self.estimate("restoring the database");
        tool.watch(&mut |line| {
            if let Some(table) = table_after("processing data for table ", line) {
                progress(estimate.begin(table));
            }
        })
        .map_err(|error| self.reason(error))?;
        self.sql_elsewhere(&own.settings(name)).map(drop)
    }

    /// An archive whose list does not read, or that lacks a file of the list, is no dump.
    fn check(&self, folder: &Path) -> Result<(), HostError> {
        let mut tool = self.tool("pg_restore", codes::DUMP_FAILED, &self.reached.database);
        // The list needs no server.
        tool.arguments = vec![OsString::from("--list"), folder.as_os_str().to_owned()];
        let list = tool.ask("")?;
        let tables = list.lines().filter(|line| line.contains(" TABLE DATA "));
        let count = tables.count();
        let files = data_files(folder)?;
        if count == 0 || files < count {
            return Err(HostError::new(
                codes::DUMP_FAILED,
                format!("the dump lists the data of {count} tables and holds {files}"),
            ));
        }
        Ok(())
    }
}

/// The table in a line that a tool says with `--verbose`: `pg_dump: dumping contents of table "public.user_"`.
fn table_after<'a>(words: &str, line: &'a str) -> Option<&'a str> {
    let (_, named) = line.split_once(words)?;
    let named = named.trim_matches('"');
    Some(named.split_once('.').map_or(named, |(_, table)| table))
}

/// Files of tables in a dump in directory format.
fn data_files(folder: &Path) -> Result<usize, HostError> {
    let toc: PathBuf = folder.join("toc.dat");
    if !exists(&toc)? {
        return Ok(0);
    }
    let entries = std::fs::read_dir(folder).map_err(|error| read_failed(folder, error))?;
    Ok(entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Large objects are `blob_16410.dat.gz`.
            name.starts_with(|first: char| first.is_ascii_digit()) && name.contains(".dat")
        })
        .count())
}

/// What the JDBC URL says about encryption, in libpq's words; the driver has most of them from there.
fn transport(reached: &Reached) -> Vec<(&'static str, String)> {
    let option = |name: &str| reached.place.option(name).map(str::to_owned);
    let mut found = Vec::new();
    match (option("sslmode"), option("ssl")) {
        (Some(mode), _) => found.push(("sslmode", mode)),
        (None, Some(ssl)) if ssl.is_empty() || ssl == "true" => {
            found.push(("sslmode", "require".to_owned()));
        }
        _ => {}
    }
    if let Some(file) = option("sslrootcert") {
        found.push(("sslrootcert", file));
    }
    found
}

/// True when the server answered and did not let the user into the database: it is not there, or closed to the user.
/// The server's words may be in any language, `psql`'s own are not: what comes before the first statement is `psql: error:`.
fn is_closed(error: &HostError) -> bool {
    let gone = [codes::DATABASE_UNREACHABLE, codes::DATABASE_REFUSED];
    !gone.contains(&error.code)
        && error
            .evidence
            .iter()
            .any(|line| line.starts_with("psql: error: "))
}

/// A value of a connection string (libpq, "Keyword/Value Connection Strings").
fn value(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A name in SQL.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL. `E` makes backslashes mean the same whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') {
        format!("E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// The statement that ends sessions of clients in a database of raylift's own, whoever they are of. One that this user may
/// not end is left out, since to try it would be an error (PostgreSQL, `pg_signal_backend` in `signalfuncs.c`).
fn end_sessions(database: &str) -> String {
    format!(
        "SELECT pg_terminate_backend(s.pid) FROM pg_stat_activity s JOIN pg_roles r ON r.oid = s.usesysid, pg_roles me \
         WHERE s.datname = {} AND s.pid <> pg_backend_pid() AND coalesce(s.backend_type, 'client backend') = 'client backend' \
         AND me.rolname = current_user AND (me.rolsuper OR (NOT r.rolsuper AND \
         (pg_has_role(r.oid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE'))));\n",
        literal(database)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_a_verbose_line_is_known() {
        let words = "processing data for table ";
        let line = "pg_restore: processing data for table \"public.user_\"";
        assert_eq!(table_after(words, line), Some("user_"));
        assert_eq!(table_after(words, "pg_restore: creating INDEX"), None);
    }

    #[test]
    fn names_and_texts_are_quoted_as_each_place_demands() {
        assert_eq!(value(r"it's \ here"), r"'it\'s \\ here'");
        assert_eq!(identifier(r#"My "Portal""#), r#""My ""Portal""""#);
        assert_eq!(literal("O'Hara"), "'O''Hara'");
        assert_eq!(literal(r"a\'b"), r"E'a\\''b'");
    }
}
