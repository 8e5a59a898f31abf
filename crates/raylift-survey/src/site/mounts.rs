//! File systems mounted at, above and below the home.

use std::path::{Path, PathBuf};

use raylift_formats::proc;
use raylift_model::codes;
use raylift_model::facts::Mount;
use raylift_model::finding::{Finding, Severity};

use super::tomcat::Tomcat;
use crate::machine::Machine;

/// The largest `mountinfo` that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// The mounts that matter, sorted by place, and a blocker for each one in a folder that an update exchanges.
pub(crate) fn look(
    machine: &dyn Machine,
    home: &Path,
    tomcat: Option<&Tomcat>,
) -> (Vec<Mount>, Vec<Finding>) {
    let bytes = match machine.read(Path::new("/proc/self/mountinfo"), LARGEST) {
        Ok(bytes) => bytes,
        Err(error) => {
            let finding = super::processes::closed(
                "/proc/self/mountinfo",
                "cannot be read, so mounts inside the home are not known",
                vec![error.to_string()],
            );
            return (Vec::new(), vec![finding]);
        }
    };
    let mut mounts: Vec<Mount> = proc::mounts(&bytes)
        .value
        .into_iter()
        .map(|point| point.mount)
        .filter(|mount| {
            let at = Path::new(&mount.at);
            let touches = |folder: &Path| at.starts_with(folder) || folder.starts_with(at);
            touches(home) || tomcat.is_some_and(|tomcat| touches(&tomcat.path))
        })
        .collect();
    // Of several mounts at one place the last one is seen; the sort is stable.
    mounts.sort_by(|left, right| left.at.cmp(&right.at));
    mounts.reverse();
    mounts.dedup_by(|next, kept| next.at == kept.at);
    mounts.reverse();
    let exchanged = exchanged(home, tomcat);
    let findings = mounts
        .iter()
        .filter_map(|mount| {
            let folder = exchanged
                .iter()
                .find(|folder| Path::new(&mount.at).starts_with(folder))?;
            Some(Finding::new(
                Severity::Blocker,
                codes::MOUNT_INSIDE,
                mount.at.as_str(),
                format!(
                    "a file system ({}) is mounted here, inside {}, which an update exchanges as a whole",
                    mount.kind,
                    folder.display()
                ),
                "unmount it and make its content part of the folder, or mount it elsewhere",
            ))
        })
        .collect();
    (mounts, findings)
}

/// The folders an update exchanges: Liferay's own hot-fix scope (layout-and-artifacts 0.8).
fn exchanged(home: &Path, tomcat: Option<&Tomcat>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = ["osgi", "tools", "license"]
        .iter()
        .map(|name| home.join(name))
        .collect();
    if let Some(tomcat) = tomcat {
        folders.extend(["webapps/ROOT", "lib/ext"].map(|name| tomcat.path.join(name)));
    }
    folders
}
