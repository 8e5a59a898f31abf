//! The lab itself: where its cache and its sources lie.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::LabError;
use crate::jdk;
use crate::parts::{Parts, Pins};

/// How many releases, and how many builds of the Java pieces, the cache keeps: every scenario's
/// release twice, so that going back and forth between two states of the sources stays quick.
const KEPT: usize = 10;

/// The lab: a cache of parts, built pieces and releases, and the workspace that it builds from.
///
/// Several processes may share one cache; what they make there is made under a lock.
#[derive(Debug, Clone)]
pub struct Lab {
    workspace: PathBuf,
    cache: PathBuf,
}

impl Lab {
    /// Opens the lab with its cache in `cache`; without one in `$RAYLIFT_CACHE`, else in
    /// `target/lab` of the workspace.
    ///
    /// # Errors
    /// [`LabError::Io`] when the cache folder cannot be made.
    pub fn open(cache: Option<&Path>) -> Result<Self, LabError> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .unwrap_or(Path::new("."))
            .to_path_buf();
        let cache = match cache {
            Some(cache) => cache.to_path_buf(),
            None => std::env::var_os("RAYLIFT_CACHE")
                .filter(|value| !value.is_empty())
                .map_or_else(|| workspace.join("target/lab"), PathBuf::from),
        };
        fs::create_dir_all(&cache).map_err(LabError::io("create", &cache))?;
        let cache = fs::canonicalize(&cache).map_err(LabError::io("resolve", &cache))?;
        Ok(Self { workspace, cache })
    }

    /// Folder of the Java 11 runtime that sites run on; fetched at the first call.
    ///
    /// # Errors
    /// Whatever fetching, checking or unpacking can meet.
    pub fn java_11(&self) -> Result<PathBuf, LabError> {
        let folder = self.parts_folder();
        let _lock = self.lock("java-11")?;
        jdk::java_11(&folder, Some(&self.pins()?))
    }

    /// Fetches everything that the lab needs from registries and checks it.
    ///
    /// # Errors
    /// Whatever fetching or checking can meet; [`LabError::Checksum`] for a part that is not the
    /// pinned one.
    pub fn fetch(&self) -> Result<(), LabError> {
        self.parts()?;
        self.java_11().map(drop)
    }

    /// Writes where each part lies, lines of coordinate, tabulator, absolute path, and returns that file. Tests of other
    /// crates find real parts by it. The Java 11 runtime is among them, as a folder.
    ///
    /// # Errors
    /// Whatever fetching or checking can meet.
    pub fn parts_index(&self) -> Result<PathBuf, LabError> {
        let parts = self.parts()?;
        let java = self.java_11()?;
        let runtime = std::iter::once((jdk::PIN, java.as_path()));
        crate::pieces::write_parts_index(&self.cache, parts.iter().chain(runtime))
    }

    /// Fetches every part without checking and pins those that have no digest yet.
    ///
    /// # Errors
    /// Whatever fetching can meet.
    pub fn pin(&self) -> Result<(), LabError> {
        let _lock = self.lock("parts")?;
        let folder = self.parts_folder();
        let mut pins = self.pins()?;
        let parts = Parts::fetch_unchecked(&self.java_folder().join("parts.txt"), &folder)?;
        let mut names = vec![jdk::PIN.to_owned()];
        for (name, file) in parts.iter() {
            pins.add(name, file)?;
            names.push(name.to_owned());
        }
        pins.add(jdk::PIN, &jdk::wheel(&folder)?)?;
        pins.write(&names)
    }

    /// A new folder for a site or a test, removed when the value is dropped. Ordinary users may
    /// enter it, which a plain temporary folder of root does not allow.
    ///
    /// # Errors
    /// [`LabError::Io`] when it cannot be made.
    pub fn scratch(&self) -> Result<tempfile::TempDir, LabError> {
        let folder = self.cache.join("scratch");
        fs::create_dir_all(&folder).map_err(LabError::io("create", &folder))?;
        let scratch = tempfile::Builder::new()
            .prefix("site-")
            .tempdir_in(&folder)
            .map_err(LabError::io("create a folder in", &folder))?;
        fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755))
            .map_err(LabError::io("change", scratch.path()))?;
        Ok(scratch)
    }

    pub(crate) fn parts(&self) -> Result<Parts, LabError> {
        let _lock = self.lock("parts")?;
        let list = self.java_folder().join("parts.txt");
        Parts::open(&list, &self.pins()?, &self.parts_folder())
    }

    /// `java/lab` of the workspace.
    pub(crate) fn java_folder(&self) -> PathBuf {
        self.workspace.join("java/lab")
    }

    /// The program that runs real core upgrades.
    pub(crate) fn oracle_folder(&self) -> PathBuf {
        self.workspace.join("java/oracle/core")
    }

    pub(crate) fn cache(&self) -> &Path {
        &self.cache
    }

    /// Takes the lock `name` of the cache; it is free again when the value is dropped.
    pub(crate) fn lock(&self, name: &str) -> Result<File, LabError> {
        let path = self.cache.join(format!("{name}.lock"));
        let file = File::create(&path).map_err(LabError::io("create", &path))?;
        file.lock().map_err(LabError::io("lock", &path))?;
        Ok(file)
    }

    /// Notes that the cached `folder` was used, and removes all but the last used of its
    /// neighbours. The caller holds the lock of these folders.
    pub(crate) fn keep_recent(folder: &Path) -> Result<(), LabError> {
        let now = std::time::SystemTime::now();
        File::open(folder)
            .and_then(|file| file.set_modified(now))
            .map_err(LabError::io("touch", folder))?;
        let parent = folder.parent().unwrap_or(folder);
        let mut neighbours: Vec<(std::time::SystemTime, PathBuf)> = fs::read_dir(parent)
            .map_err(LabError::io("list", parent))?
            .filter_map(Result::ok)
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        neighbours.sort();
        let surplus = neighbours.len().saturating_sub(KEPT);
        for (_, old) in neighbours.into_iter().take(surplus) {
            fs::remove_dir_all(&old).map_err(LabError::io("remove", &old))?;
        }
        Ok(())
    }

    fn parts_folder(&self) -> PathBuf {
        self.cache.join("parts")
    }

    fn pins(&self) -> Result<Pins, LabError> {
        Pins::read(&self.java_folder().join("parts.sha256"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_keeps_what_was_used_last() {
        let cache = tempfile::tempdir().expect("cache");
        let folder = |number: usize| cache.path().join(format!("{number:02}"));
        for number in 0..KEPT + 3 {
            fs::create_dir(folder(number)).expect("folder");
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
            let opened = File::open(folder(number)).expect("open");
            opened.set_modified(time).expect("time");
        }
        // The oldest is used again, so the three after it have to go.
        Lab::keep_recent(&folder(0)).expect("pruned");
        let left = (0..KEPT + 3).filter(|number| folder(*number).exists());
        let mut expected = vec![0];
        expected.extend(4..KEPT + 3);
        assert_eq!(left.collect::<Vec<_>>(), expected);
    }
}
