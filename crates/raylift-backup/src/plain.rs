//! A backup as plain copies: one folder for each part, and the list beside them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::attributes::Attributes;
use crate::copy::{Copied, copy_until, digest_until, remove_if_there};
use crate::error::BackupError;
use crate::manifest::{Entry, EntryKind, FORMAT, Manifest, PartManifest};
use crate::names::{escape, unescape};
use crate::stop::Stop;
use crate::store::{BackupStore, Part, Progress};
use crate::walk::{entries, join};

const MANIFEST: &str = "manifest.json";

/// A backup as plain copies in one folder.
#[derive(Debug, Clone)]
pub struct PlainStore {
    place: PathBuf,
    stop: Stop,
}

impl PlainStore {
    /// The backup at `place`, whether there is one or not.
    pub fn new(place: impl Into<PathBuf>) -> Self {
        Self {
            place: place.into(),
            stop: Stop::default(),
        }
    }

    /// The same backup; taking, reading and bringing back end with [`BackupError::Stopped`] when `stop` is asked for.
    #[must_use]
    pub fn stopping(mut self, stop: &Stop) -> Self {
        self.stop = stop.clone();
        self
    }

    /// Ends the work when somebody asked for that.
    ///
    /// # Errors
    /// With [`BackupError::Stopped`] when somebody did.
    pub fn go_on(&self) -> Result<(), BackupError> {
        self.stop.go_on()
    }

    /// Where the copies of a part lie; they must not be changed.
    pub fn folder(&self, part: &str) -> PathBuf {
        self.place.join(part)
    }

    /// Takes as a part what somebody else wrote into its [folder](PlainStore::folder), such as a dump. Files that are known
    /// from their writing, by their paths in the folder, are not read again.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn adopt(
        &self,
        name: &str,
        known: &BTreeMap<PathBuf, Copied>,
    ) -> Result<PartManifest, BackupError> {
        let part = Part {
            name: name.to_owned(),
            root: self.folder(name),
            entries: None,
        };
        let mut list = Vec::new();
        for found in entries(&part)? {
            let what = if found.kind.is_dir() {
                EntryKind::Directory
            } else if found.kind.is_file() {
                let copied = match known.get(&found.below) {
                    Some(copied) => copied.clone(),
                    None => digest_until(&found.path, &self.stop)?,
                };
                EntryKind::File {
                    size: copied.size,
                    digest: copied.digest,
                }
            } else {
                continue;
            };
            list.push(Entry {
                path: escape(found.below.as_os_str()),
                what,
            });
        }
        Ok(PartManifest {
            name: part.name,
            root: part.root,
            entries: list,
        })
    }

    fn make_folder(&self, folder: &Path) -> Result<(), BackupError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(BackupError::write(folder))
    }
}

impl BackupStore for PlainStore {
    fn put(&self, part: &Part, progress: Progress<'_>) -> Result<PartManifest, BackupError> {
        let folder = self.folder(&part.name);
        self.make_folder(&folder)?;
        let mut list = Vec::new();
        let mut folders = Vec::new();
        let mut bytes = 0;
        for found in entries(part)? {
            let target = join(&folder, &found.below);
            let kind = if found.kind.is_dir() {
                self.make_folder(&target)?;
                open_for_writing(&target)?;
                folders.push((found.path.clone(), target));
                EntryKind::Directory
            } else if found.kind.is_symlink() {
                copy_link(&found.path, &target)?
            } else if found.kind.is_file() {
                match put_file(&found.path, &target, &self.stop) {
                    Ok(copied) => {
                        bytes += copied.size;
                        EntryKind::File {
                            size: copied.size,
                            digest: copied.digest,
                        }
                    }
                    Err(BackupError::Read { source, .. })
                        if source.kind() == io::ErrorKind::NotFound =>
                    {
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            } else {
                continue;
            };
            list.push(Entry {
                path: escape(found.below.as_os_str()),
                what: kind,
            });
            if list.len() % 500 == 0 {
                progress(format!("{} entries, {bytes} bytes copied", list.len()));
            }
        }
        for (source, target) in folders.iter().rev() {
            Attributes::read(source)?.apply(target)?;
        }
        remove_strangers(&folder, &list)?;
        Ok(PartManifest {
            name: part.name.clone(),
            root: part.root.clone(),
            entries: list,
        })
    }

    fn seal(&self, manifest: &Manifest) -> Result<(), BackupError> {
        let path = self.place.join(MANIFEST);
        let partial = self.place.join("manifest.json.part");
        let bytes = serde_json::to_vec(manifest).map_err(|source| BackupError::Manifest {
            path: path.clone(),
            source,
        })?;
        let folder = File::open(&self.place).map_err(BackupError::read(&self.place))?;
        let on_disk = |result: io::Result<()>| result.map_err(BackupError::write(&path));
        on_disk(rustix::fs::syncfs(&folder).map_err(Into::into))?;
        on_disk(fs::write(&partial, bytes))?;
        on_disk(File::open(&partial).and_then(|file| file.sync_all()))?;
        on_disk(fs::rename(&partial, &path))?;
        on_disk(folder.sync_all())
    }

    fn complete(&self) -> Result<Option<Manifest>, BackupError> {
        let path = self.place.join(MANIFEST);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            result => result.map_err(BackupError::read(&path))?,
        };
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|source| BackupError::Manifest {
                path: path.clone(),
                source,
            })?;
        if manifest.format != FORMAT {
            return Err(BackupError::Format {
                path,
                format: manifest.format,
                known: FORMAT,
            });
        }
        // Others than raylift may write where the list lies.
        if let Some(outside) = manifest.outside() {
            return Err(BackupError::Outside { path, outside });
        }
        Ok(Some(manifest))
    }

    fn verify(&self, part: &PartManifest) -> Result<(), BackupError> {
        let folder = self.folder(&part.name);
        for (path, size, digest) in part.files() {
            let path = join(&folder, Path::new(&unescape(path)));
            let found = digest_until(&path, &self.stop)?;
            if found.size != size || found.digest != *digest {
                return Err(BackupError::Differs { path });
            }
        }
        Ok(())
    }

    fn restore(
        &self,
        part: &PartManifest,
        target: &Path,
        progress: Progress<'_>,
    ) -> Result<(), BackupError> {
        let folder = self.folder(&part.name);
        fs::DirBuilder::new()
            .mode(0o700)
            .create(target)
            .map_err(BackupError::write(target))?;
        let mut folders = Vec::new();
        for (number, entry) in part.entries.iter().enumerate() {
            let below = PathBuf::from(unescape(&entry.path));
            let (from, to) = (join(&folder, &below), join(target, &below));
            match &entry.what {
                EntryKind::Directory => {
                    self.make_folder(&to)?;
                    folders.push((from, to));
                }
                EntryKind::Link { .. } => {
                    copy_link(&from, &to)?;
                }
                EntryKind::File { size, digest } => {
                    let copied = copy_until(&from, &to, &self.stop)?;
                    if copied.size != *size || copied.digest != *digest {
                        return Err(BackupError::Differs { path: from });
                    }
                }
            }
            if number % 500 == 499 {
                progress(format!("{} of {} entries", number + 1, part.entries.len()));
            }
        }
        for (from, to) in folders.iter().rev() {
            Attributes::read(from)?.apply(to)?;
        }
        Ok(())
    }
}

/// A copy of an earlier try counts only when its content is still the original's, not by time and size alone:
/// after a power failure a file may have both and yet hold nothing.
fn put_file(from: &Path, to: &Path, stop: &Stop) -> Result<Copied, BackupError> {
    let same = match (fs::symlink_metadata(from), fs::symlink_metadata(to)) {
        (Ok(from), Ok(to)) => {
            from.size() == to.size()
                && (from.mtime(), from.mtime_nsec()) == (to.mtime(), to.mtime_nsec())
        }
        _ => false,
    };
    if same {
        let (before, now) = (digest_until(to, stop)?, digest_until(from, stop)?);
        if before == now && Attributes::read(from)? == Attributes::read(to)? {
            return Ok(before);
        }
    }
    copy_until(from, to, stop)
}

/// A folder that an earlier try finished already may be closed to its own owner.
fn open_for_writing(folder: &Path) -> Result<(), BackupError> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .map_err(BackupError::write(folder))
}

fn copy_link(from: &Path, to: &Path) -> Result<EntryKind, BackupError> {
    let target = fs::read_link(from).map_err(BackupError::read(from))?;
    remove_if_there(to).map_err(BackupError::write(to))?;
    symlink(&target, to).map_err(BackupError::write(to))?;
    Attributes::read(from)?.apply(to)?;
    Ok(EntryKind::Link {
        target: escape(target.as_os_str()),
    })
}

/// What an earlier try copied and the original no longer has must not come back.
fn remove_strangers(folder: &Path, list: &[Entry]) -> Result<(), BackupError> {
    let known: std::collections::HashSet<&str> =
        list.iter().map(|entry| entry.path.as_str()).collect();
    let whole = Part {
        name: String::new(),
        root: folder.to_owned(),
        entries: None,
    };
    for found in entries(&whole)?.iter().rev() {
        if found.below.as_os_str().is_empty()
            || known.contains(escape(found.below.as_os_str()).as_str())
        {
            continue;
        }
        let removed = if found.kind.is_dir() {
            fs::remove_dir_all(&found.path)
        } else {
            remove_if_there(&found.path)
        };
        removed.map_err(BackupError::write(&found.path))?;
    }
    Ok(())
}
