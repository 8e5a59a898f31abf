//! What happens to the files.

use raylift_model::plan::{Decision, FileDecision, Plan};
use serde::Serialize;

/// Numbers and lists of the plan's decisions about files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileSummary {
    /// Files of the release that take the place of the site's.
    pub replaced: usize,
    /// Files that are new in the release.
    pub new: usize,
    /// Files that stay where they are, outside every exchanged path.
    pub kept: usize,
    /// The site's files that are carried into the new tree.
    pub carried: Vec<FileNote>,
    /// Files that go away with the old tree.
    pub dropped: Vec<FileNote>,
    /// Files that raylift writes. Their content is not a part of the report.
    pub written: Vec<FileNote>,
    /// Files of which some bytes change, with the difference.
    pub edited: Vec<EditNote>,
    /// The paths that are exchanged at the switch, in order, relative to the home.
    pub exchanged: Vec<String>,
}

/// One file and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileNote {
    /// Path in the home.
    pub path: String,
    /// Why, a short phrase.
    pub reason: String,
}

/// One edited file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditNote {
    /// Path in the home.
    pub path: String,
    /// Why, a short phrase.
    pub reason: String,
    /// False when the site had no file there.
    pub replaces: bool,
    /// The difference to the site's file in unified form, secrets left out.
    pub difference: String,
}

impl FileSummary {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut summary = Self {
            exchanged: plan
                .exchanges
                .iter()
                .map(|exchange| exchange.root.to_string())
                .collect(),
            ..Self::default()
        };
        for file in &plan.files {
            match &file.decision {
                Decision::Release { replaces: true, .. } => summary.replaced += 1,
                Decision::Release { .. } => summary.new += 1,
                Decision::Keep => summary.kept += 1,
                Decision::Carry { .. } | Decision::Move { .. } => summary.carried.push(note(file)),
                Decision::Drop => summary.dropped.push(note(file)),
                Decision::Write { .. } => summary.written.push(note(file)),
                Decision::Edit(edit) => summary.edited.push(EditNote {
                    path: file.path.to_string(),
                    reason: file.reason.clone(),
                    replaces: edit.replaces,
                    difference: edit.difference.clone(),
                }),
            }
        }
        summary
    }
}

fn note(file: &FileDecision) -> FileNote {
    FileNote {
        path: file.path.to_string(),
        reason: file.reason.clone(),
    }
}
