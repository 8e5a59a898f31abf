//! The digest of an archive and the checksums that were published with it.
//!
//! Liferay publishes `.MD5` and `.sha512` files that hold the bare digits (`generate_checksum_files` of its release
//! builder); `sha512sum` and its relatives write `digits  name`. Both are read.

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use md5::Md5;
use raylift_model::digest::Digest;
use raylift_survey::source::SourceError;
use sha2::{Digest as _, Sha256, Sha512};

use super::fault;
use crate::cache::Hashes;

/// More than any list of checksums beside one archive has.
const LONGEST_LIST: u64 = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha512,
    Sha256,
    Md5,
}

/// Endings in the order they are reported, the strongest first.
const ENDINGS: [(&str, Algorithm); 4] = [
    (".sha512", Algorithm::Sha512),
    (".sha256", Algorithm::Sha256),
    (".MD5", Algorithm::Md5),
    (".md5", Algorithm::Md5),
];

/// What one reading of the archive found.
pub(super) struct Sums {
    /// SHA-256 of the archive.
    pub(super) digest: Digest,
    /// Name of each checksum file and whether the archive agrees with it.
    pub(super) published: Vec<(String, bool)>,
}

/// A checksum file beside the archive.
struct Published {
    name: String,
    algorithm: Algorithm,
    expected: Option<String>,
}

/// Compares the checksum files that lie there now with the archive's digests: those that are known, else those of its
/// bytes, read once for all of them. Gives back the digests, too.
pub(super) fn sums(archive: &Path, known: Option<&Hashes>) -> Result<(Sums, Hashes), SourceError> {
    let published = find(archive)?;
    let wants = |algorithm| {
        published
            .iter()
            .any(|published| published.algorithm == algorithm)
    };
    let (sha512, md5) = (wants(Algorithm::Sha512), wants(Algorithm::Md5));
    let known =
        known.filter(|known| (known.sha512.is_some() || !sha512) && (known.md5.is_some() || !md5));
    let hashes = match known {
        Some(known) => known.clone(),
        None => hashes(archive, sha512, md5)?,
    };
    let published = published
        .into_iter()
        .map(|published| {
            let actual = match published.algorithm {
                Algorithm::Sha512 => hashes.sha512.as_deref(),
                Algorithm::Sha256 => Some(hashes.sha256.as_str()),
                Algorithm::Md5 => hashes.md5.as_deref(),
            };
            let agrees = published.expected.is_some() && published.expected.as_deref() == actual;
            (published.name, agrees)
        })
        .collect();
    let digest = hashes.sha256.clone();
    Ok((Sums { digest, published }, hashes))
}

fn hashes(archive: &Path, sha512: bool, md5: bool) -> Result<Hashes, SourceError> {
    let mut sha256 = Sha256::new();
    let mut sha512 = sha512.then(Sha512::new);
    let mut md5 = md5.then(Md5::new);
    read_all(archive, &mut |bytes| {
        sha256.update(bytes);
        if let Some(sha512) = &mut sha512 {
            sha512.update(bytes);
        }
        if let Some(md5) = &mut md5 {
            md5.update(bytes);
        }
    })?;
    Ok(Hashes {
        sha256: Digest::finish(sha256),
        sha512: sha512.map(|sha512| hexadecimal(&sha512.finalize())),
        md5: md5.map(|md5| hexadecimal(&md5.finalize())),
    })
}

fn find(archive: &Path) -> Result<Vec<Published>, SourceError> {
    let mut found = Vec::new();
    for (ending, algorithm) in ENDINGS {
        let mut path = OsString::from(archive);
        path.push(ending);
        let path = PathBuf::from(path);
        let mut text = Vec::new();
        match File::open(&path).and_then(|file| file.take(LONGEST_LIST).read_to_end(&mut text)) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(fault::unreadable(&path, error)),
        }
        let file_name = |path: &Path| {
            path.file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        found.push(Published {
            expected: expected(&String::from_utf8_lossy(&text), &file_name(archive)),
            name: file_name(&path),
            algorithm,
        });
    }
    Ok(found)
}

/// The digits for the archive in a checksum file: those beside its name, else bare digits that stand alone.
fn expected(text: &str, archive_name: &str) -> Option<String> {
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next()?;
    let named = |line: &str| {
        let (digits, name) = line.split_once(char::is_whitespace)?;
        let name = name.trim_start();
        let name = name.strip_prefix('*').unwrap_or(name);
        let name = name.rsplit('/').next().unwrap_or(name);
        (name == archive_name).then(|| digits.to_ascii_lowercase())
    };
    if !first.contains(char::is_whitespace) && lines.clone().next().is_none() {
        return Some(first.to_ascii_lowercase());
    }
    std::iter::once(first).chain(lines).find_map(named)
}

fn read_all(archive: &Path, take: &mut dyn FnMut(&[u8])) -> Result<(), SourceError> {
    let mut file = File::open(archive).map_err(|error| fault::unreadable(archive, error))?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => take(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(fault::unreadable(archive, error)),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2 and RFC 1321 give these for "abc".
    const SHA256_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const SHA512_OF_ABC: &str = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    const MD5_OF_ABC: &str = "900150983cd24fb0d6963f7d28e17f72";

    fn archive_with(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("release.zip");
        std::fs::write(&archive, "abc").unwrap();
        for (ending, text) in files {
            std::fs::write(folder.path().join(format!("release.zip{ending}")), text).unwrap();
        }
        (folder, archive)
    }

    #[test]
    fn bare_digits_and_named_digits_agree() {
        let (_folder, archive) = archive_with(&[
            (".sha512", SHA512_OF_ABC),
            (".MD5", &format!("{MD5_OF_ABC}\n")),
            (
                ".sha256",
                &format!(
                    "{}  other.zip\n{SHA256_OF_ABC} *release.zip\n",
                    "0".repeat(64)
                ),
            ),
        ]);
        let (sums, _) = sums(&archive, None).unwrap();
        assert_eq!(sums.digest.as_str(), SHA256_OF_ABC);
        assert_eq!(
            sums.published,
            [
                ("release.zip.sha512".to_owned(), true),
                ("release.zip.sha256".to_owned(), true),
                ("release.zip.MD5".to_owned(), true),
            ]
        );
    }

    #[test]
    fn wrong_empty_or_foreign_digits_disagree() {
        let (_folder, archive) = archive_with(&[
            (".sha512", &SHA512_OF_ABC.replace('d', "e")),
            (".sha256", &format!("{SHA256_OF_ABC}  other.zip")),
            (".md5", ""),
        ]);
        let (sums, _) = sums(&archive, None).unwrap();
        assert!(
            sums.published.iter().all(|(_, agrees)| !agrees),
            "{:?}",
            sums.published
        );
        assert_eq!(sums.published.len(), 3);
    }

    #[test]
    fn upper_case_digits_agree() {
        let (_folder, archive) = archive_with(&[(".md5", &MD5_OF_ABC.to_uppercase())]);
        assert_eq!(
            sums(&archive, None).unwrap().0.published,
            [("release.zip.md5".to_owned(), true)]
        );
    }

    #[test]
    fn known_digests_are_compared_with_the_checksum_files_of_now() {
        let (folder, archive) = archive_with(&[(".sha512", SHA512_OF_ABC)]);
        let (_, known) = sums(&archive, None).unwrap();
        assert_eq!(known.md5, None);
        std::fs::write(&archive, "something else").unwrap();
        let (same, _) = sums(&archive, Some(&known)).unwrap();
        assert_eq!(same.published, [("release.zip.sha512".to_owned(), true)]);
        let beside = folder.path().join("release.zip.sha512");
        std::fs::write(beside, SHA512_OF_ABC.replace('d', "e")).unwrap();
        let (other, _) = sums(&archive, Some(&known)).unwrap();
        assert_eq!(other.published, [("release.zip.sha512".to_owned(), false)]);
        std::fs::write(folder.path().join("release.zip.md5"), MD5_OF_ABC).unwrap();
        let (read, hashes) = sums(&archive, Some(&known)).unwrap();
        assert_ne!(read.digest, known.sha256, "an unknown digest is computed");
        assert!(hashes.md5.is_some());
    }
}
