//! The PID file of `catalina.sh`.

use std::path::PathBuf;

use raylift_model::codes;
use raylift_model::facts::PidFile;
use raylift_model::finding::{Finding, Severity};
use raylift_model::settings::Settings;

use crate::machine::Machine;

/// Bytes of a PID file that are read; a real one has less than ten.
const LARGEST: u64 = 4096;
/// How much of a strange content is shown.
const SHOWN: usize = 40;

/// The path the site uses: what its environment says, else the settings.
pub(crate) fn path(environment: &[(String, String)], settings: &Settings) -> Option<PathBuf> {
    environment
        .iter()
        .find(|(name, value)| name == "CATALINA_PID" && !value.is_empty())
        .map(|(_, value)| PathBuf::from(value))
        .or_else(|| settings.server.pid_file.clone())
}

/// What the file says, compared with the running server.
pub(crate) fn look(
    machine: &dyn Machine,
    path: Option<&PathBuf>,
    running: Option<u32>,
) -> (PidFile, Option<Finding>) {
    let Some(file) = path else {
        return (PidFile::NotUsed, None);
    };
    let path = file.display().to_string();
    if !matches!(machine.stat(file), Ok(Some(_))) {
        // `catalina.sh stop` removes it: without a server its absence is as it should be.
        let finding = running.map(|pid| {
            Finding::new(
                Severity::Warning,
                codes::PID_FILE_ABSENT,
                path.as_str(),
                format!("is not there although the server runs as process {pid}; catalina.sh stop would refuse"),
                "nothing: raylift finds the server itself; some Tomcat versions (9.0.16) never write the file",
            )
        });
        return (PidFile::Absent { path }, finding);
    }
    let content = machine
        .read(file, LARGEST)
        .map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned())
        .unwrap_or_default();
    if running.is_some_and(|pid| content.parse() == Ok(pid)) {
        return (PidFile::Right { path }, None);
    }
    let content: String = content.chars().take(SHOWN).collect();
    let message = match running {
        Some(pid) => format!("says \"{content}\", but the server runs as process {pid}"),
        None => format!("says \"{content}\", but no server of this site runs"),
    };
    let finding = Finding::new(
        Severity::Warning,
        codes::PID_FILE_STALE,
        path.as_str(),
        message,
        "nothing: raylift goes by the process itself; remove the file when the server is stopped",
    );
    (PidFile::Stale { path, content }, Some(finding))
}
