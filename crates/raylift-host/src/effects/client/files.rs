//! The client's three property files: written for one run, then put back, because one of them holds the password.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use raylift_backup::attributes::give;
use raylift_formats::properties::{Encoding, read, set};
use raylift_run::host::HostError;

use super::UpgradeClient;
use crate::effects::error::{attributes, backup, exists, read_failed, write_failed};
use crate::effects::exchange::sync_parent;
use crate::effects::folders::make_private;

const SERVER: &str = "app-server.properties";
const DATABASE: &str = "portal-upgrade-database.properties";
const EXT: &str = "portal-upgrade-ext.properties";
const SAVED: &str = "client-files";
const WHOLE: &str = "saved";
const CONSOLE: &str = "module.framework.properties.osgi.console";

impl UpgradeClient<'_> {
    /// Writes the files for this site. What stood there is kept in the run's folder first.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub(super) fn write_files(self) -> Result<(), HostError> {
        let client = &self.upgrade.client;
        let saved = save(self.run_folder, client)?;
        let access = (self.access)()?;
        let site = &self.plan.site;
        let tomcat = site.tomcat.to_string_lossy();
        // The places in Tomcat are those of Liferay's documents for it.
        let server = [
            ("dir", tomcat.as_ref()),
            ("extra.lib.dirs", "/bin"),
            ("global.lib.dir", "/lib"),
            ("portal.dir", "/webapps/ROOT"),
            ("server.detector.server.id", "tomcat"),
        ];
        self.write(SERVER, &saved, &server)?;
        let database = [
            ("jdbc.default.driverClassName", access.driver_class.as_str()),
            ("jdbc.default.url", access.url.as_str()),
            ("jdbc.default.username", access.username.as_str()),
            ("jdbc.default.password", access.password.expose()),
        ];
        self.write(DATABASE, &saved, &database)?;
        let home = site.home.to_string_lossy();
        let store = self.store_properties()?;
        let mut ext: Vec<(&str, &str)> = store
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        ext.push(("liferay.home", home.as_ref()));
        ext.push((CONSOLE, &self.upgrade.console));
        self.write(EXT, &saved, &ext)
    }

    /// The site's settings of the document store, which the upgrade needs as the server does (upgrade internals, 7.1).
    fn store_properties(self) -> Result<Vec<(String, String)>, HostError> {
        let path = self.plan.site.home.join("portal-ext.properties");
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            result => result.map_err(|error| read_failed(&path, error))?,
        };
        Ok(read(&bytes, Encoding::Utf8)
            .value
            .entries()
            .iter()
            .filter(|property| property.key.starts_with("dl.store."))
            .map(|property| (property.key.clone(), property.value.clone()))
            .collect())
    }

    fn write(self, name: &str, saved: &Path, keys: &[(&str, &str)]) -> Result<(), HostError> {
        let before = saved.join(name);
        let mut bytes = match fs::read(&before) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            result => result.map_err(|error| read_failed(&before, error))?,
        };
        for (key, value) in keys {
            bytes = set(&bytes, key, value);
        }
        let path = self.upgrade.client.join(name);
        let partial = self.upgrade.client.join(format!("{name}.raylift-part"));
        let failed = |error: io::Error| write_failed(&path, error);
        remove(&partial)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&partial)
            .map_err(failed)?;
        let owner = &self.plan.site.owner;
        give(&partial, owner.uid, owner.gid).map_err(attributes)?;
        file.write_all(&bytes).map_err(failed)?;
        fs::rename(&partial, &path).map_err(failed)
    }
}

/// Brings the files back that were there before the client's run, and removes those that were not. Nothing when that
/// was done already.
///
/// # Errors
/// When something cannot be read or written.
pub(super) fn put_back(run_folder: &Path, client: &Path) -> Result<(), HostError> {
    let saved = run_folder.join(SAVED);
    if !exists(&saved.join(WHOLE))? || !exists(client)? {
        return Ok(());
    }
    for name in [SERVER, DATABASE, EXT] {
        let (before, live) = (saved.join(name), client.join(name));
        remove(&client.join(format!("{name}.raylift-part")))?;
        if exists(&before)? {
            raylift_backup::copy_file(&before, &live).map_err(backup)?;
        } else {
            remove(&live)?;
        }
    }
    sync_parent(&client.join(SERVER))?;
    fs::remove_dir_all(&saved).map_err(|error| write_failed(&saved, error))
}

/// Keeps the files once; what an earlier try has kept is what stood there before.
fn save(run_folder: &Path, client: &Path) -> Result<PathBuf, HostError> {
    let saved = run_folder.join(SAVED);
    let whole = saved.join(WHOLE);
    if exists(&whole)? {
        return Ok(saved);
    }
    make_private(&saved)?;
    for name in [SERVER, DATABASE, EXT] {
        let live = client.join(name);
        if exists(&live)? {
            raylift_backup::copy_file(&live, &saved.join(name)).map_err(backup)?;
        }
    }
    fs::write(&whole, "").map_err(|error| write_failed(&whole, error))?;
    sync_parent(&whole)?;
    Ok(saved)
}

fn remove(path: &Path) -> Result<(), HostError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(write_failed(path, error)),
        _ => Ok(()),
    }
}
