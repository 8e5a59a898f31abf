//! Chosen entries of a folder, and names.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use raylift_backup::Part;
use raylift_backup::repository::{Input, RepositoryError};

use crate::support::{Place, picture};

#[test]
fn chosen_entries_come_with_the_folders_above_them_and_nothing_else() {
    let place = Place::new();
    let site = place.site();
    for (path, text) in [
        ("osgi/configs/a.config", "a"),
        ("osgi/configs/b.config", "b"),
        ("osgi/state/org.eclipse.osgi/x", "not taken"),
        ("osgi-other/x", "not taken"),
        ("portal-ext.properties", "p"),
        ("zz/y", "y"),
    ] {
        let path = site.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::set_permissions(site.join("osgi"), Permissions::from_mode(0o2751)).unwrap();
    let repository = place.create();
    let chosen = Input::Files(Part {
        name: "configuration".to_owned(),
        root: site.clone(),
        entries: Some(
            [
                "zz",
                "portal-ext.properties",
                "osgi/configs",
                "osgi/configs/a.config",
                "absent",
            ]
            .map(Into::into)
            .to_vec(),
        ),
    });
    repository
        .backup(&place.about(), vec![chosen], &mut |_| {})
        .unwrap();
    let target = place.path("restored");
    repository
        .restore("latest", Some("configuration"), &target, &mut |_| {})
        .unwrap();
    let back = picture(&target);
    let names: Vec<_> = back.iter().map(|(path, ..)| path.clone()).collect();
    let expected = [
        "",
        "osgi",
        "osgi/configs",
        "osgi/configs/a.config",
        "osgi/configs/b.config",
        "portal-ext.properties",
        "zz",
        "zz/y",
    ];
    assert_eq!(names, expected.map(PathBuf::from));
    let of_site = picture(&site);
    for entry in &back {
        assert!(of_site.contains(entry), "{entry:?}");
    }
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let place = Place::new();
    let repository = place.create();
    let take = |names: &[&str]| {
        let part = |name: &&str| {
            Input::Files(Part {
                name: (*name).to_owned(),
                root: place.site(),
                entries: None,
            })
        };
        let inputs = names.iter().map(part).collect();
        repository.backup(&place.about(), inputs, &mut |_| {})
    };
    for names in [&[""][..], &[".."], &["a/b"], &["same", "same"]] {
        let error = take(names).unwrap_err();
        assert!(matches!(error, RepositoryError::Name { .. }), "{error}");
    }
    assert!(repository.list().unwrap().is_empty());
    take(&["two", "one"]).unwrap();
    let (_, parts) = repository.show("latest").unwrap();
    let names: Vec<_> = parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
}

#[test]
fn nothing_is_brought_back_over_something() {
    let place = Place::new();
    fs::write(place.site().join("x"), "x").unwrap();
    let repository = place.create();
    place.backup(&repository);
    let error = repository
        .restore("latest", None, &place.site(), &mut |_| {})
        .unwrap_err();
    assert!(
        matches!(error, RepositoryError::TargetNotEmpty { .. }),
        "{error}"
    );
    for (id, count) in [("0000", 0), ("", 0), ("latest~1", 0)] {
        let error = repository.show(id).unwrap_err();
        assert!(
            matches!(&error, RepositoryError::NoSuchBackup { count: found, .. } if *found == count),
            "{error}"
        );
    }
}
