//! What the new site held when it had proven healthy, in a file of the run's folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_run::host::{Healthy, HostError};
use serde::{Deserialize, Serialize};

use super::error::read_failed;
use super::logs::Marks;
use super::whole;

const FILE: &str = "healthy.json";

/// The note in its file.
#[derive(Serialize, Deserialize)]
struct Note {
    #[serde(flatten)]
    healthy: Healthy,
    /// What its number of requests is counted from.
    #[serde(default)]
    counted: Option<Counted>,
}

/// What a number of requests is counted from. Numbers are comparable while the server is not started anew and no access log
/// is cut or moved away.
#[derive(Serialize, Deserialize)]
struct Counted {
    start: Marks,
    logs: BTreeMap<PathBuf, u64>,
}

impl Note {
    fn comparable(self, now: Option<Counted>) -> Healthy {
        let goes_on = self
            .counted
            .zip(now)
            .is_some_and(|(then, now)| then.goes_on_in(&now));
        Healthy {
            requests: self.healthy.requests.filter(|_| goes_on),
            ..self.healthy
        }
    }
}

impl Counted {
    fn now(run_folder: &Path) -> Option<Self> {
        let start = Marks::load(run_folder).ok()??;
        let logs = start.access_logs().ok()?;
        Some(Self { start, logs })
    }

    fn goes_on_in(&self, later: &Self) -> bool {
        let whole = |(path, length)| later.logs.get(path).is_some_and(|now| now >= length);
        self.start == later.start && self.logs.iter().all(whole)
    }
}

/// Keeps what `look` finds, unless the run has a whole note: what a check that was taken up finds hours later holds what
/// users wrote meanwhile.
///
/// # Errors
/// When `look` fails, or when the note cannot be written.
pub(crate) fn keep_first(
    run_folder: &Path,
    look: impl FnOnce() -> Result<Healthy, HostError>,
) -> Result<(), HostError> {
    match noted(run_folder) {
        Ok(Some(_)) => Ok(()),
        // One that cannot be understood is of no use.
        Ok(None) | Err(_) => {
            // Before the requests are counted: a log that is longer then is whole.
            let counted = Counted::now(run_folder);
            let healthy = look()?;
            keep(run_folder, &Note { healthy, counted })
        }
    }
}

/// Keeps the note, whole or not at all.
fn keep(run_folder: &Path, noted: &Note) -> Result<(), HostError> {
    let bytes = serde_json::to_vec(noted).map_err(not_json)?;
    whole::write(&run_folder.join(FILE), &bytes)
}

/// The note, where there is one; without its number of requests where that cannot be compared with one of today.
///
/// # Errors
/// When it is there and cannot be read.
pub(crate) fn noted(run_folder: &Path) -> Result<Option<Healthy>, HostError> {
    let path = run_folder.join(FILE);
    match fs::read(&path) {
        Ok(bytes) => {
            let note: Note = serde_json::from_slice(&bytes).map_err(not_json)?;
            Ok(Some(note.comparable(Counted::now(run_folder))))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(read_failed(&path, error)),
    }
}

fn not_json(error: serde_json::Error) -> HostError {
    HostError::new(
        codes::WRITE_FAILED,
        "what was noted of the healthy site cannot be understood",
    )
    .caused_by(error)
}

#[cfg(test)]
mod tests {
    use raylift_model::facts::TableFacts;

    use super::*;

    fn note(requests: u64) -> Healthy {
        Healthy {
            taken: "2026-11-27T06:00:00.000Z".to_owned(),
            tables: vec![TableFacts {
                name: "user_".to_owned(),
                rows: 2,
            }],
            requests: Some(requests),
        }
    }

    #[test]
    fn the_first_whole_note_of_a_run_stays() {
        let folder = tempfile::tempdir().unwrap();
        Marks::default().save(folder.path()).unwrap();
        let keep = |requests| keep_first(folder.path(), || Ok(note(requests))).unwrap();
        assert_eq!(noted(folder.path()).unwrap(), None);
        keep(7);
        keep(900);
        assert_eq!(noted(folder.path()).unwrap(), Some(note(7)));
        fs::write(folder.path().join(FILE), "{").unwrap();
        noted(folder.path()).unwrap_err();
        keep(900);
        assert_eq!(noted(folder.path()).unwrap(), Some(note(900)));
    }

    /// Its number would be taken for one of the same count.
    #[test]
    fn a_note_of_another_start_or_of_logs_that_are_gone_has_no_number_of_requests() {
        let folder = tempfile::tempdir().unwrap();
        let (home, tomcat) = (folder.path().join("home"), folder.path().join("tomcat"));
        let log = tomcat.join("localhost_access_log.2026-11-27.txt");
        fs::create_dir(&home).unwrap();
        fs::create_dir(&tomcat).unwrap();
        let yesterday = tomcat.join("localhost_access_log.2026-11-26.txt");
        fs::write(&yesterday, "GET /\n").unwrap();
        let start = || Marks::of_folders(vec![home.clone(), tomcat.clone()]).save(folder.path());
        let requests = || noted(folder.path()).unwrap().unwrap().requests;
        start().unwrap();
        fs::write(&log, "GET /\n").unwrap();
        keep_first(folder.path(), || Ok(note(7))).unwrap();
        assert_eq!(requests(), Some(7));
        fs::remove_file(&yesterday).unwrap();
        assert_eq!(requests(), Some(7), "of before the start");
        fs::write(&log, "GET /\nGET /a\n").unwrap();
        assert_eq!(requests(), Some(7));
        fs::write(&log, "").unwrap();
        assert_eq!(requests(), None, "cut");
        fs::remove_file(&log).unwrap();
        assert_eq!(requests(), None, "moved away");
        fs::write(&log, "GET /\nGET /a\n").unwrap();
        assert_eq!(requests(), Some(7));
        start().unwrap();
        assert_eq!(requests(), None, "started anew");
    }
}
