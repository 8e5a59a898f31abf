//! The return point: database and documents of the stopped site.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use raylift_backup::attributes::give;
use raylift_backup::{BackupStore, FORMAT, Manifest, Part, PartManifest, PlainStore, Stop, is_own};
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{ReleaseRow, TableFacts};
use raylift_model::plan::{DatabaseNames, PlannedSite};
use raylift_run::host::{HostError, Progress, ReturnPoint};
use raylift_survey::machine::DatabaseAccess;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::copied::{self, OnServer};
use super::documents::{Documents, Kept};
use super::engine::{self, Engine};
use super::error::{attributes, backup, database, exists, go_on, read_failed};
use super::fence::open_path;
use super::folders::make_private;
use super::hsqldb::Hsqldb;
use super::places::{require_planned_copy, require_planned_documents};
use super::records::last_proof;
use super::remove::remove_tree;
use crate::bridge::{Bridge, CoreRow, Mode};

pub(crate) const DATABASE: &str = "database";

/// What was read in the copy of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) tables: Vec<TableFacts>,
    pub(crate) release_rows: Vec<ReleaseRow>,
    /// The core's row with its build date, which the facts leave out.
    pub(crate) core_row: Option<CoreRow>,
    /// Digest of each table's rows, where they were read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) digests: BTreeMap<String, String>,
    /// Digest of each table's columns and indexes, where they were read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) shapes: BTreeMap<String, Digest>,
    /// The documents, in the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kept: Option<Kept>,
    /// The database on the server that is the copy; nothing where a dump or files are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) copy: Option<String>,
}

impl Note {
    /// Reads the database.
    ///
    /// # Errors
    /// When it cannot be reached, and with [`codes::INTERRUPTED`].
    pub(crate) fn read(
        access: &DatabaseAccess,
        mode: Mode,
        stop: &Stop,
    ) -> Result<Self, HostError> {
        let mut bridge = Bridge::open(access, mode).map_err(database)?.stopping(stop);
        let note = Self {
            tables: bridge.tables().map_err(database)?,
            release_rows: bridge.release_rows().map_err(database)?.unwrap_or_default(),
            core_row: bridge.core_row().map_err(database)?,
            digests: BTreeMap::new(),
            shapes: BTreeMap::new(),
            kept: None,
            copy: None,
        };
        if mode == Mode::ReadWrite {
            bridge.shut_down().map_err(database)?;
        }
        Ok(note)
    }

    /// Reads every row and the shape of every table, too.
    ///
    /// # Errors
    /// When it cannot be reached, and with [`codes::INTERRUPTED`].
    pub(crate) fn read_all(
        access: &DatabaseAccess,
        mode: Mode,
        stop: &Stop,
        progress: Progress<'_>,
    ) -> Result<Self, HostError> {
        let mut bridge = Bridge::open(access, mode).map_err(database)?.stopping(stop);
        let schema = bridge.schema().map_err(database)?;
        let count = schema.len();
        let mut note = Self {
            tables: Vec::new(),
            release_rows: bridge.release_rows().map_err(database)?.unwrap_or_default(),
            core_row: bridge.core_row().map_err(database)?,
            digests: BTreeMap::new(),
            shapes: BTreeMap::new(),
            kept: None,
            copy: None,
        };
        for (number, (name, shape)) in schema.into_iter().enumerate() {
            go_on(stop)?;
            if number % 20 == 0 {
                progress(format!("reading the rows: table {} of {count}", number + 1));
            }
            // A table that went away meanwhile is not there.
            let Some(read) = bridge.digest(&name).map_err(database)? else {
                continue;
            };
            // HSQLDB makes up the names of the indexes of constraints at each start.
            let mut indexes: Vec<_> = shape.indexes.into_values().collect();
            indexes.sort();
            let text = serde_json::to_vec(&(shape.columns, shape.primary_key, indexes));
            note.shapes
                .insert(name.clone(), Digest::of(&text.map_err(not_json)?));
            note.digests.insert(name.clone(), read.digest);
            note.tables.push(TableFacts {
                name,
                rows: read.rows,
            });
        }
        if mode == Mode::ReadWrite {
            bridge.shut_down().map_err(database)?;
        }
        Ok(note)
    }
}

/// Refuses when a table of the plan is gone: somebody dropped it since, and a copy would only hold that loss.
///
/// # Errors
/// With [`codes::PLAN_STALE`] and the tables.
pub(crate) fn require_planned(site: &PlannedSite, note: &Note) -> Result<(), HostError> {
    let there: BTreeSet<&str> = note
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    let gone: Vec<String> = site
        .tables
        .iter()
        .filter(|table| !there.contains(table.name.as_str()))
        .map(|table| format!("{}, with {} rows then", table.name, table.rows))
        .collect();
    if gone.is_empty() {
        return Ok(());
    }
    Err(HostError::new(
        codes::PLAN_STALE,
        "the database has lost tables since the plan was made: find out who dropped them, then make a new plan",
    )
    .because(gone))
}

/// The files of an embedded HSQLDB.
///
/// # Errors
/// When their folder cannot be read.
pub(crate) fn database_files(files: &Hsqldb) -> Result<Part, HostError> {
    Ok(Part {
        name: DATABASE.to_owned(),
        root: files.folder.clone(),
        entries: Some(files.data_files()?),
    })
}

/// Dumps a database server into the part's folder of the store, which is emptied first, and takes the dump as the part.
///
/// # Errors
/// When the dump fails or cannot be written.
pub(crate) fn dump(
    site: &PlannedSite,
    engine: &dyn Engine,
    store: &PlainStore,
    progress: Progress<'_>,
) -> Result<PartManifest, HostError> {
    let folder = store.folder(DATABASE);
    let (state, owner) = (&site.state, &site.owner);
    remove_tree(state, &folder)?;
    make_private(&folder)?;
    // The tools work as the site's user.
    give(&folder, owner.uid, owner.gid).map_err(attributes)?;
    if let Some(above) = folder.parent() {
        open_path(above, state, owner)?;
    }
    let known = engine.dump(&folder, progress)?;
    progress("listing what was dumped".to_owned());
    store.adopt(DATABASE, &known).map_err(backup)
}

/// Copies database and documents; see [`raylift_run::host::Host::take_return_point`].
///
/// # Errors
/// When something cannot be read or written, or a copy differs from what was read.
pub(crate) fn take(
    site: &PlannedSite,
    access: &DatabaseAccess,
    place: &Path,
    now: String,
    progress: Progress<'_>,
) -> Result<ReturnPoint, HostError> {
    let store = PlainStore::new(place);
    if let Some(manifest) = store.complete().map_err(backup)? {
        return of(&manifest);
    }
    let names = DatabaseNames::of(site, place);
    let documents = Documents::of(site)?;
    if let Some(documents) = &documents {
        // Not only after the database was dumped: nobody is served.
        documents.look()?;
    }
    let engine = engine::of(site, access)?;
    let mut taken = Vec::new();
    let mut copy = None;
    match &engine {
        Some(engine) if site.copies_on_server() => {
            copy = Some(copied::copy(engine.as_ref(), &names, place, progress)?);
        }
        Some(engine) => taken.push(dump(site, engine.as_ref(), &store, progress)?),
        None => {
            let files = database_files(&Hsqldb::of(access)?)?;
            taken.push(put(&store, &files, progress)?);
        }
    }
    let kept = match &documents {
        Some(documents) => Some(documents.take(place, last_proof(site)?.as_ref(), progress)?),
        None => None,
    };
    progress("comparing the copies".to_owned());
    for part in &taken {
        store.verify(part).map_err(backup)?;
    }
    progress("counting the rows of the database".to_owned());
    let mut note = match (&engine, &copy) {
        (Some(engine), Some(copy)) => copied::checked(engine.as_ref(), copy, access)?,
        // Nobody writes: the site is stopped, and who else was connected has stopped the run.
        (Some(_), None) => Note::read(access, Mode::ReadOnly, &Stop::default())?,
        (None, _) => {
            let files = Hsqldb::of(access)?.copied_to(&store.folder(DATABASE), access);
            Note::read(&files, Mode::ReadOnly, &Stop::default())?
        }
    };
    require_planned(site, &note)?;
    note.kept = kept;
    note.copy = copy;
    let manifest = Manifest {
        format: FORMAT,
        taken: now,
        parts: taken,
        note: serde_json::to_value(&note).map_err(not_json)?,
    };
    store.seal(&manifest).map_err(backup)?;
    of(&manifest)
}

fn put(store: &PlainStore, part: &Part, progress: Progress<'_>) -> Result<PartManifest, HostError> {
    progress(format!("copying the {}", part.name));
    let mut told = |line: String| progress(format!("{}: {line}", part.name));
    store.put(part, &mut told).map_err(backup)
}

/// Files and links below the folder of the document store, and the bytes of the files. A folder that is not there yet has none.
///
/// # Errors
/// When something in it cannot be looked at, and with [`codes::INTERRUPTED`].
pub(crate) fn count(store: &Path, stop: &Stop) -> Result<(u64, u64), HostError> {
    if !exists(store)? {
        return Ok((0, 0));
    }
    // A store behind a link is counted, not the link.
    let store = store
        .canonicalize()
        .map_err(|error| read_failed(store, error))?;
    let (mut files, mut bytes) = (0, 0);
    let entries = WalkDir::new(&store)
        .into_iter()
        .filter_entry(|entry| entry.depth() != 1 || !is_own(entry.file_name()));
    for entry in entries {
        go_on(stop)?;
        let seen = entry.and_then(|entry| entry.metadata());
        let stat = seen.map_err(|error| read_failed(&store, error.into()))?;
        if !stat.is_dir() {
            files += 1;
            bytes += if stat.is_file() { stat.len() } else { 0 };
        }
    }
    Ok((files, bytes))
}

/// Reads every file of the return point at `place`, and counts the rows of a copy on the server; see [`raylift_run::host::Host::verify_return_point`].
///
/// # Errors
/// When there is none, or a part of it is missing or differs from what was taken.
pub(crate) fn verify(place: &Path, server: &OnServer<'_>) -> Result<(), HostError> {
    let manifest = required(place, server)?;
    let store = PlainStore::new(place);
    for part in &manifest.parts {
        store.verify(part).map_err(backup)?;
    }
    let note = note(&manifest)?;
    if let Some(copy) = &note.copy {
        server.verify(copy, &note)?;
    }
    match note.kept {
        Some(kept) => kept.verify(&mut |_| {}),
        None => Ok(()),
    }
}

/// What the return point at `place` holds.
///
/// # Errors
/// As [`complete`], and when there is none.
pub(crate) fn required(place: &Path, server: &OnServer<'_>) -> Result<Manifest, HostError> {
    let (manifest, _) = complete(place, server)?.ok_or_else(|| {
        HostError::new(
            codes::NOTHING_TO_ROLL_BACK,
            format!("there is no return point in {}", place.display()),
        )
    })?;
    Ok(manifest)
}

/// The complete return point at `place`; see [`raylift_run::host::Host::return_point`].
///
/// # Errors
/// When it is there, but not one of the plan, or a file of it is missing or has another size, or its copy on the server is gone.
pub(crate) fn complete(
    place: &Path,
    server: &OnServer<'_>,
) -> Result<Option<(Manifest, ReturnPoint)>, HostError> {
    let store = PlainStore::new(place);
    let Some(manifest) = store.complete().map_err(backup)? else {
        return Ok(None);
    };
    // Before anything that the list names is opened.
    require_planned_documents(server.site, &manifest)?;
    for part in &manifest.parts {
        for (path, size, _) in part.files() {
            let path = store
                .folder(&part.name)
                .join(raylift_backup::unescape(path));
            let found = std::fs::symlink_metadata(&path).map(|stat| stat.len());
            if found.as_ref().ok() != Some(&size) {
                let error = HostError::new(
                    codes::PROOF_FAILED,
                    format!(
                        "the return point is damaged: {} is not what was taken",
                        path.display()
                    ),
                );
                return Err(match found {
                    Ok(_) => error,
                    Err(cause) => error.caused_by(cause),
                });
            }
        }
    }
    let note = note(&manifest)?;
    if let Some(copy) = &note.copy {
        // Before anybody asks a server about that name.
        require_planned_copy(server.site, place, copy)?;
        server.require(copy)?;
    }
    if let Some(kept) = note.kept {
        kept.is_listed()?;
    }
    let point = of(&manifest)?;
    Ok(Some((manifest, point)))
}

/// What was noted with the return point at `place`, whether or not the rest of it is there.
///
/// # Errors
/// When the note cannot be read or understood.
pub(crate) fn noted(place: &Path) -> Result<Option<Note>, HostError> {
    let manifest = PlainStore::new(place).complete().map_err(backup)?;
    manifest.as_ref().map(note).transpose()
}

/// What was noted when the return point was taken.
///
/// # Errors
/// When the note cannot be understood.
pub(crate) fn note(manifest: &Manifest) -> Result<Note, HostError> {
    serde_json::from_value(manifest.note.clone()).map_err(not_json)
}

fn of(manifest: &Manifest) -> Result<ReturnPoint, HostError> {
    let note = note(manifest)?;
    Ok(ReturnPoint {
        taken: manifest.taken.clone(),
        digest: digest(manifest, &note)?,
        tables: note.tables,
        release_rows: note.release_rows,
        documents: note.kept.map_or((0, 0), |kept| (kept.files, kept.bytes)),
        snapshot: None,
    })
}

/// Over everything the return point holds. The id of a backup is a digest of what is in it; of a copy on the server there
/// is its name and what was counted.
fn digest(manifest: &Manifest, note: &Note) -> Result<Digest, HostError> {
    let mut digest = manifest.digest().map_err(not_json)?;
    if let Some(kept) = &note.kept {
        digest = Digest::of(format!("{digest} {}", kept.snapshot).as_bytes());
    }
    if let Some(copy) = &note.copy {
        let counted =
            serde_json::to_string(&(&note.tables, &note.release_rows)).map_err(not_json)?;
        digest = Digest::of(format!("{digest} {copy} {counted}").as_bytes());
    }
    Ok(digest)
}

/// Ids of the backups that return points below `backups` need.
///
/// # Errors
/// When a return point cannot be read: what it needs is not known then.
pub fn needed_backups(backups: &Path) -> Result<Vec<String>, HostError> {
    let needed = needed(backups)?.into_iter();
    Ok(needed.map(|(_, kept)| kept.snapshot).collect())
}

/// Return points below `backups` whose documents are not within reach, and why not.
///
/// # Errors
/// When a return point cannot be read: what it needs is not known then.
pub fn return_points_without_documents(
    backups: &Path,
) -> Result<Vec<(PathBuf, HostError)>, HostError> {
    let needed = needed(backups)?.into_iter();
    Ok(needed
        .filter_map(|(place, kept)| kept.is_listed().err().map(|error| (place, error)))
        .collect())
}

/// Return points below `backups` whose documents lie in a repository.
fn needed(backups: &Path) -> Result<Vec<(PathBuf, Kept)>, HostError> {
    let mut needed = Vec::new();
    if !exists(backups)? {
        return Ok(needed);
    }
    let failed = |error| read_failed(backups, error);
    for point in std::fs::read_dir(backups).map_err(failed)? {
        let place = point.map_err(failed)?.path();
        if !place.is_dir() {
            continue;
        }
        if let Some(manifest) = PlainStore::new(&place).complete().map_err(backup)? {
            needed.extend(note(&manifest)?.kept.map(|kept| (place, kept)));
        }
    }
    Ok(needed)
}

pub(crate) fn not_json(error: serde_json::Error) -> HostError {
    HostError::new(
        codes::PROOF_FAILED,
        "what was noted with the return point cannot be understood",
    )
    .caused_by(error)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn counting_documents_ends_when_that_is_asked_for() {
        let store = tempfile::tempdir().unwrap();
        std::fs::write(store.path().join("1.0"), "text").unwrap();
        assert_eq!(count(store.path(), &Stop::default()).unwrap(), (1, 4));
        let asked = Stop::when(Arc::new(AtomicBool::new(true)));
        let error = count(store.path(), &asked).unwrap_err();
        assert_eq!(error.code, codes::INTERRUPTED);
    }
}
