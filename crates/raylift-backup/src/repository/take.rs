//! Takes a backup.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustic_core::jiff::Zoned;
use rustic_core::repofile::{Chunker, SnapshotFile, SnapshotSummary};
use rustic_core::{
    BackupOptions, ConfigOptions, ErrorKind, IndexedIdsStatus, OpenStatus, RusticError,
};

use super::error::RepositoryError;
use super::open::{Engine, Repaired, Repository};
use super::snapshot::{self, Snapshot, TAG};
use super::source::{Input, Source, Tally, check_names};
use super::storage::Access;
use crate::store::Progress;

/// How often progress is told.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// What restic's `--pack-size` is by itself, as the engine reads it.
const PACK_SIZE: &str = "16 MiB";

/// Whose backup it is and what is noted with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The machine.
    pub host: String,
    /// The site: the home's path. The newest backup of the same host and site is the one that an unchanged file is
    /// compared with.
    pub site: PathBuf,
    /// Tags beside [`TAG`]; no commas.
    pub tags: Vec<String>,
    /// What the caller wants to know when it comes back.
    pub note: serde_json::Value,
}

/// A backup that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The backup.
    pub snapshot: Snapshot,
    /// Files that were new, changed and unchanged since the one before.
    pub new: u64,
    /// Changed files.
    pub changed: u64,
    /// Unchanged files; they were not read again.
    pub unchanged: u64,
    /// What had to be put right before.
    pub repaired: Repaired,
}

impl Repository {
    /// Takes a backup. Files with the size, time and change time they have in the newest backup of the site are not read
    /// again. Everything is on disk before the backup counts; stopped in between, the next one uses what is there.
    ///
    /// # Errors
    /// When somebody else uses the repository, and when something cannot be read or written. Then no backup was taken.
    pub fn backup(
        &self,
        about: &About,
        inputs: Vec<Input>,
        progress: Progress<'_>,
    ) -> Result<Taken, RepositoryError> {
        for tag in &about.tags {
            if tag.is_empty() || tag.contains(',') {
                return Err(RepositoryError::Name {
                    name: tag.clone(),
                    why: "a tag is a word without commas",
                });
            }
        }
        // Names are looked at before anything is stored.
        check_names(&inputs)?;
        let _lock = self.storage().lock(Access::Write)?;
        let engine = self.opened()?;
        progress("reading the index".to_owned());
        let repaired = self.repair_index(&engine)?;
        let mut snapshot = SnapshotFile {
            time: Zoned::now(),
            hostname: about.host.clone(),
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            program_version: format!("raylift {}", env!("CARGO_PKG_VERSION")),
            description: snapshot::description(about.note.clone()),
            ..SnapshotFile::default()
        };
        for tag in std::iter::once(TAG).chain(about.tags.iter().map(String::as_str)) {
            snapshot.tags.add(tag.to_owned());
        }
        let paths = [about.site.clone()];
        let mut job = Job {
            repository: self,
            paths: &paths,
            progress,
        };
        self.guard.keep_snapshots_back(true);
        let taken = job.take(engine, &inputs, snapshot);
        self.guard.keep_snapshots_back(false);
        let (engine, mut snapshot) = taken?;
        let summary = snapshot.summary.clone().unwrap_or_default();
        engine
            .save_snapshots(vec![snapshot.clone()])
            .map_err(|error| self.explain("write the backup's list", error))?;
        snapshot.id = self.guard.last_snapshot().unwrap_or_default().into();
        Ok(Taken {
            snapshot: Snapshot::of(&snapshot),
            new: summary.files_new,
            changed: summary.files_changed,
            unchanged: summary.files_unmodified,
            repaired,
        })
    }
}

impl Repository {
    fn indexed(
        &self,
        engine: Engine<OpenStatus>,
    ) -> Result<Engine<IndexedIdsStatus>, RepositoryError> {
        engine
            .to_indexed_ids()
            .map_err(|error| self.explain("read the index", error))
    }

    /// From here on the engine cuts files into pieces of one size. Files of a site are written anew as a whole, grow at
    /// their end, or change in place, and most are smaller than a piece; to look for cuts by content costs half the
    /// time of a first backup. Dumps, into which rows come in the middle, are cut by content.
    ///
    /// Packs get restic's size, which is half the engine's: several are in memory at a time.
    ///
    /// The repository's own settings stay as they are.
    fn evenly(
        &self,
        mut engine: Engine<OpenStatus>,
    ) -> Result<Engine<OpenStatus>, RepositoryError> {
        // Somebody forbade to change settings; then the engine refuses this, too.
        if engine.config().append_only != Some(true) {
            let mut options = ConfigOptions::default();
            options.set_chunker = Some(Chunker::FixedSize);
            if engine.config().datapack_size.is_none() {
                options.set_datapack_size = PACK_SIZE.parse().ok();
            }
            self.guard.keep_settings_back(true);
            let applied = engine.apply_config(&options);
            self.guard.keep_settings_back(false);
            applied.map_err(|error| self.explain("take the backup", error))?;
        }
        Ok(engine)
    }
}

/// What is the same for each time that the engine is set to work.
struct Job<'a> {
    repository: &'a Repository,
    paths: &'a [PathBuf],
    progress: Progress<'a>,
}

impl Job<'_> {
    /// Stores everything and answers the snapshot, which is not written yet. Dumps are stored first, cut by content. Then
    /// everything is taken, with that for a second parent: a dump has not changed since and is not read again.
    fn take(
        &mut self,
        engine: Engine<OpenStatus>,
        inputs: &[Input],
        snapshot: SnapshotFile,
    ) -> Result<(Engine<IndexedIdsStatus>, SnapshotFile), RepositoryError> {
        let repository = self.repository;
        let dumps: Vec<Input> = inputs
            .iter()
            .filter(|input| matches!(input, Input::Dump(_)))
            .cloned()
            .collect();
        let mut options = BackupOptions::default();
        if dumps.is_empty() {
            let engine = repository.indexed(repository.evenly(engine)?)?;
            let taken = self.archive(&engine, &options, inputs, snapshot)?;
            return Ok((engine, taken));
        }
        let engine = repository.indexed(engine)?;
        let stored = self.archive(&engine, &options, &dumps, snapshot.clone())?;
        let engine = repository.indexed(repository.evenly(engine.drop_index())?)?;
        let parents = std::iter::once(stored.id).chain(stored.parents);
        options.parent_opts.parents = parents.map(|id| id.to_hex().as_str().to_owned()).collect();
        let mut taken = self.archive(&engine, &options, inputs, snapshot)?;
        taken.parents.retain(|id| *id != stored.id);
        taken.parent = taken.parents.first().copied();
        if let (Some(summary), Some(dumps)) = (&mut taken.summary, &stored.summary) {
            add(summary, dumps);
        }
        Ok((engine, taken))
    }

    /// Stores and keeps the snapshot back.
    fn archive(
        &mut self,
        engine: &Engine<IndexedIdsStatus>,
        options: &BackupOptions,
        inputs: &[Input],
        snapshot: SnapshotFile,
    ) -> Result<SnapshotFile, RepositoryError> {
        let repository = self.repository;
        let tally = Arc::new(Tally::stopping(repository.stop.clone()));
        let source = Source::new(inputs, Arc::clone(&tally))?;
        repository.guard.take_failure();
        let archived = thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            let (source, paths) = (&source, self.paths);
            let work = scope.spawn(move || {
                let result = engine.archive(options, source, snapshot, paths);
                // The receiver waits until this thread is gone.
                let _ = sender.send(result);
                drop(sender);
            });
            let result = loop {
                match receiver.recv_timeout(TOLD_EVERY) {
                    Ok(result) => break Some(result),
                    Err(RecvTimeoutError::Timeout) => (self.progress)(told(&tally)),
                    Err(RecvTimeoutError::Disconnected) => break None,
                }
            };
            // A thread that panicked sent nothing.
            let _ = work.join();
            result
        });

        // What was wrong with the site or the disk says more than what became of it in the engine.
        if let Some(failure) = repository.guard.take_failure() {
            return Err(failure.into());
        }
        if let Some(failure) = tally.take_failure() {
            return Err(failure);
        }
        let archived = archived.unwrap_or_else(|| {
            Err(RusticError::new(
                ErrorKind::Internal,
                "the engine came to a sudden end",
            ))
        });
        let snapshot = archived.map_err(|error| repository.explain("take the backup", error))?;
        let processed = snapshot
            .summary
            .as_ref()
            .map_or(0, |summary| summary.total_files_processed);
        let found = tally.entries.load(Ordering::Relaxed);
        let vanished = tally.vanished.load(Ordering::Relaxed);
        let missing = (found - vanished).abs_diff(processed);
        if missing != 0 {
            return Err(RepositoryError::Incomplete { missing, found });
        }
        Ok(snapshot)
    }
}

/// What was stored of dumps beforehand: the second time nothing of them seems to have changed.
fn add(summary: &mut SnapshotSummary, dumps: &SnapshotSummary) {
    let again = dumps.files_new + dumps.files_changed;
    summary.files_unmodified = summary.files_unmodified.saturating_sub(again);
    summary.files_new += dumps.files_new;
    summary.files_changed += dumps.files_changed;
    summary.data_blobs += dumps.data_blobs;
    summary.tree_blobs += dumps.tree_blobs;
    summary.data_added += dumps.data_added;
    summary.data_added_packed += dumps.data_added_packed;
    summary.data_added_files += dumps.data_added_files;
    summary.data_added_files_packed += dumps.data_added_files_packed;
    summary.data_added_trees += dumps.data_added_trees;
    summary.data_added_trees_packed += dumps.data_added_trees_packed;
}

fn told(tally: &Tally) -> String {
    format!(
        "{} entries found, {} bytes read",
        tally.entries.load(Ordering::Relaxed),
        tally.bytes.load(Ordering::Relaxed)
    )
}
