//! 7z archives.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use raylift_model::facts::FileKind;
use raylift_survey::source::{SourceEntry, SourceError, Visitor};
use sevenz_rust2::{ArchiveEntry, ArchiveReader, EntryDecision, Error, Password};

use super::counted;
use super::fault::{self, Fault};
use super::limits::{Limits, Meter};
use super::links::{self, Bounds};
use super::names::{self, Names};
use super::unix::{LONGEST_TARGET, TYPE_FILE, TYPE_FOLDER, TYPE_LINK, TYPE_MASK};

/// What a header or a decoder's window may take; 7-Zip's own presets use windows up to 256 MiB.
const MEMORY_KIB: usize = 320 * 1024;

/// The flag by which p7zip keeps the Unix mode in the upper half of the attributes, and the attribute of a folder.
const UNIX_EXTENSION: u32 = 0x8000;

/// Judges the whole directory first, then shows every entry. A link's target is content here, so that it is judged when
/// its turn comes, before it is shown.
pub(super) fn visit(place: &Path, limits: Limits, visitor: Visitor<'_>) -> Result<(), SourceError> {
    let file = File::open(place).map_err(|error| fault::unreadable(place, error))?;
    let size = file
        .metadata()
        .map_err(|error| fault::unreadable(place, error))?
        .len();
    let mut archive = ArchiveReader::new_with_memory_limit(
        BufReader::with_capacity(1 << 16, file),
        Password::empty(),
        MEMORY_KIB,
    )
    .map_err(|error| broken(place, "its directory does not read", error))?;
    archive.set_thread_count(1);
    let meter = Meter::new(limits, size);
    judge(&archive.archive().files, &meter).map_err(|fault| fault.at(place, None))?;
    let mut refusal = None;
    let walked = archive.for_each_entries_with_decision(|header, content| {
        match show(place, header, content, &meter, visitor) {
            Ok(()) => Ok(EntryDecision::Continue),
            Err(error) => {
                refusal = Some(error);
                Ok(EntryDecision::Stop)
            }
        }
    });
    match (refusal, walked) {
        (Some(refusal), _) => Err(refusal),
        (None, Err(error)) => Err(broken(place, "an entry does not unpack", error)),
        (None, Ok(())) => Ok(()),
    }
}

fn judge(headers: &[ArchiveEntry], meter: &Meter) -> Result<(), Fault> {
    let mut seen = Names::default();
    for header in headers {
        let Some(path) = names::accepted(header.name.as_bytes())? else {
            continue;
        };
        let kind = kind_of(header, &path)?;
        seen.add(&path, kind == FileKind::Directory)?;
        meter.declare(&path, header.size, None)?;
    }
    Ok(())
}

fn show(
    place: &Path,
    header: &ArchiveEntry,
    content: &mut dyn Read,
    meter: &Meter,
    visitor: Visitor<'_>,
) -> Result<(), SourceError> {
    let at = |fault: Fault| fault.at(place, None);
    let Some(path) = names::accepted(header.name.as_bytes()).map_err(at)? else {
        return Ok(());
    };
    let kind = match kind_of(header, &path).map_err(at)? {
        FileKind::Link { .. } => {
            let mut target = Vec::new();
            content
                .take(LONGEST_TARGET + 1)
                .read_to_end(&mut target)
                .map_err(|error| {
                    fault::damaged(place, &format!("entry {path:?} does not unpack"), error)
                })?;
            FileKind::Link {
                target: links::judge(&path, &target, Bounds::TopFolder).map_err(at)?,
            }
        }
        other => other,
    };
    let is_file = kind == FileKind::File;
    let entry = SourceEntry {
        mode: mode_of(header, kind == FileKind::Directory),
        size: if is_file { header.size } else { 0 },
        path,
        kind,
    };
    if is_file {
        counted::show(place, &entry, content, meter, visitor)
    } else {
        counted::show(place, &entry, &mut std::io::empty(), meter, visitor)
    }
}

fn unix_mode(header: &ArchiveEntry) -> Option<u32> {
    (header.has_windows_attributes && header.windows_attributes & UNIX_EXTENSION != 0)
        .then_some(header.windows_attributes >> 16)
}

fn kind_of(header: &ArchiveEntry, path: &str) -> Result<FileKind, Fault> {
    if header.is_anti_item {
        return Err(Fault::unsafe_entry(path, "it asks for a deletion"));
    }
    match unix_mode(header).map_or(0, |mode| mode & TYPE_MASK) {
        TYPE_LINK if header.size > LONGEST_TARGET => Err(Fault::unsafe_entry(
            path,
            "it is a link with an endless target",
        )),
        TYPE_LINK => Ok(FileKind::Link {
            target: String::new(),
        }),
        TYPE_FOLDER if header.size == 0 => Ok(FileKind::Directory),
        0 | TYPE_FILE if header.is_directory => Ok(FileKind::Directory),
        0 | TYPE_FILE => Ok(FileKind::File),
        _ => Err(Fault::unsafe_entry(
            path,
            "it is neither a file nor a folder nor a link",
        )),
    }
}

fn mode_of(header: &ArchiveEntry, is_folder: bool) -> u32 {
    match unix_mode(header).map(|mode| mode & 0o777) {
        Some(mode) => mode,
        None if is_folder => 0o755,
        None => 0o644,
    }
}

fn broken(place: &Path, detail: &str, error: Error) -> SourceError {
    let detail = match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => "it is encrypted",
        _ => detail,
    };
    fault::damaged(place, detail, error)
}
