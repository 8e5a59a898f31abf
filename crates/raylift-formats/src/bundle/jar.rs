//! JAR, WAR and LPKG files in memory.

use std::io::{Cursor, Read};

use zip::ZipArchive;

/// Why a file is not a JAR that can be read.
#[derive(Debug, thiserror::Error)]
pub enum JarError {
    /// It is not a ZIP file, or its directory is damaged.
    #[error("the file is not a readable ZIP file")]
    NotZip(#[source] zip::result::ZipError),
    /// It has more entries than any real release.
    #[error("the file has {entries} entries")]
    TooMany {
        /// How many.
        entries: usize,
    },
    /// An entry is damaged, encrypted or packed in an unknown way.
    #[error("entry {name} cannot be unpacked")]
    Entry {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// An entry is larger than what it is read for.
    #[error("entry {name} is larger than {limit} bytes")]
    TooLarge {
        /// Its name.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
}

/// Entries of one JAR; the largest real one (`portal-impl.jar`) has about 5,000. Each takes several hundred bytes of
/// memory, ten times its size in the file.
const MOST_ENTRIES: usize = 100_000;

/// The largest class file that is unpacked, in bytes; real ones stay below 1 MB.
const LARGEST_CLASS: u64 = 4 << 20;

/// How many entries the end of a zip64 file promises (APPNOTE 4.3.14 to 4.3.16), so that a directory of millions need
/// not be read first; other files have no more than 65,535.
fn promised_entries(bytes: &[u8]) -> Option<u64> {
    const LONGEST_END: usize = 22 + 65_535;
    const LOCATOR: usize = 20;
    let number = |record: &[u8], at: usize| {
        let bytes = record.get(at..)?.first_chunk()?;
        Some(u64::from_le_bytes(*bytes))
    };
    let tail_at = bytes.len().saturating_sub(LONGEST_END);
    let end = tail_at
        + bytes
            .get(tail_at..)?
            .windows(4)
            .rposition(|signature| signature == b"PK\x05\x06")?;
    let locator = bytes.get(end.checked_sub(LOCATOR)?..end)?;
    let record_at = usize::try_from(number(locator, 8)?).ok()?;
    let record = bytes.get(record_at..)?;
    let is_there = locator.starts_with(b"PK\x06\x07") && record.starts_with(b"PK\x06\x06");
    is_there.then(|| number(record, 32)).flatten()
}

/// A ZIP file in memory. The name of an entry that stands there twice means the last one, as in `java.util.zip`.
#[derive(Debug)]
pub struct Jar<'bytes> {
    archive: ZipArchive<Cursor<&'bytes [u8]>>,
}

impl<'bytes> Jar<'bytes> {
    /// Reads the directory of a ZIP file.
    ///
    /// # Errors
    /// [`JarError::NotZip`], [`JarError::TooMany`].
    pub fn open(bytes: &'bytes [u8]) -> Result<Self, JarError> {
        if let Some(entries) = promised_entries(bytes).and_then(|number| number.try_into().ok())
            && entries > MOST_ENTRIES
        {
            return Err(JarError::TooMany { entries });
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(JarError::NotZip)?;
        if archive.len() > MOST_ENTRIES {
            return Err(JarError::TooMany {
                entries: archive.len(),
            });
        }
        Ok(Self { archive })
    }

    /// Names of all entries that are files, in the order of the directory. Names that are not text are left out.
    pub fn names(&self) -> Vec<String> {
        self.archive
            .file_names()
            .filter_map(|name| name.ok().map(|name| name.into_owned()))
            .filter(|name| !name.ends_with('/'))
            .collect()
    }

    /// Names of the entries that are files and lie in a folder itself, in the order of the directory. The folder's name
    /// ends with a slash.
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        self.archive
            .file_names()
            .filter_map(Result::ok)
            .filter(|name| {
                name.strip_prefix(folder)
                    .is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
            })
            .map(|name| name.into_owned())
            .collect()
    }

    /// True when there is an entry of that name.
    pub fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// Size of an entry in bytes, as the directory has it; zero when there is none of that name.
    pub fn size(&self, name: &str) -> u64 {
        let Some(index) = self.archive.index_for_name(name) else {
            return 0;
        };
        let directory = self.archive.metadata();
        directory.entry(index).map_or(0, |entry| entry.size())
    }

    /// Unpacks a class file by the internal name of its class (`com/liferay/A`), or another file by its path, which unlike
    /// such a name has a dot; `None` when it is not there or cannot be unpacked.
    pub fn class(&mut self, name: &str) -> Option<Vec<u8>> {
        let path = if name.contains('.') {
            name.to_owned()
        } else {
            format!("{name}.class")
        };
        self.read(&path, LARGEST_CLASS).ok().flatten()
    }

    /// Unpacks one entry; `None` when there is none of that name.
    ///
    /// # Errors
    /// [`JarError::Entry`] for a damaged or encrypted entry, and for one that holds more than the directory says;
    /// [`JarError::TooLarge`] when that is more than `limit` bytes.
    pub fn read(&mut self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, JarError> {
        let Some(index) = self.archive.index_for_name(name) else {
            return Ok(None);
        };
        let entry = |source: std::io::Error| JarError::Entry {
            name: name.to_owned(),
            source,
        };
        let file = self
            .archive
            .by_index(index)
            .map_err(|error| entry(error.into()))?;
        if file.size() > limit {
            return Err(JarError::TooLarge {
                name: name.to_owned(),
                limit,
            });
        }
        let size = file.size();
        // The header may promise more than there is.
        let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0).min(1 << 24));
        file.take(size.saturating_add(1))
            .read_to_end(&mut content)
            .map_err(entry)?;
        if content.len() as u64 > size {
            return Err(entry(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                "it holds more than the directory says",
            )));
        }
        Ok(Some(content))
    }
}
