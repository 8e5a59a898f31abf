//! `raylift history`.

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::render;
use crate::settings::SiteArgument;
use crate::workplace::Workplace;

/// Lists every run of the site.
pub(crate) fn run(site: &SiteArgument, printer: &Printer) -> Result<Exit, Problem> {
    let runs = Workplace::of(site).runs()?;
    let list: Vec<_> = runs
        .iter()
        .map(|summary| render::run_json(summary, None))
        .collect();
    printer.json(&list)?;
    printer.text(&render::history(&runs));
    Ok(Exit::Done)
}
