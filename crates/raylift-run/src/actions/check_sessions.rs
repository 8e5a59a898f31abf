//! Nobody else works on the database.

use raylift_model::codes;

use super::{Context, Notes};
use crate::host::{HostError, Progress};

/// Sessions of the server that was just stopped end when its process does; the database server notices a little later.
const PATIENCE_MILLISECONDS: u64 = 10_000;
const TICK_MILLISECONDS: u64 = 250;

pub(super) fn run(context: &Context<'_>, progress: Progress<'_>) -> Result<Notes, HostError> {
    context.require_stopped()?;
    let mut waited = 0;
    loop {
        let sessions = context.host.foreign_sessions(context.plan)?;
        if sessions.is_empty() {
            return Ok(vec![
                "no session of anybody else is seen on the database".to_owned(),
            ]);
        }
        if waited >= PATIENCE_MILLISECONDS {
            return Err(HostError::new(
                codes::FOREIGN_SESSIONS,
                format!(
                    "{} other sessions are connected to the site's database, though its server is stopped: perhaps another node of the cluster, or a report",
                    sessions.len()
                ),
            )
            .because(sessions));
        }
        if waited == 0 {
            progress("waiting for other sessions of the database to end".to_owned());
        }
        context.host.wait(TICK_MILLISECONDS);
        waited += TICK_MILLISECONDS;
    }
}
