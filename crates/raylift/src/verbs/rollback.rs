//! `raylift rollback`.

use raylift_model::codes;
use raylift_model::facts::DatabaseKind;
use raylift_model::plan::{Phase, Plan, ReturnMeans, ReturnMode};
use raylift_run::engine::{Engine, Loss};
use raylift_run::host::NewDocument;

use crate::arguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::wiring::{self, Work};
use crate::workplace::Workplace;

/// Goes back, after saying what would be discarded.
pub(crate) fn run(
    site: &SiteArgument,
    arguments: &arguments::Rollback,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let workplace = Workplace::of(site);
    workplace.refuse_while_at_work()?;
    let Some(summary) = workplace.current()? else {
        return Err(nothing("no run took place at this site"));
    };
    if summary.phase() == Some(Phase::RolledBack) {
        return Err(nothing(&format!(
            "run {} is rolled back already",
            summary.run
        )));
    }
    let _lock = workplace.lock()?;
    let work = Work::open(site, &workplace, &summary.run, printer)?;
    let mode = if arguments.restore {
        ReturnMode::ReturnPoint
    } else {
        work.plan().way_back.preferred
    };
    if arguments.restored {
        return work.carry_out(|engine| engine.rollback_restored());
    }
    let discard = arguments.discard_writes;
    work.carry_out_checked(|engine| {
        if mode == ReturnMode::ReturnPoint && !discard {
            refuse_to_lose(engine, work.plan())?;
        }
        engine
            .rollback(mode, "on command")
            .map_err(|error| wiring::stopped(&error))
    })
}

fn nothing(message: &str) -> Problem {
    Problem::refused(
        codes::NOTHING_TO_ROLL_BACK,
        message,
        "raylift history lists the runs of this site.",
    )
}

/// Says how old the return point is and what changed since; without `--discard-writes` that ends the command.
fn refuse_to_lose(engine: &Engine<'_>, plan: &Plan) -> Result<(), Problem> {
    let status = engine.status();
    // A way back to the return point that was begun was agreed to when it began.
    if status.state.mode == Some(ReturnMode::ReturnPoint) {
        return Ok(());
    }
    match engine.loss() {
        Ok(None) => Ok(()),
        Ok(Some(loss)) => Err(Problem::refused(
            codes::WRITES_WOULD_BE_LOST,
            format!(
                "going back takes away what was written since the return point of {}",
                loss.taken
            ),
            format!(
                "Add --discard-writes to go back all the same; {}.",
                newer_data(plan)
            ),
        )
        .safe(format!(
            "This command changed nothing: {}.",
            status.safe.trim_end_matches('.')
        ))
        .because(lines(&loss))),
        Err(error) => Err(Problem::refused(
            error.code,
            format!("what would be discarded is not known: {error}"),
            "Add --discard-writes to go back without knowing it.",
        )),
    }
}

/// What becomes of what was written since the return point.
fn newer_data(plan: &Plan) -> &'static str {
    let by_command = matches!(plan.return_means(), Some(ReturnMeans::Command { .. }));
    if by_command || plan.site.database_commands.is_some() {
        return "the command that brings the data back replaces the newer data, and raylift keeps no copy of it: take one first if you may need it";
    }
    match plan.site.database.kind {
        DatabaseKind::HsqldbFile => {
            "the newer data is set aside, the way back says where, and nobody removes it but you"
        }
        _ => {
            "the newer database stays on its server under another name and the newer documents are set aside; the way back says where, and nobody removes them but you"
        }
    }
}

fn lines(loss: &Loss) -> Vec<String> {
    let mut lines: Vec<String> = loss
        .tables
        .iter()
        .map(|table| {
            format!(
                "{}: {} rows then, {} now",
                table.name, table.before, table.now
            )
        })
        .collect();
    if lines.is_empty() {
        lines.push("no table has another number of rows; changed rows are not counted".to_owned());
    }
    lines.extend(loss.writes.iter().map(|write| {
        let user = if write.user.is_empty() {
            "nobody who is named"
        } else {
            &write.user
        };
        format!(
            "{}: {} rows written by {user}, the last at {} GMT",
            write.table, write.rows, write.last
        )
    }));
    match &loss.documents {
        Some(documents) => lines.extend(new_documents(documents)),
        None => lines.push("the titles of new documents cannot be read".to_owned()),
    }
    lines.extend(
        loss.requests
            .map(|requests| format!("{requests} requests were answered since the start")),
    );
    lines
}

/// Titles of new documents that are shown.
const SHOWN: usize = 10;

fn new_documents(documents: &[NewDocument]) -> Vec<String> {
    let mut lines: Vec<String> = documents
        .iter()
        .take(SHOWN)
        .map(|document| {
            let NewDocument {
                title,
                user,
                created,
            } = document;
            format!("new document \"{title}\" by {user}, {created} GMT")
        })
        .collect();
    if documents.len() > SHOWN {
        lines.push(format!(
            "and {} more new documents",
            documents.len() - SHOWN
        ));
    }
    lines
}
