//! Writing a tree as `.zip` and `.tar.gz`, the same bytes for the same tree.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::LabError;
use crate::hash::{ArchiveDigests, HashingWriter};
use crate::tree::{Source, Tree};

/// The one time that every entry of an archive has: midnight UTC of the release's build day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    /// Year, month, day.
    pub(crate) date: (u16, u8, u8),
}

impl Time {
    fn for_zip(self) -> DateTime {
        let (year, month, day) = self.date;
        DateTime::from_date_and_time(year, month, day, 0, 0, 0).unwrap_or_default()
    }

    /// Seconds since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
    /// `days_from_civil`), for years from 1970 on.
    fn seconds(self) -> u64 {
        let (year, month, day) = self.date;
        let (month, day) = (u64::from(month), u64::from(day));
        let year = u64::from(year) - u64::from(month <= 2);
        let of_era = year % 400;
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = (year / 400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        (days - 719_468) * 86_400
    }
}

/// Deflate level. Most of a release is JARs, which higher levels do not make smaller.
const LEVEL: u32 = 1;

/// Writes `tree` below `top` as a ZIP archive with Unix permissions.
pub(crate) fn write_zip(
    tree: &Tree,
    top: &str,
    time: Time,
    path: &Path,
) -> Result<ArchiveDigests, LabError> {
    let modified = time.for_zip();
    let file = File::create(path).map_err(LabError::io("create", path))?;
    let mut writer = ZipWriter::new(BufWriter::new(file));
    for (name, entry) in tree.iter() {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(i64::from(LEVEL)))
            .last_modified_time(modified)
            .unix_permissions(entry.mode);
        let full = format!("{top}/{name}");
        if entry.source == Source::Folder {
            writer
                .add_directory(full, options)
                .map_err(LabError::archive(path))?;
            continue;
        }
        writer
            .start_file(full, options)
            .map_err(LabError::archive(path))?;
        writer
            .write_all(&entry.bytes()?)
            .map_err(LabError::io("write", path))?;
    }
    let buffered = writer.finish().map_err(LabError::archive(path))?;
    flush(buffered, path)?;
    // The writer goes back to fill in sizes, so the digests can only be taken of the whole file.
    let mut file = File::open(path).map_err(LabError::io("open", path))?;
    let mut hashing = HashingWriter::new(std::io::sink());
    std::io::copy(&mut file, &mut hashing).map_err(LabError::io("read", path))?;
    Ok(hashing.finish().1)
}

/// Writes `tree` below `top` as a gzip-compressed TAR archive.
pub(crate) fn write_tar_gz(
    tree: &Tree,
    top: &str,
    time: Time,
    path: &Path,
) -> Result<ArchiveDigests, LabError> {
    let file = File::create(path).map_err(LabError::io("create", path))?;
    let hashing = HashingWriter::new(BufWriter::new(file));
    let encoder = GzBuilder::new()
        .mtime(0)
        .write(hashing, Compression::new(LEVEL));
    let mut builder = tar::Builder::new(encoder);
    for (name, entry) in tree.iter() {
        let bytes = entry.bytes()?;
        let mut header = tar::Header::new_gnu();
        header.set_mode(entry.mode);
        header.set_mtime(time.seconds());
        header.set_size(bytes.len() as u64);
        let mut full = format!("{top}/{name}");
        if entry.source == Source::Folder {
            header.set_entry_type(tar::EntryType::Directory);
            full.push('/');
        }
        builder
            .append_data(&mut header, full, &*bytes)
            .map_err(LabError::io("write", path))?;
    }
    let encoder = builder.into_inner().map_err(LabError::io("write", path))?;
    let hashing = encoder.finish().map_err(LabError::io("write", path))?;
    let (buffered, digests) = hashing.finish();
    flush(buffered, path)?;
    Ok(digests)
}

fn flush(buffered: BufWriter<File>, path: &Path) -> Result<(), LabError> {
    buffered
        .into_inner()
        .map(drop)
        .map_err(|error| LabError::io("write", path)(error.into_error()))
}

/// Unpacks a `.tar.gz` made by [`write_tar_gz`] into `folder`.
pub(crate) fn unpack(archive: &Path, folder: &Path) -> Result<(), LabError> {
    let file = File::open(archive).map_err(LabError::io("open", archive))?;
    let decoder = flate2::read::GzDecoder::new(std::io::BufReader::new(file));
    let mut reader = tar::Archive::new(decoder);
    reader.set_preserve_permissions(true);
    reader
        .unpack(folder)
        .map_err(LabError::io("unpack", archive))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_seconds() {
        // `date -u -d 2019-11-11 +%s` and `date -u -d 2019-02-28 +%s`.
        let seconds = |date| Time { date }.seconds();
        assert_eq!(seconds((2019, 11, 11)), 1_573_430_400);
        assert_eq!(seconds((2019, 2, 28)), 1_551_312_000);
    }
}
