//! Links in the place of the product's folders.

use std::collections::{BTreeMap, BTreeSet};

use raylift_model::codes;
use raylift_model::facts::{FileFact, FileKind};
use raylift_model::finding::Finding;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, FileDecision};

use crate::checks::blocker;

/// A blocker for each link of the site above a file that the new tree gets: staging would write through the link, into
/// a folder that the running site uses and that no rollback brings back.
pub(crate) fn above(
    site_files: &BTreeMap<&RelativePath, &FileFact>,
    decisions: &BTreeMap<RelativePath, FileDecision>,
) -> Vec<Finding> {
    let written: BTreeSet<&RelativePath> = decisions
        .values()
        .filter(|decision| !matches!(decision.decision, Decision::Drop | Decision::Keep))
        .map(|decision| &decision.path)
        .collect();
    site_files
        .iter()
        .filter_map(|(path, file)| match &file.kind {
            FileKind::Link { target } => Some((*path, target)),
            _ => None,
        })
        .filter(|(link, _)| written.iter().any(|path| path.below(link).is_some()))
        .map(|(link, target)| {
            blocker(
                codes::HOME_THROUGH_LINK,
                link.to_string(),
                format!("is a link to {target}, and the update puts files below it"),
                "put the folder itself in the place of the link",
            )
        })
        .collect()
}
