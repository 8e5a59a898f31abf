//! What goes into a backup, as the engine asks for it: entries in order, folders before what is in them, content only
//! when it is needed.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustic_core::{
    ErrorKind, ReadSource, ReadSourceEntry, ReadSourceOpen, RusticError, RusticResult,
};
use walkdir::WalkDir;

use super::error::RepositoryError;
use super::node;
use crate::error::BackupError;
use crate::stop::Stop;
use crate::store::{Part, is_own};
use crate::walk::join;

/// Something to take into a backup: a folder or chosen entries of one, which lie in a folder of the backup that has the
/// name of their part. Sockets, pipes and devices are left out.
#[derive(Debug, Clone)]
pub enum Input {
    /// Files of a site. They are written anew as a whole, grow at their end or change in place, and most of them are
    /// small.
    Files(Part),
    /// The files of a dump, into which rows come in the middle. They are cut into pieces by content, so that what
    /// follows a new row is not stored anew.
    Dump(Part),
}

impl Input {
    /// The part.
    pub fn part(&self) -> &Part {
        match self {
            Self::Files(part) | Self::Dump(part) => part,
        }
    }
}

/// Whether parts have names that can lie beside each other.
///
/// # Errors
/// With [`RepositoryError::Name`].
pub(super) fn check_names(inputs: &[Input]) -> Result<(), RepositoryError> {
    let mut seen = HashSet::new();
    for input in inputs {
        let name = &input.part().name;
        check_name(name)?;
        if !seen.insert(name) {
            return Err(bad_name(name, "two parts have this name"));
        }
    }
    Ok(())
}

/// What happened so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) entries: AtomicU64,
    pub(super) vanished: AtomicU64,
    pub(super) bytes: AtomicU64,
    stop: Stop,
    failed: Mutex<Option<RepositoryError>>,
}

impl Tally {
    pub(super) fn stopping(stop: Stop) -> Self {
        Self {
            stop,
            ..Self::default()
        }
    }

    /// False, and told as what went wrong, when somebody asked for an end.
    fn goes_on(&self) -> bool {
        let asked = self.stop.is_asked();
        if asked {
            self.fail(RepositoryError::Stopped);
        }
        !asked
    }

    /// The first thing that could not be read.
    pub(super) fn take_failure(&self) -> Option<RepositoryError> {
        self.failed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn fail(&self, error: RepositoryError) {
        self.failed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(error);
    }
}

/// The whole backup. Each part is a folder, in the order of their names.
pub(super) struct Source {
    parts: Vec<Part>,
    tally: Arc<Tally>,
}

impl Source {
    pub(super) fn new(inputs: &[Input], tally: Arc<Tally>) -> Result<Self, RepositoryError> {
        let mut parts = Vec::new();
        for input in inputs {
            let mut part = input.part().clone();
            // A folder behind a link is taken, not the link.
            part.root = fs::canonicalize(&part.root).map_err(BackupError::read(&part.root))?;
            parts.push(part);
        }
        parts.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self { parts, tally })
    }
}

/// A name that is one component of a path.
fn check_name(name: &str) -> Result<(), RepositoryError> {
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
        Err(bad_name(name, "it must be the name of one folder or file"))
    } else {
        Ok(())
    }
}

fn bad_name(name: &str, why: &'static str) -> RepositoryError {
    RepositoryError::Name {
        name: name.to_owned(),
        why,
    }
}

impl ReadSource for Source {
    type Open = Content;
    type Iter = Box<dyn Iterator<Item = RusticResult<ReadSourceEntry<Content>>> + Send>;

    fn size(&self) -> RusticResult<Option<u64>> {
        Ok(None)
    }

    fn entries(&self) -> Self::Iter {
        let tally = Arc::clone(&self.tally);
        let parts = self.parts.clone();
        Box::new(parts.into_iter().flat_map(move |part| files(&part, &tally)))
    }
}

type Entries = Box<dyn Iterator<Item = RusticResult<ReadSourceEntry<Content>>> + Send>;

/// The folder itself and everything chosen below it. An entry that goes away meanwhile is left out; one that cannot be
/// read fails the backup.
fn files(part: &Part, tally: &Arc<Tally>) -> Entries {
    let tally = Arc::clone(tally);
    let (top, root) = (Path::new("/").join(&part.name), part.root.clone());
    let walks: Box<dyn Iterator<Item = Result<PathBuf, BackupError>> + Send> = match &part.entries {
        None => Box::new(walk(&root, true)),
        Some(names) => {
            let (above, chosen) = chosen(names);
            let root = root.clone();
            Box::new(above.into_iter().flat_map(move |below| {
                let path = join(&root, &below);
                if chosen.contains(&below) {
                    Box::new(walk(&path, false)) as Box<dyn Iterator<Item = _> + Send>
                } else {
                    Box::new(std::iter::once(Ok(path)))
                }
            }))
        }
    };
    let asked = Arc::clone(&tally);
    let walks = walks.take_while(move |_| asked.goes_on());
    Box::new(walks.filter_map(move |path| {
        let found = path.and_then(|path| entry(&top, &root, &path, &tally));
        match found {
            Ok(entry) => entry.map(Ok),
            Err(BackupError::Read { path, source })
                if source.kind() == io::ErrorKind::NotFound && path != root =>
            {
                None
            }
            Err(error) => {
                tally.fail(error.into());
                None
            }
        }
    }))
}

/// Everything to visit in order: the folder itself, the chosen entries, and the folders on the way to them. Entries in
/// other chosen entries are left out.
fn chosen(names: &[OsString]) -> (Vec<PathBuf>, HashSet<PathBuf>) {
    let mut sorted: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
    sorted.sort();
    sorted.dedup();
    let mut chosen: Vec<PathBuf> = Vec::new();
    for name in sorted {
        // What lies in an entry stands right after it.
        if !chosen.last().is_some_and(|other| name.starts_with(other)) {
            chosen.push(name);
        }
    }
    let mut visits: Vec<PathBuf> = chosen
        .iter()
        .flat_map(|name| name.ancestors().map(Path::to_owned))
        .collect();
    visits.push(PathBuf::new());
    visits.sort();
    visits.dedup();
    (visits, chosen.into_iter().collect())
}

fn walk(
    start: &Path,
    without_own: bool,
) -> impl Iterator<Item = Result<PathBuf, BackupError>> + Send + use<> {
    let start = start.to_owned();
    WalkDir::new(&start)
        .follow_root_links(false)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(move |entry| {
            !(without_own && entry.depth() == 1 && is_own(entry.file_name()))
        })
        .map(move |entry| {
            entry.map(walkdir::DirEntry::into_path).map_err(|error| {
                let path = error.path().unwrap_or(&start).to_owned();
                BackupError::read(&path)(error.into())
            })
        })
}

fn entry(
    top: &Path,
    root: &Path,
    path: &Path,
    tally: &Arc<Tally>,
) -> Result<Option<ReadSourceEntry<Content>>, BackupError> {
    let stat = fs::symlink_metadata(path).map_err(BackupError::read(path))?;
    let place = join(top, path.strip_prefix(root).unwrap_or(path));
    let name = place.file_name().unwrap_or_default();
    let Some(node) = node::of_file(name, path, &stat)? else {
        return Ok(None);
    };
    let open = stat.is_file().then(|| Content {
        path: path.to_owned(),
        tally: Arc::clone(tally),
    });
    if !stat.is_dir() {
        tally.entries.fetch_add(1, Ordering::Relaxed);
    }
    Ok(Some(ReadSourceEntry {
        path: place,
        node,
        open,
    }))
}

/// The content of a file, not open yet.
pub(super) struct Content {
    path: PathBuf,
    tally: Arc<Tally>,
}

impl ReadSourceOpen for Content {
    type Reader = Watched;

    fn open(self) -> RusticResult<Watched> {
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
            .open(&self.path);
        match file {
            Ok(file) => Ok(Watched {
                file,
                content: self,
            }),
            Err(error) => {
                if error.kind() == io::ErrorKind::NotFound {
                    self.tally.vanished.fetch_add(1, Ordering::Relaxed);
                } else {
                    self.failed(&error);
                }
                Err(RusticError::with_source(
                    ErrorKind::InputOutput,
                    "cannot open what is to be backed up",
                    error,
                ))
            }
        }
    }
}

impl Content {
    fn failed(&self, error: &io::Error) {
        // The engine wants the error, too.
        let source = error.raw_os_error().map_or_else(
            || io::Error::new(error.kind(), error.to_string()),
            io::Error::from_raw_os_error,
        );
        self.tally
            .fail(BackupError::read(&self.path)(source).into());
    }
}

/// Counts what is read and remembers what could not be read.
pub(super) struct Watched {
    file: File,
    content: Content,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.content.tally.goes_on() {
            return Err(io::Error::other("somebody asked for an end"));
        }
        match self.file.read(buffer) {
            Ok(read) => {
                let tally = &self.content.tally;
                tally.bytes.fetch_add(read as u64, Ordering::Relaxed);
                Ok(read)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.content.failed(&error);
                }
                Err(error)
            }
        }
    }
}
