//! `raylift backups check`.

use raylift_backup::repository::{Checked, ReadBack};
use raylift_model::codes;

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::render;
use crate::settings::SiteArgument;
use crate::vault::{self, Vault};

/// Checks the repository; what is wrong with it is the answer, and the exit code says that there is something.
pub(crate) fn run(
    site: &SiteArgument,
    read_data: bool,
    sample: Option<f64>,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let how = match (read_data, sample) {
        (true, _) => ReadBack::Everything,
        (false, Some(percent)) => ReadBack::Sample(percent),
        (false, None) => ReadBack::Nothing,
    };
    let vault = Vault::of(site);
    let checked = vault
        .open()?
        .check(how)
        .map_err(|error| vault::problem(&error))?;
    if printer.is_json() {
        printer.json(&checked)?;
        return Ok(if checked.is_good() {
            Exit::Done
        } else {
            Exit::Failed
        });
    }
    printer.text(&render::checked(&checked));
    if checked.is_good() {
        return Ok(Exit::Done);
    }
    Err(Problem::refused(
        codes::REPOSITORY_DAMAGED,
        format!(
            "the backup repository in {} is damaged",
            vault.place.repository.display()
        ),
        next(&checked),
    )
    .safe("What is not named above can be brought back.")
    .ending(Exit::Failed))
}

/// What is spoilt is used for new backups as long as it lies there.
fn next(checked: &Checked) -> String {
    let away = if checked.spoilt.is_empty() {
        String::new()
    } else {
        format!("move {} out of the repository; ", checked.spoilt.join(", "))
    };
    format!(
        "Look after the disk; {away}then raylift backup stores again what the site still has. raylift backups forget ID gives up a backup that stays damaged."
    )
}
