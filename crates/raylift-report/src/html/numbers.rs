//! The numbers that a person wants first.

use raylift_model::plan::When;

use super::format;
use super::page::step_result;
use crate::report::{GapKind, OutageCause, OutcomeState, Report, StepRow};

/// One number, what it is, and what to know about it.
pub(crate) struct Number {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) note: String,
}

/// Downtime, work, upgrade steps and way back.
pub(crate) fn numbers(report: &Report) -> Vec<Number> {
    vec![
        outage_number(report),
        total_number(report),
        ran_number(report),
        way_back_number(report),
    ]
}

fn outage_number(report: &Report) -> Number {
    let outages = &report.downtime.outages;
    let (value, note) = match outages.as_slice() {
        [] if !report.site.was_running => (
            "\u{2013}".to_owned(),
            "the server did not run before".to_owned(),
        ),
        [] => ("none".to_owned(), "the server was not stopped".to_owned()),
        [one] => (
            format::duration(one.milliseconds),
            if one.end.is_some() {
                "without a site".to_owned()
            } else {
                "and the site is not back".to_owned()
            },
        ),
        [first, .., last] => {
            let word = match (last.cause, last.end.is_some()) {
                (_, false) => "without a site, and it is away again",
                (OutageCause::Rollback, true) => "for the update",
                (OutageCause::Update, true) => "at first",
            };
            let more = if last.end.is_some() {
                format!(", {} for the way back", format::duration(last.milliseconds))
            } else {
                String::new()
            };
            (
                format::duration(first.milliseconds),
                format!("{word}{more}"),
            )
        }
    };
    Number {
        name: "Downtime",
        value,
        note,
    }
}

fn total_number(report: &Report) -> Number {
    let waits = |burn_in: bool| -> u64 {
        let gaps = report
            .gaps
            .iter()
            .filter(|gap| (gap.kind == GapKind::BurnIn) == burn_in);
        gaps.filter_map(|gap| gap.milliseconds).sum()
    };
    let mut notes = Vec::new();
    for (length, word) in [(waits(true), "burn-in"), (waits(false), "without raylift")] {
        if length >= 1000 {
            notes.push(format!("{} {word}", format::duration(length)));
        }
    }
    Number {
        name: "Work",
        value: format::duration(report.working_milliseconds()),
        note: if notes.is_empty() {
            "from the first to the last entry".to_owned()
        } else {
            format!("and {}", notes.join(", "))
        },
    }
}

fn ran_number(report: &Report) -> Number {
    let planned: Vec<&StepRow> = report
        .steps
        .iter()
        .filter(|row| row.when == When::InOutage)
        .collect();
    let steps = |rows: &[&StepRow]| -> usize { rows.iter().map(|row| row.path.len().max(1)).sum() };
    let modules = planned.iter().filter(|row| !row.core).count();
    let core = planned.iter().any(|row| row.core);
    let waiting = report
        .steps
        .iter()
        .filter(|row| row.when == When::Waits)
        .count();
    let Some(first) = planned.first() else {
        let note = match waiting {
            0 => "none pending".to_owned(),
            1 => "one part has optional ones that wait".to_owned(),
            more => format!("{more} parts have optional ones that wait"),
        };
        return Number {
            name: "Upgrade steps",
            value: "none".to_owned(),
            note,
        };
    };
    let place = match (core, modules) {
        (true, 0) => "of the core".to_owned(),
        (true, modules) => {
            let of_core: Vec<&StepRow> = planned.iter().copied().filter(|row| row.core).collect();
            format!(
                "{} of the core, the others of {}",
                steps(&of_core),
                format::count(modules, "module")
            )
        }
        (false, modules) => format!("of {}", format::count(modules, "module")),
    };
    Number {
        name: "Upgrade steps",
        value: steps(&planned).to_string(),
        note: format!("{place}: {}", step_result(first.result)),
    }
}

fn way_back_number(report: &Report) -> Number {
    let (value, note) = match report.outcome.state {
        OutcomeState::NotStarted => ("\u{2013}", "nothing to go back from"),
        OutcomeState::Committed | OutcomeState::Committing => ("closed", "by the commit"),
        OutcomeState::RolledBack => ("taken", "the old release is back"),
        OutcomeState::RollingBack | OutcomeState::RollbackFailed => ("under way", "not finished"),
        _ if report.way_back.without_loss => ("open", "one command, nothing is lost"),
        _ => ("open", "one command, back to the return point"),
    };
    Number {
        name: "Way back",
        value: value.to_owned(),
        note: note.to_owned(),
    }
}
