//! Owner, group, mode, time and extended attributes: what a file keeps besides its content.
//!
//! POSIX access lists are extended attributes (`system.posix_acl_access`, `system.posix_acl_default`), and so are
//! the labels and capabilities below `security.`; they need no handling of their own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};

const ACCESS_LIST: &str = "system.posix_acl_access";
const DEFAULT_ACCESS_LIST: &str = "system.posix_acl_default";

/// The label of SELinux.
const LABEL: &str = "security.selinux";

/// Attributes that belong to one content and must not be given to another.
const BOUND_TO_CONTENT: [&str; 3] = ["security.capability", "security.ima", "security.evm"];

/// Why attributes could not be read or given.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} of {path}")]
pub struct AttributesError {
    /// What was tried.
    pub what: &'static str,
    /// The file.
    pub path: PathBuf,
    /// The cause.
    #[source]
    pub source: io::Error,
}

/// What a file or folder keeps besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes {
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Permission bits with set-id and sticky bits; meaningless for a link.
    pub mode: u32,
    /// Last modification: seconds since 1970 and nanoseconds.
    pub modified: (i64, i64),
    /// Extended attributes by name.
    pub extended: BTreeMap<OsString, Vec<u8>>,
    link: bool,
}

impl Attributes {
    /// Reads them; a link is not followed.
    ///
    /// # Errors
    /// When the file is missing or cannot be read.
    pub fn read(path: &Path) -> Result<Self, AttributesError> {
        let failed = |what| move |source| error(what, path, source);
        let stat = fs::symlink_metadata(path).map_err(failed("read the owner and mode"))?;
        let mut extended = BTreeMap::new();
        if !stat.file_type().is_symlink() {
            for name in names(path).map_err(failed("read the extended attributes"))? {
                let value =
                    xattr::get(path, &name).map_err(failed("read the extended attributes"))?;
                extended.extend(value.map(|value| (name, value)));
            }
        }
        Ok(Self {
            uid: stat.uid(),
            gid: stat.gid(),
            mode: stat.mode() & 0o7777,
            modified: (stat.mtime(), stat.mtime_nsec()),
            extended,
            link: stat.file_type().is_symlink(),
        })
    }

    /// Attributes that a backup kept.
    pub(crate) fn of_backup(
        (uid, gid): (Option<u32>, Option<u32>),
        mode: u32,
        modified: (i64, i64),
        extended: BTreeMap<OsString, Vec<u8>>,
        link: bool,
    ) -> Self {
        Self {
            uid: uid.unwrap_or_else(|| rustix::process::geteuid().as_raw()),
            gid: gid.unwrap_or_else(|| rustix::process::getegid().as_raw()),
            mode,
            modified,
            extended,
            link,
        }
    }

    /// The same for a file that takes another's place with a new content: what is bound to the old content
    /// (capabilities, integrity measurements) is left out.
    #[must_use]
    pub fn without_content_bound(mut self) -> Self {
        self.extended.retain(|name, _| {
            !BOUND_TO_CONTENT
                .iter()
                .any(|bound| OsStr::new(bound) == name)
        });
        self
    }

    /// What a new entry in a folder gets from it: owner, group, label, and the folder's default access list, as the
    /// kernel would give it (`acl(5)`, "object creation and default ACLs"; both lists have the same form).
    #[must_use]
    pub fn for_new_entry(&self, mode: u32, directory: bool) -> Self {
        let mut extended = BTreeMap::new();
        let label = OsStr::new(LABEL);
        extended.extend(
            self.extended
                .get(label)
                .map(|value| (label.to_owned(), value.clone())),
        );
        if let Some(list) = self.extended.get(OsStr::new(DEFAULT_ACCESS_LIST)) {
            extended.insert(ACCESS_LIST.into(), list.clone());
            if directory {
                extended.insert(DEFAULT_ACCESS_LIST.into(), list.clone());
            }
        }
        Self {
            mode: mode & 0o7777,
            extended,
            link: false,
            ..self.clone()
        }
    }

    /// Gives a file or folder these attributes, its time included.
    ///
    /// # Errors
    /// When one of them cannot be given: to give a file to another user needs root.
    pub fn apply(&self, path: &Path) -> Result<(), AttributesError> {
        self.apply_without_time(path)?;
        let time = Timespec {
            tv_sec: self.modified.0,
            tv_nsec: self.modified.1 as _,
        };
        let times = Timestamps {
            last_access: time,
            last_modification: time,
        };
        utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)
            .map_err(|source| error("set the time", path, source.into()))
    }

    /// Gives a file or folder these attributes except the time.
    ///
    /// # Errors
    /// As [`Attributes::apply`].
    pub fn apply_without_time(&self, path: &Path) -> Result<(), AttributesError> {
        give(path, self.uid, self.gid)?;
        let is_link = fs::symlink_metadata(path)
            .map_err(|source| error("read the owner and mode", path, source))?
            .file_type()
            .is_symlink();
        if is_link || self.link {
            return Ok(());
        }
        self.apply_extended(path)
            .map_err(|source| error("set the extended attributes", path, source))?;
        // An access list brings permission bits of its own; with a list that was read together with the mode they agree.
        fs::set_permissions(path, Permissions::from_mode(self.mode))
            .map_err(|source| error("set the mode", path, source))
    }

    /// Access lists that the folder gave by itself to a new file go away when the original had none.
    fn apply_extended(&self, path: &Path) -> io::Result<()> {
        for name in names(path)? {
            let ours = name.as_bytes().starts_with(b"user.")
                || name == OsStr::new(ACCESS_LIST)
                || name == OsStr::new(DEFAULT_ACCESS_LIST);
            if ours && !self.extended.contains_key(&name) {
                xattr::remove(path, &name)?;
            }
        }
        let directory = path.is_dir();
        for (name, value) in &self.extended {
            if name == OsStr::new(DEFAULT_ACCESS_LIST) && !directory {
                continue;
            }
            if xattr::get(path, name)?.as_ref() != Some(value) {
                xattr::set(path, name, value)?;
            }
        }
        Ok(())
    }
}

/// Gives a file, folder or link to a user and group, when it is not theirs already.
///
/// # Errors
/// When that is not allowed.
pub fn give(path: &Path, uid: u32, gid: u32) -> Result<(), AttributesError> {
    let stat = fs::symlink_metadata(path)
        .map_err(|source| error("read the owner and mode", path, source))?;
    if stat.uid() == uid && stat.gid() == gid {
        return Ok(());
    }
    let user = (stat.uid() != uid).then_some(uid);
    lchown(path, user, Some(gid)).map_err(|source| error("set the owner", path, source))
}

fn names(path: &Path) -> io::Result<Vec<OsString>> {
    match xattr::list(path) {
        Ok(names) => Ok(names.collect()),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn error(what: &'static str, path: &Path, source: io::Error) -> AttributesError {
    AttributesError {
        what,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mode_time_and_extended_attributes_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        fs::write(&one, "1").unwrap();
        fs::write(&two, "2").unwrap();
        fs::set_permissions(&one, Permissions::from_mode(0o640)).unwrap();
        let extended = xattr::set(&one, "user.raylift", b"value").is_ok();
        xattr::set(&two, "user.other", b"goes away").ok();
        let before = Attributes {
            modified: (1_000_000_000, 5_000),
            ..Attributes::read(&one).unwrap()
        };
        before.apply(&two).unwrap();
        let after = Attributes::read(&two).unwrap();
        assert_eq!(after, before);
        assert_eq!(after.mode, 0o640);
        if extended {
            assert_eq!(
                after.extended.keys().collect::<Vec<_>>(),
                [OsStr::new("user.raylift")]
            );
        }
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "1").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let attributes = Attributes {
            modified: (1_000_000_000, 0),
            ..Attributes::read(&link).unwrap()
        };
        attributes.apply(&link).unwrap();
        let stat = fs::symlink_metadata(&link).unwrap();
        assert_eq!(stat.mtime(), 1_000_000_000);
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        assert_ne!(fs::metadata(&file).unwrap().mtime(), 1_000_000_000);
    }

    #[test]
    fn owners_are_given_by_root_and_refused_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "1").unwrap();
        let result = give(&file, 65534, 65534);
        let stat = fs::metadata(&file).unwrap();
        if rustix::process::geteuid().is_root() {
            result.unwrap();
            assert_eq!((stat.uid(), stat.gid()), (65534, 65534));
        } else {
            assert_eq!(result.unwrap_err().what, "set the owner");
            assert_eq!(stat.uid(), rustix::process::geteuid().as_raw());
        }
    }

    #[test]
    fn a_new_entry_has_owner_and_default_list_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut of_folder = Attributes::read(folder.path()).unwrap();
        of_folder
            .extended
            .insert(DEFAULT_ACCESS_LIST.into(), vec![2, 0, 0, 0]);
        of_folder.extended.insert("user.own".into(), vec![1]);
        let file = of_folder.for_new_entry(0o100_640, false);
        assert_eq!(
            (file.uid, file.gid, file.mode),
            (of_folder.uid, of_folder.gid, 0o640)
        );
        let names: Vec<_> = file.extended.keys().collect();
        assert_eq!(names, [ACCESS_LIST]);
        let below = of_folder.for_new_entry(0o755, true);
        let names: Vec<_> = below.extended.keys().collect();
        assert_eq!(names, [ACCESS_LIST, DEFAULT_ACCESS_LIST]);
    }

    #[test]
    fn capabilities_stay_with_the_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let mut attributes = Attributes::read(folder.path()).unwrap();
        attributes
            .extended
            .insert("security.capability".into(), vec![1]);
        attributes.extended.insert("user.kept".into(), vec![2]);
        let names: Vec<_> = attributes
            .without_content_bound()
            .extended
            .into_keys()
            .collect();
        assert!(names.contains(&OsString::from("user.kept")));
        assert!(!names.contains(&OsString::from("security.capability")));
    }
}
