//! A copy of an embedded HSQLDB that a server has open.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use raylift_backup::{BackupStore, PartManifest, PlainStore};
use raylift_model::codes;
use raylift_run::host::{HostError, Progress};

use super::error::backup;
use super::hsqldb::Hsqldb;
use super::return_point::database_files;

/// Copies of a database that is being written to until one is whole.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// Size, time in seconds and nanoseconds, and number of a file.
type Sign = (u64, i64, i64, u64);

/// A copy counts when no file but the log changed meanwhile: HSQLDB only ever appends to its log until it rewrites
/// the script, and a log that ends early is what a killed server leaves, which HSQLDB recovers from.
///
/// # Errors
/// With [`codes::PROOF_FAILED`] when the files do not come to rest, with [`codes::INTERRUPTED`] as the store, and when one cannot be read or written.
pub(crate) fn copy_at_rest(
    files: &Hsqldb,
    store: &PlainStore,
    progress: Progress<'_>,
) -> Result<PartManifest, HostError> {
    progress("copying the database".to_owned());
    for _ in 0..TRIES {
        store.go_on().map_err(backup)?;
        let before = listing(files)?;
        let part = database_files(files)?;
        let taken = store.put(&part, &mut |_| {}).map_err(backup)?;
        if before == listing(files)? {
            store.verify(&taken).map_err(backup)?;
            return Ok(taken);
        }
        sleep(PAUSE);
    }
    Err(HostError::new(
        codes::PROOF_FAILED,
        "the files of the database do not come to rest for a copy",
    ))
}

/// Size, time and number of each file that must not change, and the mere presence of the log.
fn listing(files: &Hsqldb) -> Result<BTreeMap<OsString, Sign>, HostError> {
    let mut listing = BTreeMap::new();
    for name in files.data_files()? {
        let Ok(stat) = fs::symlink_metadata(files.folder.join(&name)) else {
            continue;
        };
        let is_log = Path::new(&name)
            .extension()
            .is_some_and(|ending| ending == "log");
        let sign = if is_log {
            (0, 0, 0, stat.ino())
        } else {
            (stat.size(), stat.mtime(), stat.mtime_nsec(), stat.ino())
        };
        listing.insert(name, sign);
    }
    Ok(listing)
}
