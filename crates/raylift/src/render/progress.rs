//! Live progress: one line that changes on a terminal, plain lines when piped. Fed by notices, never by the run itself.

use std::time::Instant;

use raylift_model::event::{Direction, Event, Notice};
use raylift_model::plan::{Action, Phase, Plan};

use crate::printer::{bad, careful, faint, good, paint};
use crate::render::line::Line;

/// Shows what a run does on standard error.
pub(crate) struct Watcher {
    titles: Vec<String>,
    phases: Vec<Phase>,
    line: Line,
    began: Instant,
}

impl Watcher {
    /// A watcher for the actions of this plan; `silent` with `--json`.
    pub(crate) fn new(plan: &Plan, silent: bool) -> Self {
        Self {
            titles: plan
                .actions
                .iter()
                .map(|planned| title(plan, &planned.action))
                .collect(),
            phases: plan.actions.iter().map(|planned| planned.phase).collect(),
            line: Line::new(silent),
            began: Instant::now(),
        }
    }

    /// Takes one notice.
    pub(crate) fn notice(&mut self, notice: &Notice) {
        match notice {
            Notice::Progress(text) => self.line.progress(text),
            Notice::Journaled(entry) => self.event(&entry.event),
        }
    }

    /// Removes the changing line.
    pub(crate) fn finish(&self) {
        self.line.finish();
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted { run, from, to, .. } => {
                self.say(&format!("run {run}: Liferay {from} → {to}"))
            }
            Event::SnapshotTaken { id } => self.say(&format!("    snapshot {id}")),
            Event::SnapshotRestored => self.say("a person brought the snapshot back"),
            Event::Resumed => self.say("taking the run up again"),
            Event::ActionStarted {
                direction, index, ..
            } => {
                self.began = Instant::now();
                self.line.begin(format!(
                    "{}: {}",
                    self.towards(*direction, *index),
                    self.title(*direction, *index)
                ));
                if !self.line.is_watched() {
                    self.say(&format!("… {}", self.title(*direction, *index)));
                }
            }
            Event::ActionFinished {
                direction,
                index,
                notes,
            } => {
                let seconds = self.began.elapsed().as_secs_f64();
                let took = if seconds >= 0.1 {
                    format!("  {seconds:.1} s")
                } else {
                    String::new()
                };
                self.say(&format!(
                    "{} {}{}",
                    paint("✓", good()),
                    self.title(*direction, *index),
                    paint(&took, faint())
                ));
                for note in notes {
                    self.say(&format!("    {}", paint(note, faint())));
                }
            }
            Event::ActionFailed {
                direction,
                index,
                code,
                message,
                evidence,
            } => {
                self.say(&format!(
                    "{} {}: {} {message}",
                    paint("✗", bad()),
                    self.title(*direction, *index),
                    paint(code, bad())
                ));
                for line in evidence {
                    self.say(&format!("    | {line}"));
                }
            }
            Event::PhaseReached { phase } => {
                self.say(&paint(&format!("── {}", phase.word()), good()))
            }
            Event::RollbackStarted {
                reason, automatic, ..
            } => {
                let how = if *automatic {
                    "going back by itself"
                } else {
                    "going back"
                };
                self.say(&paint(&format!("{how}: {reason}"), careful()));
            }
            Event::CommitStarted => self.say("committing"),
            Event::ReturnPointKept => self.say("the return point will be kept"),
            Event::Interrupted { .. } => self.say(&paint("stopped at a safe point", careful())),
            Event::Remark { text } => self.say(&format!("    {}", paint(text, faint()))),
        }
    }

    /// The phase that the work leads to.
    fn towards(&self, direction: Direction, index: usize) -> &'static str {
        match direction {
            Direction::Forward => self
                .phases
                .get(index)
                .copied()
                .unwrap_or(Phase::Planned)
                .word(),
            Direction::Back => Phase::RollingBack.word(),
        }
    }

    fn title(&self, direction: Direction, index: usize) -> String {
        let title = self
            .titles
            .get(index)
            .map_or("unknown action", String::as_str);
        match direction {
            Direction::Forward => title.to_owned(),
            Direction::Back => format!("undo: {title}"),
        }
    }

    fn say(&self, text: &str) {
        self.line.say(text);
    }
}

/// What an action does, for people.
pub(crate) fn title(plan: &Plan, action: &Action) -> String {
    match action {
        Action::VerifyRelease { .. } => format!("verify release {}", plan.to),
        Action::Stage { .. } => "stage the new files beside the live ones".to_owned(),
        Action::ProveRestorePoint { .. } => {
            "prove that database and documents can be restored".to_owned()
        }
        Action::CheckBinding { stopped: false } => "check that the site is as planned".to_owned(),
        Action::CheckBinding { stopped: true } => {
            "check again, now that nothing can change".to_owned()
        }
        Action::RaiseFence { .. } => "raise the fence".to_owned(),
        Action::StopServer => "stop the server".to_owned(),
        Action::CheckSessions => "look who else uses the database".to_owned(),
        Action::TakeReturnPoint { .. } => "take the return point".to_owned(),
        Action::Exchange { index } => {
            format!(
                "exchange {}",
                plan.exchanges
                    .get(*index)
                    .map_or("?", |exchange| exchange.root.as_str())
            )
        }
        Action::UpgradeData(_) => "run the required upgrade steps".to_owned(),
        Action::StartServer => "start the server".to_owned(),
        Action::CheckHealth => "wait until the site is healthy".to_owned(),
        Action::LowerFence { .. } => "lower the fence".to_owned(),
    }
}
