//! Removes what belongs to raylift, and nothing else.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path};

use raylift_model::codes;
use raylift_run::host::HostError;
use walkdir::WalkDir;

use super::error::{read_failed, write_failed};

/// Removes a folder tree below `state`; nothing when it is not there. Links in it are removed, not followed.
///
/// # Errors
/// When something cannot be removed, or the path does not lie below `state`.
pub fn remove_tree(state: &Path, path: &Path) -> Result<(), HostError> {
    let plain = path
        .components()
        .all(|part| !matches!(part, Component::ParentDir | Component::CurDir));
    if !plain || path == state || !path.starts_with(state) {
        return Err(not_ours(state, path));
    }
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(read_failed(path, error)),
        Ok(stat) if !stat.is_dir() => {
            return fs::remove_file(path).map_err(|error| write_failed(path, error));
        }
        Ok(_) => {}
    }
    let canonical = |path: &Path| {
        path.canonicalize()
            .map_err(|error| read_failed(path, error))
    };
    let parent = path.parent().unwrap_or(path);
    if !canonical(parent)?.starts_with(canonical(state)?) {
        return Err(not_ours(state, path));
    }
    if fs::remove_dir_all(path).is_ok() {
        return Ok(());
    }
    open_folders(path);
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(write_failed(path, error)),
        _ => Ok(()),
    }
}

/// A folder that its owner may not write keeps an ordinary user from removing what is in it. What cannot be opened
/// shows when it is removed.
fn open_folders(path: &Path) {
    for entry in WalkDir::new(path).into_iter().flatten() {
        if entry.file_type().is_dir() {
            fs::set_permissions(entry.path(), Permissions::from_mode(0o700)).ok();
        }
    }
}

fn not_ours(state: &Path, path: &Path) -> HostError {
    HostError::new(
        codes::WRITE_FAILED,
        format!(
            "{} does not lie in raylift's own folder {} and is not removed",
            path.display(),
            state.display()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_below_the_state_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join(".raylift");
        let precious = folder.path().join("data");
        fs::create_dir_all(&precious).unwrap();
        fs::create_dir_all(state.join("staging/run/osgi")).unwrap();
        std::os::unix::fs::symlink(&precious, state.join("staging/run/link")).unwrap();
        std::os::unix::fs::symlink(folder.path(), state.join("out")).unwrap();
        for path in [
            precious.clone(),
            state.clone(),
            state.join("../data"),
            state.join("out/data"),
        ] {
            assert!(remove_tree(&state, &path).is_err(), "{}", path.display());
        }
        remove_tree(&state, &state.join("staging")).unwrap();
        remove_tree(&state, &state.join("staging")).unwrap();
        assert!(!state.join("staging").exists());
        assert!(precious.is_dir());
    }

    #[test]
    fn closed_folders_are_no_hindrance() {
        let folder = tempfile::tempdir().unwrap();
        let closed = folder.path().join("run/closed");
        fs::create_dir_all(closed.join("below")).unwrap();
        fs::set_permissions(&closed, Permissions::from_mode(0o555)).unwrap();
        remove_tree(folder.path(), &folder.path().join("run")).unwrap();
        assert!(!folder.path().join("run").exists());
    }
}
