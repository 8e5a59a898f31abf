//! The files of a dump, read while a tool writes them: what it wrote is known when it is done, without reading it once more.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use raylift_backup::Copied;
use raylift_model::digest::Digest;
use sha2::{Digest as _, Sha256};

use crate::unlinked;

const BLOCK: usize = 1 << 20;

/// Files of one folder, each written from its beginning to its end, as far as they were read.
pub(super) struct Written {
    folder: PathBuf,
    files: BTreeMap<PathBuf, Beginning>,
    block: Vec<u8>,
}

/// What is known of a file.
pub(super) struct Known {
    /// Its size and digest.
    pub(super) copied: Copied,
    /// Bytes of its longest line.
    pub(super) longest: u64,
}

#[derive(Default)]
struct Beginning {
    hasher: Sha256,
    size: u64,
    /// Bytes of the line that is not over yet.
    line: u64,
    longest: u64,
}

impl Written {
    /// The files that come into a folder, which is empty.
    pub(super) fn to(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            files: BTreeMap::new(),
            block: vec![0; BLOCK],
        }
    }

    /// Reads what came since, if anything did.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn go_on(&mut self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // The folder belongs to the site's user. A dump may have more files than a process may have open, so that each is opened for its new part only.
            let stat = match entry.metadata() {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                stat => stat?,
            };
            if !stat.is_file() {
                continue;
            }
            let seen = self.files.entry(entry.file_name().into()).or_default();
            if stat.len() > seen.size {
                let mut file = unlinked::open(&entry.path())?;
                file.seek(SeekFrom::Start(seen.size))?;
                seen.read(&mut file, &mut self.block)?;
            }
        }
        Ok(())
    }

    /// Reads the rest, once nobody writes any more.
    ///
    /// # Errors
    /// As [`Written::go_on`].
    pub(super) fn end(mut self) -> io::Result<BTreeMap<PathBuf, Known>> {
        self.go_on()?;
        Ok(self
            .files
            .into_iter()
            .map(|(name, seen)| (name, seen.end()))
            .collect())
    }
}

impl Beginning {
    fn read(&mut self, file: &mut File, block: &mut [u8]) -> io::Result<()> {
        loop {
            let count = match file.read(block) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let block = block.get(..count).unwrap_or_default();
            self.hasher.update(block);
            self.size += count as u64;
            let mut begun = 0;
            for end in memchr::memchr_iter(b'\n', block) {
                self.longest = self.longest.max(self.line + (end - begun) as u64);
                (self.line, begun) = (0, end + 1);
            }
            self.line += (count - begun) as u64;
        }
    }

    fn end(self) -> Known {
        Known {
            copied: Copied {
                size: self.size,
                digest: Digest::finish(self.hasher),
            },
            longest: self.longest.max(self.line),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_was_written_is_known_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut written = Written::to(folder.path());
        written.go_on().unwrap();
        let mut file = File::create(folder.path().join("a.sql")).unwrap();
        for block in ["ab", "cd\nx\n", "", "12345", "\n1234"] {
            file.write_all(block.as_bytes()).unwrap();
            written.go_on().unwrap();
        }
        file.write_all(b"56").unwrap();
        fs::write(folder.path().join("b.sql"), "").unwrap();
        let known = written.end().unwrap();
        let names: Vec<&Path> = known.keys().map(PathBuf::as_path).collect();
        assert_eq!(names, [Path::new("a.sql"), Path::new("b.sql")]);
        let whole = b"abcd\nx\n12345\n123456";
        let a = &known[Path::new("a.sql")];
        assert_eq!(a.copied.size, whole.len() as u64);
        assert_eq!(a.copied.digest, Digest::of(whole));
        assert_eq!(a.longest, 6, "the last line, which has no end");
        assert_eq!(known[Path::new("b.sql")].copied.digest, Digest::of(b""));
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "a").unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        mknodat(CWD, at("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        let known = Written::to(folder.path()).end().unwrap();
        assert_eq!(known.into_keys().collect::<Vec<_>>(), [Path::new("file")]);
        assert!(unlinked::open(&at("link")).is_err());
    }
}
