//! `raylift inspect`.

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::{render, wiring};

/// Looks at the site and shows what it saw.
pub(crate) fn run(site: &SiteArgument, printer: &Printer) -> Result<Exit, Problem> {
    let mut facts = wiring::survey_site(site)?;
    facts.findings.extend(raylift_plan::drift(&facts));
    facts.findings.sort();
    printer.json(&facts)?;
    printer.text(&render::inspect(&facts));
    Ok(Exit::Done)
}
