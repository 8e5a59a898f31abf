//! Room on the disk of the database server. The proof restores the database beside itself, and a rollback does so beside
//! what a failed upgrade left; both are as large as the database. A return point on the server is one more, which the proof
//! tries beside what it restored. That an upgrade lets the database grow by no more than
//! its own size, since a table is copied when it is altered, is an inference.

use raylift_model::codes;
use raylift_model::facts::SiteFacts;
use raylift_model::finding::{Finding, Severity};

use crate::space::mebibytes;

/// `copies` is how many raylift has there at once: one for the proof, whose copy is removed before the outage, or for a
/// rollback; one more where the return point lies there. `upgrades` is whether the database grows, by its size once.
pub(super) fn finding(site: &SiteFacts, copies: u64, upgrades: bool) -> Option<Finding> {
    let server = site.database.server.as_ref()?;
    let subject = format!("{}/{}", server.place, server.database);
    let Some(one) = site.database.bytes else {
        return (copies > 0 || upgrades).then(|| untold(subject, copies));
    };
    let needed = one.saturating_mul(copies + u64::from(upgrades));
    let copied = one.saturating_mul(copies);
    let what = match copies {
        0 | 1 => "a copy for the proof or a rollback",
        _ => "the return point, and a copy for the proof or a rollback",
    };
    let sum = match (copies, upgrades) {
        (0, true) => format!("{} for what an upgrade adds", mebibytes(one)),
        (0, false) => return None,
        (_, true) => format!(
            "{}: {what} ({}), and {} for what an upgrade adds",
            mebibytes(needed),
            mebibytes(copied),
            mebibytes(one)
        ),
        (_, false) => format!("{}: {what}", mebibytes(needed)),
    };
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
    let severity = match disk.free < copied {
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
fn untold(subject: String, copies: u64) -> Finding {
    let severity = match copies {
        0 => Severity::Note,
        _ => Severity::Warning,
    };
    let room = match copies {
        0 | 1 => "twice its size must be on each",
        _ => "three times its size must be on the server's, and its size on raylift's",
    };
    Finding::new(
        severity,
        codes::SERVER_SPACE,
        subject,
        "how large the database is was not told to raylift: whether there is room for it, on the server's disk and where raylift keeps its copies, is not known",
        format!(
            "look how large it is and how much is free, on the disk of the server's data folder and on that of raylift's folder: {room}"
        ),
    )
}
