//! Digests of archives in the cache, so that an archive that lies there unchanged need not be read to know its digest.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use raylift_model::digest::Digest;
use serde::{Deserialize, Serialize};

use super::Cache;
use super::entry::Kind;
use super::identity::{Identity, Settled};

/// Digests of one file, in lower-case hexadecimal. SHA-512 and MD5 only when a checksum file asked for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hashes {
    /// SHA-256.
    pub(crate) sha256: Digest,
    /// SHA-512.
    pub(crate) sha512: Option<String>,
    /// MD5.
    pub(crate) md5: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    identity: Identity,
    hashes: Hashes,
}

impl Cache {
    /// What was remembered of the file at a path, when it still is that file.
    pub(crate) fn hashes(&self, file: &Path, settled: &Settled) -> Option<Hashes> {
        let body = self.read(Kind::Hashes, &key(file))?;
        let remembered: Remembered = serde_json::from_slice(&body).ok()?;
        (remembered.identity == *settled.identity()).then_some(remembered.hashes)
    }

    /// Remembers the digests of a file that did not change while they were taken.
    pub(crate) fn remember(&self, file: &Path, settled: &Settled, hashes: &Hashes) {
        let remembered = Remembered {
            identity: settled.identity().clone(),
            hashes: hashes.clone(),
        };
        if let Ok(body) = serde_json::to_vec(&remembered) {
            self.write(Kind::Hashes, &key(file), &body);
        }
    }
}

/// Paths need not be UTF-8.
fn key(file: &Path) -> String {
    Digest::of(file.as_os_str().as_bytes()).as_str().to_owned()
}
