//! `raylift rollback`.

use raylift_model::codes;
use raylift_model::facts::DatabaseKind;
use raylift_model::plan::{Phase, Plan, ReturnMeans, ReturnMode};
use raylift_run::engine::{Engine, Loss, Written};
use raylift_run::host::NewDocument;

use crate::arguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::wiring::{self, Work};
use crate::workplace::{Workplace, no_run_at_all};

/// Goes back, after saying what would be discarded.
pub(crate) fn run(
    site: &SiteArgument,
    arguments: &arguments::Rollback,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let workplace = Workplace::of(site);
    workplace.refuse_while_at_work()?;
    let Some(summary) = workplace.current()? else {
        return Err(Problem {
            code: codes::NOTHING_TO_ROLL_BACK.to_owned(),
            ..no_run_at_all()
        });
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
    let mut lines = vec![match &loss.healthy {
        Some(healthy) => {
            format!("since the new site was healthy, {healthy}, by users and the portal's own jobs:")
        }
        None => {
            "by the upgrade itself or by users (nobody noted what the site held when it was healthy):"
                .to_owned()
        }
    }];
    lines.extend(written(&loss.since, "now", usize::MAX));
    lines.push(match (loss.requests, &loss.healthy) {
        (None, _) => "  how many requests were answered is not known".to_owned(),
        (Some(requests), Some(_)) => format!("  {requests} requests were answered"),
        (Some(requests), None) => {
            format!("  {requests} requests were answered since the start, raylift's own among them")
        }
    });
    if loss.healthy.is_some() && !loss.before.is_empty() {
        lines.push(
            "before that, by the upgrade steps and the first start, or by users who came before the health check was over:"
                .to_owned(),
        );
        lines.extend(written(&loss.before, "by then", SHOWN));
    }
    match &loss.documents {
        Some(documents) => lines.extend(new_documents(documents)),
        None => lines.push("the titles of new documents cannot be read".to_owned()),
    }
    lines
}

/// A line for each table and user, `most` at most; `end` is when the time is over.
fn written(written: &Written, end: &str, most: usize) -> Vec<String> {
    let tables = written.tables.iter().map(|table| {
        format!(
            "  {}: {} rows then, {} {end}",
            table.name, table.before, table.now
        )
    });
    let rows = written.rows.iter().map(|write| {
        let user = match write.user.as_str() {
            "" => "nobody who is named",
            user => user,
        };
        let last = match write.last.as_str() {
            "" => String::new(),
            last => format!(", the last at {last} GMT"),
        };
        format!(
            "  {}: {} rows written by {user}{last}",
            write.table, write.rows
        )
    });
    let mut lines: Vec<String> = tables.collect();
    if lines.is_empty() {
        lines
            .push("  no table has another number of rows; changed rows are not counted".to_owned());
    }
    lines.extend(rows);
    if lines.len() > most {
        let more = lines.len() - most;
        lines.truncate(most);
        lines.push(format!("  and {more} more lines like these"));
    }
    lines
}

/// Titles of new documents that are shown.
const SHOWN: usize = 10;

fn new_documents(documents: &[NewDocument]) -> Vec<String> {
    let mut lines: Vec<String> = documents
        .iter()
        .take(SHOWN)
        .map(|document| format!("new document {document}"))
        .collect();
    if documents.len() > SHOWN {
        lines.push(format!(
            "and {} more new documents",
            documents.len() - SHOWN
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use raylift_run::engine::TableChange;
    use raylift_run::host::Write;

    use super::*;

    fn rows(name: &str) -> Written {
        Written {
            tables: vec![TableChange {
                name: name.to_owned(),
                before: 1,
                now: 2,
            }],
            rows: Vec::new(),
        }
    }

    /// Who decides must see what users lose, and not what the upgrade did.
    #[test]
    fn what_users_wrote_comes_first_and_apart_from_the_upgrades_own() {
        let mut loss = Loss {
            taken: "2026-11-27T06:00:00.000Z".to_owned(),
            healthy: Some("2026-11-27T06:10:00.000Z".to_owned()),
            since: rows("BlogsEntry"),
            before: rows("Release_"),
            documents: Some(Vec::new()),
            requests: Some(3),
        };
        let apart = lines(&loss).join("\n");
        let at = |text: &str| apart.find(text).unwrap();
        assert!(at("06:10") < at("BlogsEntry") && at("BlogsEntry") < at("upgrade steps"));
        assert!(at("upgrade steps") < at("Release_"), "{apart}");
        loss.healthy = None;
        loss.before = Written::default();
        let mixed = lines(&loss).join("\n");
        assert!(
            mixed.contains("by the upgrade itself or by users"),
            "{mixed}"
        );
        assert!(mixed.contains("raylift's own among them"), "{mixed}");
        loss.requests = None;
        let unknown = lines(&loss).join("\n");
        assert!(
            unknown.contains("requests were answered is not known"),
            "{unknown}"
        );
    }

    /// A list that is cut without a word is taken for the whole.
    #[test]
    fn what_is_cut_says_how_much_more_there_is() {
        let many = 2 * SHOWN;
        let document = NewDocument {
            title: "a".to_owned(),
            user: "joe".to_owned(),
            created: String::new(),
        };
        let mut before = rows("Release_");
        let write = Write {
            table: "Layout".to_owned(),
            user: "joe".to_owned(),
            rows: 1,
            last: String::new(),
        };
        before.rows = vec![write; many];
        let mut loss = Loss {
            taken: String::new(),
            healthy: Some(String::new()),
            since: before.clone(),
            before,
            documents: Some(vec![document; SHOWN + 3]),
            requests: None,
        };
        let said = lines(&loss).join("\n");
        assert!(said.contains("and 11 more lines like these"), "{said}");
        assert!(said.contains("and 3 more new documents"), "{said}");
        let writes = said.matches("Layout: ").count();
        assert_eq!(
            writes,
            many + SHOWN - 1,
            "those of users are all there: {said}"
        );
        loss.before.rows.truncate(SHOWN - 1);
        assert!(!lines(&loss).join("\n").contains("more lines"));
    }
}
