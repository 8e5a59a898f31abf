//! A plan from remembered facts is the plan from facts that were read, to the last byte.

use std::path::Path;

use raylift_lab::ReleaseVersion;

use crate::harness::{TestSite, release};

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

#[test]
fn remembered_facts_give_the_same_plan() {
    let site = TestSite::stopped("demo-site", &[]);
    let archive = release(ReleaseVersion::Ga2);
    let archive = archive.to_str().unwrap();
    let plan = |more: &[&str]| {
        let arguments = [&["plan", archive, "--json"], more].concat();
        let ended = site.raylift(&arguments);
        assert!([0, 3].contains(&ended.code), "{}", ended.stderr);
        ended.stdout
    };
    let read = plan(&["--no-cache"]);
    assert_eq!(entries(&site.cache()), Vec::<String>::new());
    assert_eq!(plan(&[]), read, "the plan that fills the cache");
    let kept = entries(&site.cache());
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(plan(&[]), read, "the plan from the cache");
    assert_eq!(entries(&site.cache()), kept);
    std::fs::remove_dir_all(site.cache()).unwrap();
    std::fs::write(site.cache(), "no folder").unwrap();
    assert_eq!(plan(&[]), read, "the plan without a cache folder");
}
