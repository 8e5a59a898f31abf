//! One file of the cache: a line that says what it is, then the body.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use raylift_model::digest::Digest;
use serde::{Deserialize, Serialize};

use super::place::is_ours;
use crate::unlinked;

/// Grows whenever this line or a body changes its form.
const FORMAT: u32 = 1;
/// Entries of a kind that stay.
const KEPT: usize = 8;
/// Far above the facts of any release; bounds what a damaged cache can make raylift hold.
const LARGEST: u64 = 256 << 20;
/// Files that a killed raylift was still writing begin so.
const UNFINISHED: &str = ".unfinished-";
/// After so long nobody writes them any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// What an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Facts of a content.
    Facts,
    /// Digests of an archive.
    Hashes,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Facts => "facts-",
            Self::Hashes => "hashes-",
        }
    }
}

/// The first line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: u32,
    reader: String,
    key: String,
    body: Digest,
}

impl Head {
    fn of(reader: &str, key: &str, body: &[u8]) -> Self {
        Self {
            format: FORMAT,
            reader: reader.to_owned(),
            key: key.to_owned(),
            body: Digest::of(body),
        }
    }
}

/// The body, when the entry is whole, ours, and written by this reader. Reading it makes it a recent one.
pub(super) fn read(folder: &Path, reader: &str, kind: Kind, key: &str) -> Option<Vec<u8>> {
    let file = unlinked::open(&path(folder, kind, key)).ok()?;
    let stat = file.metadata().ok()?;
    if !stat.is_file() || !is_ours(&stat) || stat.len() > LARGEST {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(stat.len()).ok()?);
    (&file).take(LARGEST).read_to_end(&mut bytes).ok()?;
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(bytes.get(..end)?).ok()?;
    if head != Head::of(reader, key, bytes.get(end + 1..)?) {
        return None;
    }
    bytes.drain(..=end);
    let _ = file.set_modified(SystemTime::now());
    Some(bytes)
}

/// Writes an entry, whole or not at all. It need not survive a power failure: the digest in its head tells.
pub(super) fn write(
    folder: &Path,
    reader: &str,
    kind: Kind,
    key: &str,
    body: &[u8],
) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)?;
    serde_json::to_writer(&mut file, &Head::of(reader, key, body))?;
    file.write_all(b"\n")?;
    file.write_all(body)?;
    file.persist(path(folder, kind, key))?;
    Ok(())
}

/// Removes all but the most recent entries of a kind, and what killed commands left.
pub(super) fn prune(folder: &Path, kind: Kind) {
    let Ok(listed) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<(SystemTime, PathBuf)> = Vec::new();
    for file in listed.flatten() {
        let name = file.file_name();
        let Some(name) = name.to_str() else { continue };
        let Ok(modified) = file.metadata().and_then(|stat| stat.modified()) else {
            continue;
        };
        if name.starts_with(kind.prefix()) {
            entries.push((modified, file.path()));
        } else if name.starts_with(UNFINISHED)
            && modified.elapsed().is_ok_and(|age| age > ABANDONED)
        {
            let _ = fs::remove_file(file.path());
        }
    }
    entries.sort_unstable_by(|left, right| right.cmp(left));
    for (_, path) in entries.iter().skip(KEPT) {
        let _ = fs::remove_file(path);
    }
}

/// The name says nothing of the reader, so that a new one takes the place of an old one's entry.
fn path(folder: &Path, kind: Kind, key: &str) -> PathBuf {
    folder.join(format!("{}{}", kind.prefix(), Digest::of(key.as_bytes())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use std::fs::File;

    use super::*;

    const KEY: &str = "key";

    fn written() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "reader", Kind::Facts, KEY, b"the body").unwrap();
        let path = path(folder.path(), Kind::Facts, KEY);
        (folder, path)
    }

    fn body(folder: &Path) -> Option<Vec<u8>> {
        read(folder, "reader", Kind::Facts, KEY)
    }

    #[test]
    fn only_the_same_reader_key_and_kind_find_it() {
        let (folder, path) = written();
        let folder = folder.path();
        assert_eq!(body(folder).as_deref(), Some(b"the body".as_slice()));
        assert_eq!(fs::metadata(path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(read(folder, "reader 2", Kind::Facts, KEY), None);
        assert_eq!(read(folder, "reader", Kind::Hashes, KEY), None);
        assert_eq!(read(folder, "reader", Kind::Facts, "other"), None);
    }

    #[test]
    fn an_entry_that_was_cut_or_changed_anywhere_is_none() {
        let (folder, path) = written();
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(body(folder.path()), None, "cut to {length}");
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            assert_eq!(body(folder.path()), None, "changed at {at}");
        }
        write(folder.path(), "reader", Kind::Facts, KEY, b"anew").unwrap();
        assert_eq!(body(folder.path()).as_deref(), Some(b"anew".as_slice()));
    }

    #[test]
    fn an_entry_of_a_newer_format_is_none_and_is_written_anew() {
        let (folder, path) = written();
        let text = String::from_utf8(fs::read(&path).unwrap()).unwrap();
        let newer = text.replacen("\"format\":1", "\"format\":2", 1);
        assert_ne!(text, newer);
        fs::write(&path, newer).unwrap();
        assert_eq!(body(folder.path()), None);
        write(folder.path(), "reader", Kind::Facts, KEY, b"anew").unwrap();
        assert!(body(folder.path()).is_some());
    }

    #[test]
    fn an_entry_that_others_could_have_written_is_none() {
        let (folder, path) = written();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o620)).unwrap();
        assert_eq!(body(folder.path()), None);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(body(folder.path()).is_some());
        if crate::users::current_uid() == 0 {
            std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
            assert_eq!(body(folder.path()), None);
        }
        let elsewhere = folder.path().join("elsewhere");
        fs::rename(&path, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert_eq!(body(folder.path()), None);
    }

    #[test]
    fn the_eight_most_recent_stay() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let long_ago = SystemTime::now() - Duration::from_secs(7200);
        for number in 0..12_u64 {
            let key = number.to_string();
            write(folder, "reader", Kind::Facts, &key, b"").unwrap();
            let file = File::open(path(folder, Kind::Facts, &key)).unwrap();
            file.set_modified(long_ago + Duration::from_secs(number))
                .unwrap();
        }
        write(folder, "reader", Kind::Hashes, "0", b"").unwrap();
        for name in [".unfinished-old", "foreign"] {
            let file = File::create(folder.join(name)).unwrap();
            file.set_modified(long_ago).unwrap();
        }
        fs::write(folder.join(".unfinished-new"), "").unwrap();
        let of = |number: u64| read(folder, "reader", Kind::Facts, &number.to_string());
        assert!(of(0).is_some(), "read, so that it is the most recent now");
        prune(folder, Kind::Facts);
        let left: Vec<u64> = (0..12).filter(|number| of(*number).is_some()).collect();
        assert_eq!(left, [0, 5, 6, 7, 8, 9, 10, 11]);
        assert!(read(folder, "reader", Kind::Hashes, "0").is_some());
        assert!(!folder.join(".unfinished-old").exists());
        assert!(folder.join(".unfinished-new").exists());
        assert!(folder.join("foreign").exists());
    }
}
