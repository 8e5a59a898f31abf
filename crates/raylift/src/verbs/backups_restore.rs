//! `raylift backups restore`.

use std::path::Path;

use raylift_model::codes;
use serde_json::json;

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::render;
use crate::settings::SiteArgument;
use crate::vault::{self, Vault};

/// Brings a backup back beside the site. To put it in the site's place is for a person, with the server down.
pub(crate) fn run(
    site: &SiteArgument,
    id: &str,
    to: &Path,
    part: Option<&str>,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let to = std::path::absolute(to).map_err(|error| Problem::file("resolve", to, &error))?;
    if !to.parent().is_some_and(Path::is_dir) {
        return Err(Problem::refused(
            codes::USAGE,
            format!("{} lies in no folder that is there", to.display()),
            "Make the folder first.",
        )
        .ending(Exit::Usage));
    }
    let mut shown = render::Line::new(printer.is_json());
    let repository = Vault::of(site).open()?;
    let back = repository
        .restore(id, part, &to, &mut |line| shown.progress(&line))
        .map_err(|error| vault::problem(&error))?;
    drop(shown);
    printer.json(&json!({ "folder": to, "files": back.files, "bytes": back.bytes }))?;
    printer.text(&format!(
        "{} files, {} are in {}.\n",
        back.files,
        render::bytes(back.bytes),
        to.display()
    ));
    Ok(Exit::Done)
}
