//! Unpacked releases.

use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::SystemTime;

use raylift_model::digest::Digest;
use raylift_model::facts::{FileKind, ReleaseForm};
use raylift_survey::source::{ReleaseSource, SourceEntry, SourceError, Visitor};
use walkdir::{DirEntry, WalkDir};

use super::counted;
use super::fault::{self, Fault};
use super::limits::{Limits, Meter};
use super::links::{self, Bounds};
use super::names;
use crate::cache::fingerprint;

/// A release that was unpacked before. It takes no more space than it has, so that its size is not bounded.
pub(super) struct Folder {
    place: PathBuf,
    clock: fn() -> SystemTime,
}

impl Folder {
    pub(super) fn new(place: PathBuf, clock: fn() -> SystemTime) -> Self {
        Self { place, clock }
    }

    fn judge(&self, found: &DirEntry) -> Result<Option<SourceEntry>, SourceError> {
        let at = |fault: Fault| fault.at(&self.place, None);
        let relative = found
            .path()
            .strip_prefix(&self.place)
            .unwrap_or_else(|_| found.path());
        let Some(path) = names::accepted(relative.as_os_str().as_bytes()).map_err(at)? else {
            return Ok(None);
        };
        let metadata = found.metadata().map_err(|error| self.walk_failed(error))?;
        let file_type = metadata.file_type();
        let kind = if file_type.is_dir() {
            FileKind::Directory
        } else if file_type.is_file() {
            FileKind::File
        } else if file_type.is_symlink() {
            let target = std::fs::read_link(found.path())
                .map_err(|error| fault::unreadable(found.path(), error))?;
            FileKind::Link {
                target: links::judge(&path, target.as_os_str().as_bytes(), Bounds::Root)
                    .map_err(at)?,
            }
        } else {
            return Err(at(Fault::unsafe_entry(
                &path,
                "it is neither a file nor a folder nor a link",
            )));
        };
        Ok(Some(SourceEntry {
            path,
            size: if kind == FileKind::File {
                metadata.len()
            } else {
                0
            },
            kind,
            mode: metadata.permissions().mode() & 0o777,
        }))
    }

    fn walk_failed(&self, error: walkdir::Error) -> SourceError {
        let path = error.path().unwrap_or(&self.place).to_owned();
        fault::unreadable(&path, error.into())
    }
}

impl ReleaseSource for Folder {
    fn place(&self) -> String {
        self.place.display().to_string()
    }

    fn form(&self) -> ReleaseForm {
        ReleaseForm::Folder
    }

    fn digest(&self) -> Result<Option<Digest>, SourceError> {
        Ok(None)
    }

    fn checksums(&self) -> Result<Vec<(String, bool)>, SourceError> {
        Ok(Vec::new())
    }

    /// The identity of every file stands for its content: to know that would be to read everything.
    fn content_key(&self) -> Result<Option<Digest>, SourceError> {
        // What cannot be walked is told by the visit.
        Ok(fingerprint(&self.place, (self.clock)()).unwrap_or_default())
    }

    fn was_read_as(&self, key: &Digest) -> bool {
        fingerprint(&self.place, (self.clock)()).is_ok_and(|now| now.as_ref() == Some(key))
    }

    fn visit(&self, visitor: Visitor<'_>) -> Result<(), SourceError> {
        let unbounded = Limits {
            total: u64::MAX,
            entry: u64::MAX,
            ..Limits::default()
        };
        let meter = Meter::new(unbounded, u64::MAX);
        let walk = WalkDir::new(&self.place).min_depth(1).sort_by_file_name();
        for found in walk {
            let found = found.map_err(|error| self.walk_failed(error))?;
            let Some(entry) = self.judge(&found)? else {
                continue;
            };
            meter
                .declare(&entry.path, entry.size, None)
                .map_err(|fault| fault.at(&self.place, None))?;
            if entry.kind == FileKind::File {
                let mut content = File::open(found.path())
                    .map_err(|error| fault::unreadable(found.path(), error))?;
                counted::show(&self.place, &entry, &mut content, &meter, visitor)?;
            } else {
                counted::show(&self.place, &entry, &mut std::io::empty(), &meter, visitor)?;
            }
        }
        Ok(())
    }
}
