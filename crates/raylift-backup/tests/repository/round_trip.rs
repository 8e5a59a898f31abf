//! What goes in comes out.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::support::{Place, assert_same, furnish, picture, size};

#[test]
fn a_site_comes_back_as_it_was_and_an_unchanged_one_adds_next_to_nothing() {
    let place = Place::new();
    furnish(&place.site());
    let before = picture(&place.site());
    let repository = place.create();

    let first = place.backup(&repository);
    assert!(first.snapshot.by_raylift);
    assert_eq!(first.snapshot.files, Some(8));
    assert_eq!(first.new, 8);
    let once = size(&place.repository_folder());

    let second = place.backup(&repository);
    assert_eq!((second.new, second.changed, second.unchanged), (0, 0, 8));
    let twice = size(&place.repository_folder());
    assert!(twice - once < 4096, "{once} bytes, then {twice}");

    for (number, taken) in [&first, &second].into_iter().enumerate() {
        let target = place.path(&format!("restored-{number}"));
        let back = repository
            .restore(&taken.snapshot.id, Some("documents"), &target, &mut |_| {})
            .unwrap();
        assert_eq!(back.files, 8);
        assert_same(&target, &before);
        assert_eq!(fs::metadata(target.join("20099/two")).unwrap().nlink(), 2);
        let sparse = fs::metadata(target.join("sparse")).unwrap();
        assert!(sparse.blocks() * 512 < sparse.len(), "holes stay holes");
    }
    assert_same(&place.site(), &before);
}

#[test]
fn only_what_changed_is_read_and_stored() {
    let place = Place::new();
    furnish(&place.site());
    let repository = place.create();
    place.backup(&repository);
    let once = size(&place.repository_folder());
    fs::write(place.site().join("20099/20123/one"), "another").unwrap();
    fs::write(place.site().join("new"), "new").unwrap();
    let second = place.backup(&repository);
    assert_eq!((second.new, second.changed, second.unchanged), (1, 1, 7));
    assert!(size(&place.repository_folder()) - once < 16_384);

    let (snapshot, parts) = repository.show("latest").unwrap();
    assert_eq!(snapshot, second.snapshot);
    assert_eq!(parts.len(), 1);
    assert_eq!((parts[0].name.as_str(), parts[0].files), ("documents", 9));
    let listed = repository.entries(&second.snapshot.id).unwrap();
    let new = listed
        .iter()
        .find(|entry| entry.path == "documents/new")
        .unwrap();
    assert_eq!((new.kind, new.bytes), ("file", 3));
}

#[derive(Debug, Clone)]
enum Thing {
    File {
        content: Vec<u8>,
        mode: u32,
    },
    Sparse {
        hole: u64,
        end: Vec<u8>,
    },
    Link(Vec<u8>),
    Folder {
        things: Vec<(Vec<u8>, Thing)>,
        mode: u32,
    },
}

/// Any name the kernel accepts.
fn name() -> impl Strategy<Value = Vec<u8>> {
    vec(1..=255u8, 1..40).prop_filter("names of the kernel", |name| {
        !name.contains(&b'/') && name != b"." && name != b".."
    })
}

fn thing() -> impl Strategy<Value = Thing> {
    // The owner can read everything: who is not root could not back it up otherwise.
    let leaf = prop_oneof![
        (vec(any::<u8>(), 0..3000), 0..0o10000u32).prop_map(|(content, mode)| Thing::File {
            content,
            mode: mode | 0o400
        }),
        (0..3_000_000u64, vec(any::<u8>(), 0..10))
            .prop_map(|(hole, end)| Thing::Sparse { hole, end }),
        vec(1..=255u8, 1..60).prop_map(Thing::Link),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        (btree_map(name(), inner, 0..6), 0..0o10000u32).prop_map(|(things, mode)| Thing::Folder {
            things: things.into_iter().collect(),
            mode: mode | 0o700,
        })
    })
}

fn make(path: &Path, thing: &Thing) {
    match thing {
        Thing::File { content, mode } => {
            fs::write(path, content).unwrap();
            fs::set_permissions(path, Permissions::from_mode(*mode)).unwrap();
        }
        Thing::Sparse { hole, end } => {
            use std::os::unix::fs::FileExt;
            let file = fs::File::create(path).unwrap();
            file.set_len(*hole).unwrap();
            file.write_all_at(end, *hole).unwrap();
        }
        Thing::Link(target) => symlink(OsString::from_vec(target.clone()), path).unwrap(),
        Thing::Folder { things, mode } => {
            fs::create_dir(path).unwrap();
            for (name, thing) in things {
                make(&path.join(OsString::from_vec(name.clone())), thing);
            }
            fs::set_permissions(path, Permissions::from_mode(*mode)).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_tree_comes_back_as_it_was(things in btree_map(name(), thing(), 0..6)) {
        let place = Place::new();
        for (name, thing) in &things {
            make(&place.site().join(OsString::from_vec(name.clone())), thing);
        }
        let before = picture(&place.site());
        let repository = place.create();
        let taken = place.backup(&repository);
        let target = place.path("restored");
        repository
            .restore(&taken.snapshot.id, Some("documents"), &target, &mut |_| {})
            .unwrap();
        assert_same(&target, &before);
        prop_assert!(repository.check(raylift_backup::repository::ReadBack::Everything).unwrap().is_good());
    }
}
