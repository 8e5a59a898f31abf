//! A plan from remembered facts is the plan from facts that were read, to the last byte.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use raylift_lab::ReleaseVersion;

use crate::harness::{TestSite, release};

/// The lines in which two plans differ, but for the free space, which others use up meanwhile.
fn differences<'a>(one: &'a str, other: &'a str) -> Vec<(&'a str, &'a str)> {
    let lines = one.lines().zip(other.lines());
    assert_eq!(one.lines().count(), other.lines().count());
    lines
        .filter(|(one, other)| one != other && !one.trim().starts_with("\"free\": "))
        .collect()
}

fn entries(cache: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(cache.join("raylift"))
        .map(|listed| {
            listed
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}

/// The lab may have made the archive a moment ago, and what is that young is rightly not remembered.
fn wait_until_settled(archive: &Path) {
    let changed = std::fs::metadata(archive).unwrap().ctime();
    let changed = UNIX_EPOCH + Duration::from_secs(changed.cast_unsigned());
    while changed.elapsed().unwrap_or_default() < Duration::from_secs(4) {
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn remembered_facts_give_the_same_plan() {
    let site = TestSite::stopped("demo-site", &[]);
    let archive = release(ReleaseVersion::Ga2);
    wait_until_settled(&archive);
    let archive = archive.to_str().unwrap();
    let plan = |more: &[&str]| {
        let arguments = [&["plan", archive, "--json"], more].concat();
        let ended = site.raylift(&arguments);
        assert!([0, 3].contains(&ended.code), "{}", ended.stderr);
        ended.stdout
    };
    let read = plan(&["--no-cache"]);
    assert_eq!(entries(&site.cache()), Vec::<String>::new());
    assert_eq!(
        differences(&plan(&[]), &read),
        [],
        "the plan that fills the cache"
    );
    let kept = entries(&site.cache());
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(
        differences(&plan(&[]), &read),
        [],
        "the plan from the cache"
    );
    assert_eq!(entries(&site.cache()), kept);
    std::fs::remove_dir_all(site.cache()).unwrap();
    std::fs::write(site.cache(), "no folder").unwrap();
    assert_eq!(
        differences(&plan(&[]), &read),
        [],
        "the plan without a cache folder"
    );
}
