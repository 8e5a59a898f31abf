//! Data of a new server with the portal's database in it, made once and copied for every site.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::LabError;
use crate::database;
use crate::hash::InputDigest;
use crate::lab::Lab;
use crate::owner::Owner;
use crate::ports;
use crate::scenario::ReleaseVersion;

use super::{DatabaseFacts, DatabaseServer, Engine, FOLDER, kind};

impl Lab {
    /// Folder with the data of a server for this release, made when programs, sources or parts have changed. The
    /// database is empty for a release that makes its schema at its first start. `None` for an engine without a server.
    ///
    /// # Errors
    /// [`LabError::Missing`] without the engine's Debian package, and whatever upgrading a database can meet.
    pub(crate) fn server_data(
        &self,
        engine: Engine,
        version: ReleaseVersion,
        owner: Owner,
    ) -> Result<Option<PathBuf>, LabError> {
        let Some(kind) = kind(engine) else {
            return Ok(None);
        };
        let mut digest = InputDigest::new("server");
        digest.add("version", kind.version()?.as_bytes());
        digest.add("engine", include_bytes!("../engine.rs"));
        digest.add("seed", include_bytes!("seed.rs"));
        digest.add("postgresql", include_bytes!("postgresql.rs"));
        digest.add("mariadb", include_bytes!("mariadb.rs"));
        if database::is_made_by_upgrades(version) {
            digest.add("release", version.name().as_bytes());
            self.add_database_sources(&mut digest)?;
        }
        let folder = self.cache().join("servers").join(digest.key());
        let _lock = self.lock("servers")?;
        if !folder.is_dir() {
            let staging = folder.with_extension("making");
            if staging.exists() {
                fs::remove_dir_all(&staging).map_err(LabError::io("remove", &staging))?;
            }
            fs::create_dir_all(&staging).map_err(LabError::io("create", &staging))?;
            self.make_data(engine, version, owner, &staging)?;
            let data = staging.join(FOLDER).join("data");
            fs::rename(&data, &folder).map_err(LabError::io("rename", &data))?;
            fs::remove_dir_all(&staging).map_err(LabError::io("remove", &staging))?;
        }
        Self::keep_recent(&folder)?;
        Ok(Some(folder))
    }

    fn make_data(
        &self,
        engine: Engine,
        version: ReleaseVersion,
        owner: Owner,
        staging: &Path,
    ) -> Result<(), LabError> {
        let [port] = ports::free()?;
        let Some(facts) = DatabaseFacts::choose(engine, port)? else {
            return Ok(());
        };
        let server = DatabaseServer::of(&facts, owner, staging);
        let folder = server.folder();
        fs::create_dir_all(folder).map_err(LabError::io("create", folder))?;
        owner.check_way_to(folder)?;
        owner.take(folder)?;
        let kind = server.kind()?;
        kind.make(&server.place)?;
        kind.configure(&server.place)?;
        server.start()?;
        let made = server
            .set_role(true)
            .and_then(|()| server.empty())
            .and_then(|()| self.upgrade_database(version, &facts.jdbc(), &staging.join("work")));
        let stopped = server.stop();
        if made.is_err() {
            server.kill();
        }
        made.and(stopped)
    }
}

/// Takes away what others may do in a copied data folder; PostgreSQL insists on that.
pub(super) fn close(data: &Path) -> Result<(), LabError> {
    fs::set_permissions(data, fs::Permissions::from_mode(0o700))
        .map_err(LabError::io("change", data))
}
