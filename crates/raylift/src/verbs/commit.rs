//! `raylift commit`.

use raylift_model::codes;

use crate::arguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::wiring::Work;
use crate::workplace::Workplace;

/// Makes the update final.
pub(crate) fn run(
    site: &SiteArgument,
    arguments: &arguments::Commit,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let workplace = Workplace::of(site);
    workplace.refuse_while_at_work()?;
    let Some(summary) = workplace.current()? else {
        return Err(Problem::refused(
            codes::NOTHING_TO_COMMIT,
            "there is no update to commit",
            "raylift plan RELEASE says what an update would do.",
        ));
    };
    let _lock = workplace.lock()?;
    let keep = arguments.keep_return_point;
    Work::open(site, &workplace, &summary.run, printer)?.carry_out(|engine| engine.commit(keep))
}
