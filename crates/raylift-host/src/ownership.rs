//! Gives what raylift made to the site's owner.

use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::{MetadataExt as _, lchown};
use std::path::Path;

use raylift_model::facts::Ownership;
use walkdir::{DirEntry, WalkDir};

use crate::users::current_uid;

/// Gives what raylift itself wrote into its folder to the owner; links are not followed. Does nothing unless this process is root
/// and the owner is not. The site's own files in it, staged, copied or set aside, keep the owner they have in the site,
/// which may be root.
///
/// # Errors
/// When a file's owner cannot be changed; a file that went away meanwhile is none.
pub fn hand_over(folder: &Path, owner: &Ownership) -> io::Result<()> {
    if current_uid() != 0 || owner.uid == 0 {
        return Ok(());
    }
    let ours =
        |entry: &DirEntry| is_ours(entry.path().strip_prefix(folder).unwrap_or(entry.path()));
    for entry in WalkDir::new(folder).into_iter().filter_entry(ours) {
        let entry = match entry {
            Err(error)
                if error
                    .io_error()
                    .is_some_and(|error| error.kind() == io::ErrorKind::NotFound) =>
            {
                continue;
            }
            entry => entry?,
        };
        let stat = entry.metadata()?;
        // A second name may lie outside.
        if stat.uid() == 0 && (stat.is_dir() || stat.nlink() == 1) {
            lchown(entry.path(), Some(owner.uid), Some(owner.gid))?;
        }
    }
    Ok(())
}

/// Gives the folders that lie between raylift's folder and a staged tree to the owner; the tree itself is the site's.
/// Does nothing unless this process is root and the owner is not.
///
/// # Errors
/// When a folder's owner cannot be changed; one that is not there is none.
pub fn hand_over_above(tree: &Path, folder: &Path, owner: &Ownership) -> io::Result<()> {
    if current_uid() != 0 || owner.uid == 0 {
        return Ok(());
    }
    let between = tree
        .ancestors()
        .skip(1)
        .take_while(|path| path.starts_with(folder) && *path != folder);
    for path in between {
        match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            stat => {
                if stat?.uid() == 0 {
                    lchown(path, Some(owner.uid), Some(owner.gid))?;
                }
            }
        }
    }
    Ok(())
}

/// The lock, everything about the runs but what lies in their folders of things set aside, and the folders that hold
/// staged and copied trees with raylift's notes about these, but not those trees; nothing else that lies in the folder.
fn is_ours(below: &Path) -> bool {
    let parts: Vec<&OsStr> = below.iter().collect();
    match parts.as_slice() {
        [] => true,
        [top, _, set_aside, _, _, ..] if *top == "runs" => *set_aside != "set-aside",
        [top, ..] if *top == "runs" => true,
        [top] => *top == "lock" || is_folder_of_trees(top),
        [top, _] => is_folder_of_trees(top),
        [top, _, name] if *top == "staging" => *name == ".raylift-staged",
        [top, _, name] if *top == "backups" => *name == "manifest.json" || *name == "database",
        _ => false,
    }
}

fn is_folder_of_trees(name: &OsStr) -> bool {
    ["staging", "backups", "scratch"]
        .iter()
        .any(|folder| name == *folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sites_files_keep_their_owner() {
        for ours in [
            "",
            "lock",
            "runs/1/plan.json",
            "runs/1/logs/x.log",
            "runs/1/set-aside/database",
            "staging/1",
            "staging/1/.raylift-staged",
            "backups/1",
            "backups/1/manifest.json",
            "backups/1/database",
        ] {
            assert!(is_ours(Path::new(ours)), "{ours}");
        }
        for site in [
            "runs/1/set-aside/database/lportal.script",
            "staging/1/osgi",
            "staging/1/manifest.json",
            "backups/1/database/lportal.script",
            "backups/1/documents/20099",
        ] {
            assert!(!is_ours(Path::new(site)), "{site}");
        }
    }

    #[test]
    fn folders_above_a_tree_are_handed_over_and_the_tree_is_not() {
        let state = tempfile::tempdir().unwrap();
        let tree = state.path().join("staging/1/tomcat/lib/ext");
        std::fs::create_dir_all(&tree).unwrap();
        let owner = Ownership {
            uid: 65534,
            gid: 65534,
            user: None,
        };
        let uid = |path: &Path| std::fs::metadata(path).unwrap().uid();
        let before = uid(&tree);
        hand_over_above(&tree, state.path(), &owner).unwrap();
        hand_over_above(&state.path().join("staging/2/osgi"), state.path(), &owner).unwrap();
        let expected = if current_uid() == 0 { 65534 } else { before };
        for path in ["staging", "staging/1", "staging/1/tomcat/lib"] {
            assert_eq!(uid(&state.path().join(path)), expected, "{path}");
        }
        assert_eq!(uid(&tree), before);
        assert_eq!(uid(state.path()), before);
    }

    #[test]
    fn nothing_of_root_is_left_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        let inside = folder.path().join("state");
        std::fs::create_dir_all(inside.join("runs")).unwrap();
        std::fs::write(&outside, "").unwrap();
        std::os::unix::fs::symlink(&outside, inside.join("runs/link")).unwrap();
        let before = std::fs::metadata(&outside).unwrap().uid();
        let owner = Ownership {
            uid: 65534,
            gid: 65534,
            user: None,
        };
        hand_over(&inside, &owner).unwrap();
        let expected = if current_uid() == 0 { 65534 } else { before };
        for path in ["", "runs", "runs/link"] {
            assert_eq!(
                std::fs::symlink_metadata(inside.join(path)).unwrap().uid(),
                expected,
                "{path}"
            );
        }
        assert_eq!(std::fs::metadata(&outside).unwrap().uid(), before);
    }
}
