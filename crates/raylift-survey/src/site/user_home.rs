//! `portal-ext.properties` in the home folder of the site's user.

use std::path::Path;

use raylift_model::codes;
use raylift_model::facts::Ownership;
use raylift_model::finding::{Finding, Severity};

use crate::machine::Machine;

/// The portal reads it: a name without a folder is sought in `user.home` as well (`ConfigurationUtils.locate`, seen with
/// the classes of 7.2.0 to 7.4). The upgrade client refuses to work while it is there, so the file blocks.
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
            format!("lies in the home folder of {user}; the portal reads it, and Liferay's upgrade client refuses to work while it is there"),
            "move its settings to portal-ext.properties in the Liferay home and remove it",
        )
    })
}
