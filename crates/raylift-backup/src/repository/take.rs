//! Takes a backup.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustic_core::jiff::{Timestamp, Zoned};
use rustic_core::repofile::{Chunker, SnapshotFile};
use rustic_core::{
    BackupOptions, ConfigOptions, ErrorKind, IndexedIdsStatus, OpenStatus, RusticError, TreeId,
};

use super::error::RepositoryError;
use super::open::{Engine, Repaired, Repository};
use super::read_back;
use super::snapshot::{self, Snapshot, TAG};
use super::source::{Input, Sizes, Source, Tally, check_names};
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
    /// Streams are read first. How long one is, is known at its end, and restic restores nothing of a file whose length is
    /// zero; so each is read back once, now with its length. Nothing is stored twice by that, and a dump that was taken
    /// has been read again.
    ///
    /// # Errors
    /// When somebody else uses the repository, when something cannot be read or written, or when a stream ends with an
    /// error. Then no backup was taken.
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
        let now = Zoned::now();
        let (streams, files): (Vec<Input>, Vec<Input>) = inputs
            .into_iter()
            .partition(|input| matches!(input, Input::Stream { .. }));
        // Names are looked at before anything is stored.
        let named = streams
            .iter()
            .map(|stream| (stream.part().to_owned(), stream.file().to_owned()))
            .collect::<Vec<_>>();
        check_names(&files, &named)?;
        let _lock = self.storage().lock(Access::Write)?;
        let engine = self.opened()?;
        progress("reading the index".to_owned());
        let repaired = self.repair_index(&engine)?;
        let mut engine = self.indexed(engine)?;

        let mut snapshot = SnapshotFile {
            time: now.clone(),
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
            now: now.timestamp(),
            paths: &paths,
            progress,
        };

        let mut taken = Vec::new();
        if !streams.is_empty() {
            let stored = job.archive(&engine, streams, &Sizes::new(), snapshot.clone())?;
            let (again, sizes) = self.read_again(stored.tree, named)?;
            engine = self.indexed(engine.drop_index())?;
            taken.push(job.archive(&engine, again, &sizes, snapshot.clone())?);
        }
        if !files.is_empty() || taken.is_empty() {
            engine = self.indexed(self.evenly(engine.drop_index())?)?;
            taken.push(job.archive(&engine, files, &Sizes::new(), snapshot)?);
        }
        engine = self.indexed(engine.drop_index())?;
        let mut snapshot = self.merge(&engine, taken)?;
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

    /// The streams out of the repository, whose lengths are known now.
    fn read_again(
        &self,
        stored: TreeId,
        named: Vec<(String, String)>,
    ) -> Result<(Vec<Input>, Sizes), RepositoryError> {
        let full = self
            .opened()?
            .to_indexed()
            .map_err(|error| self.explain("read the index", error))?;
        let full = Arc::new(full);
        let mut sizes = Sizes::new();
        let mut inputs = Vec::new();
        for (part, file) in named {
            let (size, reader) = read_back::open(self, &full, stored, &part, &file)?;
            sizes.insert((part.clone(), file.clone()), size);
            inputs.push(Input::Stream {
                part,
                file,
                reader: Box::new(reader),
            });
        }
        Ok((inputs, sizes))
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
            options.set_datapack_size = PACK_SIZE.parse().ok();
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
    now: Timestamp,
    paths: &'a [PathBuf],
    progress: Progress<'a>,
}

impl Job<'_> {
    /// Stores everything and keeps the snapshot back.
    fn archive(
        &mut self,
        engine: &Engine<IndexedIdsStatus>,
        inputs: Vec<Input>,
        sizes: &Sizes,
        snapshot: SnapshotFile,
    ) -> Result<SnapshotFile, RepositoryError> {
        let repository = self.repository;
        let tally = Arc::new(Tally::stopping(repository.stop.clone()));
        let source = Source::new(inputs, sizes, Arc::clone(&tally), self.now)?;
        repository.guard.take_failure();
        repository.guard.keep_snapshots_back(true);
        let archived = thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            let (source, paths) = (&source, self.paths);
            let work = scope.spawn(move || {
                let options = BackupOptions::default();
                let result = engine.archive(&options, source, snapshot, paths);
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
        repository.guard.keep_snapshots_back(false);

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

fn told(tally: &Tally) -> String {
    format!(
        "{} entries found, {} bytes read",
        tally.entries.load(Ordering::Relaxed),
        tally.bytes.load(Ordering::Relaxed)
    )
}
