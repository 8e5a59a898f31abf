//! `raylift drill`.

use raylift_host::site::drill;
use raylift_model::codes;
use raylift_model::finding::Finding;
use raylift_run::host::HostError;

use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::{Problem, causes};
use crate::render::Line;
use crate::settings::SiteArgument;
use crate::vault::Vault;
use crate::workplace::Workplace;
use crate::{interrupt, render, wiring};

/// Takes a restore point, restores it to a scratch place, compares, removes it. The site serves all the while.
pub(crate) fn run(site: &SiteArgument, printer: &Printer) -> Result<Exit, Problem> {
    let workplace = Workplace::of(site);
    workplace.refuse_while_at_work()?;
    let facts = wiring::survey_data(site)?;
    let (planned, against) = wiring::site_alone(site, &facts)?;
    if let Some(problem) = refused(&against) {
        return Err(problem);
    }
    if planned.store.is_some() {
        Vault::of(site).look(false)?;
    }
    let _lock = workplace.lock()?;
    let stop = interrupt::stop()?;
    let mut line = Line::new(printer.is_json());
    line.begin("proving that database and documents can be restored".to_owned());
    let result = drill(&planned, &site.settings, &stop, &mut |text| {
        line.progress(&text);
    });
    line.finish();
    workplace.hand_over(&planned.owner)?;
    let record = result.map_err(failed)?;
    printer.json(&record)?;
    printer.text(&render::drill(&record));
    Ok(Exit::Done)
}

fn refused(against: &[Finding]) -> Option<Problem> {
    let first = against.first()?;
    let lines = against.iter().map(|finding| {
        format!(
            "{} {}: {} ({})",
            finding.code, finding.subject, finding.message, finding.remedy
        )
    });
    Some(
        Problem::refused(
            first.code.as_str(),
            "no restore point of this site can be taken",
            "Resolve this and try again.",
        )
        .because(lines),
    )
}

fn failed(error: HostError) -> Problem {
    if error.code == codes::INTERRUPTED {
        return interrupt::stopped("drill", error.evidence);
    }
    let because = causes(&error);
    Problem::refused(
        error.code,
        format!("the restore point is not proven: {error}"),
        "Mend what the evidence names; until then an update would not start.",
    )
    .safe("The site was not touched; the scratch copy is removed, unless the evidence names it.")
    .because(error.evidence)
    .because(because)
    .ending(Exit::Failed)
}
