//! A repository in a temporary folder, and the Debian package's `restic` as oracle.

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use raylift_backup::Part;
use raylift_backup::attributes::Attributes;
use raylift_backup::repository::{
    About, Folder, Input, Repository, RepositoryError, Taken, make_key, read_key,
};
use raylift_model::secret::Secret;
use tempfile::TempDir;

/// A repository, a site to back up and room beside them. When it goes away, restic reads the whole repository.
pub(crate) struct Place {
    folder: TempDir,
    /// False once the test has damaged the repository.
    pub(crate) sound: bool,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::at(tempfile::tempdir().unwrap())
    }

    pub(crate) fn at(folder: TempDir) -> Self {
        fs::create_dir(folder.path().join("site")).unwrap();
        make_key(&folder.path().join("key")).unwrap();
        Self {
            folder,
            sound: true,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn site(&self) -> PathBuf {
        self.path("site")
    }

    pub(crate) fn repository_folder(&self) -> PathBuf {
        self.path("repository")
    }

    pub(crate) fn key(&self) -> Secret {
        read_key(&self.path("key")).unwrap()
    }

    pub(crate) fn create(&self) -> Repository {
        let folder = Folder::new(self.repository_folder());
        Repository::create(Box::new(folder), self.key()).unwrap()
    }

    pub(crate) fn open(&self) -> Result<Repository, RepositoryError> {
        let folder = Folder::new(self.repository_folder());
        Repository::open(Box::new(folder), self.key())
    }

    pub(crate) fn about(&self) -> About {
        About {
            host: "host".to_owned(),
            site: self.site(),
            tags: Vec::new(),
            note: serde_json::Value::Null,
        }
    }

    pub(crate) fn documents(&self) -> Vec<Input> {
        vec![Input::Files(Part {
            name: "documents".to_owned(),
            root: self.site(),
            entries: None,
        })]
    }

    /// A dump of one file, in a folder of its own beside the site.
    pub(crate) fn dump(&self, name: &str, content: &[u8]) -> Input {
        let root = self.path("dump");
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join(name), content).unwrap();
        Input::Dump(Part {
            name: "database".to_owned(),
            root,
            entries: None,
        })
    }

    pub(crate) fn backup(&self, repository: &Repository) -> Taken {
        repository
            .backup(&self.about(), self.documents(), &mut |_| {})
            .unwrap()
    }

    /// Runs restic on the repository.
    pub(crate) fn restic(&self, arguments: &[&str]) -> Output {
        restic(&self.repository_folder(), &self.path("key"), arguments)
    }

    pub(crate) fn restic_does(&self, arguments: &[&str]) -> String {
        let output = self.restic(arguments);
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "restic {arguments:?}: {text}");
        text
    }

    /// The repository's packs, largest first.
    pub(crate) fn packs(&self) -> Vec<PathBuf> {
        let mut packs: Vec<PathBuf> = Vec::new();
        for folder in fs::read_dir(self.repository_folder().join("data")).unwrap() {
            for file in fs::read_dir(folder.unwrap().path()).unwrap() {
                packs.push(file.unwrap().path());
            }
        }
        // One that is being written gets another name meanwhile.
        packs.sort_by_cached_key(|path| {
            std::cmp::Reverse(fs::metadata(path).map_or(0, |stat| stat.len()))
        });
        packs
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.sound && !std::thread::panicking() && self.repository_folder().exists() {
            self.restic_does(&["check", "--read-data"]);
        }
    }
}

pub(crate) fn restic(repository: &Path, key: &Path, arguments: &[&str]) -> Output {
    Command::new("restic")
        .arg("--no-cache")
        .arg("--repo")
        .arg(repository)
        .arg("--password-file")
        .arg(key)
        .args(arguments)
        .output()
        .expect("these tests need restic: apt-get install restic")
}

/// Bytes of all files below a folder.
pub(crate) fn size(folder: &Path) -> u64 {
    let mut size = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let stat = entry.metadata().unwrap();
        size += if stat.is_dir() {
            self::size(&entry.path())
        } else {
            stat.len()
        };
    }
    size
}

/// Bytes that do not compress: xorshift64 (Marsaglia, "Xorshift RNGs", 2003).
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Path, content or link target, and attributes of everything below a folder, by the standard library alone.
pub(crate) fn picture(root: &Path) -> Vec<(PathBuf, Vec<u8>, Attributes)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        let stat = fs::symlink_metadata(&path).unwrap();
        let content = if stat.is_file() {
            fs::read(&path).unwrap()
        } else if stat.is_symlink() {
            fs::read_link(&path).unwrap().into_os_string().into_vec()
        } else {
            for entry in fs::read_dir(&path).unwrap() {
                open.push(entry.unwrap().path());
            }
            Vec::new()
        };
        let below = path.strip_prefix(root).unwrap().to_owned();
        found.push((below, content, Attributes::read(&path).unwrap()));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

/// Fails with the entries that differ, without their content.
pub(crate) fn assert_same(folder: &Path, expected: &[(PathBuf, Vec<u8>, Attributes)]) {
    let found = picture(folder);
    for entry in &found {
        if !expected.contains(entry) {
            let other = expected.iter().find(|other| other.0 == entry.0);
            let same_content = other.is_some_and(|other| other.1 == entry.1);
            panic!(
                "{:?}: found {:?}, expected {:?}, content the same: {same_content}",
                entry.0,
                entry.2,
                other.map(|other| &other.2)
            );
        }
    }
    assert_eq!(found.len(), expected.len());
}

/// A small site with everything a file system has for raylift.
pub(crate) fn furnish(site: &Path) {
    use std::ffi::OsString;
    use std::os::unix::fs::PermissionsExt;

    fs::create_dir_all(site.join("20099/20123")).unwrap();
    fs::write(site.join("20099/20123/one"), "first document").unwrap();
    fs::write(site.join("20099/two"), noise(2, 3_000_000)).unwrap();
    fs::set_permissions(site.join("20099/two"), fs::Permissions::from_mode(0o4640)).unwrap();
    fs::hard_link(site.join("20099/two"), site.join("20099/two-again")).unwrap();
    let odd = OsString::from_vec(b"odd-\xff\\\"\n-name".to_vec());
    fs::write(site.join(odd), "a name that is no text").unwrap();
    symlink("20099/two", site.join("link")).unwrap();
    symlink(OsString::from_vec(b"gone-\xfe".to_vec()), site.join("dead")).unwrap();
    fs::write(site.join("empty"), "").unwrap();
    let sparse = fs::File::create(site.join("sparse")).unwrap();
    sparse.set_len(5_000_000).unwrap();
    fs::create_dir(site.join("closed")).unwrap();
    fs::set_permissions(site.join("closed"), fs::Permissions::from_mode(0o1555)).unwrap();
    let old = fs::File::open(site.join("20099/20123/one")).unwrap();
    old.set_modified(std::time::UNIX_EPOCH + std::time::Duration::new(1_000_000_000, 123_456_789))
        .unwrap();
    xattr::set(site.join("20099/two"), "user.raylift", b"\x00\xffvalue").unwrap();
    assert_eq!(fs::metadata(site.join("20099/two")).unwrap().nlink(), 2);
}
