//! A journal in a file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use raylift_model::names::RunId;

use crate::journal::JournalStore;

/// Name of the journal in a run's folder.
pub const JOURNAL_FILE: &str = "journal.jsonl";

/// A journal in a file, locked (`flock`) against a second writer as long as this value lives.
#[derive(Debug)]
pub struct FileStore {
    path: PathBuf,
    file: Option<File>,
}

impl FileStore {
    /// The store at `path`. Nothing is created before the first line. When the file is there it is locked at once.
    ///
    /// # Errors
    /// When the file cannot be opened, or with [`io::ErrorKind::WouldBlock`] when another process writes it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = match open_for_append(path, false) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    fn create(&mut self) -> io::Result<&mut File> {
        if self.file.is_none() {
            if let Some(parent) = self.path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            let file = open_for_append(&self.path, true)?;
            file.sync_all()?;
            sync_folders_above(&self.path)?;
            self.file = Some(file);
        }
        self.file
            .as_mut()
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

impl JournalStore for FileStore {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = &mut self.file else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        let file = self.create()?;
        file.set_len(length)?;
        file.sync_all()
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let file = self.create()?;
        file.write_all(line)?;
        file.sync_data()
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// Every run below a folder `runs/` that has a journal, with the journal's bytes, oldest first. Nothing is locked.
///
/// # Errors
/// When the folder or a journal is there and cannot be read.
pub fn run_journals(runs: &Path) -> io::Result<Vec<(RunId, Vec<u8>)>> {
    let entries = match std::fs::read_dir(runs) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut journals = Vec::new();
    for entry in entries {
        let folder = entry?.path();
        let Some(name) = folder.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        match std::fs::read(folder.join(JOURNAL_FILE)) {
            Ok(bytes) => journals.push((RunId::new(name), bytes)),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) => {}
            Err(error) => return Err(error),
        }
    }
    journals.sort();
    Ok(journals)
}

fn open_for_append(path: &Path, create: bool) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(create)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::new(
            io::ErrorKind::WouldBlock,
            "another raylift writes this journal",
        )),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Makes a new file's name durable. The folder may be new as well, so the one above is written too.
fn sync_folders_above(path: &Path) -> io::Result<()> {
    for folder in path.ancestors().skip(1).take(3) {
        if folder.as_os_str().is_empty() {
            break;
        }
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_appended_is_read_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs/one").join(JOURNAL_FILE);
        let mut store = FileStore::open(&path).unwrap();
        assert_eq!(store.read().unwrap(), None);
        store.append(b"one\n").unwrap();
        store.append(b"two\n").unwrap();
        drop(store);
        let mut store = FileStore::open(&path).unwrap();
        assert_eq!(store.read().unwrap().unwrap(), b"one\ntwo\n");
        store.truncate(4).unwrap();
        store.append(b"three\n").unwrap();
        assert_eq!(store.read().unwrap().unwrap(), b"one\nthree\n");
    }

    #[test]
    fn a_second_writer_is_refused_and_readers_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one").join(JOURNAL_FILE);
        let mut store = FileStore::open(&path).unwrap();
        store.append(b"line\n").unwrap();
        let error = FileStore::open(&path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        let journals = run_journals(folder.path()).unwrap();
        assert_eq!(journals, [(RunId::new("one"), b"line\n".to_vec())]);
        drop(store);
        assert!(FileStore::open(&path).is_ok());
    }

    #[test]
    fn no_runs_folder_means_no_runs() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            run_journals(&folder.path().join("runs"))
                .unwrap()
                .is_empty()
        );
    }
}
