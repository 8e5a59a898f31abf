//! Free space, and whether raylift may write.

use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::facts::DiskFacts;
use raylift_model::finding::{Finding, Severity};

use super::tomcat::Tomcat;
use crate::machine::Machine;

/// Free space at each path; one that is not there yet counts as the folder it would be made in.
pub(crate) fn look(machine: &dyn Machine, paths: &[PathBuf]) -> Vec<DiskFacts> {
    let mut disks: Vec<DiskFacts> = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        if disks.iter().any(|disk| disk.path == shown) {
            continue;
        }
        let there = path
            .ancestors()
            .find(|ancestor| matches!(machine.stat(ancestor), Ok(Some(_))));
        let Some(there) = there else { continue };
        let device = machine
            .canonical(there)
            .and_then(|real| machine.stat(&real))
            .ok()
            .flatten()
            .map(|stat| stat.device);
        if let (Some(device), Ok(free)) = (device, machine.free_space(there)) {
            disks.push(DiskFacts {
                path: shown,
                device,
                free,
            });
        }
    }
    disks
}

/// The folders below which raylift exchanges others that it may not write to. An exchange changes the folder above.
pub(crate) fn writable(
    machine: &dyn Machine,
    home: &Path,
    tomcat: Option<&Tomcat>,
) -> (bool, Option<Finding>) {
    let mut folders = vec![home.to_owned(), home.join("osgi")];
    if let Some(tomcat) = tomcat {
        folders.extend(["bin", "lib", "webapps"].map(|name| tomcat.path.join(name)));
    }
    let closed: Vec<String> = folders
        .iter()
        .filter(|folder| matches!(machine.stat(folder), Ok(Some(_))) && !machine.may_write(folder))
        .map(|folder| folder.display().to_string())
        .collect();
    if closed.is_empty() {
        return (true, None);
    }
    let finding = Finding::new(
        Severity::Warning,
        codes::HOME_NOT_WRITABLE,
        home.display().to_string(),
        "raylift may look at this site and not update it: folders are closed to it",
        "run raylift as the site's user or as root",
    );
    (
        false,
        Some(
            closed
                .iter()
                .fold(finding, |finding, folder| finding.because(folder.as_str())),
        ),
    )
}
