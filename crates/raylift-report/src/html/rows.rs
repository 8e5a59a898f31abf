//! What stands in one row of the picture: an action, or neighbours of one kind together.

use raylift_model::event::Direction;
use raylift_model::plan::Phase;

use super::format;
use crate::report::{ActionResult, ActionSpan, Report};

/// Rows that belong together.
#[derive(Debug, Clone)]
pub(crate) struct Group<'a> {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row<'a>>,
}

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    pub(crate) title: String,
    pub(crate) spans: Vec<&'a ActionSpan>,
}

impl Row<'_> {
    /// The result of the worst of its spans.
    pub(crate) fn result(&self) -> ActionResult {
        let rank = |result: ActionResult| match result {
            ActionResult::Finished => 0,
            ActionResult::Unfinished => 1,
            ActionResult::GivenUp => 2,
            ActionResult::Failed => 3,
        };
        let results = self.spans.iter().map(|span| span.result);
        results
            .max_by_key(|result| rank(*result))
            .unwrap_or(ActionResult::Finished)
    }

    /// Milliseconds of all its spans.
    pub(crate) fn milliseconds(&self) -> u64 {
        self.spans.iter().map(|span| span.milliseconds).sum()
    }
}

/// Neighbours of one name become one row from this number on.
const TOGETHER: usize = 3;
/// The actions whose undo does nothing, by the definition of the plan's actions.
const WITHOUT_UNDO: [&str; 6] = [
    "verify-release",
    "check-binding",
    "check-binding-stopped",
    "check-sessions",
    "upgrade-data",
    "check-health",
];
/// Undoing what has no undo is shown only when it takes longer than this part of the work, in thousandths.
const WORTH_SHOWING: u64 = 10;

/// All rows, in order of time.
pub(crate) fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut spans = report
        .actions
        .iter()
        .filter(|span| !is_idle_undo(report, span))
        .peekable();
    while let Some(span) = spans.next() {
        let mut together = vec![span];
        while let Some(next) = spans.next_if(|next| belongs(&together, next)) {
            together.push(next);
        }
        let title = group_title(span);
        let rows = rows(together);
        match groups.last_mut() {
            Some(last) if last.title == title => last.rows.extend(rows),
            _ => groups.push(Group { title, rows }),
        }
    }
    groups
}

/// Only what went well is drawn together: a failure has a row of its own.
fn belongs(together: &[&ActionSpan], next: &ActionSpan) -> bool {
    together.last().is_some_and(|last| {
        last.name == next.name
            && last.direction == next.direction
            && last.result == ActionResult::Finished
            && next.result == ActionResult::Finished
            && last.index != next.index
    })
}

fn rows(spans: Vec<&ActionSpan>) -> Vec<Row<'_>> {
    match spans.first() {
        Some(first) if spans.len() >= TOGETHER => vec![Row {
            title: together_title(first, spans.len()),
            spans,
        }],
        _ => spans
            .into_iter()
            .map(|span| Row {
                title: if span.attempt > 1 {
                    format!("{}, attempt {}", span.title, span.attempt)
                } else {
                    span.title.clone()
                },
                spans: vec![span],
            })
            .collect(),
    }
}

fn together_title(first: &ActionSpan, number: usize) -> String {
    match (first.name.as_str(), first.direction) {
        ("exchange", Direction::Forward) => format!("Exchange {}", format::count(number, "path")),
        ("exchange", Direction::Back) => format!("Exchange back {}", format::count(number, "path")),
        _ => format!("{number} \u{d7} {}", first.title),
    }
}

fn is_idle_undo(report: &Report, span: &ActionSpan) -> bool {
    span.direction == Direction::Back
        && span.result == ActionResult::Finished
        && WITHOUT_UNDO.contains(&span.name.as_str())
        && span.milliseconds.saturating_mul(1000)
            <= report.working_milliseconds().saturating_mul(WORTH_SHOWING)
}

fn group_title(span: &ActionSpan) -> &'static str {
    if span.direction == Direction::Back {
        return "Way back";
    }
    match span.phase {
        Phase::Planned => "Begin",
        Phase::Prepared => "Prepare, while the site serves",
        Phase::Quiesced => "Stop",
        Phase::Switched => "Switch",
        Phase::Migrated => "Migrate",
        Phase::Healthy => "Start",
        Phase::BurningIn => "Open",
        Phase::Committed => "Commit",
        Phase::RollingBack | Phase::RolledBack => "Way back",
    }
}
