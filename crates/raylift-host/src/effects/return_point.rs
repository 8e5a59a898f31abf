//! The return point: database and documents of the stopped site.

use std::path::Path;

use raylift_backup::{BackupStore, FORMAT, Manifest, Part, PartManifest, PlainStore};
use raylift_model::codes;
use raylift_model::facts::{ReleaseRow, TableFacts};
use raylift_model::plan::Plan;
use raylift_run::host::{HostError, Progress, ReturnPoint};
use raylift_survey::machine::DatabaseAccess;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::error::{backup, database, exists, read_failed};
use super::hsqldb::Hsqldb;
use crate::bridge::{Bridge, CoreRow, Mode};

pub(crate) const DATABASE: &str = "database";
pub(crate) const DOCUMENTS: &str = "documents";

/// What was read in the copy of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) tables: Vec<TableFacts>,
    pub(crate) release_rows: Vec<ReleaseRow>,
    /// The core's row with its build date, which the facts leave out.
    pub(crate) core_row: Option<CoreRow>,
}

impl Note {
    /// Reads the database.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub(crate) fn read(access: &DatabaseAccess, mode: Mode) -> Result<Self, HostError> {
        let mut bridge = Bridge::open(access, mode).map_err(database)?;
        let note = Self {
            tables: bridge.tables().map_err(database)?,
            release_rows: bridge.release_rows().map_err(database)?.unwrap_or_default(),
            core_row: bridge.core_row().map_err(database)?,
        };
        if mode == Mode::ReadWrite {
            bridge.shut_down().map_err(database)?;
        }
        Ok(note)
    }
}

/// What is copied: the database's files and the document store, when there is one.
///
/// # Errors
/// When the database is not an embedded HSQLDB, or a folder cannot be read.
pub(crate) fn parts(plan: &Plan, files: &Hsqldb) -> Result<Vec<Part>, HostError> {
    let mut parts = vec![Part {
        name: DATABASE.to_owned(),
        root: files.folder.clone(),
        entries: Some(files.data_files()?),
    }];
    if let Some(root) = &plan.site.store
        && exists(root)?
    {
        parts.push(Part {
            name: DOCUMENTS.to_owned(),
            // A store behind a link is copied, not the link.
            root: root
                .canonicalize()
                .map_err(|error| read_failed(root, error))?,
            entries: None,
        });
    }
    Ok(parts)
}

/// Copies database and documents; see [`raylift_run::host::Host::take_return_point`].
///
/// # Errors
/// When something cannot be read or written, or a copy differs from what was read.
pub(crate) fn take(
    plan: &Plan,
    access: &DatabaseAccess,
    place: &Path,
    now: String,
    progress: Progress<'_>,
) -> Result<ReturnPoint, HostError> {
    let store = PlainStore::new(place);
    if let Some(manifest) = store.complete().map_err(backup)? {
        return of(&manifest);
    }
    let files = Hsqldb::of(access)?;
    let mut taken = Vec::new();
    for part in parts(plan, &files)? {
        progress(format!("copying the {}", part.name));
        let name = part.name.clone();
        let mut told = |line: String| progress(format!("{name}: {line}"));
        taken.push(store.put(&part, &mut told).map_err(backup)?);
    }
    progress("comparing the copies".to_owned());
    for part in &taken {
        store.verify(part).map_err(backup)?;
    }
    progress("reading the copy of the database".to_owned());
    let copy = files.copied_to(&store.folder(DATABASE), access);
    let note = Note::read(&copy, Mode::ReadOnly)?;
    let manifest = Manifest {
        format: FORMAT,
        taken: now,
        parts: taken,
        note: serde_json::to_value(&note).map_err(not_json)?,
    };
    store.seal(&manifest).map_err(backup)?;
    of(&manifest)
}

/// Files below the folder of the document store, and their bytes. A folder that is not there yet has none.
///
/// # Errors
/// When something in it cannot be looked at.
pub(crate) fn count(store: &Path) -> Result<(u64, u64), HostError> {
    if !exists(store)? {
        return Ok((0, 0));
    }
    let (mut files, mut bytes) = (0, 0);
    for entry in WalkDir::new(store) {
        let seen = entry.and_then(|entry| entry.metadata());
        let stat = seen.map_err(|error| read_failed(store, error.into()))?;
        if !stat.is_dir() {
            files += 1;
            bytes += stat.len();
        }
    }
    Ok((files, bytes))
}

/// Reads every file of the return point at `place`; see [`raylift_run::host::Host::verify_return_point`].
///
/// # Errors
/// When there is none, or a file of it is missing or differs from what was taken.
pub(crate) fn verify(place: &Path) -> Result<(), HostError> {
    let manifest = required(place)?;
    let store = PlainStore::new(place);
    manifest
        .parts
        .iter()
        .try_for_each(|part| store.verify(part).map_err(backup))
}

/// What the return point at `place` holds.
///
/// # Errors
/// As [`complete`], and when there is none.
pub(crate) fn required(place: &Path) -> Result<Manifest, HostError> {
    let (manifest, _) = complete(place)?.ok_or_else(|| {
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
/// When it is there, but a file of it is missing or has another size.
pub(crate) fn complete(place: &Path) -> Result<Option<(Manifest, ReturnPoint)>, HostError> {
    let store = PlainStore::new(place);
    let Some(manifest) = store.complete().map_err(backup)? else {
        return Ok(None);
    };
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
    let point = of(&manifest)?;
    Ok(Some((manifest, point)))
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
        digest: manifest.digest().map_err(not_json)?,
        tables: note.tables,
        release_rows: note.release_rows,
        documents: manifest
            .part(DOCUMENTS)
            .map_or((0, 0), PartManifest::totals),
    })
}

fn not_json(error: serde_json::Error) -> HostError {
    HostError::new(
        codes::PROOF_FAILED,
        "what was noted with the return point cannot be understood",
    )
    .caused_by(error)
}
