//! The plain store, against folders on this machine's own file system.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use raylift_backup::attributes::Attributes;
use raylift_backup::{
    BackupError, BackupStore, Copied, Entry, EntryKind, FORMAT, Manifest, Part, PlainStore, Stop,
};
use raylift_model::digest::Digest;
use tempfile::TempDir;

struct Site {
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("store");
        fs::create_dir_all(root.join("20099/20123")).unwrap();
        fs::write(root.join("20099/20123/one"), "first document").unwrap();
        fs::write(root.join("20099/two"), "second").unwrap();
        fs::set_permissions(root.join("20099/two"), fs::Permissions::from_mode(0o640)).unwrap();
        let odd = OsString::from_vec(b"odd-\xff".to_vec());
        fs::write(root.join(odd), "a name that is no text").unwrap();
        symlink("20099/two", root.join("link")).unwrap();
        fs::create_dir(root.join("empty")).unwrap();
        fs::set_permissions(root.join("empty"), fs::Permissions::from_mode(0o555)).unwrap();
        Self { folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn part(&self) -> Part {
        Part {
            name: "documents".to_owned(),
            root: self.root(),
            entries: None,
        }
    }

    fn store(&self) -> PlainStore {
        PlainStore::new(self.folder.path().join("backup"))
    }

    fn restored(&self) -> PathBuf {
        self.folder.path().join("restored")
    }
}

fn manifest(parts: Vec<raylift_backup::PartManifest>) -> Manifest {
    Manifest {
        format: FORMAT,
        taken: "2026-11-23T12:00:00.000Z".to_owned(),
        parts,
        note: serde_json::json!({ "rows": 3 }),
    }
}

/// Path, content or link target, and attributes of everything below a folder, by the standard library alone.
fn picture(root: &Path) -> Vec<(PathBuf, Vec<u8>, Attributes)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        let stat = fs::symlink_metadata(&path).unwrap();
        let content = if stat.is_file() {
            fs::read(&path).unwrap()
        } else if stat.is_symlink() {
            fs::read_link(&path).unwrap().into_os_string().into_vec()
        } else {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            Vec::new()
        };
        found.push((
            path.strip_prefix(root).unwrap().to_owned(),
            content,
            Attributes::read(&path).unwrap(),
        ));
    }
    found.sort_by(|one, two| one.0.cmp(&two.0));
    found
}

#[test]
fn what_is_taken_comes_back_with_everything_it_had() {
    let site = Site::new();
    let before = picture(&site.root());
    let store = site.store();
    assert_eq!(store.complete().unwrap(), None);
    let part = store.put(&site.part(), &mut |_| {}).unwrap();
    assert_eq!(store.complete().unwrap(), None, "not sealed yet");
    let sealed = manifest(vec![part]);
    store.seal(&sealed).unwrap();
    let found = store.complete().unwrap().unwrap();
    assert_eq!(found, sealed);
    let part = found.part("documents").unwrap();
    assert_eq!(part.totals(), (3, 14 + 6 + 22));
    store.verify(part).unwrap();
    store.restore(part, &site.restored(), &mut |_| {}).unwrap();
    assert_eq!(picture(&site.restored()), before);
}

#[test]
fn chosen_entries_leave_their_neighbours_out() {
    let site = Site::new();
    let part = Part {
        entries: Some(vec!["20099".into(), "link".into()]),
        ..site.part()
    };
    let taken = site.store().put(&part, &mut |_| {}).unwrap();
    let paths: Vec<_> = taken
        .entries
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "20099",
            "20099/20123",
            "20099/20123/one",
            "20099/two",
            "link"
        ]
    );
    assert_eq!(
        taken.entries[4].what,
        EntryKind::Link {
            target: "20099/two".to_owned()
        }
    );
}

#[test]
fn a_second_try_keeps_what_is_right_and_mends_what_is_not() {
    let site = Site::new();
    let store = site.store();
    let first = store.put(&site.part(), &mut |_| {}).unwrap();
    let copies = store.folder("documents");
    let kept = fs::metadata(copies.join("20099/20123/one")).unwrap().ino();
    // As after a power failure: name, size and time are right, the content never reached the disk.
    let torn = copies.join("20099/two");
    let attributes = Attributes::read(&torn).unwrap();
    fs::write(&torn, "\0\0\0\0\0\0").unwrap();
    attributes.apply(&torn).unwrap();
    fs::write(copies.join("gone-since"), "x").unwrap();
    fs::write(site.root().join("new-since"), "y").unwrap();
    let second = store.put(&site.part(), &mut |_| {}).unwrap();
    assert_eq!(
        fs::metadata(copies.join("20099/20123/one")).unwrap().ino(),
        kept
    );
    assert_eq!(fs::read_to_string(&torn).unwrap(), "second");
    assert!(!copies.join("gone-since").exists());
    assert_eq!(second.entries.len(), first.entries.len() + 1);
    store.verify(&second).unwrap();
}

#[test]
fn a_changed_copy_is_found_and_never_restored() {
    let site = Site::new();
    let store = site.store();
    let part = store.put(&site.part(), &mut |_| {}).unwrap();
    fs::write(store.folder("documents").join("20099/two"), "sEcond").unwrap();
    for error in [
        store.verify(&part).unwrap_err(),
        store
            .restore(&part, &site.restored(), &mut |_| {})
            .unwrap_err(),
    ] {
        assert!(
            matches!(&error, BackupError::Differs { path } if path.ends_with("20099/two")),
            "{error}"
        );
    }
}

#[test]
fn a_restore_never_writes_over_something() {
    let site = Site::new();
    let store = site.store();
    let part = store.put(&site.part(), &mut |_| {}).unwrap();
    fs::create_dir(site.restored()).unwrap();
    fs::write(site.restored().join("precious"), "1").unwrap();
    assert!(store.restore(&part, &site.restored(), &mut |_| {}).is_err());
    assert!(site.restored().join("precious").exists());
}

#[test]
fn a_list_of_another_format_or_cut_short_is_refused() {
    let site = Site::new();
    let store = site.store();
    let part = store.put(&site.part(), &mut |_| {}).unwrap();
    let newer = Manifest {
        format: FORMAT + 1,
        ..manifest(vec![part])
    };
    store.seal(&newer).unwrap();
    assert!(matches!(
        store.complete().unwrap_err(),
        BackupError::Format { format, .. } if format == FORMAT + 1
    ));
    fs::write(site.folder.path().join("backup/manifest.json"), "{").unwrap();
    assert!(matches!(
        store.complete().unwrap_err(),
        BackupError::Manifest { .. }
    ));
}

/// What is written through a link lands where the link points.
#[test]
fn a_list_with_something_below_a_link_or_a_file_is_refused() {
    let site = Site::new();
    let store = site.store();
    let part = store.put(&site.part(), &mut |_| {}).unwrap();
    let listed = |entries: &[(&str, EntryKind)]| {
        let mut part = part.clone();
        let entries = entries.iter().map(|(path, what)| Entry {
            path: (*path).to_owned(),
            what: what.clone(),
        });
        part.entries = entries.collect();
        store.seal(&manifest(vec![part])).unwrap();
        store.complete()
    };
    let file = EntryKind::File {
        size: 0,
        digest: Digest::of(b""),
    };
    let link = EntryKind::Link {
        target: "/etc".to_owned(),
    };
    let folder = EntryKind::Directory;
    for what in [&link, &file] {
        for below in ["a/x", "a//x", "a/./b/x"] {
            let refused = listed(&[("a", what.clone()), (below, file.clone())]).unwrap_err();
            assert!(
                matches!(&refused, BackupError::Outside { outside, .. } if outside == below),
                "{refused}"
            );
        }
    }
    let both = [("a", folder.clone()), ("a/x", file.clone()), ("a", link)];
    listed(&both).unwrap_err();
    listed(&[("a", folder), ("a/x", file.clone()), ("ax", file)]).unwrap();
}

/// Who has read a file while it was written knows it; the check reads it all the same.
#[test]
fn what_is_known_of_a_file_is_not_read_again() {
    let site = Site::new();
    let part = site.store().put(&site.part(), &mut |_| {}).unwrap();
    let adopted = site.store().adopt(&part.name, &BTreeMap::new()).unwrap();
    let (path, size, digest) = adopted.files().next().unwrap();
    let other = Copied {
        size,
        digest: Digest::of(b"something else"),
    };
    assert!(*digest != other.digest);
    let known = BTreeMap::from([(PathBuf::from(path), other.clone())]);
    let told = site.store().adopt(&part.name, &known).unwrap();
    let found = told.files().next().unwrap();
    assert_eq!(found, (path, size, &other.digest));
    assert_eq!(told.files().count(), adopted.files().count());
    site.store().verify(&adopted).unwrap();
    site.store().verify(&told).unwrap_err();
}

/// Also in the midst of a file: a dump is one.
#[test]
fn each_pass_ends_when_that_is_asked_for() {
    let site = Site::new();
    let part = site.store().put(&site.part(), &mut |_| {}).unwrap();
    let flag = Arc::new(AtomicBool::new(true));
    let store = site.store().stopping(&Stop::when(Arc::clone(&flag)));
    let passes = [
        store.put(&site.part(), &mut |_| {}).map(drop),
        store.adopt(&part.name, &BTreeMap::new()).map(drop),
        store.verify(&part),
        store.restore(&part, &site.restored(), &mut |_| {}),
    ];
    for pass in passes {
        assert!(matches!(pass, Err(BackupError::Stopped)), "{pass:?}");
    }
    flag.store(false, Ordering::Relaxed);
    store.verify(&part).unwrap();
}
