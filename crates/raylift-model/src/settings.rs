//! The site's own settings, from `raylift.toml`. Every key is optional: a plain bundle needs none.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::plan::DatabaseMeans;

/// Everything that `raylift.toml` may say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Format of the file; 1, or absent.
    pub config_version: Option<u32>,
    /// Who runs the site and with what.
    pub server: ServerSettings,
    /// How the site is judged after the start.
    pub health: HealthSettings,
    /// The upgrade client.
    pub upgrade: UpgradeSettings,
    /// The database server's tools.
    pub database: DatabaseToolSettings,
    /// What a rollback goes back to.
    pub restore_point: RestorePointSettings,
    /// Where backups are kept and how many.
    pub backup: BackupSettings,
    /// Where raylift keeps its state and backups; default `.raylift` in the home.
    pub state: Option<PathBuf>,
}

/// `[server]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Tomcat's folder, when it does not lie in the home.
    pub tomcat: Option<PathBuf>,
    /// Shell command that starts the server, instead of `catalina.sh start`.
    pub start: Option<String>,
    /// Shell command that stops the server, instead of `catalina.sh stop`.
    pub stop: Option<String>,
    /// `CATALINA_PID`, when the server's environment does not say it.
    pub pid_file: Option<PathBuf>,
    /// Home of the Java runtime, for a site that is not running.
    pub java_home: Option<PathBuf>,
    /// Seconds the server may take to stop (default 180).
    pub stop_seconds: Option<u64>,
    /// Seconds the server may take to its first good answer (default 1800).
    pub start_seconds: Option<u64>,
}

/// `[health]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HealthSettings {
    /// Seconds everything must stay good (default 10).
    pub stable_seconds: Option<u64>,
    /// Pages; default: `/` and `/c/portal/layout` on the first HTTP connector.
    pub probe: Vec<ProbeSettings>,
}

/// `[[health.probe]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProbeSettings {
    /// Path on the first HTTP connector (`/web/guest`), or a whole `http://` URL.
    pub url: String,
    /// `Host` header.
    pub host: Option<String>,
    /// A text that must be in the answer.
    pub text: Option<String>,
}

/// `[upgrade]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UpgradeSettings {
    /// `HOST:PORT` for the Gogo console of the upgrade client (default `localhost:11311`).
    pub console: Option<String>,
    /// Options of the upgrade client's child JVM; replaces Liferay's defaults.
    pub jvm_options: Option<String>,
    /// Seconds without any progress before the upgrade counts as hanging (default 3600).
    pub stall_seconds: Option<u64>,
}

/// `[database]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseToolSettings {
    /// Folder with the vendor's tools (`pg_dump`, `mariadb-dump`); default: where Debian, Red Hat and the vendors put
    /// them, else `/usr/bin`.
    pub tools: Option<PathBuf>,
    /// A user of the server who may create and rename databases, where the site's own may not.
    pub admin_user: Option<String>,
    /// A file whose first line is that user's password.
    pub admin_password_file: Option<PathBuf>,
    /// Jobs of a parallel dump or restore (default: 2).
    pub jobs: Option<u32>,
    /// Program and arguments that dump the database into the folder that `RAYLIFT_DUMP` names, instead of the vendor's
    /// tools. Only together with `restore_command`.
    pub dump_command: Option<Vec<String>>,
    /// Program and arguments that bring the database back from the folder that `RAYLIFT_DUMP` names, over the live one.
    pub restore_command: Option<Vec<String>>,
    /// Seconds that each of the two may take (default 14400).
    pub command_seconds: Option<u64>,
}

/// `[restore_point]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RestorePointSettings {
    /// What the return point holds of the database: a dump (default), or a copy on its own server.
    pub database: DatabaseMeans,
    /// Program and arguments that take a snapshot of database and documents of the stopped site, instead of raylift's own
    /// copies. The last line of its output that is not empty is the snapshot's id.
    pub command: Option<Vec<String>>,
    /// Program and arguments that bring a snapshot back; the id is added as the last argument.
    pub restore_command: Option<Vec<String>>,
    /// Seconds that each of the two may take (default 3600).
    pub timeout_seconds: Option<u64>,
    /// False: no return point where the old release accepts the database as it will be (default true).
    pub always: Option<bool>,
}

/// `[backup]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupSettings {
    /// Folder of the repository; default `backups/repository` in raylift's own folder.
    pub repository: Option<PathBuf>,
    /// File with the repository's key; default `backup.key` in raylift's own folder.
    pub key_file: Option<PathBuf>,
    /// Gigabytes of documents up to which a proof tries out all of them (default 10); of more it tries what is new since
    /// the last proof and about as much of the rest.
    pub sample_above_gigabytes: Option<u64>,
    /// The newest so many backups are kept by `raylift backups forget`; nothing set means that nothing is forgotten.
    pub keep_last: Option<u32>,
    /// The newest of each of so many days.
    pub keep_daily: Option<u32>,
    /// The newest of each of so many weeks.
    pub keep_weekly: Option<u32>,
    /// The newest of each of so many months.
    pub keep_monthly: Option<u32>,
}

impl BackupSettings {
    /// The repository's folder and the file with its key.
    pub fn places(&self, state: &Path) -> (PathBuf, PathBuf) {
        let set =
            |path: &Option<PathBuf>, name: &str| path.clone().unwrap_or_else(|| state.join(name));
        (
            set(&self.repository, "backups/repository"),
            set(&self.key_file, "backup.key"),
        )
    }

    /// Bytes of documents up to which a proof tries out all of them.
    pub fn sample_above(&self) -> u64 {
        self.sample_above_gigabytes
            .unwrap_or(10)
            .saturating_mul(1_000_000_000)
    }
}
