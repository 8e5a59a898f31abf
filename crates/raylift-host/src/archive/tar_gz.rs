//! Tar archives packed with gzip.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use raylift_model::facts::FileKind;
use raylift_survey::source::{SourceEntry, SourceError, Visitor};
use tar::{Archive, Entry, EntryType};

use super::counted;
use super::fault::{self, Fault};
use super::limits::{Limits, Meter};
use super::links::{self, Bounds};
use super::names::{self, Names};

/// What the headers before one entry may take: long names are held in memory.
const LONGEST_HEADERS: u64 = 256 * 1024;

/// What is known about the unpacked stream below the tar reader.
#[derive(Default)]
struct Watch {
    /// Bytes that may still be read before somebody must allow more.
    allowed: Cell<u64>,
    exhausted: Cell<bool>,
    ended: Cell<bool>,
}

impl Watch {
    fn allow(&self, bytes: u64) {
        self.allowed.set(bytes);
    }
}

struct Watched<'a, R> {
    inner: R,
    watch: &'a Watch,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let allowed = self.watch.allowed.get();
        if allowed == 0 && !buffer.is_empty() {
            self.watch.exhausted.set(true);
            return Err(io::Error::other("the headers of an entry have no end"));
        }
        let length = buffer
            .len()
            .min(usize::try_from(allowed).unwrap_or(usize::MAX));
        let count = self
            .inner
            .read(buffer.get_mut(..length).unwrap_or_default())?;
        self.watch.allowed.set(allowed - count as u64);
        if count == 0 && length > 0 {
            self.watch.ended.set(true);
        }
        Ok(count)
    }
}

/// Shows every entry as it comes; an entry is judged before it is shown.
pub(super) fn visit(place: &Path, limits: Limits, visitor: Visitor<'_>) -> Result<(), SourceError> {
    let file = File::open(place).map_err(|error| fault::unreadable(place, error))?;
    let size = file
        .metadata()
        .map_err(|error| fault::unreadable(place, error))?
        .len();
    let watch = Watch::default();
    let mut archive = Archive::new(Watched {
        inner: MultiGzDecoder::new(BufReader::with_capacity(1 << 16, file)),
        watch: &watch,
    });
    let meter = Meter::new(limits, size);
    let mut seen = Names::default();
    watch.allow(LONGEST_HEADERS);
    let entries = archive
        .entries()
        .map_err(|error| fault::damaged(place, "it does not begin", error))?;
    for entry in entries {
        let mut entry = entry.map_err(|error| at_header(place, &watch, error))?;
        let judged = judge(&mut entry, &mut seen, &meter).map_err(|fault| fault.at(place, None))?;
        watch.allow(entry.size().saturating_add(1024));
        if let Some(judged) = judged {
            counted::show(place, &judged, &mut entry, &meter, visitor)?;
        }
        watch.allow(LONGEST_HEADERS);
    }
    if watch.ended.get() {
        return Err(cut_short(place, "its end mark is missing"));
    }
    finish(place, &watch, archive.into_inner())
}

/// Reads what follows the end mark: only zeros, then the checksum of gzip, which is judged by reading to the end.
fn finish(
    place: &Path,
    watch: &Watch,
    mut stream: Watched<'_, impl Read>,
) -> Result<(), SourceError> {
    let mut buffer = [0; 4096];
    let mut after = 0_u64;
    loop {
        watch.allow(buffer.len() as u64);
        let count = stream
            .read(&mut buffer)
            .map_err(|error| fault::damaged(place, "it does not unpack to its end", error))?;
        if count == 0 {
            break;
        }
        let read = buffer.get(..count).unwrap_or_default();
        if read.iter().any(|byte| *byte != 0) {
            return Err(cut_short(place, "something follows its end mark"));
        }
        after += count as u64;
    }
    // Two blocks of zeros end an archive; the reader has taken the first one.
    if after < 512 {
        return Err(cut_short(place, "its end mark is incomplete"));
    }
    Ok(())
}

fn judge<R: Read>(
    entry: &mut Entry<'_, R>,
    seen: &mut Names,
    meter: &Meter,
) -> Result<Option<SourceEntry>, Fault> {
    let header_type = entry.header().entry_type();
    if header_type == EntryType::XGlobalHeader {
        return Ok(None);
    }
    let raw = entry.path_bytes().into_owned();
    let Some(path) = names::accepted(&raw)? else {
        return Ok(None);
    };
    let kind = kind_of(entry, &raw, &path)?;
    let is_folder = kind == FileKind::Directory;
    let size = if kind == FileKind::File {
        entry.size()
    } else {
        0
    };
    seen.add(&path, is_folder)?;
    meter.declare(&path, size, None)?;
    let mode = match entry.header().mode() {
        Ok(mode) => mode & 0o777,
        Err(_) if is_folder => 0o755,
        Err(_) => 0o644,
    };
    Ok(Some(SourceEntry {
        path,
        kind,
        size,
        mode,
    }))
}

fn kind_of<R: Read>(entry: &Entry<'_, R>, raw: &[u8], path: &str) -> Result<FileKind, Fault> {
    match entry.header().entry_type() {
        EntryType::Directory => Ok(FileKind::Directory),
        // Archives older than POSIX mark a folder by its name alone.
        EntryType::Regular if raw.ends_with(b"/") => Ok(FileKind::Directory),
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Ok(FileKind::File),
        EntryType::Symlink => {
            let target = entry.link_name_bytes().unwrap_or_default();
            Ok(FileKind::Link {
                target: links::judge(path, &target, Bounds::TopFolder)?,
            })
        }
        EntryType::Link => Err(Fault::unsafe_entry(path, "it is a hard link")),
        _ => Err(Fault::unsafe_entry(
            path,
            "it is neither a file nor a folder nor a link",
        )),
    }
}

fn at_header(place: &Path, watch: &Watch, error: io::Error) -> SourceError {
    if watch.exhausted.get() {
        Fault::bomb("the headers of an entry have no end").at(place, Some(error.into()))
    } else {
        fault::damaged(place, "the header of an entry does not read", error)
    }
}

fn cut_short(place: &Path, detail: &str) -> SourceError {
    Fault::damaged(format!("the archive is damaged or cut short: {detail}")).at(place, None)
}
