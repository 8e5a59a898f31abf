//! How long users had no site.

use raylift_model::answer::Answer;
use raylift_model::event::{Direction, Event};
use raylift_model::plan::{Action, Plan};
use serde::Serialize;

use super::clock::{Clock, Moment};

/// How long users had no site, and what exactly was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DowntimeReport {
    /// Every outage, in order of time. Empty when the server was never stopped, or did not run before.
    pub outages: Vec<Outage>,
    /// Milliseconds of all outages that have ended; `None` without one.
    pub milliseconds: Option<u64>,
    /// What was measured, one sentence.
    pub measured: String,
}

/// One time without a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outage {
    /// What it was for.
    pub cause: OutageCause,
    /// When it began.
    pub start: Moment,
    /// When it ended; `None` when the site is not back as far as the journal tells.
    pub end: Option<Moment>,
    /// Milliseconds between them; up to the last entry while there is no end.
    pub milliseconds: u64,
    /// What its begin is.
    pub from: String,
    /// What its end is; empty while there is none.
    pub to: String,
}

/// What an outage was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutageCause {
    /// The update, and the way back when it began before the new site had served.
    Update,
    /// The way back from a new site that served.
    Rollback,
}

const LAST_ANSWER: &str = "the last good answer";
const FIRST_ANSWER: &str = "the first good answer";

/// Measures by the answers that the run remarked, else by its actions.
pub(crate) fn measure(plan: &Plan, clock: &Clock<'_>) -> DowntimeReport {
    if !plan.site.was_running {
        return DowntimeReport {
            outages: Vec::new(),
            milliseconds: None,
            measured: "The server did not run when the plan was made, so no outage is counted."
                .to_owned(),
        };
    }
    let mut meter = Meter {
        outages: Vec::new(),
        last_answer: None,
        first_answer: None,
    };
    for entry in &clock.stamped {
        match entry.event {
            Event::Remark { text } => match Answer::of(text) {
                Some(Answer::Last(time)) => meter.last(clock.moment(&time)),
                Some(Answer::First(time)) => meter.first(clock.moment(&time)),
                None => {}
            },
            event => meter.event(plan, event, &entry.at),
        }
    }
    let last = clock.stamped.last().map(|entry| &entry.at);
    for outage in &mut meter.outages {
        let end = outage.end.as_ref().or(last);
        outage.milliseconds = end.map_or(0, |end| outage.start.until(end));
    }
    let ended = meter.outages.iter().filter(|outage| outage.end.is_some());
    let milliseconds = ended.clone().map(|outage| outage.milliseconds).sum();
    DowntimeReport {
        milliseconds: (ended.count() > 0).then_some(milliseconds),
        measured: sentence(&meter.outages),
        outages: meter.outages,
    }
}

struct Meter {
    outages: Vec<Outage>,
    /// A last good answer that was remarked before the stop began.
    last_answer: Option<Moment>,
    /// A first good answer that was remarked while the site was not yet judged.
    first_answer: Option<Moment>,
}

impl Meter {
    fn open(&mut self) -> Option<&mut Outage> {
        self.outages
            .last_mut()
            .filter(|outage| outage.end.is_none())
    }

    fn last(&mut self, at: Option<Moment>) {
        match self.open() {
            Some(outage) => {
                if let Some(at) = at {
                    outage.start = at;
                    LAST_ANSWER.clone_into(&mut outage.from);
                }
            }
            None => self.last_answer = at.or(self.last_answer.take()),
        }
    }

    fn first(&mut self, at: Option<Moment>) {
        if self.open().is_some() {
            self.first_answer = at;
        } else if let (Some(at), Some(outage)) = (at, self.outages.last_mut()) {
            outage.end = Some(at);
            FIRST_ANSWER.clone_into(&mut outage.to);
        }
    }

    fn event(&mut self, plan: &Plan, event: &Event, at: &Moment) {
        match event {
            Event::ActionStarted {
                direction, index, ..
            } => match (direction, action(plan, *index)) {
                (Direction::Forward, Some(Action::StopServer)) => {
                    self.begin(OutageCause::Update, at, "the start of stopping the server");
                }
                (Direction::Back, Some(Action::StartServer)) => {
                    self.begin(
                        OutageCause::Rollback,
                        at,
                        "the start of stopping the new release",
                    );
                }
                _ => {}
            },
            Event::ActionFinished {
                direction, index, ..
            } => match (direction, action(plan, *index)) {
                (Direction::Forward, Some(Action::CheckHealth)) => {
                    self.end(at, "the end of the health check");
                }
                (Direction::Forward, Some(Action::LowerFence { .. })) => {
                    self.end(at, "the fall of the fence");
                }
                (Direction::Back, Some(Action::StopServer)) => {
                    self.end(at, "the old release being healthy again");
                }
                _ => {}
            },
            // What answered before a failure did not stay.
            Event::ActionFailed { .. } | Event::RollbackStarted { .. } => self.first_answer = None,
            _ => {}
        }
    }

    fn begin(&mut self, cause: OutageCause, at: &Moment, from: &str) {
        if self.open().is_some() {
            return;
        }
        let (start, from) = match self.last_answer.take() {
            Some(answer) => (answer, LAST_ANSWER),
            None => (at.clone(), from),
        };
        self.first_answer = None;
        self.outages.push(Outage {
            cause,
            start,
            end: None,
            milliseconds: 0,
            from: from.to_owned(),
            to: String::new(),
        });
    }

    fn end(&mut self, at: &Moment, to: &str) {
        let (end, to) = match self.first_answer.take() {
            Some(answer) => (answer, FIRST_ANSWER),
            None => (at.clone(), to),
        };
        if let Some(outage) = self.open() {
            outage.end = Some(end);
            to.clone_into(&mut outage.to);
        }
    }
}

fn action(plan: &Plan, index: usize) -> Option<&Action> {
    plan.actions.get(index).map(|planned| &planned.action)
}

fn sentence(outages: &[Outage]) -> String {
    if outages.is_empty() {
        return "The server was not stopped.".to_owned();
    }
    let one = |outage: &Outage| {
        if outage.end.is_some() {
            format!("from {} to {}", outage.from, outage.to)
        } else {
            format!("from {}; the site is not back yet", outage.from)
        }
    };
    let all: Vec<String> = outages.iter().map(one).collect();
    let mut text = match all.as_slice() {
        [first, others @ ..] if !others.is_empty() && others.iter().all(|one| one == first) => {
            format!("Each measured {first}.")
        }
        _ => format!("Measured {}.", all.join(", then ")),
    };
    if outages
        .iter()
        .any(|outage| outage.end.is_some() && outage.to != FIRST_ANSWER)
    {
        text.push_str(
            " Users may have been served a little earlier: the site has to stay good for a while.",
        );
    }
    text
}
