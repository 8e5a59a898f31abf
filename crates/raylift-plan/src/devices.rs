//! Whether every exchange stays inside one mount.

use std::path::Path;

use raylift_model::codes;
use raylift_model::facts::SiteFacts;
use raylift_model::finding::Finding;

use crate::checks::blocker;

/// A blocker when raylift's folder does not lie on the mount of everything that is exchanged with it: `rename(2)` fails
/// with `EXDEV` between two mounts, also between two of one file system, and would do so in the outage.
pub(crate) fn findings<'a>(
    site: &SiteFacts,
    state: &Path,
    live: impl Iterator<Item = &'a Path>,
) -> Option<Finding> {
    let there = mount(site, state);
    let apart: Vec<String> = live
        .filter_map(Path::parent)
        .filter(|folder| {
            mount(site, folder) != there || device(site, folder) != device(site, state)
        })
        .map(|folder| folder.display().to_string())
        .collect();
    if apart.is_empty() {
        return None;
    }
    let mut finding = blocker(
        codes::MOUNT_INSIDE,
        state.display().to_string(),
        "raylift's folder lies on another mount than folders that are exchanged with it, and a rename cannot go from one to the other",
        "set state in raylift.toml to a folder on the mount of the home, with Tomcat on it as well",
    );
    finding.evidence = apart;
    finding.evidence.sort();
    finding.evidence.dedup();
    Some(finding)
}

/// Where the mount that holds a path is mounted. Mounts that the home does not touch are not known.
fn mount<'a>(site: &'a SiteFacts, path: &Path) -> Option<&'a str> {
    site.mounts
        .iter()
        .map(|mount| mount.at.as_str())
        .filter(|at| path.starts_with(at))
        .max_by_key(|at| at.len())
}

/// The device of the nearest folder above whose device was looked up; the home's when there is none.
fn device<'a>(site: &'a SiteFacts, path: &Path) -> Option<&'a str> {
    site.disks
        .iter()
        .filter(|disk| path.starts_with(&disk.path))
        .max_by_key(|disk| disk.path.len())
        .or_else(|| site.disks.iter().find(|disk| disk.path == site.home))
        .map(|disk| disk.device.as_str())
}
