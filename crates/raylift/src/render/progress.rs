//! Live progress: one line that changes on a terminal, plain lines when piped. Fed by notices, never by the run itself.

use std::time::Instant;

use raylift_model::event::{Direction, Event, Notice};
use raylift_model::plan::{Phase, Plan, ReturnMode};

use crate::printer::{bad, careful, faint, good, paint};
use crate::render::line::Line;

/// Shows what a run does on standard error.
pub(crate) struct Watcher<'a> {
    plan: &'a Plan,
    /// How the way back treats the database.
    mode: ReturnMode,
    line: Line,
    began: Instant,
}

impl<'a> Watcher<'a> {
    /// A watcher for the actions of this plan. `mode` is that of a way back that has begun; `silent` with `--json`.
    pub(crate) fn new(plan: &'a Plan, mode: Option<ReturnMode>, silent: bool) -> Self {
        Self {
            plan,
            mode: mode.unwrap_or(plan.way_back.preferred),
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
                reason,
                automatic,
                mode,
            } => {
                self.mode = *mode;
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
                .plan
                .actions
                .get(index)
                .map_or(Phase::Planned, |planned| planned.phase)
                .word(),
            Direction::Back => Phase::RollingBack.word(),
        }
    }

    fn title(&self, direction: Direction, index: usize) -> String {
        self.plan
            .title(direction, index, self.mode)
            .unwrap_or_else(|| "unknown action".to_owned())
    }

    fn say(&self, text: &str) {
        self.line.say(text);
    }
}
