//! `raylift report`.

use raylift_model::codes;
use raylift_model::names::RunId;

use crate::arguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::wiring;
use crate::workplace::{Workplace, no_run_at_all};

/// Writes the report of a run.
pub(crate) fn run(
    site: &SiteArgument,
    arguments: &arguments::Report,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let workplace = Workplace::of(site);
    let run = match &arguments.run {
        Some(name) => RunId::new(name.clone()),
        None => workplace
            .runs()?
            .pop()
            .map(|summary| summary.run)
            .ok_or_else(no_run_at_all)?,
    };
    if !workplace.run_folder(&run).is_dir() {
        return Err(match workplace.runs()?.is_empty() {
            true => no_run_at_all(),
            false => Problem::refused(
                codes::NO_RUN,
                format!("there is no run {run}"),
                "raylift history lists the runs of this site.",
            ),
        });
    }
    let report = wiring::report(&workplace, &run)?;
    let out = arguments
        .out
        .clone()
        .unwrap_or_else(|| workplace.run_folder(&run).join("report.html"));
    wiring::write_report(&report, &out)?;
    printer.json(&report)?;
    printer.text(&format!("{}\n", out.display()));
    Ok(Exit::Done)
}
