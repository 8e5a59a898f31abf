//! What the new site held when it had proven healthy, in a file of the run's folder.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use raylift_model::codes;
use raylift_run::host::{Healthy, HostError};

use super::error::{read_failed, write_failed};
use super::exchange::sync_parent;

const FILE: &str = "healthy.json";

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
        Ok(None) | Err(_) => keep(run_folder, &look()?),
    }
}

/// Keeps the note, whole or not at all.
fn keep(run_folder: &Path, noted: &Healthy) -> Result<(), HostError> {
    let bytes = serde_json::to_vec(noted).map_err(not_json)?;
    let path = run_folder.join(FILE);
    let new = path.with_extension("new");
    File::create(&new)
        .and_then(|mut file| {
            file.write_all(&bytes)?;
            file.sync_all()
        })
        .map_err(|error| write_failed(&new, error))?;
    fs::rename(&new, &path).map_err(|error| write_failed(&path, error))?;
    sync_parent(&path)
}

/// The note, where there is one.
///
/// # Errors
/// When it is there and cannot be read.
pub(crate) fn noted(run_folder: &Path) -> Result<Option<Healthy>, HostError> {
    let path = run_folder.join(FILE);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(not_json),
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
}
