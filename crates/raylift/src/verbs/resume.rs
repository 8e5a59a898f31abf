//! `raylift resume`.

use raylift_model::codes;

use crate::arguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::wiring::Work;
use crate::workplace::{Workplace, no_run_at_all};

/// Goes on with the run that is not over.
pub(crate) fn run(
    site: &SiteArgument,
    arguments: &arguments::Resume,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let workplace = Workplace::of(site);
    workplace.refuse_while_at_work()?;
    let open = workplace.current()?.filter(|summary| !summary.is_over());
    let Some(summary) = open else {
        if arguments.boot {
            return Ok(Exit::Done);
        }
        return Err(match workplace.current()? {
            None => no_run_at_all(),
            Some(last) => Problem::refused(
                codes::NO_RUN,
                format!("there is no run to resume: run {} is over", last.run),
                "raylift history lists the runs of this site.",
            ),
        });
    };
    let _lock = workplace.lock()?;
    Work::open(site, &workplace, &summary.run, printer)?.carry_out(|engine| engine.resume())
}
