//! What the survey of a site is asked.

use std::path::PathBuf;

use raylift_formats::proc;
use raylift_model::facts::{JavaFacts, Ownership, SqlIndex};
use raylift_model::settings::Settings;

use super::options::before_main_class;

/// Which site to look at, and what is known of it beforehand.
#[derive(Clone)]
pub struct SurveyRequest {
    /// The home, as the user named it.
    pub home: PathBuf,
    /// The site's `raylift.toml`.
    pub settings: Settings,
    /// The server process that raylift itself stopped; `None` when the site runs or was stopped by somebody else.
    pub remembered: Option<RememberedProcess>,
    /// Compare every row of a document with its file, and every file with the rows. Without it a sample is compared.
    pub census: bool,
    /// Ask a database server for its version, its size and the user's rights, and look for its vendor's tools.
    pub server: bool,
    /// Look for what an upgrade stumbles over, too: the checks of server and document store, and the database's schema.
    /// They are for a plan and for people; nothing that is done to the site needs them.
    pub checks: bool,
    /// Unique indexes that a release to come makes: the database is asked, together with the checks, whether its rows are
    /// fit for them.
    pub unique_indexes: Vec<SqlIndex>,
}

/// What the running server said before raylift stopped it. Its environment and options may hold secrets, so it has
/// neither `Debug` nor `Serialize` and is never stored.
#[derive(Clone)]
pub struct RememberedProcess {
    /// Environment, name and value.
    pub environment: Vec<(String, String)>,
    /// Arguments of the JVM before the main class, as they were.
    pub jvm_options: Vec<String>,
    /// The Java it ran with.
    pub java: JavaFacts,
    /// Who ran it.
    pub owner: Ownership,
}

impl RememberedProcess {
    /// From the bytes of `/proc/PID/environ` and `/proc/PID/cmdline` as they were.
    pub fn of_proc(environ: &[u8], cmdline: &[u8], java: JavaFacts, owner: Ownership) -> Self {
        Self {
            environment: proc::environment(environ),
            jvm_options: before_main_class(&proc::arguments(cmdline)),
            java,
            owner,
        }
    }
}
