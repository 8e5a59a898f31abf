//! `raylift backups list`.

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::render;
use crate::settings::SiteArgument;
use crate::vault::{self, Vault};

/// Lists the backups, oldest first; with `all`, and for programs, everything in the repository.
pub(crate) fn run(site: &SiteArgument, all: bool, printer: &Printer) -> Result<Exit, Problem> {
    let list = Vault::of(site)
        .open()?
        .list()
        .map_err(|error| vault::problem(&error))?;
    printer.json(&list)?;
    printer.text(&render::backups(&list, all));
    Ok(Exit::Done)
}
