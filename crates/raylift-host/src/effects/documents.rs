//! The documents of a site in its backup repository: tried out for the proof while the site serves, taken once more for the
//! return point when it is down, and brought back.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use raylift_backup::repository::{
    About, Input, Opened, PROOF, Place, RETURN_POINT, Repository, RepositoryError, Trial, Tried,
    host,
};
use raylift_backup::{Part, Stop};
use raylift_model::codes;
use raylift_model::plan::{PlannedBackups, PlannedSite};
use raylift_model::proof::ProofRecord;
use raylift_run::host::{HostError, Progress};
use serde::{Deserialize, Serialize};

use super::error::{exists, go_on, read_failed, repository, write_failed};
use super::remove::remove_tree;
use super::versions::{Held, Versions};

/// The name of the part.
pub(crate) const DOCUMENTS: &str = "documents";

/// Comparisons with a site that is being written to until one agrees.
pub(crate) const COMPARISONS: u32 = 3;

/// How long another writer of the repository is waited for. A return point is taken while nobody is served.
const PATIENCE: Duration = Duration::from_secs(600);

/// Documents that a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The backup's id.
    pub(crate) snapshot: String,
    /// The folder that was taken.
    pub(crate) root: PathBuf,
    /// Files and links in it.
    pub(crate) files: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Where the repository lies; a setting may have changed since.
    place: Place,
}

/// Documents that were tried out.
pub(crate) struct Proven {
    pub(crate) kept: Kept,
    pub(crate) tried: Tried,
    /// How long it took to open the repository, which taking and bringing back do each.
    pub(crate) opened_in: Duration,
    /// How long it took to take them when next to nothing was new, and to try out that little.
    pub(crate) taken_in: Duration,
    /// How long it took to bring back and compare those that were tried.
    pub(crate) tried_in: Duration,
    /// What a person must know.
    pub(crate) notes: Vec<String>,
    /// Backups that nobody needs once this proof counts; for [`Documents::supersede`].
    pub(crate) superfluous: Vec<String>,
}

/// What stays the same while documents are taken until a comparison agrees.
struct Tries<'a> {
    repository: &'a Repository,
    /// The backup of the last proof.
    earlier: Option<&'a str>,
    versions: Option<&'a Versions>,
    scratch: &'a Path,
}

/// A store of documents that raylift can read, and the repository for it.
pub(crate) struct Documents<'a> {
    site: &'a PlannedSite,
    backups: &'a PlannedBackups,
    root: PathBuf,
    stop: Stop,
}

impl<'a> Documents<'a> {
    /// Nothing where there are no documents.
    ///
    /// # Errors
    /// When the store's folder cannot be looked at, or holds the repository.
    pub(crate) fn of(site: &'a PlannedSite) -> Result<Option<Self>, HostError> {
        let Some(root) = &site.store else {
            return Ok(None);
        };
        if !exists(root)? {
            return Ok(None);
        }
        let documents = Self {
            site,
            backups: &site.backups,
            // A store behind a link is taken, not the link.
            root: root
                .canonicalize()
                .map_err(|error| read_failed(root, error))?,
            stop: Stop::default(),
        };
        if documents.place().lies_in(&documents.root) {
            return Err(HostError::new(
                codes::BACKUP_FAILED,
                format!(
                    "the repository {} lies in the document store {} and would hold itself",
                    site.backups.repository.display(),
                    root.display()
                ),
            )
            .because(["name another place: [backup] repository in raylift.toml".to_owned()]));
        }
        Ok(Some(documents))
    }

    /// The same; the work ends with [`codes::INTERRUPTED`] when `stop` is asked for.
    pub(crate) fn stopping(mut self, stop: &Stop) -> Self {
        self.stop = stop.clone();
        self
    }

    fn place(&self) -> Place {
        place_of(self.backups)
    }

    /// Tries whether the repository can be used, as far as there is one.
    ///
    /// # Errors
    /// When it is gone, or its key does not open it.
    pub(crate) fn look(&self) -> Result<(), HostError> {
        self.place().look().map(drop).map_err(repository)
    }

    /// Waits until nobody else uses the repository.
    ///
    /// # Errors
    /// With [`codes::REPOSITORY_LOCKED`] when somebody does for long.
    pub(crate) fn await_repository(&self, progress: Progress<'_>) -> Result<(), HostError> {
        let place = self.place();
        patiently(&self.stop, progress, |_| place.require_unused())
    }

    /// Takes the documents while the site serves and tries them out. What changed meanwhile is taken again. `versions` are
    /// those that the restored database lists.
    ///
    /// # Errors
    /// With [`codes::PROOF_FAILED`] when they do not come back as they are, or lack a version.
    pub(crate) fn prove(
        &self,
        scratch: &Path,
        last: Option<&ProofRecord>,
        versions: Option<&Versions>,
        progress: Progress<'_>,
    ) -> Result<Proven, HostError> {
        let begun = Instant::now();
        let Opened {
            repository,
            key_made,
            ..
        } = self.place().open_or_make().map_err(self::repository)?;
        let opened_in = begun.elapsed();
        let notes = key_made.then(|| {
            format!(
                "the key of the backup repository was made: {}. Copy it to another machine: without it nobody can read what lies in {}",
                self.backups.key_file.display(),
                self.backups.repository.display()
            )
        });
        let repository = repository.stopping(self.stop.clone());
        let earlier = last.and_then(|last| last.snapshot.as_deref());
        let mut superfluous = Vec::new();
        let tries = Tries {
            repository: &repository,
            earlier,
            versions,
            scratch,
        };
        match self.take_and_try(&tries, &mut superfluous, progress) {
            Ok(mut proven) => {
                superfluous.extend(earlier.map(str::to_owned));
                proven.notes.extend(notes);
                proven.opened_in = opened_in;
                Ok(Proven {
                    superfluous,
                    ..proven
                })
            }
            Err(error) => {
                // The proof before this one stays; what this one stored is used again by the next.
                repository.supersede(&superfluous).ok();
                Err(error.because(notes))
            }
        }
    }

    /// Forgets what a proof made superfluous. What stays because somebody else has the repository goes with the next
    /// `backups forget`.
    pub(crate) fn supersede(&self, superfluous: &[String]) {
        let opened = self.place().open();
        let _ = opened.and_then(|repository| repository.supersede(superfluous));
    }

    /// What was taken and is not kept gets into `superfluous`.
    fn take_and_try(
        &self,
        tries: &Tries<'_>,
        superfluous: &mut Vec<String>,
        progress: Progress<'_>,
    ) -> Result<Proven, HostError> {
        let repository = tries.repository;
        // The first time everything is read; the second shows how long it takes when nearly nothing is new.
        superfluous.push(self.backup(repository, PROOF, progress)?.snapshot);
        let mut count = 0;
        loop {
            count += 1;
            let begun = Instant::now();
            let kept = self.backup(repository, PROOF, progress)?;
            superfluous.push(kept.snapshot.clone());
            // A return point tries out what is new since the proof.
            let taken = Some(kept.snapshot.as_str());
            self.try_out(repository, &kept, (taken, 0), tries.scratch, progress)?;
            let taken_in = begun.elapsed();
            let begun = Instant::now();
            let tried = self.try_out(
                repository,
                &kept,
                (tries.earlier, self.sample(&kept)),
                tries.scratch,
                progress,
            )?;
            let tried_in = begun.elapsed();
            let compared = if tried.differing.is_empty() {
                self.lists(tries, &kept, progress)
            } else {
                let message = "the documents that came back differ from the site's";
                Err(differing(message, &tried))
            };
            match compared {
                Ok(line) => {
                    superfluous.pop();
                    return Ok(Proven {
                        kept,
                        tried,
                        opened_in: Duration::ZERO,
                        taken_in,
                        tried_in,
                        notes: line.into_iter().collect(),
                        superfluous: Vec::new(),
                    });
                }
                // Somebody may have written to the site meanwhile.
                Err(error) if error.code == codes::PROOF_FAILED && count < COMPARISONS => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Compares the versions that the restored database lists with the documents that were taken.
    fn lists(
        &self,
        tries: &Tries<'_>,
        kept: &Kept,
        progress: Progress<'_>,
    ) -> Result<Option<String>, HostError> {
        let Some(versions) = tries.versions else {
            return Ok(None);
        };
        progress("comparing versions of documents with the documents".to_owned());
        let held = patiently(&self.stop, progress, |_| {
            let mut held = Held::default();
            let mut add = |path: &Path, bytes| held.add(path, bytes);
            tries
                .repository
                .files(&kept.snapshot, DOCUMENTS, &mut add)?;
            Ok(held)
        })?;
        versions.compare(&kept.root, held, &self.stop).map(Some)
    }

    fn sample(&self, kept: &Kept) -> u64 {
        if kept.bytes <= self.backups.sample_above {
            u64::MAX
        } else {
            self.backups.sample_above
        }
    }

    /// Takes the documents of the stopped site, and tries out what is new since the last proof.
    ///
    /// # Errors
    /// With [`codes::PROOF_FAILED`] when something does not come back as it is.
    pub(crate) fn take(
        &self,
        scratch: &Path,
        proven: Option<&ProofRecord>,
        progress: Progress<'_>,
    ) -> Result<Kept, HostError> {
        let opened = self.place().open_or_make().map_err(self::repository)?;
        let kept = self.backup(&opened.repository, RETURN_POINT, progress)?;
        let earlier = proven.and_then(|proof| proof.snapshot.as_deref());
        let tried = self.try_out(&opened.repository, &kept, (earlier, 0), scratch, progress)?;
        if tried.differing.is_empty() && tried.vanished == 0 {
            return Ok(kept);
        }
        Err(differing(
            "the documents of the stopped site changed while they were taken",
            &tried,
        ))
    }

    fn backup(
        &self,
        repository: &Repository,
        tag: &str,
        progress: Progress<'_>,
    ) -> Result<Kept, HostError> {
        let about = About {
            host: host(),
            site: self.site.home.clone(),
            tags: vec![tag.to_owned()],
            note: serde_json::Value::Null,
        };
        let part = || Part {
            name: DOCUMENTS.to_owned(),
            root: self.root.clone(),
            entries: None,
        };
        progress("taking the documents".to_owned());
        let taken = patiently(&self.stop, progress, |progress| {
            let mut told = |line: String| progress(format!("documents: {line}"));
            repository.backup(&about, vec![Input::Files(part())], &mut told)
        })?;
        Ok(Kept {
            files: taken.snapshot.files.unwrap_or(0),
            bytes: taken.snapshot.bytes.unwrap_or(0),
            snapshot: taken.snapshot.id,
            root: self.root.clone(),
            place: self.place(),
        })
    }

    fn try_out(
        &self,
        repository: &Repository,
        kept: &Kept,
        (tried, sample): (Option<&str>, u64),
        scratch: &Path,
        progress: Progress<'_>,
    ) -> Result<Tried, HostError> {
        progress("bringing documents back and comparing them".to_owned());
        let folder = scratch.join(DOCUMENTS);
        remove_tree(&self.site.state, &folder)?;
        fs::create_dir_all(scratch).map_err(|error| write_failed(scratch, error))?;
        let trial = Trial {
            id: &kept.snapshot,
            part: DOCUMENTS,
            live: &self.root,
            tried,
            sample,
            scratch: &folder,
        };
        patiently(&self.stop, progress, |progress| {
            let mut told = |line: String| progress(format!("documents: {line}"));
            repository.try_out(trial, &mut told)
        })
    }
}

impl Kept {
    /// Whether they lie in the repository that a plan names.
    pub(crate) fn is_in(&self, planned: &PlannedBackups) -> bool {
        self.place == place_of(planned)
    }

    /// Whether the repository still lists the backup.
    ///
    /// # Errors
    /// With [`codes::PROOF_FAILED`] when it does not, and when the repository cannot be read.
    pub(crate) fn is_listed(&self) -> Result<(), HostError> {
        let repository = self.place.open().map_err(self::repository)?;
        let listed = patiently(&Stop::default(), &mut |_| {}, |_| repository.list())?;
        if listed.iter().any(|backup| backup.id == self.snapshot) {
            return Ok(());
        }
        Err(HostError::new(
            codes::PROOF_FAILED,
            format!(
                "the return point is damaged: backup {} with its documents is gone from {}",
                self.snapshot,
                self.place.repository.display()
            ),
        ))
    }

    /// Reads all of them in the repository.
    ///
    /// # Errors
    /// When one of them is lost.
    pub(crate) fn verify(&self, progress: Progress<'_>) -> Result<(), HostError> {
        let repository = self.place.open().map_err(self::repository)?;
        let read = patiently(&Stop::default(), progress, |progress| {
            repository.read_through(&self.snapshot, DOCUMENTS, progress)
        })?;
        if (read.files, read.bytes) == (self.files, self.bytes) {
            return Ok(());
        }
        Err(HostError::new(
            codes::PROOF_FAILED,
            format!(
                "the return point is damaged: {} of {} documents are there",
                read.files, self.files
            ),
        ))
    }

    /// Brings them into a folder that is not there yet.
    ///
    /// # Errors
    /// When one of them is lost, or something cannot be written.
    pub(crate) fn restore(&self, target: &Path, progress: Progress<'_>) -> Result<(), HostError> {
        let repository = self.place.open().map_err(self::repository)?;
        patiently(&Stop::default(), progress, |progress| {
            repository.restore(&self.snapshot, Some(DOCUMENTS), target, progress)
        })?;
        Ok(())
    }
}

fn place_of(planned: &PlannedBackups) -> Place {
    Place {
        repository: planned.repository.clone(),
        key_file: planned.key_file.clone(),
    }
}

fn differing(message: &str, tried: &Tried) -> HostError {
    let count = tried.differing.len() as u64 + tried.vanished;
    HostError::new(
        codes::PROOF_FAILED,
        format!("{message}: {count} of {}", tried.files),
    )
    .because(tried.differing.iter().take(10).cloned())
}

/// Waits for whoever else has the repository.
fn patiently<T>(
    stop: &Stop,
    progress: Progress<'_>,
    mut work: impl FnMut(Progress<'_>) -> Result<T, RepositoryError>,
) -> Result<T, HostError> {
    let begun = Instant::now();
    loop {
        match work(progress) {
            Err(RepositoryError::Locked { by, .. }) if begun.elapsed() < PATIENCE => {
                progress(format!(
                    "waiting for the backup repository, which is in use: {by}"
                ));
                go_on(stop)?;
                thread::sleep(Duration::from_secs(1));
            }
            result => return result.map_err(repository),
        }
    }
}
