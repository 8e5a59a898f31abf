//! The files of a dump: one with tables, views, triggers and routines, one with events. A copy that is only made to be
//! compared has no events: the server would carry them out in it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use raylift_model::codes;
use raylift_run::host::{HostError, Progress};

use super::{Mysql, literal};
use crate::effects::engine::estimate::{Estimate, left};
use crate::effects::error::{exists, read_failed, write_failed};

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
    /// Writes both files and checks that they can be loaded.
    pub(super) fn dump_files(
        &self,
        folder: &Path,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        let options = ["--routines", "--triggers", "--verbose"];
        let longest = self.dump_file(&folder.join(TABLES), &options, progress)?;
        let options = [
            "--events",
            "--skip-triggers",
            "--no-data",
            "--no-create-info",
        ];
        self.dump_file(&folder.join(EVENTS), &options, &mut |_| {})?;
        self.check_packets(longest)
    }

    /// Answers the bytes of the longest line: a statement with rows is one line.
    fn dump_file(
        &self,
        path: &Path,
        options: &[&str],
        progress: Progress<'_>,
    ) -> Result<u64, HostError> {
        // The folder was empty and belongs to the site's user: as root raylift follows no link that lies there.
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(|error| write_failed(path, error))?;
        let mut tool = self.dumper();
        tool.arguments.extend(options.iter().map(OsString::from));
        tool.arguments.push(OsString::from(&self.reached.database));
        let mut estimate = Estimate::new("dumping the database", &self.reached.tables, 1);
        let longest = AtomicU64::new(0);
        let measured = &longest;
        tool.stream(
            Box::new(|_, _| Ok(())),
            Box::new(move |stdout| {
                let mut lines = Lines {
                    file: BufWriter::with_capacity(BLOCK, file),
                    length: 0,
                    longest: 0,
                };
                pour(stdout, &mut lines, &|_| {})?;
                measured.store(lines.longest, Ordering::Relaxed);
                lines.file.into_inner()?.sync_all()
            }),
            &mut |line| {
                if let Some(table) = table_in(line) {
                    progress(estimate.begin(table));
                }
            },
        )?;
        check(path)?;
        Ok(longest.into_inner())
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
        format!("the dump {} ends before its end", path.display()),
    ))
}

/// True for a dump that came to its end.
pub(super) fn is_complete(path: &Path) -> Result<bool, HostError> {
    let failed = |error: io::Error| read_failed(path, error);
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(4096)))
        .map_err(failed)?;
    Ok(BufReader::new(file)
        .split(b'\n')
        .map_while(Result::ok)
        .any(|line| line.starts_with(COMPLETE.as_bytes())))
}

/// A file that knows its longest line.
struct Lines<W: Write> {
    file: W,
    length: u64,
    longest: u64,
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        let count = self.file.write(block)?;
        let written = block.get(..count).unwrap_or_default();
        let mut parts = written.split(|byte| *byte == b'\n');
        self.length += parts.next().map_or(0, <[u8]>::len) as u64;
        self.longest = self.longest.max(self.length);
        for part in parts {
            self.length = part.len() as u64;
            self.longest = self.longest.max(self.length);
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
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

    #[test]
    fn the_longest_line_is_known_over_the_ends_of_blocks() {
        let mut lines = Lines {
            file: Vec::new(),
            length: 0,
            longest: 0,
        };
        for block in ["ab", "cd\nx\n", "", "12345", "\n1234"] {
            lines.write_all(block.as_bytes()).unwrap();
        }
        assert_eq!(lines.longest, 5);
        assert_eq!(lines.file, b"abcd\nx\n12345\n1234");
    }
}
