//! What the database's URL means for the helper.

use std::path::{Path, PathBuf};

use raylift_formats::jdbc_url;
use raylift_model::codes;
use raylift_survey::machine::{DatabaseAccess, DatabaseError};

use super::Mode;
use super::snapshot::{Snapshot, with_ending};

/// Heap for the program itself and a driver.
const SMALLEST_HEAP_MIB: u64 = 64;

/// An embedded HSQLDB holds its tables in memory (Liferay's are `MEMORY` tables): bytes of heap for each byte of its
/// files, generously.
const HEAP_FOR_EACH_BYTE: u64 = 8;

/// The database, as far as the URL tells.
pub(super) struct Target {
    /// URL for the driver.
    pub(super) url: String,
    /// Largest heap in MiB.
    pub(super) heap_mib: u64,
    /// What people are told: the path of a database in files, else the URL without its options, which may hold secrets.
    pub(super) shown: String,
    /// The site's own files without ending, when it is a database in files.
    pub(super) path: Option<PathBuf>,
    /// What the URL leads to, when that is a copy.
    pub(super) snapshot: Option<Snapshot>,
}

impl Target {
    /// An embedded HSQLDB that is to be read is copied.
    pub(super) fn of(access: &DatabaseAccess, mode: Mode) -> Result<Self, DatabaseError> {
        let Some(files) = jdbc_url::read(&access.url).and_then(|url| url.hsqldb) else {
            let end = access.url.find(['?', ';']).unwrap_or(access.url.len());
            return Ok(Self {
                url: access.url.clone(),
                heap_mib: SMALLEST_HEAP_MIB,
                shown: access.url.get(..end).unwrap_or_default().to_owned(),
                path: None,
                snapshot: None,
            });
        };
        let path = PathBuf::from(&files.path);
        let snapshot = match mode {
            Mode::ReadOnly => Some(
                Snapshot::take(&path, &access.owner).map_err(|error| unreadable(&path, &error))?,
            ),
            Mode::ReadWrite => None,
        };
        let opened = snapshot.as_ref().map_or(path.clone(), Snapshot::path);
        Ok(Self {
            url: url(&opened, &access.url, mode),
            heap_mib: heap_mib(&path),
            shown: path.display().to_string(),
            path: Some(path),
            snapshot,
        })
    }
}

/// The URL with all its options. Of an option that is there twice HSQLDB takes the last; `ifexists` keeps it from making
/// a database where none is (HyperSQL guide, "Properties").
fn url(path: &Path, written: &str, mode: Mode) -> String {
    let options = written
        .split_once(';')
        .map(|(_, options)| options.trim().trim_end_matches(';'))
        .filter(|options| !options.is_empty())
        .map(|options| format!(";{options}"))
        .unwrap_or_default();
    let ours = match mode {
        Mode::ReadOnly => ";readonly=true;ifexists=true",
        Mode::ReadWrite => ";ifexists=true",
    };
    format!("jdbc:hsqldb:file:{}{options}{ours}", path.display())
}

fn heap_mib(path: &Path) -> u64 {
    let size: u64 = ["script", "log"]
        .iter()
        .filter_map(|ending| std::fs::metadata(with_ending(path, ending)).ok())
        .map(|metadata| metadata.len())
        .sum();
    SMALLEST_HEAP_MIB + size.saturating_mul(HEAP_FOR_EACH_BYTE) / (1 << 20)
}

fn unreadable(path: &Path, error: &std::io::Error) -> DatabaseError {
    DatabaseError {
        code: codes::DATABASE_UNREACHABLE,
        message: format!(
            "the files of database {} cannot be copied for reading: {error}",
            path.display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::access;

    fn target(url: &str, mode: Mode) -> Target {
        Target::of(&access(url), mode)
            .map_err(|error| error.message)
            .unwrap()
    }

    #[test]
    fn a_writer_gets_the_sites_own_files_and_never_new_ones() {
        let target = target(
            "jdbc:hsqldb:/a/lportal;hsqldb.write_delay=false;",
            Mode::ReadWrite,
        );
        assert_eq!(
            target.url,
            "jdbc:hsqldb:file:/a/lportal;hsqldb.write_delay=false;ifexists=true"
        );
        assert_eq!(target.shown, "/a/lportal");
        assert!(target.snapshot.is_none());
    }

    #[test]
    fn a_reader_gets_a_copy() {
        let target = target("jdbc:hsqldb:/a/lportal;readonly=false", Mode::ReadOnly);
        let copy = target.snapshot.unwrap().path();
        assert_eq!(
            target.url,
            format!(
                "jdbc:hsqldb:file:{};readonly=false;readonly=true;ifexists=true",
                copy.display()
            )
        );
        assert_eq!(target.shown, "/a/lportal");
    }

    #[test]
    fn other_urls_are_left_alone_and_shown_without_options() {
        let url = "jdbc:postgresql://db:5432/lportal?user=a&password=secret";
        let target = target(url, Mode::ReadOnly);
        assert_eq!(target.url, url);
        assert_eq!(target.shown, "jdbc:postgresql://db:5432/lportal");
    }

    #[test]
    fn the_heap_grows_with_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("lportal");
        let url = format!("jdbc:hsqldb:{}", base.display());
        assert_eq!(target(&url, Mode::ReadOnly).heap_mib, 64);
        std::fs::write(folder.path().join("lportal.script"), vec![0; 3 << 20]).unwrap();
        std::fs::write(folder.path().join("lportal.log"), vec![0; 1 << 20]).unwrap();
        assert_eq!(target(&url, Mode::ReadOnly).heap_mib, 64 + 32);
    }
}
