//! The JARs without which a portal cannot run.

use raylift_model::codes;
use raylift_model::facts::{FileFact, FileKind, ReleaseLayout};
use raylift_model::finding::{Finding, Severity};

/// A blocker for each one that is missing. Homes that were saved with version control lack large files (real-homes,
/// "What the snapshots lack").
pub(crate) fn missing(layout: &ReleaseLayout, files: &[FileFact]) -> Vec<Finding> {
    [&layout.portal_impl, &layout.portal_kernel]
        .into_iter()
        .filter(|path| {
            !files.iter().any(|file| {
                file.path == **path && matches!(file.kind, FileKind::File | FileKind::Link { .. })
            })
        })
        .map(|path| {
            Finding::new(
                Severity::Blocker,
                codes::FILE_UNREADABLE,
                path.as_str(),
                "is missing, and the portal cannot run without it",
                "take the file from the archive that Liferay published",
            )
        })
        .collect()
}
