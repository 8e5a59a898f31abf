//! The end and the directory of a zip file, walked before any library opens it.
//!
//! A zip file that was cut short may still end with the directory of a zip file stored inside it, and a name that is
//! there twice is one entry for a reader that keeps a map. Both are told apart here only: the directory must end where the
//! file ends (APPNOTE.TXT 4.3.6, 4.3.12 to 4.3.16), and its names are compared as they stand.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use raylift_survey::source::SourceError;

use super::fault::{self, Fault};

const END_SIGNATURE: u32 = 0x0605_4b50;
const END_LENGTH: u64 = 22;
const LONGEST_COMMENT: u64 = 65_535;
const LOCATOR_SIGNATURE: u32 = 0x0706_4b50;
const LOCATOR_LENGTH: u64 = 20;
const END_64_SIGNATURE: u32 = 0x0606_4b50;
const HEADER_SIGNATURE: u32 = 0x0201_4b50;
const HEADER_LENGTH: u64 = 46;

/// Where the directory lies.
struct Directory {
    entries: u64,
    start: u64,
    length: u64,
}

/// Checks the end of the file and every header of the directory; gives the number of entries.
pub(super) fn check(place: &Path, file: &mut File, most: u64) -> Result<u64, SourceError> {
    let directory = find(place, file)?;
    if directory.entries > most {
        return Err(Fault::bomb(format!("there are more than {most} entries")).at(place, None));
    }
    walk(place, file, &directory)?;
    Ok(directory.entries)
}

fn find(place: &Path, file: &mut File) -> Result<Directory, SourceError> {
    let length = file
        .seek(SeekFrom::End(0))
        .map_err(|error| fault::unreadable(place, error))?;
    let tail_length = length.min(END_LENGTH + LONGEST_COMMENT);
    let tail = read_at(place, file, length - tail_length, tail_length)?;
    let Some(in_tail) = (0..=tail.len().saturating_sub(END_LENGTH as usize))
        .rev()
        .find(|&at| ends_at_end(&tail, at))
    else {
        return Err(cut_short(place, "it has no directory at its end"));
    };
    let end = length - tail_length + in_tail as u64;
    let record = Fields(tail.get(in_tail..).unwrap_or_default());
    let narrow = Directory {
        entries: record.u16(10),
        length: record.u32(12),
        start: record.u32(16),
    };
    let in_parts = record.u16(4) != 0 || record.u16(6) != 0 || record.u16(8) != record.u16(10);
    let (directory, directory_end) = match find_64(place, file, end)? {
        Some(found) => found,
        None if in_parts => return Err(cut_short(place, "it is one part of several")),
        None => (narrow, end),
    };
    if directory.start.checked_add(directory.length) != Some(directory_end) {
        return Err(cut_short(
            place,
            "its directory does not lie where its end says",
        ));
    }
    Ok(directory)
}

/// Whether an end record begins here whose comment ends with the file.
fn ends_at_end(tail: &[u8], at: usize) -> bool {
    let record = Fields(tail.get(at..).unwrap_or_default());
    record.0.len() as u64 >= END_LENGTH
        && record.u32(0) == u64::from(END_SIGNATURE)
        && END_LENGTH + record.u16(20) == record.0.len() as u64
}

/// The directory of a zip64 file, and where that directory ends.
fn find_64(
    place: &Path,
    file: &mut File,
    end: u64,
) -> Result<Option<(Directory, u64)>, SourceError> {
    let Some(locator_at) = end.checked_sub(LOCATOR_LENGTH) else {
        return Ok(None);
    };
    let locator = read_at(place, file, locator_at, LOCATOR_LENGTH)?;
    let locator = Fields(&locator);
    if locator.u32(0) != u64::from(LOCATOR_SIGNATURE) {
        return Ok(None);
    }
    let at = locator.u64(8);
    if at > locator_at.saturating_sub(56) {
        return Err(cut_short(place, "its zip64 end lies outside"));
    }
    let record = read_at(place, file, at, 56)?;
    let record = Fields(&record);
    if record.u32(0) != u64::from(END_64_SIGNATURE)
        || record.u64(4).checked_add(at + 12) != Some(locator_at)
    {
        return Err(cut_short(place, "its zip64 end is not there"));
    }
    let directory = Directory {
        entries: record.u64(32),
        length: record.u64(40),
        start: record.u64(48),
    };
    Ok(Some((directory, at)))
}

/// Every header must be there, no name twice, and nothing left over.
fn walk(place: &Path, file: &mut File, directory: &Directory) -> Result<(), SourceError> {
    file.seek(SeekFrom::Start(directory.start))
        .map_err(|error| fault::unreadable(place, error))?;
    let mut reader = BufReader::new(file.take(directory.length));
    let mut names = HashSet::new();
    for _ in 0..directory.entries {
        let header = read_exactly(place, &mut reader, HEADER_LENGTH)?;
        let header = Fields(&header);
        if header.u32(0) != u64::from(HEADER_SIGNATURE) {
            return Err(cut_short(place, "its directory is damaged"));
        }
        let name = read_exactly(place, &mut reader, header.u16(28))?;
        read_exactly(place, &mut reader, header.u16(30) + header.u16(32))?;
        if names.contains(&name) {
            let fault = Fault::duplicate(&String::from_utf8_lossy(&name));
            return Err(fault.at(place, None));
        }
        names.insert(name);
    }
    let mut rest = [0; 1];
    match reader.read(&mut rest) {
        Ok(0) => Ok(()),
        Ok(_) => Err(cut_short(
            place,
            "its directory is longer than its end says",
        )),
        Err(error) => Err(fault::unreadable(place, error)),
    }
}

fn read_at(place: &Path, file: &mut File, at: u64, length: u64) -> Result<Vec<u8>, SourceError> {
    file.seek(SeekFrom::Start(at))
        .map_err(|error| fault::unreadable(place, error))?;
    read_exactly(place, file, length)
}

/// `length` comes from 16-bit fields or constants, so that the buffer stays below 128 KiB.
fn read_exactly(place: &Path, reader: &mut impl Read, length: u64) -> Result<Vec<u8>, SourceError> {
    let mut bytes = vec![0; length as usize];
    reader
        .read_exact(&mut bytes)
        .map_err(|error| fault::damaged(place, "its directory ends too early", error))?;
    Ok(bytes)
}

fn cut_short(place: &Path, detail: &str) -> SourceError {
    Fault::damaged(format!("the archive is damaged or cut short: {detail}")).at(place, None)
}

/// Little-endian numbers in a record; what lies outside reads as zero, and the signatures are never zero.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn number(&self, at: usize, length: usize) -> u64 {
        let bytes = self.0.get(at..at + length).unwrap_or_default();
        bytes
            .iter()
            .rev()
            .fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    fn u16(&self, at: usize) -> u64 {
        self.number(at, 2)
    }

    fn u32(&self, at: usize) -> u64 {
        self.number(at, 4)
    }

    fn u64(&self, at: usize) -> u64 {
        self.number(at, 8)
    }
}
