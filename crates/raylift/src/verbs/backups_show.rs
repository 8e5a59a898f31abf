//! `raylift backups show`.

use serde_json::json;

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::render;
use crate::settings::SiteArgument;
use crate::vault::{self, Vault};

/// Shows the parts of one backup; with `files` every entry.
pub(crate) fn run(
    site: &SiteArgument,
    id: &str,
    files: bool,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let repository = Vault::of(site).open()?;
    let (backup, parts) = repository
        .show(id)
        .map_err(|error| vault::problem(&error))?;
    let entries = files
        .then(|| repository.entries(&backup.id))
        .transpose()
        .map_err(|error| vault::problem(&error))?;
    let note = vault::lacks_database(&repository, &backup)?;
    let mut value = json!({ "backup": backup, "parts": parts });
    if let (Some(entries), Some(object)) = (&entries, value.as_object_mut()) {
        object.insert("entries".to_owned(), json!(entries));
    }
    printer.json(&value)?;
    printer.text(&render::backup(
        &backup,
        &parts,
        entries.as_deref(),
        note.as_deref(),
    ));
    Ok(Exit::Done)
}
