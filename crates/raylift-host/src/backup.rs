//! What of a site goes into a backup of its own, outside a run.

use std::path::Path;

use raylift_backup::repository::Input;
use raylift_backup::{Part, PlainStore};
use raylift_model::plan::PlannedSite;
use raylift_model::settings::Settings;
use raylift_run::host::{HostError, Progress};

use crate::effects::at_rest::copy_at_rest;
use crate::effects::engine;
use crate::effects::hsqldb::Hsqldb;
use crate::effects::return_point::{DATABASE, database_files, dump};
use crate::site::{access, request};

/// The name of the part with the database.
pub const DATABASE_PART: &str = DATABASE;

/// The database of a site. The files of an embedded HSQLDB are taken where they lie when the server is down; while it
/// runs they are copied to `scratch` first, until a copy is whole. A database server is dumped to `scratch`, which lies
/// below raylift's own folder.
///
/// # Errors
/// When it is not known how the database is reached, with [`DATABASE_UNSUPPORTED`](raylift_model::codes::DATABASE_UNSUPPORTED) for
/// a database of another kind, and when something cannot be read, dumped or copied.
pub fn database_part(
    site: &PlannedSite,
    settings: &Settings,
    running: bool,
    scratch: &Path,
    progress: Progress<'_>,
) -> Result<Input, HostError> {
    let access = access(&request(&site.home, settings))?;
    let store = PlainStore::new(scratch);
    match engine::of(site, &access)? {
        Some(engine) => {
            dump(site, engine.as_ref(), &store, progress)?;
        }
        None => {
            let files = Hsqldb::of(&access)?;
            if !running {
                return Ok(Input::Files(database_files(&files)?));
            }
            copy_at_rest(&files, &store, progress)?;
        }
    }
    Ok(Input::Files(Part {
        name: DATABASE.to_owned(),
        root: store.folder(DATABASE),
        entries: None,
    }))
}
