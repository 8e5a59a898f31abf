//! Room on the disk of the database server. The proof restores the database beside itself, and a rollback does so beside
//! what a failed upgrade left; both are as large as the database. That an upgrade lets the database grow by no more than
//! its own size, since a table is copied when it is altered, is an inference.

use raylift_model::codes;
use raylift_model::facts::SiteFacts;
use raylift_model::finding::{Finding, Severity};

use crate::space::mebibytes;

/// `copies` is whether raylift restores the database beside itself: for the proof, whose copy is removed before the
/// outage, or for a rollback. `upgrades` is whether the database grows. Each needs its size once.
pub(super) fn finding(site: &SiteFacts, copies: bool, upgrades: bool) -> Option<Finding> {
    let server = site.database.server.as_ref()?;
    let subject = format!("{}/{}", server.place, server.database);
    let Some(one) = site.database.bytes else {
        return (copies || upgrades).then(|| untold(subject, copies));
    };
    let sum = match (copies, upgrades) {
        (true, true) => format!(
            "{}: a copy for the proof or a rollback ({}), and as much again for what an upgrade adds",
            mebibytes(one.saturating_mul(2)),
            mebibytes(one)
        ),
        (true, false) => format!("{}: a copy for the proof or a rollback", mebibytes(one)),
        (false, true) => format!("{} for what an upgrade adds", mebibytes(one)),
        (false, false) => return None,
    };
    let needed = one.saturating_mul(u64::from(copies) + u64::from(upgrades));
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
    // How much an upgrade adds is an estimate, which holds nobody up.
    let severity = match copies && disk.free < one {
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

/// Copies would need room on raylift's disk, too, which was computed without them.
fn untold(subject: String, copies: bool) -> Finding {
    let severity = match copies {
        true => Severity::Warning,
        false => Severity::Note,
    };
    Finding::new(
        severity,
        codes::SERVER_SPACE,
        subject,
        "how large the database is was not told to raylift: whether there is room for it, on the server's disk and where raylift keeps its copies, is not known",
        "look how large it is and how much is free, on the disk of the server's data folder and on that of raylift's folder: twice its size must be on each",
    )
}
