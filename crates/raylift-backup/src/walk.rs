//! Goes through the entries of a part.

use std::fs::FileType;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::BackupError;
use crate::store::Part;

/// One entry below a part's root.
pub(crate) struct Found {
    /// Path below the root; empty for the root itself.
    pub(crate) below: PathBuf,
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// What it is; links are not followed.
    pub(crate) kind: FileType,
}

/// Every entry, folders before what is in them, names in order. An entry that goes away meanwhile is left out.
pub(crate) fn entries(part: &Part) -> Result<Vec<Found>, BackupError> {
    let mut found = Vec::new();
    match &part.entries {
        None => below(&part.root, &part.root, &mut found)?,
        Some(names) => {
            for name in names {
                below(&part.root, &part.root.join(name), &mut found)?;
            }
        }
    }
    Ok(found)
}

fn below(root: &Path, start: &Path, found: &mut Vec<Found>) -> Result<(), BackupError> {
    for entry in WalkDir::new(start).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(start).to_owned();
                let source = std::io::Error::from(error);
                if source.kind() == std::io::ErrorKind::NotFound && path != root {
                    continue;
                }
                return Err(BackupError::Read { path, source });
            }
        };
        let path = entry.path().to_owned();
        let below = path.strip_prefix(root).unwrap_or(&path).to_owned();
        found.push(Found {
            below,
            path,
            kind: entry.file_type(),
        });
    }
    Ok(())
}

/// `path/""` would end in a separator, which is another path for a file.
pub(crate) fn join(folder: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() {
        folder.to_owned()
    } else {
        folder.join(below)
    }
}
