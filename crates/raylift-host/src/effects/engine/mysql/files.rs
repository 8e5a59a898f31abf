//! The files of a dump: one with tables, views, triggers and routines, one with events. A copy that is only made to be
//! compared has no events: the server would carry them out in it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use raylift_model::codes;
use raylift_run::host::{HostError, Progress};

use super::{Mysql, literal};
use crate::effects::engine::estimate::{Estimate, left};
use crate::effects::engine::tool::Tool;
use crate::effects::engine::written::Written;
use crate::effects::engine::{KnownFiles, known_files};
use crate::effects::error::{exists, read_failed, write_failed};
use crate::unlinked;

/// Tables with their rows, views, triggers and routines.
pub(crate) const TABLES: &str = "database.sql";
/// Events alone.
pub(crate) const EVENTS: &str = "events.sql";
/// The last line of a dump that came to its end (`mysqldump`, "--dump-date").
const COMPLETE: &str = "-- Dump completed";
const BLOCK: usize = 1 << 20;
/// Bytes of a dump between two words about it.
const SAID_EACH: u64 = 64 << 20;

impl Mysql {
    /// Writes both files, at the same time, and checks that they can be loaded.
    pub(super) fn dump_files(
        &self,
        folder: &Path,
        progress: Progress<'_>,
    ) -> Result<KnownFiles, HostError> {
        let tables = ["--routines", "--triggers", "--verbose"];
        let events = [
            "--events",
            "--skip-triggers",
            "--no-data",
            "--no-create-info",
        ];
        let mut written = Written::to(folder);
        let is_broken = AtomicBool::new(false);
        let (tables, events) = thread::scope(|scope| {
            let events = scope.spawn(|| {
                let tool = self.dump_to(&folder.join(EVENTS), &events);
                let done = tool.watch(&mut |_| {});
                is_broken.store(done.is_err(), Ordering::Relaxed);
                done
            });
            let mut estimate = Estimate::new("dumping the database", &self.reached.tables, 1);
            let tables = self.dump_to(&folder.join(TABLES), &tables).watch_beside(
                &mut |line| {
                    if let Some(table) = table_in(line) {
                        progress(estimate.begin(table));
                    }
                },
                &mut || match is_broken.load(Ordering::Relaxed) {
                    // The larger part need not come to its end for nothing.
                    true => Err(io::Error::other("the events are not dumped")),
                    false => written.go_on(),
                },
            );
            (tables, events.join())
        });
        events.unwrap_or_else(|_| {
            let message = "the dump of the events ended before its work";
            Err(HostError::new(codes::DUMP_FAILED, message))
        })?;
        tables?;
        let known = written.end().map_err(|error| read_failed(folder, error))?;
        for name in [TABLES, EVENTS] {
            let path = folder.join(name);
            check(&path)?;
            unlinked::open(&path)
                .and_then(|file| file.sync_all())
                .map_err(|error| write_failed(&path, error))?;
        }
        // A statement with rows is one line.
        let tables = known.get(Path::new(TABLES));
        self.check_packets(tables.map_or(0, |known| known.longest))?;
        Ok(known_files(known))
    }

    /// The tool writes the file itself, as the site's user.
    fn dump_to(&self, path: &Path, options: &[&str]) -> Tool<'_> {
        let mut tool = self.dumper();
        let mut file = OsString::from("--result-file=");
        file.push(path);
        tool.arguments.extend(options.iter().map(OsString::from));
        tool.arguments
            .extend([file, OsString::from(&self.reached.database)]);
        tool
    }

    /// Bytes are dumped as hexadecimal digits, so that a value that the server has taken may be too long for it in a dump.
    fn check_packets(&self, longest: u64) -> Result<(), HostError> {
        let rows = self.sql("SELECT @@GLOBAL.max_allowed_packet;")?;
        let most: u64 = rows
            .first()
            .and_then(|row| row.first()?.parse().ok())
            .unwrap_or(u64::MAX);
        if longest < most {
            return Ok(());
        }
        Err(HostError::new(
            codes::DUMP_FAILED,
            format!(
                "the dump could not be brought back: its longest statement has {longest} bytes, and the server takes {most}; raise max_allowed_packet of the server above that"
            ),
        ))
    }

    /// Loads one file of the dump into a database, and says how far it is. The tool's input ends when raylift does, so
    /// that nothing goes on loading unseen; what it has read already may take a moment.
    pub(super) fn load(
        &self,
        path: &Path,
        name: &str,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        let mut file = File::open(path).map_err(|error| read_failed(path, error))?;
        let bytes = file.metadata().map_or(0, |stat| stat.len());
        let begun = Instant::now();
        let mut tool = self.client();
        // Nothing in a dump is a command of the client, and no line of a routine loses its end.
        tool.arguments.push(OsString::from("--binary-mode"));
        tool.arguments
            .push(OsString::from(format!("--database={name}")));
        let hold = format!("DO GET_LOCK({}, 1);\n", literal(&lock(name)));
        tool.stream(
            Box::new(move |stdin, tell| {
                stdin.write_all(hold.as_bytes())?;
                pour(&mut file, stdin, &|done| {
                    tell(format!(
                        "restoring the database: {} %{}",
                        done.saturating_mul(100) / bytes.max(1),
                        left(begun.elapsed(), done, bytes)
                    ));
                })
            }),
            Box::new(|stdout| io::copy(stdout, &mut io::sink()).map(drop)),
            &mut |line| progress(line.to_owned()),
        )
    }

    /// Loads the events, where the dump has a file of them.
    pub(super) fn load_events(
        &self,
        dump: &Path,
        name: &str,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        let path = dump.join(EVENTS);
        if exists(&path)? {
            self.load(&path, name, progress)?;
        }
        Ok(())
    }

    /// Waits until a load of an attempt that was killed is over: it would write between what is done now.
    pub(super) fn wait_for_loads(&self, name: &str) -> Result<(), HostError> {
        let rows = self.sql(&format!(
            "SELECT GET_LOCK({}, {LOAD_SECONDS});",
            literal(&lock(name))
        ))?;
        if rows.first().and_then(|row| row.first()).map(String::as_str) == Some("1") {
            return Ok(());
        }
        Err(HostError::new(
            codes::RESTORE_FAILED,
            format!("a session that an earlier attempt left still writes to database {name}"),
        ))
    }
}

/// Seconds in which a statement that an earlier attempt began comes to its end.
const LOAD_SECONDS: u32 = 600;

/// Name of the lock that a load holds (`GET_LOCK`: 64 characters, and goes with the session).
fn lock(name: &str) -> String {
    let digest = raylift_model::digest::Digest::of(name.as_bytes());
    format!("raylift {}", digest.as_str().get(..32).unwrap_or_default())
}

/// The table in a line that the tool says with `--verbose`: `-- Retrieving table structure for table User_...`.
fn table_in(line: &str) -> Option<&str> {
    let (_, table) = line.split_once("Retrieving table structure for table ")?;
    Some(table.trim_end_matches('.'))
}

/// A dump that was cut off lacks its last line.
pub(super) fn check(path: &Path) -> Result<(), HostError> {
    if is_complete(path)? {
        return Ok(());
    }
    Err(HostError::new(
        codes::DUMP_FAILED,
        format!(
            "the dump {} ends before its end: the disk may be full",
            path.display()
        ),
    ))
}

/// True for a dump that came to its end.
pub(super) fn is_complete(path: &Path) -> Result<bool, HostError> {
    let failed = |error: io::Error| read_failed(path, error);
    let mut file = unlinked::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(4096)))
        .map_err(failed)?;
    Ok(BufReader::new(file)
        .split(b'\n')
        .map_while(Result::ok)
        .any(|line| line.starts_with(COMPLETE.as_bytes())))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_that_was_cut_off_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(TABLES);
        std::fs::write(&path, "CREATE TABLE a (b int);\n").unwrap();
        assert_eq!(check(&path).unwrap_err().code, codes::DUMP_FAILED);
        std::fs::write(
            &path,
            "CREATE TABLE a (b int);\n-- Dump completed on 2026-01-01\n",
        )
        .unwrap();
        check(&path).unwrap();
    }

    #[test]
    fn the_table_of_a_verbose_line_is_known() {
        let line = "-- Retrieving table structure for table User_...";
        assert_eq!(table_in(line), Some("User_"));
        assert_eq!(table_in("-- Sending SELECT query..."), None);
    }
}
