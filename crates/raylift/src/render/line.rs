//! One line that changes on a terminal, plain lines when piped, nothing for programs.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::printer::is_watched;

/// The line on standard error.
pub(crate) struct Line {
    bar: ProgressBar,
    watched: bool,
    silent: bool,
    current: String,
    told: Told,
}

impl Line {
    /// `silent`: with `--json`.
    pub(crate) fn new(silent: bool) -> Self {
        let watched = is_watched() && !silent;
        let bar = ProgressBar::with_draw_target(
            None,
            if watched {
                ProgressDrawTarget::stderr()
            } else {
                ProgressDrawTarget::hidden()
            },
        );
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        if watched {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self {
            bar,
            watched,
            silent,
            current: String::new(),
            told: Told::default(),
        }
    }

    /// True where somebody looks at a terminal.
    pub(crate) fn is_watched(&self) -> bool {
        self.watched
    }

    /// Begins something that takes time.
    pub(crate) fn begin(&mut self, what: String) {
        self.bar.reset_elapsed();
        self.bar.set_message(what.clone());
        self.current = what;
    }

    /// How far it is.
    pub(crate) fn progress(&mut self, text: &str) {
        if self.watched {
            self.bar.set_message(format!("{} · {text}", self.current));
        } else if self.told.is_new(text, Instant::now()) {
            self.say(&format!("    {text}"));
        }
    }

    /// A line that stays. A lost terminal must not disturb what is done.
    pub(crate) fn say(&self, text: &str) {
        if self.silent {
            return;
        }
        self.bar.suspend(|| {
            use std::io::Write as _;
            let _ = writeln!(anstream::stderr(), "{text}");
        });
    }

    /// Removes the changing line.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// How often a log hears again of the same work.
const EACH: Duration = Duration::from_secs(5);

/// What a log was told last. Hundreds of tables one after the other are no news each.
#[derive(Default)]
struct Told {
    work: String,
    at: Option<Instant>,
}

impl Told {
    /// True for other work than before, and for the same after a while. What stands before a colon says which work it is.
    fn is_new(&mut self, text: &str, now: Instant) -> bool {
        let work = text.split_once(": ").map_or(text, |(work, _)| work);
        if work == self.work && self.at.is_some_and(|at| now.duration_since(at) < EACH) {
            return false;
        }
        work.clone_into(&mut self.work);
        self.at = Some(now);
        true
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_hears_of_each_work_and_then_from_time_to_time() {
        let mut told = Told::default();
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        for (seconds, text, expected) in [
            (0, "dumping: table 1", true),
            (1, "dumping: table 2", false),
            (4, "dumping: table 3", false),
            (5, "dumping: table 4", true),
            (6, "reading the dump", true),
            (7, "dumping: table 5", true),
            (8, "dumping: table 6", false),
        ] {
            assert_eq!(told.is_new(text, at(seconds)), expected, "{text}");
        }
    }
}
