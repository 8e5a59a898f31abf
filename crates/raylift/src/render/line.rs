//! One line that changes on a terminal, plain lines when piped, nothing for programs.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::printer::is_watched;

/// The line on standard error.
pub(crate) struct Line {
    bar: ProgressBar,
    watched: bool,
    silent: bool,
    current: String,
    last: String,
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
            last: String::new(),
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
        } else if text != self.last {
            self.last = text.to_owned();
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

impl Drop for Line {
    fn drop(&mut self) {
        self.finish();
    }
}
