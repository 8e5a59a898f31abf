//! What the unit tests of several modules need.

use raylift_model::facts::{JavaFacts, Ownership};
use raylift_model::secret::Secret;
use raylift_survey::machine::DatabaseAccess;

/// Access to the database of a URL, for this process's user, with nothing else set.
pub(crate) fn access(url: &str) -> DatabaseAccess {
    DatabaseAccess {
        java: JavaFacts {
            home: String::new(),
            version: None,
            major: None,
        },
        class_path: Vec::new(),
        driver_class: String::new(),
        url: url.to_owned(),
        username: String::new(),
        password: Secret::new(""),
        owner: Ownership {
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            user: None,
        },
    }
}
