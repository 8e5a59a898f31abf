//! Ctrl-C and a lost terminal.
//!
//! The first interrupt asks a run to stop at the next safe point; a second ends raylift at once and leaves the run
//! for `resume`. A drill and a backup end what they have at work at the first one, and remove what is theirs; at a second
//! the next one does. A terminal that goes away changes nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use raylift_backup::Stop;
use raylift_model::codes;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit::Exit;
use crate::problem::Problem;

/// Installs the handlers; the flag is set by the first interrupt. `second` is how the process ends at a second one.
pub(crate) fn install(second: Exit) -> Result<Arc<AtomicBool>, Problem> {
    let asked = Arc::new(AtomicBool::new(false));
    let ignored = Arc::new(AtomicBool::new(false));
    let fail = |error: std::io::Error| {
        Problem::refused(
            codes::USAGE,
            format!("cannot handle signals: {error}"),
            "Try again.",
        )
        .ending(Exit::Failed)
    };
    for signal in [SIGINT, SIGTERM] {
        // The order matters: the second signal finds the flag set by the first and ends the process.
        flag::register_conditional_shutdown(signal, i32::from(second.code()), Arc::clone(&asked))
            .map_err(fail)?;
        flag::register(signal, Arc::clone(&asked)).map_err(fail)?;
    }
    flag::register(SIGHUP, ignored).map_err(fail)?;
    Ok(asked)
}

/// Takes interrupts from now on: whoever works ends with [`codes::INTERRUPTED`] after the first.
pub(crate) fn stop() -> Result<Stop, Problem> {
    install(Exit::Failed).map(Stop::when)
}

/// A drill or a backup that ended because somebody asked for it. `left` names what stays.
pub(crate) fn stopped(what: &str, left: Vec<String>) -> Problem {
    let safe = if left.is_empty() {
        "The site was not touched. What was at work has ended, and nothing is left of it."
    } else {
        "The site was not touched. What was at work has ended; what it leaves is named above."
    };
    Problem::refused(
        codes::INTERRUPTED,
        format!("the {what} was stopped because you asked for it"),
        format!("raylift {what} begins anew; documents that are in the repository already are not stored again."),
    )
    .safe(safe)
    .because(left)
    .ending(Exit::Interrupted)
}
