//! `portal-ext.properties` in the home folder of the site's user.

use std::path::Path;

use raylift_model::codes;
use raylift_model::facts::Ownership;
use raylift_model::finding::{Finding, Severity};

use crate::machine::Machine;

/// The documents name `[user home]/portal-ext.properties` as a source, the code that was read has only the class path
/// and Liferay's home (layout-and-artifacts 4.1). Which of both a site relies on cannot be told, so the file blocks.
pub(crate) fn look(machine: &dyn Machine, owner: &Ownership, home: &Path) -> Option<Finding> {
    let (user, folder) = machine.user(owner.uid)?;
    if machine.canonical(&folder).is_ok_and(|real| real == home) {
        return None;
    }
    let file = folder.join("portal-ext.properties");
    matches!(machine.stat(&file), Ok(Some(_))).then(|| {
        Finding::new(
            Severity::Blocker,
            codes::USER_HOME_PROPERTIES,
            file.display().to_string(),
            format!("lies in the home folder of {user}; it is not certain whether the portal and its upgrade client read it"),
            "move its settings to portal-ext.properties in the Liferay home and remove it",
        )
    })
}
