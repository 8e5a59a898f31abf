//! The report in three columns.

use raylift_model::event::Direction;

use crate::report::{OutageCause, PhaseResult, PhaseSpan, Report};

/// One row per phase, one per outage and one for the whole run: name, seconds with one decimal, result.
pub fn text_table(report: &Report) -> Vec<[String; 3]> {
    let mut rows: Vec<[String; 3]> = report
        .phases
        .iter()
        .map(|phase| {
            [
                phase.phase.word().to_owned(),
                seconds(phase.milliseconds),
                result(report, phase),
            ]
        })
        .collect();
    for outage in &report.downtime.outages {
        let name = match outage.cause {
            OutageCause::Update => "outage",
            OutageCause::Rollback => "outage of the way back",
        };
        let result = if outage.end.is_some() {
            format!("from {} to {}", outage.from, outage.to)
        } else {
            "the site is not back yet".to_owned()
        };
        rows.push([name.to_owned(), seconds(outage.milliseconds), result]);
    }
    rows.push([
        "whole run".to_owned(),
        seconds(report.total_milliseconds()),
        report.outcome.headline.clone(),
    ]);
    rows
}

fn seconds(milliseconds: u64) -> String {
    let tenths = milliseconds.saturating_add(50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn result(report: &Report, phase: &PhaseSpan) -> String {
    match phase.result {
        PhaseResult::Reached => match taken_up(report, phase) {
            0 => "done".to_owned(),
            1 => "done, taken up once".to_owned(),
            times => format!("done, taken up {times} times"),
        },
        PhaseResult::Failed => failure(report, phase),
        PhaseResult::GivenUp => "given up".to_owned(),
        PhaseResult::Unfinished => "not finished".to_owned(),
    }
}

/// How often somebody took the run up again inside a phase.
fn taken_up(report: &Report, phase: &PhaseSpan) -> usize {
    let Some(end) = &phase.end else { return 0 };
    report
        .gaps
        .iter()
        .filter_map(|gap| gap.end.as_ref())
        .filter(|at| phase.start.offset < at.offset && at.offset <= end.offset)
        .count()
}

fn failure(report: &Report, phase: &PhaseSpan) -> String {
    let error = report.actions.iter().rfind(|action| {
        action.direction == phase.direction
            && (phase.direction == Direction::Back || action.phase == phase.phase)
            && action.error.is_some()
    });
    error
        .and_then(|action| action.error.as_ref())
        .map_or("failed".to_owned(), |error| {
            format!("failed, {}", error.code)
        })
}
