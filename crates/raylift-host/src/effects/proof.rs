//! The proof that a restore point can be taken and read again, while the site serves.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use raylift_backup::attributes::give;
use raylift_backup::{BackupStore, FORMAT, Manifest, PartManifest, PlainStore, Stop};
use raylift_model::codes;
use raylift_model::facts::DatabaseKind;
use raylift_model::plan::{DatabaseNames, PlannedSite};
use raylift_model::proof::{CopyRecord, ProofRecord};
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;

use super::at_rest::copy_at_rest;
use super::compared::{compare, described};
use super::copied;
use super::documents::{COMPARISONS, Documents, Proven};
use super::engine::{self, Engine, Source};
use super::error::{attributes, backup, go_on, write_failed};
use super::fence::open_path;
use super::hsqldb::Hsqldb;
use super::real::now;
use super::records::{self, last_proof};
use super::remove::remove_tree;
use super::return_point::{DATABASE, Note, count, dump, require_planned};
use super::versions::Versions;
use crate::bridge::Mode;

/// The table with a row for each version of a document (Liferay's `DLFileVersion`).
const VERSIONS: &str = "DLFileVersion";

/// A copy, how long it and its restoring took, what it holds, and what the site held after it.
type Copied = (PartManifest, Duration, Duration, Note, Note);

/// Takes, restores and compares; see [`raylift_run::host::Host::prove_restore_point`].
///
/// # Errors
/// With [`codes::PROOF_FAILED`] when the restored copy differs.
pub(crate) fn prove(
    site: &PlannedSite,
    access: &DatabaseAccess,
    scratch: &Path,
    stop: &Stop,
    progress: Progress<'_>,
) -> Result<ProofRecord, HostError> {
    let begun = Instant::now();
    let engine = engine::stopping(site, access, stop)?;
    if let Some(documents) = Documents::of(site)? {
        // Not only after the database was dumped.
        documents.look()?;
    }
    discard(site, engine.as_deref(), scratch)?;
    let proof = Proof {
        site,
        access,
        names: DatabaseNames::of(site, scratch),
        store: PlainStore::new(scratch.join("backup")).stopping(stop),
        restored: scratch.join("restored"),
        read: Cell::default(),
        versions: Versions::of(site, scratch),
        copy: Cell::default(),
        stop,
    };
    let database = match &engine {
        Some(engine) => {
            // A rollback could not put the live database there.
            engine::refuse_leftover(engine.as_ref(), &proof.names)?;
            if site.copies_on_server() {
                engine.may_copy_live()?;
                let point = return_point_of(site, scratch);
                copied::refuse_leftover(engine.as_ref(), &proof.names, &point)?;
            }
            proof.server(engine.as_ref(), progress)?
        }
        None => proof.files(&Hsqldb::of(access)?, progress)?,
    };
    let checked = proof.check(engine.is_some(), &database.part)?;
    let copy = proof.copy.take();
    let copied = copy.as_ref().map(|copy| {
        format!(
            "database: the restored one copied on its server and compared, every row, in {:.1} s",
            copy.milliseconds as f64 / 1000.0
        )
    });
    let mut record = ProofRecord {
        taken: String::new(),
        compared: std::iter::once(database.line).chain(copied).collect(),
        database_bytes: database.part.totals().1,
        dump_milliseconds: milliseconds(database.dumped),
        restore_milliseconds: milliseconds(database.restored),
        check_milliseconds: milliseconds(checked).max(1),
        rows: proof.read.get().0,
        row_milliseconds: milliseconds(proof.read.get().1),
        documents: 0,
        document_bytes: 0,
        document_milliseconds: 0,
        snapshot: None,
        documents_compared: 0,
        document_bytes_compared: 0,
        document_return_milliseconds: 0,
        copy,
    };
    require_mounted(site, database.listed, stop)?;
    let store = Documents::of(site)?.map(|documents| documents.stopping(stop));
    let mut superfluous = Vec::new();
    if let Some(documents) = &store {
        let last = last_proof(site)?;
        let versions = proof.versions.as_ref();
        let mut proven = documents.prove(scratch, last.as_ref(), versions, progress)?;
        superfluous.append(&mut proven.superfluous);
        note_documents(&mut record, proven);
    }
    discard(site, engine.as_deref(), scratch)?;
    record.compared.push(format!(
        "taken, restored and compared in {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
    record.taken = now();
    records::keep(site, ProofRecord::FILE, &record)?;
    // Not before: a run that goes on needs the proof that counts.
    if let Some(documents) = store {
        documents.supersede(&superfluous);
    }
    Ok(record)
}

/// Where the run that this is the scratch folder of keeps its return point.
fn return_point_of(site: &PlannedSite, scratch: &Path) -> PathBuf {
    let run = scratch.file_name().unwrap_or_default();
    site.state.join("backups").join(run)
}

/// A store that is not mounted is an empty folder, or none: a proof of nothing would pass, and a return point of it would
/// hold no document.
fn require_mounted(site: &PlannedSite, listed: u64, stop: &Stop) -> Result<(), HostError> {
    let Some(store) = site.store.as_deref().filter(|_| listed > 0) else {
        return Ok(());
    };
    if count(store, stop)?.0 > 0 {
        return Ok(());
    }
    Err(failed(&format!(
        "the database lists {listed} versions of documents, and the document store {} holds no file: is it mounted?",
        store.display()
    )))
}

fn note_documents(record: &mut ProofRecord, proven: Proven) {
    let tried = proven.tried;
    record.documents = proven.kept.files;
    record.document_bytes = proven.kept.bytes;
    record.document_milliseconds = milliseconds(proven.opened_in + proven.taken_in);
    record.documents_compared = tried.compared;
    record.document_bytes_compared = tried.bytes_compared;
    let tried_in = milliseconds(proven.tried_in);
    let all_in = if tried.bytes_compared == 0 {
        tried_in
    } else {
        let rate = tried_in as f64 / tried.bytes_compared as f64;
        (rate * proven.kept.bytes as f64) as u64
    };
    record.document_return_milliseconds = milliseconds(proven.opened_in) + all_in;
    let which = if tried.compared + tried.vanished == tried.files {
        "all of them".to_owned()
    } else {
        format!(
            "{} of them ({} bytes: all that are new since the last proof, and a sample)",
            tried.compared, tried.bytes_compared
        )
    };
    record.compared.push(format!(
        "documents: {} files, {} bytes taken, {which} brought back and compared",
        proven.kept.files, proven.kept.bytes
    ));
    record.compared.extend(proven.notes);
    record.snapshot = Some(proven.kept.snapshot);
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The database's part of a proof.
struct ProvenDatabase {
    part: PartManifest,
    line: String,
    dumped: Duration,
    restored: Duration,
    /// Versions of documents that the database lists.
    listed: u64,
}

fn versions(kind: DatabaseKind, note: &Note) -> u64 {
    let names = note.tables.iter().map(|table| table.name.as_str());
    let name = kind.meant(VERSIONS, names);
    let mut tables = note.tables.iter();
    tables
        .find(|table| Some(table.name.as_str()) == name)
        .map_or(0, |table| table.rows)
}

/// The proof alone: takes, restores and compares in `scratch`, which is removed, whatever the outcome.
///
/// # Errors
/// As [`raylift_run::host::Host::prove_restore_point`]; with [`codes::INTERRUPTED`] when `stop` was asked for. What could
/// not be removed is in the evidence.
pub fn drill(
    site: &PlannedSite,
    access: &DatabaseAccess,
    scratch: &Path,
    stop: &Stop,
    progress: Progress<'_>,
) -> Result<ProofRecord, HostError> {
    let result = prove(site, access, scratch, stop, progress);
    progress("removing the scratch copy".to_owned());
    let removed =
        engine::of(site, access).and_then(|engine| discard(site, engine.as_deref(), scratch));
    match (result, removed) {
        (Ok(record), removed) => removed.map(|()| record),
        (Err(error), Ok(())) => Err(error),
        (Err(error), Err(left)) => Err(error.because([format!(
            "the scratch copy is not removed, the next drill tries again: {left}"
        )])),
    }
}

/// Removes what a proof leaves: the scratch folder, and the scratch databases of a server.
///
/// # Errors
/// When something cannot be removed.
pub(crate) fn discard(
    site: &PlannedSite,
    engine: Option<&dyn Engine>,
    scratch: &Path,
) -> Result<(), HostError> {
    if let Some(engine) = engine {
        let names = DatabaseNames::of(site, scratch);
        // Also where the setting is another one since a drill was killed.
        engine.remove(&names.scratch_copy())?;
        engine.remove(&names.scratch())?;
    }
    remove_tree(&site.state, scratch)
}

struct Proof<'a> {
    site: &'a PlannedSite,
    access: &'a DatabaseAccess,
    names: DatabaseNames,
    store: PlainStore,
    restored: PathBuf,
    /// Rows of the site at the last look, and how long that took.
    read: Cell<(u64, Duration)>,
    versions: Option<Versions>,
    /// How long the copy of the restored database took, where one was made.
    copy: Cell<Option<CopyRecord>>,
    stop: &'a Stop,
}

impl Proof<'_> {
    /// The site is read before and after the dump is taken: what the restored one holds must lie between.
    fn server(
        &self,
        engine: &dyn Engine,
        progress: Progress<'_>,
    ) -> Result<ProvenDatabase, HostError> {
        let scratch = self.names.scratch();
        self.compared("dumped, restored", progress, |progress| {
            let begun = Instant::now();
            let part = dump(self.site, engine, &self.store, progress)?;
            let dumped = begun.elapsed();
            let after = self.look(progress)?;
            let begun = Instant::now();
            let folder = self.store.folder(DATABASE);
            engine.restore(Source::Dump(&folder), &scratch, progress)?;
            let restored = begun.elapsed();
            progress("comparing the restored database".to_owned());
            let restored_access = engine.access(&scratch)?;
            let found = Note::read_all(&restored_access, Mode::ReadOnly, self.stop, progress)?;
            self.list_versions(&restored_access, progress)?;
            if self.site.copies_on_server() {
                self.copy(engine, &found, progress)?;
            }
            engine.remove(&scratch)?;
            Ok((part, dumped, restored, found, after))
        })
    }

    /// The live database cannot be copied on its server while the site is connected to it, so that the restored one is: by
    /// the same statement, with the same content.
    fn copy(
        &self,
        engine: &dyn Engine,
        restored: &Note,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        let name = self.names.scratch_copy();
        let begun = Instant::now();
        engine.restore(Source::Database(&self.names.scratch()), &name, progress)?;
        let copied = begun.elapsed();
        progress("comparing the copy on the server".to_owned());
        // As the return point's copy is counted and shut.
        let begun = Instant::now();
        copied::read(engine, &name, self.stop)?;
        engine.admit(&name, false)?;
        let counted = begun.elapsed();
        engine.admit(&name, true)?;
        let access = engine.access(&name)?;
        let found = Note::read_all(&access, Mode::ReadOnly, self.stop, progress)?;
        let differences = compare(restored, &found, restored);
        if !differences.is_empty() {
            return Err(
                failed("the copy of the restored database on its server differs from it")
                    .because(differences),
            );
        }
        self.copy.set(Some(CopyRecord {
            milliseconds: milliseconds(copied).max(1),
            count_milliseconds: milliseconds(counted),
            bytes: engine.bytes(Some(&self.names.scratch()))?,
            site_bytes: engine.bytes(None)?,
        }));
        engine.remove(&name)
    }

    /// The same for an embedded HSQLDB.
    fn files(&self, files: &Hsqldb, progress: Progress<'_>) -> Result<ProvenDatabase, HostError> {
        self.compared("restored, opened", progress, |progress| {
            let begun = Instant::now();
            let part = copy_at_rest(files, &self.store, progress)?;
            let dumped = begun.elapsed();
            let begun = Instant::now();
            let found = self.open_restored(files, &part, progress)?;
            let restored = begun.elapsed();
            Ok((part, dumped, restored, found, self.look(progress)?))
        })
    }

    /// Takes a copy until it agrees with what the site was before and after.
    fn compared(
        &self,
        done: &str,
        progress: Progress<'_>,
        mut take: impl FnMut(Progress<'_>) -> Result<Copied, HostError>,
    ) -> Result<ProvenDatabase, HostError> {
        let mut before = self.look(progress)?;
        require_planned(self.site, &before)?;
        let mut differences = Vec::new();
        for _ in 0..COMPARISONS {
            let (part, dumped, restored, found, after) = take(progress)?;
            differences = compare(&before, &found, &after);
            if differences.is_empty() {
                return Ok(ProvenDatabase {
                    line: described(&before, &found, &after, done),
                    part,
                    dumped,
                    restored,
                    listed: versions(self.site.database.kind, &after),
                });
            }
            before = after;
        }
        Err(failed("the restored database differs from the site's").because(differences))
    }

    /// What a return point does once the database is dumped, only to see how long that takes: see [`super::return_point`].
    fn check(&self, is_server: bool, part: &PartManifest) -> Result<Duration, HostError> {
        let begun = Instant::now();
        self.store.verify(part).map_err(backup)?;
        let copy = match is_server {
            true => None,
            false => {
                let copy = self.store.folder(DATABASE);
                Some(Hsqldb::of(self.access)?.copied_to(&copy, self.access))
            }
        };
        go_on(self.stop)?;
        let sealed = Manifest {
            format: FORMAT,
            taken: now(),
            parts: vec![part.clone()],
            note: serde_json::Value::Null,
        };
        self.store.seal(&sealed).map_err(backup)?;
        if self.store.complete().map_err(backup)?.as_ref() != Some(&sealed) {
            return Err(failed(
                "the list of the copies does not come back as it was written",
            ));
        }
        let access = copy.as_ref().unwrap_or(self.access);
        Note::read(access, Mode::ReadOnly, self.stop)?;
        go_on(self.stop)?;
        Ok(begun.elapsed())
    }

    fn look(&self, progress: Progress<'_>) -> Result<Note, HostError> {
        let begun = Instant::now();
        let note = Note::read_all(self.access, Mode::ReadOnly, self.stop, progress)?;
        let rows = note.tables.iter().map(|table| table.rows).sum();
        self.read.set((rows, begun.elapsed()));
        Ok(note)
    }

    fn open_restored(
        &self,
        files: &Hsqldb,
        part: &PartManifest,
        progress: Progress<'_>,
    ) -> Result<Note, HostError> {
        let target = self.restored.join(DATABASE);
        remove_tree(&self.site.state, &target)?;
        fs::create_dir_all(&self.restored).map_err(|error| write_failed(&self.restored, error))?;
        self.store
            .restore(part, &target, progress)
            .map_err(backup)?;
        let owner = &self.site.owner;
        give(&target, owner.uid, owner.gid).map_err(attributes)?;
        open_path(&self.restored, &self.site.state, owner)?;
        progress("opening the restored database".to_owned());
        let access = files.copied_to(&target, self.access);
        let found = Note::read_all(&access, Mode::ReadWrite, self.stop, progress)?;
        self.list_versions(&access, progress)?;
        Ok(found)
    }

    fn list_versions(
        &self,
        restored: &DatabaseAccess,
        progress: Progress<'_>,
    ) -> Result<(), HostError> {
        match &self.versions {
            Some(versions) => versions.list(restored, self.stop, progress),
            None => Ok(()),
        }
    }
}

fn failed(message: &str) -> HostError {
    HostError::new(codes::PROOF_FAILED, message)
}
