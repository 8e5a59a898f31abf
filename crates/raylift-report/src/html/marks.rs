//! Labels above the picture, each in a lane where it covers no other.

use super::axis::Axis;
use super::format;
use crate::report::{Gap, GapKind, OutageCause, Report};

/// A label above the picture, with what it names below it.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    /// `outage`, `gap` or `turn`: the class of its drawing.
    pub(crate) class: &'static str,
    /// Left and width of the shaded band; a width of zero is a line.
    pub(crate) left: f64,
    pub(crate) width: f64,
    /// Where the label begins, and its base line.
    pub(crate) label_x: f64,
    pub(crate) label_y: f64,
    pub(crate) label: String,
    lane: usize,
}

/// The usual width of a character at the labels' size.
pub(crate) const CHARACTER: f64 = 6.4;
/// The same for labels in bold.
const BOLD_CHARACTER: f64 = 7.3;
const LANE: f64 = 17.0;
const SPACE: f64 = 10.0;

/// All marks, and the height they need above the picture.
pub(crate) fn marks(report: &Report, axis: &Axis, left: f64, right: f64) -> (Vec<Mark>, f64) {
    let mut marks = outages(report, axis);
    marks.extend(report.gaps.iter().filter_map(|gap| gap_mark(gap, axis)));
    if let Some(rollback) = &report.outcome.rollback {
        let label = if rollback.automatic {
            "turns back by itself"
        } else {
            "way back begins"
        };
        let x = axis.x(rollback.at.offset);
        marks.push(mark("turn", x, x, label.to_owned()));
    }
    let lanes = into_lanes(&mut marks, left, right);
    let height = lanes as f64 * LANE;
    for mark in &mut marks {
        mark.label_y = height - mark.lane as f64 * LANE - 5.0;
    }
    (marks, height)
}

fn outages(report: &Report, axis: &Axis) -> Vec<Mark> {
    let end = report.total_milliseconds();
    let outages = report.downtime.outages.iter();
    outages
        .map(|outage| {
            let what = match outage.cause {
                OutageCause::Update => "outage",
                OutageCause::Rollback => "second outage",
            };
            let label = match outage.end {
                Some(_) => format!("{what} {}", format::duration(outage.milliseconds)),
                None => format!("{what}, still down"),
            };
            let to = outage.end.as_ref().map_or(end, |end| end.offset);
            mark("outage", axis.x(outage.start.offset), axis.x(to), label)
        })
        .collect()
}

fn gap_mark(gap: &Gap, axis: &Axis) -> Option<Mark> {
    let (end, length) = (gap.end.as_ref()?, format::duration(gap.milliseconds?));
    let label = match gap.kind {
        GapKind::BurnIn => format!("burn-in {length}"),
        GapKind::Interrupted => format!("paused {length}"),
        GapKind::AfterFailure => format!("taken up after {length}"),
        GapKind::Silent => format!("resumed after {length}"),
    };
    Some(mark(
        "gap",
        axis.x(gap.start.offset),
        axis.x(end.offset),
        label,
    ))
}

fn mark(class: &'static str, from: f64, to: f64, label: String) -> Mark {
    Mark {
        class,
        left: from,
        width: (to - from).max(0.0),
        label_x: 0.0,
        label_y: 0.0,
        label,
        lane: 0,
    }
}

/// Puts every label over the middle of what it names, in the lowest lane that is free there. Returns the number of
/// lanes.
fn into_lanes(marks: &mut [Mark], left: f64, right: f64) -> usize {
    let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
    for mark in marks {
        let character = match mark.class {
            "gap" => CHARACTER,
            _ => BOLD_CHARACTER,
        };
        let width = mark.label.chars().count() as f64 * character;
        let middle = mark.left + mark.width / 2.0;
        let from = (middle - width / 2.0).min(right - width).max(left);
        let span = (from - SPACE / 2.0, from + width + SPACE / 2.0);
        let is_free = |lane: &Vec<(f64, f64)>| {
            lane.iter()
                .all(|other| span.1 <= other.0 || other.1 <= span.0)
        };
        mark.label_x = from;
        mark.lane = taken.iter().position(is_free).unwrap_or(taken.len());
        match taken.get_mut(mark.lane) {
            Some(lane) => lane.push(span),
            None => taken.push(vec![span]),
        }
    }
    taken.len()
}
