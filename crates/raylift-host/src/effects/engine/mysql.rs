//! MariaDB and MySQL: the dump is one SQL file; on the way back the tables move to a database of their own and the dump
//! is loaded into the emptied one, since neither server can rename a database.

mod objects;

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;

use super::names::is_ours;
use super::tool::{Tell, Tool};
use super::{Engine, Names, Reached};
use crate::effects::error::{exists, read_failed, write_failed};
use crate::effects::exchange::sync_parent;

/// The dump in its folder.
const FILE: &str = "database.sql";
/// The last line of a dump that came to its end (`mysqldump`, "--dump-date").
const COMPLETE: &str = "-- Dump completed";
const BLOCK: usize = 1 << 20;
/// Bytes of a dump between two words about it.
const SAID_EACH: u64 = 64 << 20;

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
                "--routines",
                "--triggers",
                "--events",
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

    /// Loads the dump into a database. The tool's input ends when raylift does, so that nothing goes on loading unseen.
    fn load(&self, dump: &Path, name: &str, progress: Progress<'_>) -> Result<(), HostError> {
        let path = dump.join(FILE);
        let mut file = File::open(&path).map_err(|error| read_failed(&path, error))?;
        let bytes = file.metadata().map_or(0, |stat| stat.len());
        let mut tool = self.client();
        tool.arguments
            .push(OsString::from(format!("--database={name}")));
        tool.stream(
            Box::new(move |stdin, tell| {
                pour(&mut file, stdin, &|done| {
                    tell(format!(
                        "restoring the database: {} %",
                        done.saturating_mul(100) / bytes.max(1)
                    ));
                })
            }),
            Box::new(|stdout, _| io::copy(stdout, &mut io::sink()).map(drop)),
            &mut |line| progress(line.to_owned()),
        )
    }
}

impl Engine for Mysql {
    fn dump(&self, folder: &Path, progress: Progress<'_>) -> Result<(), HostError> {
        let path = folder.join(FILE);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .map_err(|error| write_failed(&path, error))?;
        let mut tool = self.dumper();
        tool.arguments.push(OsString::from(&self.reached.database));
        tool.stream(
            Box::new(|_, _| Ok(())),
            Box::new(move |stdout, tell: Tell<'_>| {
                let mut file = BufWriter::with_capacity(BLOCK, file);
                pour(stdout, &mut file, &|done| {
                    tell(format!("dumping the database: {} MiB", done >> 20));
                })?;
                file.into_inner()?.sync_all()
            }),
            &mut |line| progress(line.to_owned()),
        )?;
        check(&path)
    }

    fn restore(&self, dump: &Path, name: &str, progress: Progress<'_>) -> Result<(), HostError> {
        self.remove(name)?;
        self.create(name)?;
        self.load(dump, name, progress)
    }

    fn remove(&self, name: &str) -> Result<(), HostError> {
        if !is_ours(name) {
            return Ok(());
        }
        self.sql(&format!("DROP DATABASE IF EXISTS {};", identifier(name)))
            .map(drop)
    }

    /// Nothing can be done beside the live database: loading needs it empty.
    fn stage_back(
        &self,
        dump: &Path,
        _names: &Names,
        _progress: Progress<'_>,
    ) -> Result<(), HostError> {
        check(&dump.join(FILE))
    }

    fn bring_back(
        &self,
        dump: &Path,
        names: &Names,
        notes: &Path,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError> {
        let (live, aside) = (&self.reached.database, names.aside());
        let emptied = notes.join("database.emptied");
        if !exists(&emptied)? {
            progress("setting the tables aside".to_owned());
            self.create(&aside)?;
            self.keep_objects(&notes.join("database-objects.sql"))?;
            self.drop_objects()?;
            self.move_tables(live, &aside)?;
            File::create(&emptied)
                .and_then(|file| file.sync_all())
                .map_err(|error| write_failed(&emptied, error))?;
            sync_parent(&emptied)?;
        }
        // What an attempt that was killed has loaded is loaded again; the tables that count are aside.
        self.drop_objects()?;
        self.drop_tables()?;
        self.load(dump, live, progress)?;
        Ok(vec![format!(
            "the tables of the failed update are kept on the server in database {aside}"
        )])
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
                let at = |column: usize| row.get(column).map_or("", String::as_str);
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

/// A dump that was cut off lacks its last line.
fn check(path: &Path) -> Result<(), HostError> {
    let failed = |error: io::Error| read_failed(path, error);
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(4096)))
        .map_err(failed)?;
    let complete = BufReader::new(file)
        .split(b'\n')
        .map_while(Result::ok)
        .any(|line| line.starts_with(COMPLETE.as_bytes()));
    if complete {
        return Ok(());
    }
    Err(HostError::new(
        codes::DUMP_FAILED,
        format!("the dump {} ends before its end", path.display()),
    ))
}

/// Copies to the end and says from time to time how far it is, in bytes.
fn pour(from: &mut dyn Read, to: &mut dyn Write, say: &dyn Fn(u64)) -> io::Result<()> {
    let mut block = vec![0; BLOCK];
    let (mut done, mut said) = (0_u64, 0_u64);
    loop {
        let count = match from.read(&mut block) {
            Ok(0) => return to.flush(),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        to.write_all(block.get(..count).unwrap_or_default())?;
        done += count as u64;
        if done - said >= SAID_EACH {
            said = done;
            say(done);
        }
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
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('0') => plain.push('\0'),
                Some(other) => plain.push(other),
                None => {}
            },
            (other, false) => plain.push(other),
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

    #[test]
    fn a_dump_that_was_cut_off_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, "CREATE TABLE a (b int);\n").unwrap();
        assert_eq!(check(&path).unwrap_err().code, codes::DUMP_FAILED);
        std::fs::write(
            &path,
            "CREATE TABLE a (b int);\n-- Dump completed on 2026-01-01\n",
        )
        .unwrap();
        check(&path).unwrap();
    }
}
