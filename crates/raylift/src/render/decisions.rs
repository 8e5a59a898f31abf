//! What `raylift plan` shows of files.

use raylift_model::plan::{Decision, FileDecision, Plan};

use crate::printer::{paint, strong};
use crate::render::table::{columns, count};

/// From so many files on that go out of one folder for one reason the folder is named in their place.
const MANY: usize = 4;

/// How many files meet which fate, what is exchanged, and each file that is not simply the release's; `all` names every
/// file.
pub(crate) fn files(plan: &Plan, all: bool) -> String {
    let mut text = format!("\n{}\n  ", paint("Files", strong()));
    let counts: Vec<String> = [
        "replaced", "new", "carried", "moved", "edited", "written", "dropped",
    ]
    .into_iter()
    .map(|name| {
        (
            name,
            plan.files
                .iter()
                .filter(|file| kind(&file.decision) == name)
                .count(),
        )
    })
    .filter(|(_, number)| *number > 0)
    .map(|(name, number)| format!("{number} {name}"))
    .collect();
    text.push_str(&counts.join(", "));
    let roots: Vec<&str> = plan
        .exchanges
        .iter()
        .map(|exchange| exchange.root.as_str())
        .collect();
    text.push_str(&format!(
        "\n  exchanged at the switch: {}\n",
        roots.join(", ")
    ));
    let shown: Vec<&FileDecision> = plan
        .files
        .iter()
        .filter(|file| all || !matches!(file.decision, Decision::Release { .. }))
        .collect();
    text.push_str(&columns(None, &rows(&shown, all)));
    text
}

/// A row for each file; one for all files of a folder that go away for the same reason, where they are many.
fn rows(files: &[&FileDecision], all: bool) -> Vec<Vec<String>> {
    let row = |file: &FileDecision, name: String| {
        vec![kind(&file.decision).to_owned(), name, file.reason.clone()]
    };
    files
        .chunk_by(|one, two| !all && is_alike(one, two))
        .flat_map(|alike| match alike {
            [first, ..] if alike.len() >= MANY => {
                let (folder, files) = (first.path.parent(), count(alike.len(), "file"));
                vec![row(
                    first,
                    format!("{folder}/ ({files}, --files names them)"),
                )]
            }
            few => few
                .iter()
                .map(|file| row(file, file.path.to_string()))
                .collect(),
        })
        .collect()
}

fn kind(decision: &Decision) -> &'static str {
    match decision {
        Decision::Release { replaces: true, .. } => "replaced",
        Decision::Release {
            replaces: false, ..
        } => "new",
        Decision::Carry { .. } => "carried",
        Decision::Move { .. } => "moved",
        Decision::Write { .. } => "written",
        Decision::Edit(_) => "edited",
        Decision::Drop => "dropped",
        Decision::Keep => "kept",
    }
}

fn is_alike(one: &FileDecision, two: &FileDecision) -> bool {
    one.decision == Decision::Drop
        && two.decision == Decision::Drop
        && one.reason == two.reason
        && one.path.parent() == two.path.parent()
}
