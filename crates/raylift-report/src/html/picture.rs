//! The timeline as a picture: where everything is drawn. The template only writes it down.

use super::axis::{Axis, Cut, Tick};
use super::format;
use super::marks::{self, CHARACTER, Mark};
use super::rows::{self, Row};
use crate::report::{ActionResult, ActionSpan, Report};
use raylift_model::event::Direction;

/// One drawing of the timeline. There are two, because a small screen needs other proportions, not smaller letters.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    /// `wide` or `narrow`; also the prefix of the drawing's ids.
    pub(crate) name: &'static str,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) title: String,
    pub(crate) description: String,
    /// Left, right, top and bottom of the part that has a time axis.
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) cuts: Vec<Cut>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) headings: Vec<Heading>,
    pub(crate) bars: Vec<Bar>,
}

/// Name of a group of rows.
#[derive(Debug, Clone)]
pub(crate) struct Heading {
    pub(crate) y: f64,
    pub(crate) title: &'static str,
}

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    /// `forward` or `back`, and `open` for what has no end.
    pub(crate) class: String,
    pub(crate) tooltip: String,
    pub(crate) label: Text,
    pub(crate) duration: Text,
    /// Where work was done.
    pub(crate) pieces: Vec<Piece>,
    /// From the begin to the end, gaps included, when there are any.
    pub(crate) thread: Option<Piece>,
    /// Centre of the mark of a failure.
    pub(crate) failure: Option<(f64, f64)>,
}

/// A text and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) anchor: &'static str,
    pub(crate) text: String,
}

/// A rectangle.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Proportions of a drawing.
struct Frame {
    name: &'static str,
    width: f64,
    left: f64,
    /// Labels stand beside the bars, not above them.
    beside: bool,
    heading: f64,
    row: f64,
    /// Base line of a row's label, and top of its bar, below the row's top.
    label: f64,
    bar: f64,
    bar_height: f64,
    ticks: u64,
}

const WIDE: Frame = Frame {
    name: "wide",
    width: 960.0,
    left: 196.0,
    beside: true,
    heading: 30.0,
    row: 23.0,
    label: 15.5,
    bar: 6.0,
    bar_height: 12.0,
    ticks: 8,
};

const NARROW: Frame = Frame {
    name: "narrow",
    width: 360.0,
    left: 1.0,
    beside: false,
    heading: 32.0,
    row: 36.0,
    label: 13.0,
    bar: 19.0,
    bar_height: 10.0,
    ticks: 4,
};

/// No bar is thinner than this.
const LEAST_BAR: f64 = 3.0;
const MARGIN: f64 = 1.0;
const AXIS: f64 = 26.0;

/// Both drawings; none while nothing has happened.
pub(crate) fn pictures(report: &Report) -> Vec<Picture> {
    if report.actions.is_empty() {
        return Vec::new();
    }
    [WIDE, NARROW]
        .iter()
        .map(|frame| draw(report, frame))
        .collect()
}

fn draw(report: &Report, frame: &Frame) -> Picture {
    let right = frame.width - MARGIN;
    let idle: Vec<(u64, u64)> = report
        .gaps
        .iter()
        .filter_map(|gap| Some((gap.start.offset, gap.end.as_ref()?.offset)))
        .collect();
    let axis = Axis::new(report.total_milliseconds(), &idle, frame.left, right);
    let (marks, top) = marks::marks(report, &axis, frame.left, right);
    let mut y = top;
    let mut headings = Vec::new();
    let mut bars = Vec::new();
    for group in rows::groups(report) {
        headings.push(Heading {
            y: y + frame.heading - 9.0,
            title: group.title,
        });
        y += frame.heading;
        for row in &group.rows {
            bars.push(bar(report, frame, &axis, row, y));
            y += frame.row;
        }
    }
    let bottom = y + 6.0;
    Picture {
        name: frame.name,
        width: frame.width,
        height: bottom + AXIS,
        title: format!("Timeline of the run: {}", report.outcome.headline),
        description: description(report),
        left: frame.left,
        right,
        top,
        bottom,
        ticks: apart(axis.ticks(frame.ticks), right),
        cuts: axis.cuts(),
        marks,
        headings,
        bars,
    }
}

fn bar(report: &Report, frame: &Frame, axis: &Axis, row: &Row<'_>, y: f64) -> Bar {
    let end = report.total_milliseconds();
    let piece = |from: f64, to: f64| Piece {
        x: from.min(frame.width - MARGIN - LEAST_BAR),
        y: y + frame.bar,
        width: (to - from).max(LEAST_BAR),
        height: frame.bar_height,
    };
    let mut pieces = Vec::new();
    let mut thread = None;
    let mut first: f64 = frame.width;
    let mut last: f64 = 0.0;
    for span in &row.spans {
        let to = span.end.as_ref().map_or(end, |end| end.offset);
        for (from, to) in worked(report, span.start.offset, to) {
            pieces.push(piece(axis.x(from), axis.x(to)));
        }
        first = first.min(axis.x(span.start.offset));
        last = last.max(axis.x(to));
        if span.gap_milliseconds > 0 {
            let whole = piece(first, last);
            thread = Some(Piece {
                y: whole.y + whole.height / 2.0 - 1.0,
                height: 2.0,
                ..whole
            });
        }
    }
    last = last.max(first + LEAST_BAR);
    let result = row.result();
    let open = result == ActionResult::Unfinished;
    let failed = result == ActionResult::Failed;
    let label_end = last + if failed { 12.0 } else { 0.0 };
    Bar {
        class: class(row, open),
        tooltip: tooltip(row),
        label: Text {
            x: if frame.beside { 0.0 } else { frame.left },
            y: y + frame.label,
            anchor: "start",
            text: row.title.clone(),
        },
        duration: duration(frame, axis, row, y, (first, label_end)),
        pieces,
        thread,
        failure: failed.then(|| {
            (
                last.min(frame.width - 8.0),
                y + frame.bar + frame.bar_height / 2.0,
            )
        }),
    }
}

/// The parts of a time that no gap covers.
fn worked(report: &Report, from: u64, to: u64) -> Vec<(u64, u64)> {
    let mut parts = Vec::new();
    let mut now = from;
    for gap in &report.gaps {
        let gap_end = gap.end.as_ref().map_or(u64::MAX, |end| end.offset);
        if gap_end <= now || gap.start.offset >= to {
            continue;
        }
        if gap.start.offset > now {
            parts.push((now, gap.start.offset));
        }
        now = gap_end;
    }
    if now < to || parts.is_empty() {
        parts.push((now.min(to), to));
    }
    parts
}

fn class(row: &Row<'_>, open: bool) -> String {
    let direction = match row.spans.first().map(|span| span.direction) {
        Some(Direction::Back) => "back",
        _ => "forward",
    };
    if open {
        format!("{direction} open")
    } else {
        direction.to_owned()
    }
}

/// The duration stands behind the bar, else before it, else (when the bar is that long) in it. It avoids times that are
/// cut short, where it could not be read.
fn duration(frame: &Frame, axis: &Axis, row: &Row<'_>, y: f64, (first, last): (f64, f64)) -> Text {
    let mut text = format::duration(row.milliseconds());
    if row.result() == ActionResult::Unfinished {
        text = format!("{text}, no end");
    }
    if !frame.beside {
        return Text {
            x: frame.width - MARGIN,
            y: y + frame.label,
            anchor: "end",
            text,
        };
    }
    let width = text.chars().count() as f64 * CHARACTER + 8.0;
    let is_clear = |from: f64, to: f64| {
        let cuts = axis.cuts();
        to < frame.width && cuts.iter().all(|cut| to < cut.left || cut.right <= from)
    };
    let behind = (last + 7.0, "start");
    let before = (first - 7.0, "end");
    let has_room_before = first - width > frame.left;
    let (x, anchor) = if is_clear(last, last + width) {
        behind
    } else if has_room_before && is_clear(first - width, first) {
        before
    } else if last - first > width {
        (last.min(frame.width) - 9.0, "end inside")
    } else if has_room_before {
        before
    } else {
        behind
    };
    Text {
        x,
        y: y + frame.label,
        anchor,
        text,
    }
}

fn tooltip(row: &Row<'_>) -> String {
    let Some(first) = row.spans.first() else {
        return String::new();
    };
    let mut text = format!(
        "{}: {}, {} from {}",
        row.title,
        result_word(row.result()),
        format::duration(row.milliseconds()),
        format::clock(&first.start.time)
    );
    let waited: u64 = row.spans.iter().map(|span| span.gap_milliseconds).sum();
    if waited > 0 {
        text.push_str(&format!(
            ", {} of it without raylift",
            format::duration(waited)
        ));
    }
    text
}

/// How an attempt ended, for people.
pub(crate) fn result_word(result: ActionResult) -> &'static str {
    match result {
        ActionResult::Finished => "done",
        ActionResult::Failed => "failed",
        ActionResult::GivenUp => "given up",
        ActionResult::Unfinished => "no end",
    }
}

/// Leaves out labels that would stand on each other or beyond the edge.
fn apart(ticks: Vec<Tick>, right: f64) -> Vec<Tick> {
    let mut free = f64::MIN;
    ticks
        .into_iter()
        .filter(|tick| {
            let half = tick.label.chars().count() as f64 * CHARACTER / 2.0;
            let fits = tick.x - half > free && tick.x + half <= right + 2.0;
            if fits {
                free = tick.x + half + 8.0;
            }
            fits
        })
        .collect()
}

fn description(report: &Report) -> String {
    let mut text = format!(
        "{} in {}, of which raylift worked {}.",
        format::count(report.actions.len(), "action"),
        format::duration(report.total_milliseconds()),
        format::duration(report.working_milliseconds())
    );
    for outage in &report.downtime.outages {
        text.push_str(&format!(
            " The site was away for {}{}.",
            format::duration(outage.milliseconds),
            if outage.end.is_some() {
                ""
            } else {
                " and is not back"
            }
        ));
    }
    let longest: Option<&ActionSpan> = report.actions.iter().max_by_key(|span| span.milliseconds);
    if let Some(span) = longest {
        text.push_str(&format!(
            " The longest action was \u{201c}{}\u{201d} with {}.",
            span.title,
            format::duration(span.milliseconds)
        ));
    }
    for span in report.actions.iter().filter(|span| span.error.is_some()) {
        text.push_str(&format!(" \u{201c}{}\u{201d} failed.", span.title));
    }
    text
}
