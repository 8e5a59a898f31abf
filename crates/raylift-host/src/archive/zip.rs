//! Zip archives.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use ::zip::read::{ArchiveOffset, Config, ZipFileEntry};
use ::zip::result::ZipError;
use ::zip::{CompressionMethod, ZipArchive};
use raylift_model::facts::FileKind;
use raylift_survey::source::{SourceEntry, SourceError, Visitor};

use super::counted;
use super::fault::{self, Fault};
use super::limits::{Limits, Meter};
use super::links::{self, Bounds};
use super::names::{self, Names};
use super::unix::{LONGEST_TARGET, TYPE_FILE, TYPE_FOLDER, TYPE_LINK, TYPE_MASK};
use super::zip_directory;

/// Judges the whole directory first, then shows every entry.
pub(super) fn visit(place: &Path, limits: Limits, visitor: Visitor<'_>) -> Result<(), SourceError> {
    let mut file = File::open(place).map_err(|error| fault::unreadable(place, error))?;
    let size = file
        .metadata()
        .map_err(|error| fault::unreadable(place, error))?
        .len();
    let count = zip_directory::check(place, &mut file, limits.entries)?;
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    let mut archive = ZipArchive::with_config(config, BufReader::new(file))
        .map_err(|error| broken(place, "its directory does not read", error))?;
    if archive.len() as u64 != count {
        return Err(Fault::duplicate("(a name given by a Unicode path field)").at(place, None));
    }
    let meter = Meter::new(limits, size);
    let entries = judge(place, &mut archive, &meter)?;
    for (index, entry) in entries.iter().enumerate() {
        let Some(entry) = entry else { continue };
        if entry.kind == FileKind::File {
            let mut content = archive
                .by_index(index)
                .map_err(|error| broken(place, &format!("entry {:?}", entry.path), error))?;
            counted::show(place, entry, &mut content, &meter, visitor)?;
        } else {
            counted::show(place, entry, &mut std::io::empty(), &meter, visitor)?;
        }
    }
    Ok(())
}

/// Every entry with its name, kind and size accepted; `None` for the archive's own root.
fn judge(
    place: &Path,
    archive: &mut ZipArchive<BufReader<File>>,
    meter: &Meter,
) -> Result<Vec<Option<SourceEntry>>, SourceError> {
    let mut seen = Names::default();
    let mut entries = Vec::new();
    let metadata = archive.metadata();
    for index in 0..archive.len() {
        let header = metadata
            .entry(index)
            .map_err(|error| broken(place, "its directory does not read", error))?;
        let raw = header.name_raw();
        let Some(path) = names::accepted(raw).map_err(|fault| fault.at(place, None))? else {
            entries.push(None);
            continue;
        };
        let kind = kind_of(&header, &path).map_err(|fault| fault.at(place, None))?;
        let is_folder = kind == FileKind::Directory;
        seen.add(&path, is_folder)
            .and_then(|()| meter.declare(&path, header.size(), Some(header.compressed_size())))
            .map_err(|fault| fault.at(place, None))?;
        let kind = match kind {
            FileKind::Link { .. } => {
                let target = read_target(place, archive, index, &path)?;
                FileKind::Link {
                    target: links::judge(&path, &target, Bounds::TopFolder)
                        .map_err(|fault| fault.at(place, None))?,
                }
            }
            other => other,
        };
        entries.push(Some(SourceEntry {
            mode: mode_of(&header, is_folder),
            size: if kind == FileKind::File {
                header.size()
            } else {
                0
            },
            path,
            kind,
        }));
    }
    Ok(entries)
}

fn kind_of(header: &ZipFileEntry<'_>, path: &str) -> Result<FileKind, Fault> {
    if header.encrypted() {
        return Err(Fault::damaged(format!("entry {path:?} is encrypted")));
    }
    if !matches!(
        header.compression(),
        CompressionMethod::Stored | CompressionMethod::Deflated
    ) {
        return Err(Fault::damaged(format!(
            "entry {path:?} is packed by a method that raylift does not know"
        )));
    }
    let by_name = header.name_raw().ends_with(b"/");
    match header.unix_mode().map_or(0, |mode| mode & TYPE_MASK) {
        TYPE_LINK if !by_name => Ok(FileKind::Link {
            target: String::new(),
        }),
        TYPE_FOLDER => Ok(FileKind::Directory),
        0 | TYPE_FILE if by_name && header.size() == 0 => Ok(FileKind::Directory),
        0 | TYPE_FILE if !by_name => Ok(FileKind::File),
        _ => Err(Fault::unsafe_entry(
            path,
            "it is neither a file nor a folder nor a link",
        )),
    }
}

fn mode_of(header: &ZipFileEntry<'_>, is_folder: bool) -> u32 {
    match header.unix_mode().map_or(0, |mode| mode & 0o777) {
        0 if is_folder => 0o755,
        0 => 0o644,
        mode => mode,
    }
}

fn read_target(
    place: &Path,
    archive: &mut ZipArchive<BufReader<File>>,
    index: usize,
    path: &str,
) -> Result<Vec<u8>, SourceError> {
    let content = archive
        .by_index(index)
        .map_err(|error| broken(place, &format!("entry {path:?}"), error))?;
    let mut target = Vec::new();
    content
        .take(LONGEST_TARGET + 1)
        .read_to_end(&mut target)
        .map_err(|error| {
            fault::damaged(place, &format!("entry {path:?} does not unpack"), error)
        })?;
    if target.len() as u64 > LONGEST_TARGET {
        return Err(
            Fault::unsafe_entry(path, "it is a link with an endless target").at(place, None),
        );
    }
    Ok(target)
}

fn broken(place: &Path, detail: &str, error: ZipError) -> SourceError {
    fault::damaged(place, detail, error)
}
