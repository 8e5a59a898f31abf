//! Digests in the forms that the lab writes and compares.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use md5::Md5;
use sha2::{Digest, Sha256, Sha512};

use crate::LabError;

/// Lowercase hexadecimal of `bytes`.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

/// SHA-256 of `bytes`, lowercase hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 of a file, lowercase hexadecimal.
pub(crate) fn sha256_of_file(path: &Path) -> Result<String, LabError> {
    let mut file = File::open(path).map_err(LabError::io("open", path))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 18];
    loop {
        let count = file.read(&mut buffer).map_err(LabError::io("read", path))?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else {
            return Ok(hexadecimal(&digest.finalize()));
        };
        digest.update(read);
    }
}

/// Collects a digest over named inputs, so that equal inputs give equal cache keys.
pub(crate) struct InputDigest(Sha256);

impl InputDigest {
    /// An empty collection for the named purpose.
    pub(crate) fn new(purpose: &str) -> Self {
        let mut digest = Self(Sha256::new());
        digest.add("purpose", purpose.as_bytes());
        digest
    }

    /// Adds one input; name and length are part of the digest, so inputs cannot run together.
    pub(crate) fn add(&mut self, name: &str, bytes: &[u8]) {
        self.0.update((name.len() as u64).to_be_bytes());
        self.0.update(name.as_bytes());
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    /// Adds every file below `folder` whose path passes `wanted`, in path order.
    pub(crate) fn add_folder(
        &mut self,
        folder: &Path,
        wanted: impl Fn(&Path) -> bool,
    ) -> Result<(), LabError> {
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.map_err(|error| LabError::Io {
                action: "list",
                path: folder.to_path_buf(),
                source: error.into(),
            })?;
            if entry.file_type().is_file() && wanted(entry.path()) {
                let bytes =
                    std::fs::read(entry.path()).map_err(LabError::io("read", entry.path()))?;
                let name = entry.path().strip_prefix(folder).unwrap_or(entry.path());
                self.add(&name.to_string_lossy(), &bytes);
            }
        }
        Ok(())
    }

    /// The first 24 hexadecimal digits, used as a folder name in the cache.
    pub(crate) fn key(self) -> String {
        let mut text = hexadecimal(&self.0.finalize());
        text.truncate(24);
        text
    }
}

/// A writer that passes everything on and keeps SHA-512 and MD5 of it.
pub(crate) struct HashingWriter<W> {
    inner: W,
    sha512: Sha512,
    md5: Md5,
}

/// The two digests that Liferay publishes beside an archive, lowercase hexadecimal.
pub(crate) struct ArchiveDigests {
    pub(crate) sha512: String,
    pub(crate) md5: String,
}

impl<W: Write> HashingWriter<W> {
    /// Wraps `inner`.
    pub(crate) fn new(inner: W) -> Self {
        Self {
            inner,
            sha512: Sha512::new(),
            md5: Md5::new(),
        }
    }

    /// Ends the stream and gives the inner writer and the digests.
    pub(crate) fn finish(self) -> (W, ArchiveDigests) {
        let digests = ArchiveDigests {
            sha512: hexadecimal(&self.sha512.finalize()),
            md5: hexadecimal(&self.md5.finalize()),
        };
        (self.inner, digests)
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let count = self.inner.write(buffer)?;
        if let Some(written) = buffer.get(..count) {
            self.sha512.update(written);
            self.md5.update(written);
        }
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
