//! `raylift backups list`.

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::render;
use crate::settings::SiteArgument;
use crate::vault::{self, Vault};

/// Lists everything in the repository, oldest first.
pub(crate) fn run(site: &SiteArgument, printer: &Printer) -> Result<Exit, Problem> {
    let list = Vault::of(site)
        .open()?
        .list()
        .map_err(|error| vault::problem(&error))?;
    printer.json(&list)?;
    printer.text(&render::backups(&list));
    Ok(Exit::Done)
}
