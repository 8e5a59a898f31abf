//! A database that the owner's commands dump and bring back: Oracle, DB2, SQL Server, or whatever the settings say.
//!
//! raylift does not know their dumps, so it proves nothing of them and keeps no damaged state beside; what came back is
//! compared with what was noted by the run.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use raylift_backup::Stop;
use raylift_model::codes;
use raylift_model::plan::{DatabaseCommands, DatabaseNames, OwnCommand, PlannedSite};
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;

use super::{Engine, KnownFiles, Source};
use crate::effects::error::read_failed;
use crate::effects::fence::open_path;
use crate::effects::folders::make_private;
use crate::effects::own_command::{Own, environment, logs};
use crate::effects::remove::remove_tree;

/// See the module.
pub(super) struct Commanded {
    pub(super) commands: DatabaseCommands,
    pub(super) site: PlannedSite,
    pub(super) access: DatabaseAccess,
    pub(super) stop: Stop,
}

impl Commanded {
    fn own<'a>(&'a self, command: &'a OwnCommand, dump: &Path, code: &'static str) -> Own<'a> {
        // The dump lies in `backups/<run>`, the run's logs in `runs/<run>`.
        let run = dump.parent().and_then(Path::file_name).unwrap_or_default();
        let name = match code {
            codes::DUMP_FAILED => "dump-command",
            _ => "restore-command",
        };
        let text = |text: &str| OsString::from(text);
        let mut environment = environment(&self.site, run);
        environment.extend([
            ("RAYLIFT_DUMP", dump.to_owned().into_os_string()),
            ("RAYLIFT_JDBC_URL", text(&self.access.url)),
            ("RAYLIFT_JDBC_USER", text(&self.access.username)),
            ("RAYLIFT_JDBC_PASSWORD", text(self.access.password.expose())),
        ]);
        Own {
            command,
            argument: None,
            environment,
            folder: logs(&self.run_folder(run.as_ref()), name),
            // Like every dump tool.
            owner: Some(&self.site.owner),
            secret: Some(&self.access.password),
            code,
            stop: self.stop.clone(),
        }
    }

    fn run_folder(&self, run: &Path) -> PathBuf {
        self.site.state.join("runs").join(run)
    }

    fn make_reachable(&self, own: &Own<'_>) -> Result<(), HostError> {
        let folder = &own.folder;
        make_private(folder)?;
        match folder.parent() {
            Some(above) => open_path(above, &self.site.state, &self.site.owner),
            None => Ok(()),
        }
    }
}

fn is_empty(folder: &Path) -> Result<bool, HostError> {
    let mut entries = fs::read_dir(folder).map_err(|error| read_failed(folder, error))?;
    Ok(entries.next().is_none())
}

impl Engine for Commanded {
    fn dump(&self, folder: &Path, progress: Progress<'_>) -> Result<KnownFiles, HostError> {
        let own = self.own(&self.commands.dump, folder, codes::DUMP_FAILED);
        self.make_reachable(&own)?;
        // One that a killed attempt left at work writes into a folder that was emptied under it.
        if own.end()? {
            for entry in fs::read_dir(folder).map_err(|error| read_failed(folder, error))? {
                let entry = entry.map_err(|error| read_failed(folder, error))?;
                remove_tree(&self.site.state, &entry.path())?;
            }
        }
        own.anew(progress)?;
        if is_empty(folder)? {
            return Err(HostError::new(
                codes::DUMP_FAILED,
                format!(
                    "{} ended well and left nothing in RAYLIFT_DUMP ({})",
                    self.commands.dump.words.first().map_or("", String::as_str),
                    folder.display()
                ),
            ));
        }
        Ok(KnownFiles::new())
    }

    fn restore(&self, _: Source<'_>, _: &str, _: Progress<'_>) -> Result<(), HostError> {
        Err(unproven())
    }

    fn remove(&self, _: &str) -> Result<(), HostError> {
        Ok(())
    }

    fn stage_back(
        &self,
        _: Source<'_>,
        _: &DatabaseNames,
        _: Progress<'_>,
    ) -> Result<(), HostError> {
        Ok(())
    }

    fn bring_back(
        &self,
        source: Source<'_>,
        _: &DatabaseNames,
        _: &Path,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, HostError> {
        let dump = source.dump()?;
        let own = self.own(&self.commands.restore, dump, codes::RESTORE_FAILED);
        self.make_reachable(&own)?;
        own.anew(progress)?;
        Ok(vec![format!(
            "the database was brought back by {}, over the live one: nothing of what was there is kept beside",
            self.commands
                .restore
                .words
                .first()
                .map_or("", String::as_str)
        )])
    }

    /// raylift makes none.
    fn is_there(&self, _: &str) -> Result<bool, HostError> {
        Ok(false)
    }

    /// Nobody knows whom to ask.
    fn sessions(&self) -> Result<Vec<String>, HostError> {
        Ok(Vec::new())
    }

    fn access(&self, _: &str) -> Result<DatabaseAccess, HostError> {
        Err(unproven())
    }
}

fn unproven() -> HostError {
    HostError::new(
        codes::NOT_PROVEN,
        "a dump by the owner's command is not restored to a place of its own, so that it cannot be proven",
    )
}
