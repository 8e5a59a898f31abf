//! Unpacks a release.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{FileKind, Ownership};
use raylift_survey::source::{ReleaseSource, SourceEntry, SourceError};
use sha2::{Digest as _, Sha256};

use super::fault::Fault;

/// Whether the whole archive is read and judged before the first byte is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Yes: a bad archive leaves nothing behind, and is read twice.
    First,
    /// The caller compared the archive's digest with that of a complete earlier [`ReleaseSource::visit`].
    DoneBefore,
}

/// How a release is unpacked.
pub struct Unpacking<'a> {
    /// Where an entry goes; `None` leaves it out. Folders above it are made with mode 0755. Nothing may stand there.
    pub mapping: &'a mut dyn FnMut(&SourceEntry) -> Option<PathBuf>,
    /// The digest a file must have, when the plan knows it.
    pub expected: &'a mut dyn FnMut(&SourceEntry) -> Option<Digest>,
    /// Who owns what is written; `None` leaves it to this process's user.
    pub owner: Option<&'a Ownership>,
    /// When the archive is judged.
    pub check: Check,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unpacked {
    /// Number of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Writes the entries of a release with their modes and makes them durable: when this returns, every file, folder and
/// link is on the disk. After an error the targets may hold a part, which the caller removes as a whole.
///
/// # Errors
/// Those of [`ReleaseSource::visit`]; `RL0201` when a file does not have its expected digest; `RL0411` when something
/// cannot be written or already stands at a target.
pub fn unpack(
    source: &dyn ReleaseSource,
    unpacking: Unpacking<'_>,
) -> Result<Unpacked, SourceError> {
    if unpacking.check == Check::First {
        source.visit(&mut |_, _| Ok(()))?;
    }
    let mut writer = Writer {
        place: source.place().into(),
        unpacking,
        done: Unpacked::default(),
        ready: BTreeSet::new(),
        folder_modes: BTreeMap::new(),
    };
    source.visit(&mut |entry, content| writer.take(entry, content))?;
    writer.finish()
}

struct Writer<'a> {
    place: PathBuf,
    unpacking: Unpacking<'a>,
    done: Unpacked,
    /// Folders that are known to be there.
    ready: BTreeSet<PathBuf>,
    /// Set last: a folder without the right to write could not be filled.
    folder_modes: BTreeMap<PathBuf, u32>,
}

impl Writer<'_> {
    fn take(&mut self, entry: &SourceEntry, content: &mut dyn Read) -> Result<(), SourceError> {
        let Some(target) = (self.unpacking.mapping)(entry) else {
            return Ok(());
        };
        let wrote = |error| write_failed(&target, error);
        match &entry.kind {
            FileKind::Directory => {
                self.make_folder(&target)?;
                self.folder_modes.insert(target, entry.mode);
            }
            FileKind::Link { target: points_to } => {
                self.make_parent(&target)?;
                std::os::unix::fs::symlink(points_to, &target).map_err(wrote)?;
                self.own(&target)?;
            }
            FileKind::File => self.write_file(entry, content, &target)?,
            FileKind::Pipe | FileKind::Socket | FileKind::Device | FileKind::Other => {
                let fault = Fault::unsafe_entry(&entry.path, "it is not a file");
                return Err(fault.at(&self.place, None));
            }
        }
        Ok(())
    }

    fn write_file(
        &mut self,
        entry: &SourceEntry,
        content: &mut dyn Read,
        target: &Path,
    ) -> Result<(), SourceError> {
        self.make_parent(target)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(entry.mode)
            .open(target)
            .map_err(|error| write_failed(target, error))?;
        let expected = (self.unpacking.expected)(entry);
        let mut hasher = expected.is_some().then(Sha256::new);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(super::fault::damaged(
                        &self.place,
                        &format!("entry {:?}", entry.path),
                        error,
                    ));
                }
            };
            let bytes = buffer.get(..count).unwrap_or_default();
            if let Some(hasher) = &mut hasher {
                hasher.update(bytes);
            }
            file.write_all(bytes)
                .map_err(|error| write_failed(target, error))?;
            self.done.bytes += count as u64;
        }
        if let (Some(expected), Some(hasher)) = (expected, hasher)
            && Digest::finish(hasher) != expected
        {
            let detail = format!("entry {:?} is not the file it was before", entry.path);
            return Err(Fault::damaged(detail).at(&self.place, None));
        }
        file.set_permissions(Permissions::from_mode(entry.mode))
            .map_err(|error| write_failed(target, error))?;
        self.own(target)?;
        self.done.files += 1;
        Ok(())
    }

    fn make_parent(&mut self, target: &Path) -> Result<(), SourceError> {
        target
            .parent()
            .map_or(Ok(()), |parent| self.make_folder(parent))
    }

    fn make_folder(&mut self, folder: &Path) -> Result<(), SourceError> {
        if folder.as_os_str().is_empty() || self.ready.contains(folder) {
            return Ok(());
        }
        match std::fs::symlink_metadata(folder) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                let error = io::Error::from(io::ErrorKind::NotADirectory);
                return Err(write_failed(folder, error));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.make_parent(folder)?;
                DirBuilder::new()
                    .mode(0o755)
                    .create(folder)
                    .map_err(|error| write_failed(folder, error))?;
                self.own(folder)?;
                self.folder_modes.insert(folder.to_owned(), 0o755);
            }
            Err(error) => return Err(write_failed(folder, error)),
        }
        self.ready.insert(folder.to_owned());
        Ok(())
    }

    fn own(&self, path: &Path) -> Result<(), SourceError> {
        match self.unpacking.owner {
            Some(owner) => std::os::unix::fs::lchown(path, Some(owner.uid), Some(owner.gid))
                .map_err(|error| write_failed(path, error)),
            None => Ok(()),
        }
    }

    fn finish(self) -> Result<Unpacked, SourceError> {
        for (folder, mode) in self.folder_modes.iter().rev() {
            std::fs::set_permissions(folder, Permissions::from_mode(*mode))
                .map_err(|error| write_failed(folder, error))?;
        }
        make_durable(&self.ready)?;
        Ok(self.done)
    }
}

/// One `syncfs` for each file system: with thousands of small files it takes a fraction of an `fsync` for each.
/// It reports write errors since Linux 5.8 (`syncfs(2)`).
fn make_durable(folders: &BTreeSet<PathBuf>) -> Result<(), SourceError> {
    let mut synced = BTreeSet::new();
    for folder in folders {
        let file = match File::open(folder) {
            Ok(file) => file,
            // A folder that may be written but not read is synced with its neighbours.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => continue,
            Err(error) => return Err(write_failed(folder, error)),
        };
        let device = file
            .metadata()
            .map_err(|error| write_failed(folder, error))?
            .dev();
        if synced.insert(device) {
            rustix::fs::syncfs(&file).map_err(|error| write_failed(folder, error.into()))?;
        }
    }
    Ok(())
}

fn write_failed(path: &Path, error: io::Error) -> SourceError {
    SourceError {
        code: codes::WRITE_FAILED,
        message: format!("cannot write {}", path.display()),
        source: Some(error.into()),
    }
}
