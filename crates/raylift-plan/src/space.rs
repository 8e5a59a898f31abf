//! Space: computed before anything stops.

use std::path::Path;

use raylift_model::codes;
use raylift_model::facts::{ReleaseFacts, SiteFacts};
use raylift_model::finding::Finding;
use raylift_model::plan::{Base, Decision, FileDecision, SpaceNeed};
use raylift_model::settings::BackupSettings;

use crate::checks::blocker;

/// What block rounding, directories and the journal may take beside the files themselves.
const RESERVE: u64 = 64 << 20;

/// Staging, proof and return point all lie on the file system of raylift's state folder. The proof's copy is
/// removed before the return point is taken; a rollback needs room for one more copy, since nothing is deleted then.
/// `copies` is how many of the database lie there at once; nothing where no copies are taken.
/// A snapshot by the owner's command lies wherever that puts it, and notes take nearly nothing.
/// A database whose size nobody told counts for nothing here, which the checks of the database say.
/// Documents lie in the backup repository: where a proof has put them there, only new ones are added.
pub(crate) fn needs(
    site: &SiteFacts,
    release: &ReleaseFacts,
    decisions: &[FileDecision],
    (state, backup): (&str, &BackupSettings),
    copies: Option<u64>,
    findings: &mut Vec<Finding>,
) -> Vec<SpaceNeed> {
    let sizes = |path: &str, files: &[raylift_model::facts::FileFact]| {
        files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()
            .and_then(|at| files.get(at))
            .map_or(0, |file| file.size)
    };
    let staged: u64 = decisions
        .iter()
        .map(|decision| match &decision.decision {
            Decision::Release { from, .. } => sizes(from.as_str(), &release.files),
            Decision::Carry { .. } => sizes(decision.path.as_str(), &site.files),
            Decision::Move { from, .. } => sizes(from.as_str(), &site.files),
            Decision::Write { content, .. } => content.len() as u64,
            Decision::Edit(edit) => match &edit.base {
                Base::Site { path, .. } => sizes(path.as_str(), &site.files),
                Base::Release { from, .. } => sizes(from.as_str(), &release.files),
                Base::Nothing => 0,
            },
            Decision::Drop | Decision::Keep => 0,
        })
        .sum();
    let proof = site.last_proof.as_ref();
    let (repository, _) = backup.places(Path::new(state));
    let added = if !repository.starts_with(state) {
        0
    } else if proof.is_some_and(|proof| proof.snapshot.is_some()) {
        site.store
            .bytes
            .saturating_sub(proof.map_or(0, |proof| proof.document_bytes))
    } else {
        site.store.bytes
    };
    let kept = copies.map_or(0, |copies| {
        copies * site.database.bytes.unwrap_or(0) + added + site.store.bytes
    });
    let needed = staged + kept + RESERVE;
    let free = site
        .disks
        .iter()
        .find(|disk| disk.path == state)
        .or_else(|| site.disks.iter().find(|disk| disk.path == site.home));
    let free = free.map_or(0, |disk| disk.free);
    if free < needed {
        findings.push(blocker(
            codes::DISK_TOO_SMALL,
            state,
            format!(
                "the update needs {} there, {} are free",
                mebibytes(needed),
                mebibytes(free)
            ),
            "make room on the file system of the home, where raylift's folder must lie, too",
        ));
    }
    vec![SpaceNeed {
        path: state.to_owned(),
        needed,
        free,
        purpose: if copies.is_some() {
            "staged release, return point, and room for a rollback"
        } else {
            "staged release"
        }
        .to_owned(),
    }]
}

pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}
