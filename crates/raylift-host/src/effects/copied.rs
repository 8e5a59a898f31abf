//! The database's part of a return point as a copy on the database's own server: nothing of it lies in the folder of the
//! return point but its name and what was counted in it.

use std::path::Path;

use raylift_backup::Stop;
use raylift_model::codes;
use raylift_model::plan::{DatabaseNames, PlannedSite};
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;

use super::compared::compare;
use super::engine::{self, Engine, Source};
use super::error::exists;
use super::exchange::sync_parent;
use super::folders::make_private;
use super::remove::remove_tree;
use super::return_point::Note;
use super::whole;
use crate::bridge::Mode;

/// In the folder of the return point, before the copy is begun: from then on a database of its name is this run's own.
const BEGUN: &str = "database-on-server";

/// Copies the live database, which nobody may be connected to. A part that a killed attempt left is made anew. Answers the
/// name of the copy.
///
/// # Errors
/// As [`Engine::restore`]; [`codes::RESTORE_FAILED`] when a database of that name is there and not of this run.
pub(crate) fn copy(
    engine: &dyn Engine,
    names: &DatabaseNames,
    place: &Path,
    progress: Progress<'_>,
) -> Result<String, HostError> {
    let name = names.return_point();
    refuse_leftover(engine, names, place)?;
    make_private(place)?;
    sync_parent(place)?;
    whole::write(&place.join(BEGUN), name.as_bytes())?;
    engine.restore(Source::Live, &name, progress)?;
    Ok(name)
}

/// Refuses when the server has a database under the name of the copy and this run did not make it: it is the return point
/// of a run with the same name, whose folder is gone, and may be the only copy of something.
///
/// # Errors
/// With [`codes::RESTORE_FAILED`] when it is there, else as [`Engine::is_there`].
pub(crate) fn refuse_leftover(
    engine: &dyn Engine,
    names: &DatabaseNames,
    place: &Path,
) -> Result<(), HostError> {
    let name = names.return_point();
    if exists(&place.join(BEGUN))? || !engine.is_there(&name)? {
        return Ok(());
    }
    Err(HostError::new(
        codes::RESTORE_FAILED,
        format!(
            "database {name} is on the server already: the return point of a run with this run's name whose folder is gone. Look what is in it, then rename or drop it"
        ),
    ))
}

/// Counts the copy and the live database, which must hold the same. Answers what is noted of the copy.
///
/// # Errors
/// With [`codes::PROOF_FAILED`] and the differences, and when a database cannot be read.
pub(crate) fn checked(
    engine: &dyn Engine,
    name: &str,
    live: &DatabaseAccess,
) -> Result<Note, HostError> {
    let live = Note::read(live, Mode::ReadOnly, &Stop::default())?;
    let copy = read(engine, name, &Stop::default())?;
    let mut differences = compare(&live, &copy, &live);
    if copy.core_row != live.core_row {
        differences.push("the core's row differs".to_owned());
    }
    if differences.is_empty() {
        engine.admit(name, false)?;
        return Ok(copy);
    }
    Err(HostError::new(
        codes::PROOF_FAILED,
        format!("database {name}, just copied, is not what the site's is"),
    )
    .because(differences))
}

/// Counts the copy, which must let raylift in for that. Who finds in it what should be there lets nobody in afterwards: a
/// copy that does was not counted to the end, or somebody let himself in.
///
/// # Errors
/// When it cannot be let in or read, and with [`codes::INTERRUPTED`].
pub(crate) fn read(engine: &dyn Engine, name: &str, stop: &Stop) -> Result<Note, HostError> {
    let access = engine.access(name)?;
    engine.admit(name, true)?;
    Note::read(&access, Mode::ReadOnly, stop)
}

/// How the server of a site is reached when a return point lies on it.
pub(crate) struct OnServer<'a> {
    pub(crate) site: &'a PlannedSite,
    pub(crate) access: &'a dyn Fn() -> Result<DatabaseAccess, HostError>,
}

impl OnServer<'_> {
    fn engine(&self) -> Result<Box<dyn Engine>, HostError> {
        engine::of(self.site, &(self.access)()?)?.ok_or_else(|| {
            HostError::new(
                codes::PROOF_FAILED,
                "the return point holds a database on a server, and the site has none",
            )
        })
    }

    /// Nothing when the copy is there.
    ///
    /// # Errors
    /// With [`codes::PROOF_FAILED`] when it is gone, and when the server cannot be asked.
    pub(crate) fn require(&self, name: &str) -> Result<(), HostError> {
        if self.engine()?.is_there(name)? {
            return Ok(());
        }
        Err(HostError::new(
            codes::PROOF_FAILED,
            format!(
                "the return point is damaged: database {name}, its copy of the site's, is not on the server any more"
            ),
        ))
    }

    /// Counts the rows of the copy, which must be as noted, and looks whether it can be copied back.
    ///
    /// # Errors
    /// With [`codes::PROOF_FAILED`] when it is not so, and when the copy cannot be read.
    pub(crate) fn verify(&self, name: &str, noted: &Note) -> Result<(), HostError> {
        let engine = self.engine()?;
        engine.may_copy(name)?;
        let found = read(engine.as_ref(), name, &Stop::default())?;
        let differences = compare(noted, &found, noted);
        if differences.is_empty() {
            return engine.admit(name, false);
        }
        Err(HostError::new(
            codes::PROOF_FAILED,
            format!("the return point is damaged: database {name} is not what was copied"),
        )
        .because(differences))
    }

    /// The same on the way back, where nobody should be let in once more: a copy that lets nobody in was counted, and is as
    /// it was then.
    ///
    /// # Errors
    /// As [`OnServer::verify`].
    pub(crate) fn require_whole(&self, name: &str, noted: &Note) -> Result<(), HostError> {
        let engine = self.engine()?;
        match engine.admits(name)? {
            true => self.verify(name, noted),
            false => engine.may_copy(name),
        }
    }

    /// Removes the return point at `place`, with the database that this run made for it; nothing when there is none. A
    /// database of its name of which nothing in the folder says that this run made it stays; answers what is to be said of it.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub(crate) fn forget(&self, place: &Path) -> Result<Vec<String>, HostError> {
        let name = DatabaseNames::of(self.site, place).return_point();
        let mut said = Vec::new();
        if exists(&place.join(BEGUN))? {
            self.engine()?.remove(&name)?;
        } else if self.site.copies_on_server() {
            // A server that is not within reach now is no reason not to remove the rest.
            let there = self.engine().and_then(|engine| engine.is_there(&name));
            if there.unwrap_or(false) {
                said.push(format!(
                    "database {name} stays on the server: it has the name of this run's return point, whose folder says nothing of it. Look what is in it; DROP DATABASE {name}; removes it"
                ));
            }
        }
        remove_tree(&self.site.state, place)?;
        Ok(said)
    }
}
