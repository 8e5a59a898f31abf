//! What of a site goes into a backup of its own, outside a run.

use std::path::Path;

use raylift_backup::repository::Input;
use raylift_backup::{Part, PlainStore, Stop};
use raylift_model::plan::PlannedSite;
use raylift_model::settings::Settings;
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;

use crate::effects::at_rest::copy_at_rest;
use crate::effects::documents::DOCUMENTS;
use crate::effects::engine;
use crate::effects::hsqldb::Hsqldb;
use crate::effects::return_point::{DATABASE, database_files, dump};
use crate::site::{access, request};

pub use crate::effects::repository_code;
pub use crate::effects::return_point::{needed_backups, return_points_without_documents};

/// The name of the part with the database.
pub const DATABASE_PART: &str = DATABASE;

/// The name of the part with the documents. A proof and a return point take it under the same name, so that a document
/// is read once.
pub const DOCUMENTS_PART: &str = DOCUMENTS;

/// The database of a site. The files of an embedded HSQLDB are taken where they lie when the server is down; while it
/// runs they are copied to `scratch` first, until a copy is whole. A database server is dumped to `scratch`, which lies
/// below raylift's own folder.
///
/// # Errors
/// When it is not known how the database is reached, with [`DATABASE_UNSUPPORTED`](raylift_model::codes::DATABASE_UNSUPPORTED) for
/// a database of another kind, with [`INTERRUPTED`](raylift_model::codes::INTERRUPTED) when `stop` was asked for, and when
/// something cannot be read, dumped or copied.
pub fn database_part(
    site: &PlannedSite,
    settings: &Settings,
    running: bool,
    scratch: &Path,
    stop: &Stop,
    progress: Progress<'_>,
) -> Result<Input, HostError> {
    let access = access(&request(&site.home, settings))?;
    let Some(engine) = engine::stopping(site, &access, stop)? else {
        return files_part(&access, running, scratch, stop, progress);
    };
    let store = PlainStore::new(scratch).stopping(stop);
    dump(site, engine.as_ref(), &store, progress)?;
    Ok(in_scratch(&store))
}

fn files_part(
    access: &DatabaseAccess,
    running: bool,
    scratch: &Path,
    stop: &Stop,
    progress: Progress<'_>,
) -> Result<Input, HostError> {
    let files = Hsqldb::of(access)?;
    if !running {
        return Ok(Input::Dump(database_files(&files)?));
    }
    let store = PlainStore::new(scratch).stopping(stop);
    copy_at_rest(&files, &store, progress)?;
    Ok(in_scratch(&store))
}

fn in_scratch(store: &PlainStore) -> Input {
    Input::Dump(Part {
        name: DATABASE.to_owned(),
        root: store.folder(DATABASE),
        entries: None,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use raylift_model::codes;

    use super::*;
    use crate::testing::access;

    #[test]
    fn files_are_taken_where_they_lie_or_from_a_whole_copy() {
        let folder = tempfile::tempdir().unwrap();
        let live = folder.path().join("live");
        fs::create_dir(&live).unwrap();
        for name in ["lportal.script", "lportal.log", "lportal.lck", "notes.txt"] {
            fs::write(live.join(name), name).unwrap();
        }
        let access = access(&format!("jdbc:hsqldb:{}/lportal", live.display()));
        let scratch = folder.path().join("scratch");
        let part = |running| {
            let input = files_part(&access, running, &scratch, &Stop::default(), &mut |_| {});
            match input.ok().unwrap() {
                Input::Dump(part) => part,
                Input::Files(_) => panic!("rows come in the middle of a script"),
            }
        };
        let down = part(false);
        assert_eq!(down.root, live);
        assert_eq!(
            down.entries.unwrap(),
            ["lportal.log", "lportal.script"].map(std::ffi::OsString::from)
        );
        assert!(!scratch.exists());
        let up = part(true);
        assert_eq!(up.root, scratch.join("database"));
        for name in ["lportal.script", "lportal.log"] {
            assert_eq!(fs::read_to_string(up.root.join(name)).unwrap(), name);
        }
        assert_eq!(fs::read_dir(&up.root).unwrap().count(), 2);
    }

    #[test]
    fn a_copy_of_files_ends_when_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let live = folder.path().join("live");
        fs::create_dir(&live).unwrap();
        fs::write(live.join("lportal.script"), vec![0; 1 << 20]).unwrap();
        let access = access(&format!("jdbc:hsqldb:{}/lportal", live.display()));
        let scratch = folder.path().join("scratch");
        let stop = Stop::when(Arc::new(AtomicBool::new(true)));
        let error = files_part(&access, true, &scratch, &stop, &mut |_| {})
            .err()
            .unwrap();
        assert_eq!(error.code, codes::INTERRUPTED);
    }

    #[test]
    fn a_server_has_no_files_to_copy() {
        let access = access("jdbc:postgresql://localhost/lportal");
        let scratch = Path::new("/nonexistent");
        let error = files_part(&access, false, scratch, &Stop::default(), &mut |_| {})
            .err()
            .unwrap();
        assert_eq!(error.code, codes::DATABASE_UNSUPPORTED);
    }
}
