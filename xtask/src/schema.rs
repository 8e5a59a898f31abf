//! Writes the published JSON schema of plans. A test of `raylift-plan` fails while it differs from the types.

use anyhow::Context as _;
use raylift_model::plan;

use crate::command;

/// Where the schema is published, in the workspace.
const PLACE: &str = "docs/schema/plan.schema.json";

/// Writes the schema.
pub(crate) fn run() -> anyhow::Result<()> {
    let file = command::workspace().join(PLACE);
    let text = serde_json::to_string_pretty(&plan::schema())?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    std::fs::write(&file, format!("{text}\n"))
        .with_context(|| format!("cannot write {}", file.display()))?;
    println!("{PLACE} is written");
    Ok(())
}
