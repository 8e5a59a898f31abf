//! Decides all output: text for people or JSON for programs, colour only where a terminal shows it.

use std::io::{IsTerminal as _, Write as _};

use owo_colors::{OwoColorize as _, Style};
use raylift_model::finding::Severity;
use serde::Serialize;

use crate::problem::Problem;

/// Where and how everything is printed.
pub(crate) struct Printer {
    json: bool,
}

impl Printer {
    /// Text, or JSON.
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// True when standard output is for programs.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Prints a whole text; nothing with `--json`.
    pub(crate) fn text(&self, text: &str) {
        if !self.json {
            write_out(text);
        }
    }

    /// Prints a value with `--json`.
    pub(crate) fn json<T: Serialize>(&self, value: &T) -> Result<(), Problem> {
        if self.json {
            let text = serde_json::to_string_pretty(value)
                .map_err(|error| crate::wiring::broken(&error))?;
            write_out(&format!("{text}\n"));
        }
        Ok(())
    }

    /// Prints a problem: as text on standard error, as JSON on standard output.
    pub(crate) fn problem(&self, problem: &Problem) {
        #[derive(Serialize)]
        struct Wrapped<'a> {
            error: &'a Problem,
        }
        if self.json {
            if let Ok(text) = serde_json::to_string_pretty(&Wrapped { error: problem }) {
                write_out(&format!("{text}\n"));
            }
        } else {
            let mut text = format!(
                "{} {}\n",
                paint(&format!("error {}", problem.code), bad()),
                problem.message
            );
            for line in &problem.evidence {
                text.push_str(&format!("  | {line}\n"));
            }
            text.push_str(&format!("  {}\n  {}\n", problem.safe, problem.next));
            let _ = anstream::stderr().write_all(text.as_bytes());
        }
    }
}

/// True when a person watches standard error.
pub(crate) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

fn write_out(text: &str) {
    // A closed pipe must not disturb a run: what cannot be shown is in the journal.
    let _ = anstream::stdout().write_all(text.as_bytes());
}

/// A text in a style; anstream removes it where nothing can show it.
pub(crate) fn paint(text: &str, style: Style) -> String {
    text.style(style).to_string()
}

/// For what matters.
pub(crate) fn strong() -> Style {
    Style::new().bold()
}

/// For what is good.
pub(crate) fn good() -> Style {
    Style::new().green()
}

/// For what needs attention.
pub(crate) fn careful() -> Style {
    Style::new().yellow()
}

/// For what is wrong.
pub(crate) fn bad() -> Style {
    Style::new().red().bold()
}

/// For what goes away.
pub(crate) fn removed() -> Style {
    Style::new().red()
}

/// For what may be skipped.
pub(crate) fn faint() -> Style {
    Style::new().dimmed()
}

/// The style of a severity.
pub(crate) fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Blocker => bad(),
        Severity::Warning => careful(),
        Severity::Note => faint(),
    }
}
