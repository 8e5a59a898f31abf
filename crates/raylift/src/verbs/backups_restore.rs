//! `raylift backups restore`.

use std::path::Path;

use raylift_host::backup::DATABASE_PART;
use raylift_host::dump::format_of;
use raylift_model::codes;
use serde_json::json;

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::{Problem, causes};
use crate::render::{self, Dump};
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
    let repository = Vault::of(site).open()?;
    let backup = repository.one(id).map_err(|error| vault::problem(&error))?;
    let is_vacant = is_vacant(&to);
    let mut shown = render::Line::new(printer.is_json());
    let back = repository.restore(&backup.id, part, &to, &mut |line| shown.progress(&line));
    drop(shown);
    let back = back.map_err(|error| {
        let problem = vault::problem(&error);
        if is_vacant && to.exists() {
            problem.safe(format!(
                "The site and all backups are as they were. {} is incomplete: remove it before the next try.",
                to.display()
            ))
        } else {
            problem
        }
    })?;
    let dump = dump_in(site, &to, part)?;
    let note = match part {
        None => vault::lacks_database(&repository, &backup)?,
        Some(_) => None,
    };
    printer.json(&json!({
        "backup": backup.id,
        "folder": to,
        "files": back.files,
        "bytes": back.bytes,
        "database": dump,
    }))?;
    printer.text(&format!(
        "{} files, {} are in {}.\n",
        back.files,
        render::bytes(back.bytes),
        to.display()
    ));
    if let Some(dump) = dump {
        printer.text(&dump.text());
    }
    if let Some(note) = note {
        printer.text(&format!("{note}\n"));
    }
    Ok(Exit::Done)
}

/// Whether what lies there afterwards was brought back: there is nothing, or an empty folder.
fn is_vacant(folder: &Path) -> bool {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// The database among what was brought back, and how it is loaded.
fn dump_in(site: &SiteArgument, to: &Path, part: Option<&str>) -> Result<Option<Dump>, Problem> {
    let folder = match part {
        None => to.join(DATABASE_PART),
        Some(DATABASE_PART) => to.to_owned(),
        Some(_) => return Ok(None),
    };
    if !folder.is_dir() {
        return Ok(None);
    }
    let format = format_of(&folder).map_err(|error| {
        Problem::refused(
            error.code,
            error.to_string(),
            "Look at what was brought back.",
        )
        .safe("The backup is back; how its database is loaded could not be looked at.")
        .because(causes(&error))
        .ending(Exit::Failed)
    })?;
    let restore_command = site.settings.database.restore_command.as_deref();
    Ok(Some(Dump::new(
        &folder,
        format,
        restore_command,
        Path::exists,
    )))
}
