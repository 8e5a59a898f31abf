//! Where the cache folder lies, and whether it can be trusted.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::users::current_uid;

/// `$XDG_CACHE_HOME`, else `$HOME/.cache`; a relative path counts as none (XDG Base Directory Specification 0.8).
pub(super) fn base(xdg_cache_home: Option<&OsStr>, home: Option<&OsStr>) -> Option<PathBuf> {
    absolute(xdg_cache_home).or_else(|| absolute(home).map(|home| home.join(".cache")))
}

fn absolute(path: Option<&OsStr>) -> Option<PathBuf> {
    path.map(PathBuf::from).filter(|path| path.is_absolute())
}

/// The folder `raylift` below `base`, made with mode 0700 when it is missing. Root does not make it in the home of
/// another user, which `sudo` may leave in `HOME`.
pub(super) fn make(base: &Path) -> Option<PathBuf> {
    let above = base.ancestors().find(|path| path.exists())?;
    let owner = fs::metadata(above).ok()?.uid();
    if owner != 0 && owner != current_uid() {
        return None;
    }
    let folder = base.join("raylift");
    if fs::symlink_metadata(&folder).is_err() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .ok()?;
    }
    let stat = fs::symlink_metadata(&folder).ok()?;
    (stat.is_dir() && is_ours(&stat)).then_some(folder)
}

/// Whether nobody but this user, and root, can have written it.
pub(super) fn is_ours(stat: &fs::Metadata) -> bool {
    stat.uid() == current_uid() && stat.mode() & 0o022 == 0
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_users_cache_folder_is_found_by_the_specification() {
        let of = |xdg: Option<&str>, home: Option<&str>| {
            base(xdg.map(OsStr::new), home.map(OsStr::new)).map(|path| path.display().to_string())
        };
        assert_eq!(of(Some("/x"), Some("/home/a")).as_deref(), Some("/x"));
        for xdg in [None, Some(""), Some("relative")] {
            assert_eq!(of(xdg, Some("/home/a")).as_deref(), Some("/home/a/.cache"));
        }
        assert_eq!(of(None, None), None);
        assert_eq!(of(None, Some("")), None);
    }

    #[test]
    fn it_is_made_for_this_user_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = make(&scratch.path().join("a/.cache")).unwrap();
        assert!(folder.ends_with("a/.cache/raylift"));
        let mode = fs::metadata(&folder).unwrap().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn what_others_can_write_is_no_cache() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = make(scratch.path()).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(make(scratch.path()), None);
        fs::remove_dir(&folder).unwrap();
        std::os::unix::fs::symlink("/tmp", &folder).unwrap();
        assert_eq!(make(scratch.path()), None);
    }

    #[test]
    fn root_makes_none_in_the_home_of_another_user() {
        if current_uid() != 0 {
            return;
        }
        let home = tempfile::tempdir().unwrap();
        std::os::unix::fs::chown(home.path(), Some(65_534), None).unwrap();
        assert_eq!(make(&home.path().join(".cache")), None);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_made_is_no_cache() {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(make(&file), None);
        assert_eq!(make(Path::new("/proc/no-such-folder")), None);
    }
}
