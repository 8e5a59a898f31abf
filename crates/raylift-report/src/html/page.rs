//! What the template shows, in words and in order.

use raylift_model::event::Direction;
use raylift_model::finding::Severity;
use raylift_model::plan::{ReturnMode, Verdict};

use super::format;
use super::numbers::{Number, numbers};
use super::picture::{self, Picture};
use crate::report::{
    ActionResult, ActionSpan, EditNote, FileNote, OutcomeState, Report, StepResult, StepRow,
};

/// The page.
#[derive(askama::Template)]
#[template(path = "report.html")]
pub(crate) struct Page<'a> {
    report: &'a Report,
    run: String,
    /// `good`, `bad` or `open`: the colour of the verdict.
    mood: &'static str,
    state: &'static str,
    verdict: String,
    facts: Vec<(&'static str, String)>,
    numbers: Vec<Number>,
    pictures: Vec<Picture>,
    legend: Vec<(&'static str, &'static str)>,
    way_back: &'static str,
    steps: Vec<Step<'a>>,
    steps_left_out: usize,
    file_counts: Vec<(usize, &'static str)>,
    file_lists: Vec<FileList<'a>>,
    edits: Vec<Edited<'a>>,
    findings: Vec<Found<'a>>,
    actions: Vec<Done<'a>>,
    remarks: Vec<(String, &'a str)>,
}

struct Step<'a> {
    name: &'a str,
    core: bool,
    path: String,
    change: &'static str,
    when: &'static str,
    result: &'static str,
    notes: Vec<String>,
}

struct FileList<'a> {
    title: &'static str,
    open: bool,
    files: &'a [FileNote],
}

struct Edited<'a> {
    file: &'a EditNote,
    open: bool,
    lines: Vec<(&'static str, &'a str)>,
}

struct Found<'a> {
    class: &'static str,
    severity: &'static str,
    finding: &'a raylift_model::finding::Finding,
}

struct Done<'a> {
    span: &'a ActionSpan,
    class: &'static str,
    way: &'static str,
    clock: String,
    duration: String,
    result: String,
}

/// A difference is folded from this number of lines on.
const LONG_DIFFERENCE: usize = 60;

/// A list of files is folded from this length on.
const LONG_LIST: usize = 12;

impl<'a> Page<'a> {
    pub(crate) fn of(report: &'a Report) -> Self {
        let relevant = |row: &&StepRow| row.core || row.result != StepResult::Nothing;
        Self {
            run: report
                .run
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            mood: mood(report.outcome.state),
            state: state_word(report.outcome.state),
            verdict: verdict(report),
            facts: facts(report),
            numbers: numbers(report),
            pictures: picture::pictures(report),
            legend: legend(report),
            way_back: match report.way_back.preferred {
                ReturnMode::CodeOnly => "Files only",
                ReturnMode::ReturnPoint => "Files and return point",
            },
            steps: report.steps.iter().filter(relevant).map(step).collect(),
            steps_left_out: report.steps.iter().filter(|row| !relevant(row)).count(),
            file_counts: file_counts(report),
            file_lists: file_lists(report),
            edits: report.files.edited.iter().map(edited).collect(),
            findings: report.findings.iter().map(found).collect(),
            actions: report.actions.iter().map(done).collect(),
            remarks: report
                .remarks
                .iter()
                .map(|remark| (format::clock(&remark.at.time), remark.text.as_str()))
                .collect(),
            report,
        }
    }
}

fn mood(state: OutcomeState) -> &'static str {
    match state {
        OutcomeState::BurningIn | OutcomeState::Committed | OutcomeState::Committing => "good",
        OutcomeState::Failed | OutcomeState::RollbackFailed => "bad",
        OutcomeState::NotStarted
        | OutcomeState::Unfinished
        | OutcomeState::Interrupted
        | OutcomeState::RollingBack
        | OutcomeState::RolledBack => "open",
    }
}

fn state_word(state: OutcomeState) -> &'static str {
    match state {
        OutcomeState::NotStarted => "planned",
        OutcomeState::Unfinished => "not finished",
        OutcomeState::Interrupted => "stopped on request",
        OutcomeState::Failed => "stopped at an error",
        OutcomeState::BurningIn => "burning in",
        OutcomeState::Committing => "committing",
        OutcomeState::Committed => "committed",
        OutcomeState::RollingBack => "on the way back",
        OutcomeState::RollbackFailed => "stopped on the way back",
        OutcomeState::RolledBack => "rolled back",
    }
}

fn verdict(report: &Report) -> String {
    match report.verdict {
        Verdict::Instant => "The plan found no upgrade step to run: the outage is a stop and a start.",
        Verdict::OptionalOnly => "The plan found only optional upgrade steps, and none of them was asked for: the outage is a stop and a start.",
        Verdict::Outage => "The plan found upgrade steps that have to run while the site is down.",
        Verdict::Blocked => "The plan is blocked: see the findings.",
    }
    .to_owned()
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let site = &report.site;
    let mut facts = vec![
        ("Home", site.home.clone()),
        ("Server", format!("{}, {}", site.tomcat, site.managed_by)),
        ("User", site.user.clone()),
        ("Database", site.database.clone()),
    ];
    if let Some(java) = &site.java {
        facts.push(("Java", java.clone()));
    }
    if let (Some(began), Some(last)) = (&report.began, &report.last) {
        facts.push(("Began", format!("{} UTC", format::date(&began.time))));
        facts.push(("Last entry", format!("{} UTC", format::date(&last.time))));
    }
    facts
}

/// Only what the picture holds needs explaining.
fn legend(report: &Report) -> Vec<(&'static str, &'static str)> {
    let any = |wanted: fn(&ActionSpan) -> bool| report.actions.iter().any(wanted);
    [
        (
            "forward",
            "forward",
            any(|span| span.direction == Direction::Forward),
        ),
        (
            "back",
            "way back",
            any(|span| span.direction == Direction::Back),
        ),
        (
            "failure",
            "failed",
            any(|span| span.result == ActionResult::Failed),
        ),
        ("outage", "outage", !report.downtime.outages.is_empty()),
        (
            "gap",
            "raylift not at work, long times cut short",
            report.gaps.iter().any(|gap| gap.end.is_some()),
        ),
    ]
    .into_iter()
    .filter_map(|(class, text, there)| there.then_some((class, text)))
    .collect()
}

fn step(row: &StepRow) -> Step<'_> {
    let mut path: Vec<&str> = row.from.iter().map(|version| version.as_str()).collect();
    if row.from.is_none() {
        path.push("none");
    }
    path.extend(row.path.iter().map(|version| version.as_str()));
    if row.path.is_empty() && row.to.is_some() && row.to != row.from {
        path.extend(row.to.iter().map(|version| version.as_str()));
    }
    let blocked = row.blocks.iter().map(|what| format!("until then: {what}"));
    Step {
        name: if row.core { "Core" } else { &row.name },
        core: row.core,
        path: path.join(" \u{2192} "),
        change: row.change.map_or("unknown", |change| change.word()),
        when: row.when.word(),
        result: step_result(row.result),
        notes: blocked.chain(row.undetermined.iter().cloned()).collect(),
    }
}

/// What became of upgrade steps, for people.
pub(crate) fn step_result(result: StepResult) -> &'static str {
    match result {
        StepResult::Nothing => "nothing to do",
        StepResult::Waits => "waiting",
        StepResult::LeftToStart => "left to the first start",
        StepResult::Undetermined => "undetermined",
        StepResult::NotRun => "not run",
        StepResult::Ran => "done",
        StepResult::RanAndStays => "done, stays after the way back",
        StepResult::TakenBack => "taken back",
        StepResult::Unclear => "begun, not known to be done",
    }
}

fn file_counts(report: &Report) -> Vec<(usize, &'static str)> {
    let files = &report.files;
    vec![
        (files.replaced, "replaced"),
        (files.new, "new"),
        (files.carried.len(), "carried over"),
        (files.edited.len(), "edited"),
        (files.written.len(), "written"),
        (files.dropped.len(), "dropped"),
        (files.kept, "left alone"),
    ]
}

fn file_lists(report: &Report) -> Vec<FileList<'_>> {
    let files = &report.files;
    [
        ("Carried over from the site", &files.carried),
        ("Written by raylift", &files.written),
        ("Dropped with the old release", &files.dropped),
    ]
    .into_iter()
    .filter(|(_, files)| !files.is_empty())
    .map(|(title, files)| FileList {
        title,
        open: files.len() < LONG_LIST,
        files,
    })
    .collect()
}

fn edited(file: &EditNote) -> Edited<'_> {
    let lines: Vec<(&'static str, &str)> = file
        .difference
        .lines()
        .map(|line| {
            let class = match line.chars().next() {
                Some('+') => "added",
                Some('-') => "removed",
                Some('@') => "place",
                _ => "around",
            };
            (class, line)
        })
        .collect();
    Edited {
        file,
        open: lines.len() < LONG_DIFFERENCE,
        lines,
    }
}

fn found(finding: &raylift_model::finding::Finding) -> Found<'_> {
    let (class, severity) = match finding.severity {
        Severity::Blocker => ("blocker", "Blocker"),
        Severity::Warning => ("warning", "Warning"),
        Severity::Note => ("note", "Note"),
    };
    Found {
        class,
        severity,
        finding,
    }
}

fn done(span: &ActionSpan) -> Done<'_> {
    let mut result = picture::result_word(span.result).to_owned();
    if span.attempt > 1 {
        result = format!("{result}, attempt {}", span.attempt);
    }
    if span.gap_milliseconds > 0 {
        result = format!("{result}, taken up again");
    }
    Done {
        class: match span.result {
            ActionResult::Finished => "finished",
            ActionResult::Failed => "failed",
            ActionResult::GivenUp | ActionResult::Unfinished => "unfinished",
        },
        way: match span.direction {
            Direction::Forward => "\u{2192}",
            Direction::Back => "\u{2190}",
        },
        clock: format::clock(&span.start.time),
        duration: format::duration(span.milliseconds),
        result,
        span,
    }
}
