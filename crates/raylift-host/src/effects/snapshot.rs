//! Return points that are no copies of raylift's: a snapshot by the owner's command, or nothing but notes.

use std::fs;
use std::path::Path;
use std::time::Instant;

use raylift_backup::Stop;
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::plan::{OwnCommand, Plan};
use raylift_model::proof::SnapshotRecord;
use raylift_run::host::{HostError, Progress, ReturnPoint};
use raylift_survey::machine::DatabaseAccess;
use serde::{Deserialize, Serialize};

use super::error::{exists, read_failed};
use super::exchange::sync_parent;
use super::folders::make_private;
use super::own_command::{Own, environment, logs};
use super::records;
use super::return_point::{Note, count, not_json, require_planned};
use super::whole;
use crate::bridge::Mode;

/// Written last: what is in it is complete.
const FILE: &str = "noted.json";
/// Longest id; what is longer is a message.
const LONGEST: usize = 200;

/// What is known of the stopped site, and of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Noted {
    format: u32,
    taken: String,
    /// What the command said; nothing where nothing was copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) snapshot: Option<String>,
    documents: (u64, u64),
    pub(crate) note: Note,
}

impl Noted {
    pub(crate) fn point(&self) -> Result<ReturnPoint, HostError> {
        Ok(ReturnPoint {
            taken: self.taken.clone(),
            digest: Digest::of(&serde_json::to_vec(self).map_err(not_json)?),
            tables: self.note.tables.clone(),
            release_rows: self.note.release_rows.clone(),
            documents: self.documents,
            snapshot: self.snapshot.clone(),
        })
    }
}

/// One run's own return point.
pub(crate) struct Taking<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) access: &'a DatabaseAccess,
    pub(crate) run_folder: &'a Path,
    /// Where the notes are kept.
    pub(crate) place: &'a Path,
    pub(crate) now: String,
}

impl Taking<'_> {
    /// Notes what the stopped site holds, and has `command` take a snapshot of it where there is one.
    ///
    /// # Errors
    /// [`codes::SNAPSHOT_FAILED`] when the command fails or says no id; else when something cannot be read or written.
    pub(crate) fn take(
        self,
        command: Option<&OwnCommand>,
        progress: Progress<'_>,
    ) -> Result<ReturnPoint, HostError> {
        if let Some(noted) = complete(self.place)? {
            return noted.point();
        }
        progress("counting the rows of the database".to_owned());
        let never = Stop::default();
        let note = Note::read(self.access, Mode::ReadOnly, &never)?;
        require_planned(&self.plan.site, &note)?;
        let store = self.plan.site.store.as_deref();
        let documents = store.map(|store| count(store, &never)).transpose()?;
        let begun = Instant::now();
        let snapshot = match command {
            Some(command) => Some(self.snapshot(command, progress)?),
            None => None,
        };
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let noted = Noted {
            format: 1,
            taken: self.now.clone(),
            snapshot,
            documents: documents.unwrap_or_default(),
            note,
        };
        self.keep(&noted)?;
        if let Some(id) = &noted.snapshot {
            let record = SnapshotRecord {
                taken: self.now.clone(),
                id: id.clone(),
                milliseconds,
            };
            records::keep(&self.plan.site, SnapshotRecord::FILE, &record)?;
        }
        noted.point()
    }

    fn snapshot(&self, command: &OwnCommand, progress: Progress<'_>) -> Result<String, HostError> {
        let own = owned(self.plan, command, self.run_folder, "restore-point-command");
        let lines = own.once(progress)?;
        let id = lines.last().cloned().unwrap_or_default();
        // An id becomes an argument, where one like an option would be taken for one.
        if id.is_empty() || id.len() > LONGEST || id.starts_with('-') {
            let why = match id.is_empty() {
                true => "said no id of a snapshot".to_owned(),
                false => format!("ended with {id:?}, which is no id of a snapshot"),
            };
            return Err(HostError::new(
                codes::SNAPSHOT_FAILED,
                format!("{} {why}", command.words.first().map_or("", String::as_str)),
            )
            .because([format!("its output lies in {}", own.folder.display())]));
        }
        Ok(id)
    }

    fn keep(&self, noted: &Noted) -> Result<(), HostError> {
        make_private(self.place)?;
        sync_parent(self.place)?;
        let bytes = serde_json::to_vec_pretty(noted).map_err(not_json)?;
        whole::write(&self.place.join(FILE), &bytes)
    }
}

/// The notes at `place`; nothing where raylift's own copies lie there, or nothing at all.
///
/// # Errors
/// When they are there and cannot be understood.
pub(crate) fn complete(place: &Path) -> Result<Option<Noted>, HostError> {
    let path = place.join(FILE);
    if !exists(&path)? {
        return Ok(None);
    }
    let bytes = fs::read(&path).map_err(|error| read_failed(&path, error))?;
    serde_json::from_slice(&bytes).map(Some).map_err(not_json)
}

/// Brings the snapshot of `place` back by the owner's command.
///
/// # Errors
/// [`codes::RESTORE_BY_HAND`] where there is no command; [`codes::RESTORE_FAILED`] when it fails.
pub(crate) fn restore(
    plan: &Plan,
    run_folder: &Path,
    place: &Path,
    command: Option<&OwnCommand>,
    progress: Progress<'_>,
) -> Result<Vec<String>, HostError> {
    let id = complete(place)?.and_then(|noted| noted.snapshot);
    let id = id.ok_or_else(|| {
        HostError::new(
            codes::NOTHING_TO_ROLL_BACK,
            format!("no snapshot is noted in {}", place.display()),
        )
    })?;
    let Some(command) = command else {
        return Err(HostError::new(
            codes::RESTORE_BY_HAND,
            format!("a person must bring database and documents back as of snapshot {id}"),
        )
        .because([
            format!("the files of the old release are back, and nobody can start the site: bring snapshot {id} back now"),
            "then raylift rollback --restored compares what is there, and starts the site".to_owned(),
        ]));
    };
    let mut own = owned(plan, command, run_folder, "restore-command");
    own.argument = Some(&id);
    own.environment
        .push(("RAYLIFT_SNAPSHOT", id.clone().into()));
    own.code = codes::RESTORE_FAILED;
    own.anew(progress)?;
    Ok(vec![format!(
        "database and documents as of snapshot {id}, by {}; what was there before it did not set aside for raylift",
        command.words.first().map_or("", String::as_str)
    )])
}

fn owned<'a>(plan: &'a Plan, command: &'a OwnCommand, run_folder: &Path, name: &str) -> Own<'a> {
    let site = &plan.site;
    let mut environment = environment(site, run_folder.file_name().unwrap_or_default());
    if let Some(store) = &site.store {
        environment.push(("RAYLIFT_STORE", store.clone().into_os_string()));
    }
    Own {
        command,
        argument: None,
        environment,
        folder: logs(run_folder, name),
        owner: None,
        secret: None,
        code: codes::SNAPSHOT_FAILED,
        stop: Stop::default(),
    }
}
