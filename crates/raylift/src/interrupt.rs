//! Ctrl-C and a lost terminal.
//!
//! The first interrupt asks the run to stop at the next safe point; a second ends raylift at once and leaves the run
//! for `resume`. A terminal that goes away changes nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use raylift_model::codes;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit::Exit;
use crate::problem::Problem;

/// Installs the handlers; the flag is set by the first interrupt.
pub(crate) fn install() -> Result<Arc<AtomicBool>, Problem> {
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
        flag::register_conditional_shutdown(
            signal,
            i32::from(Exit::Stuck.code()),
            Arc::clone(&asked),
        )
        .map_err(fail)?;
        flag::register(signal, Arc::clone(&asked)).map_err(fail)?;
    }
    flag::register(SIGHUP, ignored).map_err(fail)?;
    Ok(asked)
}
