//! `raylift history`.

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::workplace::Workplace;
use crate::{render, wiring};

/// Lists every run of the site.
pub(crate) fn run(site: &SiteArgument, printer: &Printer) -> Result<Exit, Problem> {
    let runs = Workplace::of(site).runs()?;
    if runs.is_empty() {
        wiring::require_home(site)?;
    }
    let list: Vec<_> = runs
        .iter()
        .map(|summary| render::run_json(summary, None))
        .collect();
    printer.json(&list)?;
    printer.text(&render::history(&runs));
    Ok(Exit::Done)
}
