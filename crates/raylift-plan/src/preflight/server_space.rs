//! Room on the disk of the database server. The proof restores the database beside itself, and a rollback does so beside
//! what a failed upgrade left; both are as large as the database. That an upgrade lets the database grow by no more than
//! its own size, since a table is copied when it is altered, is an inference.

use raylift_model::codes;
use raylift_model::facts::SiteFacts;
use raylift_model::finding::{Finding, Severity};

use crate::space::mebibytes;

/// Sizes of the database that must be free: one for the proof, which is removed before the outage, or for a rollback,
/// and one for the growth.
const NEEDED: u64 = 2;

pub(super) fn finding(site: &SiteFacts) -> Option<Finding> {
    let server = site.database.server.as_ref()?;
    let (one, needed) = (
        site.database.bytes,
        site.database.bytes.saturating_mul(NEEDED),
    );
    let subject = format!("{}/{}", server.place, server.database);
    let sum = format!(
        "{}: a copy for the proof or a rollback ({}), and as much again for what an upgrade adds",
        mebibytes(needed),
        mebibytes(one)
    );
    let Some(disk) = &server.data else {
        return Some(Finding::new(
            Severity::Note,
            codes::SERVER_SPACE,
            subject,
            format!(
                "how much room the database server has was not told to raylift; the update needs {sum}"
            ),
            "look on the server's machine whether that is free on the disk of its data folder",
        ));
    };
    if disk.free >= needed {
        return None;
    }
    let severity = match disk.free < one {
        true => Severity::Blocker,
        false => Severity::Warning,
    };
    Some(
        Finding::new(
            severity,
            codes::SERVER_SPACE,
            subject,
            format!(
                "{} are free on the disk of the database server, the update needs {sum}",
                mebibytes(disk.free)
            ),
            "make room on that disk, or make it larger",
        )
        .because(disk.folder.clone()),
    )
}
