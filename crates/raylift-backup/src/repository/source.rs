//! What goes into a backup, as the engine asks for it: entries in order, folders before what is in them, content only
//! when it is needed.

use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustic_core::jiff::Timestamp;
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

/// Something to take into a backup. Each lies in a folder of the backup that has the name of its part.
pub enum Input {
    /// A folder or chosen entries of one. Sockets, pipes and devices are left out.
    Files(Part),
    /// What comes through a pipe, as one file. A reader that ends with an error ends the backup: the caller must turn
    /// the failure of a dump tool into one.
    Stream {
        /// The part; other streams may have the same.
        part: String,
        /// The file's name in the part.
        file: String,
        /// The content.
        reader: Box<dyn Read + Send>,
    },
}

impl Input {
    /// The name of its part.
    pub fn part(&self) -> &str {
        match self {
            Self::Files(part) => &part.name,
            Self::Stream { part, .. } => part,
        }
    }

    /// The name of a stream in its part; empty for files.
    pub(super) fn file(&self) -> &str {
        match self {
            Self::Files(_) => "",
            Self::Stream { file, .. } => file,
        }
    }
}

/// Sizes of streams, by part and file, as far as they are known.
pub(super) type Sizes = BTreeMap<(String, String), u64>;

/// Whether parts and streams have names that can lie beside each other.
///
/// # Errors
/// With [`RepositoryError::Name`].
pub(super) fn check_names(
    files: &[Input],
    streams: &[(String, String)],
) -> Result<(), RepositoryError> {
    let mut parts = HashSet::new();
    for input in files {
        check_name(input.part())?;
        if !parts.insert(input.part()) {
            return Err(bad_name(input.part(), "two parts have this name"));
        }
    }
    let mut seen = HashSet::new();
    for (part, file) in streams {
        check_name(part)?;
        check_name(file)?;
        if parts.contains(part.as_str()) || !seen.insert((part, file)) {
            return Err(bad_name(file, "the part holds something of that name"));
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

type Reader = Box<dyn Read + Send>;

/// A stream can be read once.
type Stream = Arc<Mutex<Option<Reader>>>;

#[derive(Clone)]
enum Piece {
    Files(Part),
    Stream {
        file: String,
        size: u64,
        reader: Stream,
    },
}

/// The whole backup. Each part is a folder, in the order of their names.
pub(super) struct Source {
    parts: Vec<(String, Vec<Piece>)>,
    tally: Arc<Tally>,
    now: Timestamp,
}

impl Source {
    pub(super) fn new(
        inputs: Vec<Input>,
        sizes: &Sizes,
        tally: Arc<Tally>,
        now: Timestamp,
    ) -> Result<Self, RepositoryError> {
        let mut parts: BTreeMap<String, Vec<Piece>> = BTreeMap::new();
        for input in inputs {
            let pieces = parts.entry(input.part().to_owned()).or_default();
            pieces.push(match input {
                Input::Files(mut part) => {
                    // A folder behind a link is taken, not the link.
                    part.root =
                        fs::canonicalize(&part.root).map_err(BackupError::read(&part.root))?;
                    Piece::Files(part)
                }
                Input::Stream { part, file, reader } => {
                    let key = (part, file);
                    let size = sizes.get(&key).copied().unwrap_or(0);
                    Piece::Stream {
                        file: key.1,
                        size,
                        reader: Arc::new(Mutex::new(Some(reader))),
                    }
                }
            });
        }
        let mut parts: Vec<_> = parts.into_iter().collect();
        for (_, pieces) in &mut parts {
            pieces.sort_by(|one, other| match (one, other) {
                (Piece::Stream { file: one, .. }, Piece::Stream { file: other, .. }) => {
                    one.cmp(other)
                }
                _ => std::cmp::Ordering::Equal,
            });
        }
        Ok(Self { parts, tally, now })
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
        let (tally, now) = (Arc::clone(&self.tally), self.now);
        let parts = self.parts.clone();
        Box::new(
            parts
                .into_iter()
                .flat_map(move |(name, pieces)| entries_of(&name, pieces, &tally, now)),
        )
    }
}

type Entries = Box<dyn Iterator<Item = RusticResult<ReadSourceEntry<Content>>> + Send>;

fn entries_of(name: &str, pieces: Vec<Piece>, tally: &Arc<Tally>, now: Timestamp) -> Entries {
    let top = Path::new("/").join(name);
    if let Some(Piece::Files(part)) = pieces.first() {
        return files(&top, part, tally);
    }
    let folder = ReadSourceEntry {
        path: top.clone(),
        node: node::of_part(OsStr::new(name), now),
        open: None,
    };
    let part = name.to_owned();
    let tally = Arc::clone(tally);
    Box::new(
        std::iter::once(Ok(folder)).chain(pieces.into_iter().filter_map(move |piece| {
            let Piece::Stream { file, size, reader } = piece else {
                return None;
            };
            tally.entries.fetch_add(1, Ordering::Relaxed);
            Some(Ok(ReadSourceEntry {
                path: top.join(&file),
                node: node::of_stream(OsStr::new(&file), size, now),
                open: Some(Content {
                    what: What::Stream {
                        part: part.clone(),
                        file,
                        reader,
                    },
                    tally: Arc::clone(&tally),
                }),
            }))
        })),
    )
}

/// The folder itself and everything chosen below it. An entry that goes away meanwhile is left out; one that cannot be
/// read fails the backup.
fn files(top: &Path, part: &Part, tally: &Arc<Tally>) -> Entries {
    let tally = Arc::clone(tally);
    let (top, root) = (top.to_owned(), part.root.clone());
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
        what: What::File(path.to_owned()),
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

enum What {
    File(PathBuf),
    Stream {
        part: String,
        file: String,
        reader: Stream,
    },
}

/// The content of a file or stream, not open yet.
pub(super) struct Content {
    what: What,
    tally: Arc<Tally>,
}

impl ReadSourceOpen for Content {
    type Reader = Watched;

    fn open(self) -> RusticResult<Watched> {
        let reader: io::Result<Reader> = match &self.what {
            What::File(path) => OpenOptions::new()
                .read(true)
                .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
                .open(path)
                .map(|file| Box::new(file) as Reader),
            What::Stream { reader, .. } => reader
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
                .ok_or_else(|| io::Error::other("the stream was read already")),
        };
        match reader {
            Ok(reader) => Ok(Watched {
                reader,
                content: self,
            }),
            Err(error) => {
                if matches!(self.what, What::File(_)) && error.kind() == io::ErrorKind::NotFound {
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
        self.tally.fail(match &self.what {
            What::File(path) => BackupError::read(path)(source).into(),
            What::Stream { part, file, .. } => RepositoryError::Stream {
                part: part.clone(),
                file: file.clone(),
                source,
            },
        });
    }
}

/// Counts what is read and remembers what could not be read.
pub(super) struct Watched {
    reader: Reader,
    content: Content,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.content.tally.goes_on() {
            return Err(io::Error::other("somebody asked for an end"));
        }
        match self.reader.read(buffer) {
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
