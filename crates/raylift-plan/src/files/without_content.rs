//! Entries of the site that hold nothing that could be copied: pipes, sockets, devices.

use std::collections::BTreeMap;

use raylift_model::codes;
use raylift_model::facts::{FileFact, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, FileDecision};

/// These entries, and all others by path.
pub(crate) fn apart(site: &SiteFacts) -> (Vec<&FileFact>, BTreeMap<&RelativePath, &FileFact>) {
    let (specials, others): (Vec<&FileFact>, Vec<&FileFact>) = site
        .files
        .iter()
        .partition(|file| file.kind.without_content().is_some());
    let others = others.into_iter().map(|file| (&file.path, file));
    (specials, others.collect())
}

/// It goes away with the old tree.
pub(crate) fn decision(file: &FileFact) -> FileDecision {
    FileDecision {
        path: file.path.clone(),
        decision: Decision::Drop,
        reason: format!("is {}, which holds nothing to carry", word(file)),
    }
}

pub(crate) fn finding(file: &FileFact) -> Finding {
    Finding::new(
        Severity::Warning,
        codes::WITHOUT_CONTENT,
        file.path.to_string(),
        format!(
            "is {}: it holds nothing that could be copied, so the new tree does not get it; it stays in the old one, which is kept until commit",
            word(file)
        ),
        "find out which program made it, and move it out of this folder; what a program makes at its start it makes again after the update",
    )
}

fn word(file: &FileFact) -> &'static str {
    file.kind.without_content().unwrap_or("no file")
}
