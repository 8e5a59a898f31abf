//! Files that belong to the site although the release ships some of the same name: `osgi/configs` and the
//! property files of the upgrade client.

use raylift_model::codes;
use raylift_model::facts::FileFact;
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::FileDecision;

use crate::files::{carry, take};

const CLIENT_FILES: [&str; 3] = [
    "app-server.properties",
    "portal-upgrade-database.properties",
    "portal-upgrade-ext.properties",
];

/// True for files whose content is the site's.
pub(crate) fn is_site_data(path: &RelativePath) -> bool {
    path.below(&RelativePath::new("osgi/configs")).is_some()
        || path
            .below(&RelativePath::new("tools/portal-tools-db-upgrade-client"))
            .is_some_and(|name| CLIENT_FILES.contains(&name))
}

/// The site's change wins; the release's new files are taken; a change on both sides is named. A file that the old
/// release shipped and the site removed stays removed.
pub(crate) fn decide(
    path: &RelativePath,
    from: &RelativePath,
    file: &FileFact,
    here: Option<&FileFact>,
    before: Option<&FileFact>,
    old_known: bool,
    findings: &mut Vec<Finding>,
) -> Option<FileDecision> {
    let Some(here) = here else {
        if before.is_some() {
            findings.push(removed(path));
            return None;
        }
        return Some(take(path, from, file, false, "new in this release"));
    };
    if here.digest == file.digest {
        return Some(take(path, from, file, true, "the same in both"));
    }
    match before {
        Some(before) if before.digest == here.digest => Some(take(
            path,
            from,
            file,
            true,
            "the release changed it, the site did not",
        )),
        Some(before) if before.digest == file.digest => Some(carry(
            here,
            "the site's change; the release did not change it",
        )),
        Some(_) => {
            findings.push(both_changed(
                path,
                "the site and the release both changed it",
            ));
            Some(carry(here, "changed by both: the site's wins"))
        }
        None if old_known => {
            findings.push(both_changed(
                path,
                "the site made a file that the release now ships",
            ));
            Some(carry(
                here,
                "the site's own; the release now ships one, too",
            ))
        }
        None => {
            findings.push(both_changed(
                path,
                "the site's file differs from the release's",
            ));
            Some(carry(here, "differs from the release's: the site's wins"))
        }
    }
}

fn both_changed(path: &RelativePath, message: &str) -> Finding {
    Finding::new(
        Severity::Warning,
        codes::CONFIGURATION_BOTH_CHANGED,
        path.to_string(),
        format!("{message}; the site's is carried"),
        "compare it with the release's file of the same name",
    )
}

fn removed(path: &RelativePath) -> Finding {
    Finding::new(
        Severity::Note,
        codes::CONFIGURATION_BOTH_CHANGED,
        path.to_string(),
        "the site removed this file of the product; it stays removed",
        "nothing, unless the release needs it again",
    )
}

/// The site had its own switch for automatic upgrades.
pub(crate) fn release_manager_replaced() -> Finding {
    Finding::new(
        Severity::Note,
        codes::CONFIGURATION_BOTH_CHANGED,
        crate::files::RELEASE_MANAGER,
        "the site has this file; raylift writes autoUpgrade=\"false\" in the new tree, the old one comes back with a rollback",
        "after the burn-in, set it as you want it",
    )
}
