//! A whole run leaves owners and modes as they are, also when root carries it out on an ordinary user's site.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use raylift_lab::{ReleaseVersion, Scenario, Site};

use crate::harness::watch::LookOut;
use crate::harness::{TestSite, lab, processes};

/// What the product brings, below the home; `osgi/state` is the server's own.
const PRODUCT: [&str; 6] = [
    "osgi",
    "tools",
    "license",
    "tomcat-9.0.19/bin",
    "tomcat-9.0.19/lib",
    "tomcat-9.0.19/webapps",
];
/// The backups and their key stay with whoever ran raylift (ADR 13).
const REPOSITORY: &str = ".raylift/backups/repository";
const KEY: &str = ".raylift/backup.key";
const CLIENT: &str = "tools/portal-tools-db-upgrade-client";

#[derive(Debug, PartialEq, Eq)]
struct Attributes {
    user: u32,
    group: u32,
    mode: u32,
}

/// Everything at or below a folder, by its path in it.
fn walk(root: &Path) -> BTreeMap<PathBuf, Attributes> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(path) = open.pop() {
        let stat = std::fs::symlink_metadata(&path).unwrap();
        if stat.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        }
        found.insert(
            path.strip_prefix(root).unwrap().to_owned(),
            Attributes {
                user: stat.uid(),
                group: stat.gid(),
                mode: stat.mode(),
            },
        );
    }
    found
}

fn product(home: &Path) -> BTreeMap<PathBuf, Attributes> {
    let mut all = walk(home);
    all.retain(|path, _| {
        PRODUCT.iter().any(|folder| path.starts_with(folder)) && !path.starts_with("osgi/state")
    });
    all
}

fn assert_owned(site: &TestSite, when: &str) {
    let owner = site.site.facts().owner;
    let strangers: Vec<(PathBuf, Attributes)> = walk(site.home())
        .into_iter()
        .filter(|(path, found)| {
            let kept = path.starts_with(REPOSITORY) || path == Path::new(KEY);
            !kept && (found.user, found.group) != (owner.user, owner.group)
        })
        .collect();
    assert!(strangers.is_empty(), "{when}: {strangers:#?}");
}

/// Name, mode and content of the upgrade client's property files.
fn client_properties(home: &Path) -> BTreeMap<String, (u32, String)> {
    let folder = home.join(CLIENT);
    std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".properties"))
        .map(|name| {
            let path = folder.join(&name);
            let mode = std::fs::metadata(&path).unwrap().mode();
            (name, (mode, std::fs::read_to_string(path).unwrap()))
        })
        .collect()
}

#[test]
fn nothing_changes_its_owner_or_mode() {
    let site = TestSite::started();
    let owner = site.site.facts().owner;
    let titles = site.titles();
    let before = product(site.home());
    assert_owned(&site, "before anything");
    // A 7.2.1 that nobody has touched.
    let folder = lab().scratch().unwrap();
    let pristine = Site::create(
        lab(),
        &Scenario::of(ReleaseVersion::Ga2),
        &folder.path().join("site"),
    )
    .unwrap();

    let look_out = LookOut::over(site.home());
    site.update().assert(0);
    assert_owned(&site, "after the update");
    let key = std::fs::metadata(site.home().join(KEY)).unwrap();
    let own = rustix::process::geteuid().as_raw();
    assert_eq!((key.uid(), key.mode() & 0o7777), (own, 0o600));
    assert_eq!(
        client_properties(site.home()),
        client_properties(pristine.home()),
        "the upgrade client's files are as shipped"
    );

    site.raylift(&["rollback", "--discard-writes"]).assert(0);
    assert_owned(&site, "after the rollback");
    assert_eq!(
        product(site.home()),
        before,
        "owners and modes are as before"
    );

    site.update().assert(0);
    site.raylift(&["commit"]).assert(0);
    let seen = look_out.end();
    assert_owned(&site, "after the commit");
    site.assert_new(&titles);

    assert_eq!(seen.servers.len(), 4, "old, new, old, new: {seen:?}");
    assert_eq!(
        seen.users.into_iter().collect::<Vec<_>>(),
        [owner.user],
        "every JVM works as the site's user"
    );
    assert_eq!(processes::servers(site.home()).len(), 1);
}
