//! `raylift status`.

use raylift_run::engine::Status;

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::workplace::Workplace;
use crate::{render, wiring};

/// Shows where the current run is.
pub(crate) fn run(site: &SiteArgument, printer: &Printer) -> Result<Exit, Problem> {
    let workplace = Workplace::of(site);
    let Some(summary) = workplace.current()? else {
        wiring::require_home(site)?;
        printer.json(&serde_json::json!({ "run": null }))?;
        printer.text("no run took place at this site\n");
        return Ok(Exit::Done);
    };
    let mut status = match &summary.story {
        Ok(story) => Some(Status::of(&workplace.plan(&summary.run)?, &story.state)),
        Err(_) => None,
    };
    if let Some(status) = &mut status {
        render::still_there(&mut status.kept);
    }
    printer.json(&render::run_json(&summary, status.as_ref()))?;
    printer.text(&render::status(&summary, status.as_ref()));
    Ok(Exit::Done)
}
