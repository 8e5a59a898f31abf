//! MariaDB and MySQL: the dump is SQL; on the way back the tables move to a database of their own and the dump
//! is loaded into the emptied one, since neither server can rename a database.

mod files;
mod objects;

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::plan::DatabaseNames;
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;

use self::files::check;
pub(crate) use self::files::{EVENTS, TABLES};
use super::tool::Tool;
use super::{Engine, KnownFiles, Reached, Source, cell, kept, refuse_leftover};
use crate::effects::error::{exists, write_failed};
use crate::effects::exchange::sync_parent;

/// A database on a MariaDB or MySQL server.
pub(super) struct Mysql {
    reached: Reached,
}

impl Mysql {
    pub(super) fn new(reached: Reached) -> Self {
        Self { reached }
    }

    /// The tool of MariaDB's or MySQL's own name, whichever lies in the folder.
    fn program(&self, mariadb: &str, mysql: &str) -> PathBuf {
        let folder = &self.reached.tools.folder;
        let own = folder.join(mariadb);
        if self.reached.tools.mariadb && own.is_file() {
            own
        } else {
            folder.join(mysql)
        }
    }

    fn tool(&self, program: PathBuf, code: &'static str) -> Tool<'_> {
        let reached = &self.reached;
        let mut arguments = vec![
            // What a user's own files say must not change a backup.
            OsString::from("--no-defaults"),
            OsString::from("--protocol=tcp"),
            OsString::from(format!("--host={}", reached.place.host)),
            OsString::from(format!("--port={}", reached.place.port)),
            OsString::from(format!("--user={}", reached.user)),
            OsString::from("--default-character-set=utf8mb4"),
            OsString::from("--max-allowed-packet=1G"),
        ];
        if is_plain(reached) {
            arguments.push(OsString::from(if reached.tools.mariadb {
                "--skip-ssl"
            } else {
                "--ssl-mode=DISABLED"
            }));
        }
        Tool {
            program,
            arguments,
            environment: Vec::new(),
            password: ("MYSQL_PWD", &reached.password),
            owner: &reached.access.owner,
            code,
            guards: None,
            stop: &reached.stop,
        }
    }

    fn client(&self) -> Tool<'_> {
        self.tool(self.program("mariadb", "mysql"), codes::RESTORE_FAILED)
    }

    fn dumper(&self) -> Tool<'_> {
        let mut tool = self.tool(
            self.program("mariadb-dump", "mysqldump"),
            codes::DUMP_FAILED,
        );
        tool.arguments.extend(
            [
                "--single-transaction",
                "--quick",
                "--hex-blob",
                "--no-tablespaces",
            ]
            .map(OsString::from),
        );
        if !self.reached.tools.mariadb {
            tool.arguments
                .extend(["--set-gtid-purged=OFF", "--column-statistics=0"].map(OsString::from));
        }
        tool
    }

    /// Runs statements in no database; answers their rows. The first that fails ends it.
    fn sql(&self, statements: &str) -> Result<Vec<Vec<String>>, HostError> {
        let mut tool = self.client();
        tool.arguments
            .extend(["--batch", "--skip-column-names"].map(OsString::from));
        let answer = tool.ask(statements)?;
        Ok(answer
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| line.split('\t').map(unescaped).collect())
            .collect())
    }

    fn create(&self, name: &str) -> Result<(), HostError> {
        let query = format!(
            "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {};",
            literal(&self.reached.database)
        );
        let rows = self.sql(&query)?;
        let at = |column: usize| rows.first().and_then(|row| row.get(column));
        let (Some(set), Some(collation)) = (at(0), at(1)) else {
            return Err(HostError::new(
                codes::RESTORE_FAILED,
                "the server does not say what the site's database is like",
            ));
        };
        self.sql(&format!(
            "CREATE DATABASE IF NOT EXISTS {} CHARACTER SET {set} COLLATE {collation};",
            identifier(name)
        ))
        .map(drop)
    }
}

impl Engine for Mysql {
    fn dump(&self, folder: &Path, progress: Progress<'_>) -> Result<KnownFiles, HostError> {
        self.dump_files(folder, progress)
    }

    fn restore(
        &self,
        source: Source<'_>,
        name: &str,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        let dump = source.dump()?;
        self.remove(name)?;
        self.create(name)?;
        self.load(&dump.join(TABLES), name, progress)
    }

    fn remove(&self, name: &str) -> Result<(), HostError> {
        if !DatabaseNames::is_ours(name) {
            return Ok(());
        }
        // The statement of a client that was ended goes on at the server, and keeps the tables from being dropped.
        self.wait_for_loads(name)?;
        self.sql(&format!("DROP DATABASE IF EXISTS {};", identifier(name)))
            .map(drop)
    }

    /// Nothing can be done beside the live database: loading needs it empty.
    fn stage_back(
        &self,
        source: Source<'_>,
        names: &DatabaseNames,
        _progress: Progress<'_>,
    ) -> Result<(), HostError> {
        let dump = source.dump()?;
        refuse_leftover(self, names)?;
        check(&dump.join(TABLES))
    }

    fn bring_back(
        &self,
        source: Source<'_>,
        names: &DatabaseNames,
        notes: &Path,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError> {
        let dump = source.dump()?;
        let (live, aside) = (&self.reached.database, names.aside());
        self.wait_for_loads(live)?;
        let emptied = notes.join("database.emptied");
        if !exists(&emptied)? {
            progress("setting the tables aside".to_owned());
            self.create(&aside)?;
            self.keep_objects(&notes.join("database-objects.sql"))?;
            self.drop_objects()?;
            self.move_tables(live, &aside)?;
            // What is there now is dropped below: nothing may have come between.
            let left = self.tables(live)?;
            if !left.is_empty() {
                return Err(HostError::new(
                    codes::FOREIGN_SESSIONS,
                    "somebody else writes to the site's database: tables came while the newer ones were set aside",
                )
                .because(left));
            }
            File::create(&emptied)
                .and_then(|file| file.sync_all())
                .map_err(|error| write_failed(&emptied, error))?;
            sync_parent(&emptied)?;
        }
        // What an attempt that was killed has loaded is loaded again; the tables that count are aside.
        self.drop_objects()?;
        self.drop_tables()?;
        self.load(&dump.join(TABLES), live, progress)?;
        self.load_events(dump, live, progress)?;
        let removal = format!("DROP DATABASE {};", identifier(&aside));
        Ok(vec![kept(&aside, removal)])
    }

    fn is_there(&self, name: &str) -> Result<bool, HostError> {
        let query = format!(
            "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {};",
            literal(name)
        );
        Ok(!self.sql(&query)?.is_empty())
    }

    fn sessions(&self) -> Result<Vec<String>, HostError> {
        let query = format!(
            "SELECT ID, USER, HOST, COMMAND, TIME FROM information_schema.PROCESSLIST WHERE DB = {} AND ID <> CONNECTION_ID() ORDER BY ID;",
            literal(&self.reached.database)
        );
        Ok(self
            .sql(&query)?
            .iter()
            .map(|row| {
                let at = |column: usize| cell(row, column);
                format!(
                    "session {} of user {} from {}, {} for {} s",
                    at(0),
                    at(1),
                    at(2),
                    at(3),
                    at(4)
                )
            })
            .collect())
    }

    fn access(&self, name: &str) -> Result<DatabaseAccess, HostError> {
        self.reached.access_to(name)
    }
}

/// True when the JDBC URL asks for a connection that is not encrypted (MariaDB and MySQL Connector/J).
fn is_plain(reached: &Reached) -> bool {
    let is = |name: &str, value: &str| {
        reached
            .place
            .option(name)
            .is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    is("sslMode", "disable") || is("sslMode", "disabled") || is("useSSL", "false")
}

/// A name in SQL.
fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text in SQL, by its bytes: whatever `sql_mode` says, nothing in it is special.
fn literal(text: &str) -> String {
    text.bytes().fold("_utf8mb4 0x".to_owned(), |hex, byte| {
        format!("{hex}{byte:02x}")
    })
}

/// Undoes what `--batch` escapes.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('0') => plain.push('\0'),
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_are_quoted() {
        assert_eq!(identifier("a`b"), "`a``b`");
        assert_eq!(literal("a'\\"), "_utf8mb4 0x61275c");
        assert_eq!(unescaped(r"a\tb\\n\n"), "a\tb\\n\n");
    }
}
