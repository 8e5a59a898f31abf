//! House rules that no other tool checks.

use std::path::Path;

use anyhow::bail;
use raylift_model::codes;
use walkdir::WalkDir;

use crate::command::workspace;

/// Lines a source file may have before it has to be taken apart.
const LIMIT: usize = 600;
/// Texts that must not be in the repository.
const UNWANTED: [&str; 3] = ["TODO", "FIXME", "unimplemented!("];

/// Every broken rule in one error.
pub(crate) fn run() -> anyhow::Result<()> {
    let root = workspace();
    let mut broken = Vec::new();
    for entry in WalkDir::new(&root).into_iter().filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        name != "target" && name != ".git"
    }) {
        let entry = entry?;
        let is_source = entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "java");
        if entry.file_type().is_file() && is_source && !entry.path().ends_with("xtask/src/tidy.rs")
        {
            source(&root, entry.path(), &mut broken)?;
        }
    }
    pages(&root, &mut broken);
    if broken.is_empty() {
        return Ok(());
    }
    bail!("house rules:\n  {}", broken.join("\n  "));
}

fn source(root: &Path, path: &Path, broken: &mut Vec<String>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let name = path.strip_prefix(root).unwrap_or(path).display();
    let lines = text.lines().count();
    if lines > LIMIT {
        broken.push(format!("{name} has {lines} lines; {LIMIT} are the limit"));
    }
    for unwanted in UNWANTED {
        if text.contains(unwanted) {
            broken.push(format!("{name} says {unwanted}"));
        }
    }
    Ok(())
}

/// `docs/errors` has a page for each code, with its title, and no page for anything else.
fn pages(root: &Path, broken: &mut Vec<String>) {
    let folder = root.join("docs/errors");
    for (code, title) in codes::ALL {
        match std::fs::read_to_string(folder.join(format!("{code}.md"))) {
            Ok(text) if text.starts_with(&format!("# {code}: {title}\n")) => {}
            Ok(_) => broken.push(format!(
                "docs/errors/{code}.md does not begin with \"# {code}: {title}\""
            )),
            Err(_) => broken.push(format!("docs/errors/{code}.md is missing")),
        }
    }
    for entry in WalkDir::new(&folder).min_depth(1).into_iter().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !codes::ALL
            .iter()
            .any(|(code, _)| name == format!("{code}.md"))
            && name != "README.md"
        {
            broken.push(format!("docs/errors/{name} belongs to no code"));
        }
    }
}
