//! Database servers of sites: Debian's PostgreSQL and MariaDB, each site's own, run by the site's owner.
//!
//! A server's files lie in the folder `database` beside the home and are no part of it. It listens on 127.0.0.1 only.

mod command;
mod mariadb;
mod postgresql;
mod seed;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::LabError;
use crate::hash;
use crate::owner::Owner;
use crate::process::{self, ServerProcess};

/// Name of every database, as Liferay's own examples have it.
const DATABASE: &str = "lportal";

/// The user that the portal connects as.
const USER: &str = "liferay";

/// Password of the administrators. It protects nothing: the servers live for a test.
const ADMIN_PASSWORD: &str = "lab-admin";

/// The folder of a server in a site's folder.
const FOLDER: &str = "database";

/// How long a server may take to come up or to end; both take about 0.2 s on an idle machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The database engine of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Liferay's embedded database in `data/hypersonic`.
    #[default]
    Hsqldb,
    /// A PostgreSQL server.
    Postgresql,
    /// A MariaDB server.
    Mariadb,
}

/// The coordinates by which a portal reaches its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jdbc {
    /// `jdbc.default.driverClassName`.
    pub driver_class: &'static str,
    /// `jdbc.default.url`, in the form of Liferay's own examples (layout-and-artifacts, 4.4).
    pub url: String,
    /// `jdbc.default.username`.
    pub user: String,
    /// `jdbc.default.password`.
    pub password: String,
}

impl Jdbc {
    /// The embedded database of a home.
    pub(crate) fn embedded(home: &Path) -> Self {
        Self {
            driver_class: "org.hsqldb.jdbc.JDBCDriver",
            url: format!("jdbc:hsqldb:{}/data/hypersonic/lportal", home.display()),
            user: "sa".to_owned(),
            password: String::new(),
        }
    }

    /// Name of the driver's JAR in a release.
    pub(crate) fn driver_file(&self) -> &'static str {
        match self.driver_class {
            "org.postgresql.Driver" => "postgresql.jar",
            "org.mariadb.jdbc.Driver" => "mariadb.jar",
            _ => "hsql.jar",
        }
    }

    /// The four lines of a property file. No value needs an escape.
    pub fn properties(&self) -> String {
        format!(
            "jdbc.default.driverClassName={}\njdbc.default.url={}\n\
             jdbc.default.username={}\njdbc.default.password={}\n",
            self.driver_class, self.url, self.user, self.password
        )
    }
}

/// What the lab notes about a site's database server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseFacts {
    /// Which server it is; never [`Engine::Hsqldb`].
    pub engine: Engine,
    /// Port on 127.0.0.1.
    pub port: u16,
    /// Name of the portal's database.
    pub database: String,
    /// The portal's user, owner of the database.
    pub user: String,
    /// Password of that user: letters, digits and dashes, another one for each site.
    pub password: String,
    /// A user who may do everything.
    pub admin: String,
    /// Password of that user.
    pub admin_password: String,
}

impl DatabaseFacts {
    /// Decides about a new server; `None` for an engine without one.
    pub(crate) fn choose(engine: Engine, port: u16) -> Result<Option<Self>, LabError> {
        let Some(kind) = kind(engine) else {
            return Ok(None);
        };
        Ok(Some(Self {
            engine,
            port,
            database: DATABASE.to_owned(),
            user: USER.to_owned(),
            password: random_password()?,
            admin: kind.admin().to_owned(),
            admin_password: ADMIN_PASSWORD.to_owned(),
        }))
    }

    /// How the portal reaches it.
    pub fn jdbc(&self) -> Jdbc {
        let (driver_class, url) = match self.engine {
            Engine::Hsqldb | Engine::Postgresql => (
                "org.postgresql.Driver",
                format!(
                    "jdbc:postgresql://127.0.0.1:{}/{}",
                    self.port, self.database
                ),
            ),
            Engine::Mariadb => (
                "org.mariadb.jdbc.Driver",
                format!(
                    "jdbc:mariadb://127.0.0.1:{}/{}?useUnicode=true&characterEncoding=UTF-8\
                     &useFastDateParsing=false",
                    self.port, self.database
                ),
            ),
        };
        Jdbc {
            driver_class,
            url,
            user: self.user.clone(),
            password: self.password.clone(),
        }
    }
}

/// Where a server has its files, where it listens, who runs it.
#[derive(Debug, Clone)]
struct Place {
    folder: PathBuf,
    port: u16,
    owner: Owner,
}

impl Place {
    /// The server's own files; its processes work there.
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }
}

/// What differs between the servers. Every method names the missing Debian package when the programs are not there.
trait Kind {
    /// Text that tells one installed version from another.
    fn version(&self) -> Result<String, LabError>;

    /// Name of the user who may do everything.
    fn admin(&self) -> &'static str;

    /// Makes new data with the administrator and nothing else.
    fn make(&self, place: &Place) -> Result<(), LabError>;

    /// Writes the server's settings.
    fn configure(&self, place: &Place) -> Result<(), LabError>;

    /// Starts the server and waits until it answers.
    fn start(&self, place: &Place) -> Result<(), LabError>;

    /// Asks the server to end at once, without waiting for connections.
    fn stop(&self, place: &Place) -> Result<(), LabError>;

    /// The process number that the server has written, whether or not it is still right.
    fn pid(&self, place: &Place) -> Option<i32>;

    /// Runs statements with the server's own client; gives what it prints, rows with tabs and without headings.
    fn run(&self, place: &Place, login: &Login<'_>, sql: &str) -> Result<String, LabError>;

    /// The statements that make a database again.
    fn dump(&self, place: &Place, login: &Login<'_>) -> Result<Vec<u8>, LabError>;

    /// Statements that make the portal's user, or change it.
    fn role(&self, facts: &DatabaseFacts, may_create: bool) -> String;

    /// Statements that make the portal's empty database, in place of one that may be there.
    fn empty(&self, facts: &DatabaseFacts) -> String;
}

/// Who connects to what.
struct Login<'a> {
    database: &'a str,
    user: &'a str,
    password: &'a str,
}

fn kind(engine: Engine) -> Option<&'static dyn Kind> {
    match engine {
        Engine::Hsqldb => None,
        Engine::Postgresql => Some(&postgresql::Postgresql),
        Engine::Mariadb => Some(&mariadb::Mariadb),
    }
}

/// The database server of one site.
#[derive(Debug, Clone)]
pub struct DatabaseServer {
    facts: DatabaseFacts,
    place: Place,
}

impl DatabaseServer {
    /// The server in a site's folder, running or not.
    pub(crate) fn of(facts: &DatabaseFacts, owner: Owner, site: &Path) -> Self {
        Self {
            facts: facts.clone(),
            place: Place {
                folder: site.join(FOLDER),
                port: facts.port,
                owner,
            },
        }
    }

    /// Fills its folder with copied data and its own settings.
    pub(crate) fn place_seed(&self, seed: &Path) -> Result<(), LabError> {
        crate::site::copy_folder(seed, &self.place.data())?;
        seed::close(&self.place.data())?;
        self.kind()?.configure(&self.place)
    }

    /// Gives the portal's user its password and its rights; `may_create`: to create databases.
    ///
    /// # Errors
    /// [`LabError::Command`] when the server does not take it.
    pub fn set_role(&self, may_create: bool) -> Result<(), LabError> {
        self.maintain(&self.kind()?.role(&self.facts, may_create))
    }

    /// What the lab knows about it.
    pub fn facts(&self) -> &DatabaseFacts {
        &self.facts
    }

    /// Its folder, beside the home.
    pub fn folder(&self) -> &Path {
        &self.place.folder
    }

    /// Its main process when it runs.
    pub fn process(&self) -> Option<ServerProcess> {
        let pid = kind(self.facts.engine)?.pid(&self.place)?;
        let process = ServerProcess::of(pid)?;
        // A number of a killed server may be another program's by now.
        let works_in = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
        works_in.starts_with(&self.place.folder).then_some(process)
    }

    /// Starts it and waits until it answers; does nothing when it runs.
    ///
    /// # Errors
    /// [`LabError::Missing`] without the Debian package, [`LabError::Command`] with the end of its log when it does not
    /// come up.
    pub fn start(&self) -> Result<(), LabError> {
        if self.process().is_some() {
            return Ok(());
        }
        self.kind()?.start(&self.place)
    }

    /// Stops it as an administrator would and waits for its end; does nothing when it does not run.
    ///
    /// # Errors
    /// [`LabError::NotStopped`] when it does not end.
    pub fn stop(&self) -> Result<(), LabError> {
        let Some(process) = self.process() else {
            return Ok(());
        };
        self.kind()?.stop(&self.place)?;
        if process.wait_end(PATIENCE) {
            return Ok(());
        }
        Err(LabError::NotStopped {
            home: self.place.folder.clone(),
            pid: process.pid,
            seconds: PATIENCE.as_secs(),
        })
    }

    /// Kills every process of it and waits for their ends.
    pub fn kill(&self) {
        process::kill_all(&process::below(&self.place.folder));
    }

    /// Runs statements as the administrator on the portal's database; gives the rows, one a line, columns separated by
    /// tabs.
    ///
    /// # Errors
    /// [`LabError::Command`] with what the server said.
    pub fn admin(&self, sql: &str) -> Result<String, LabError> {
        self.kind()?
            .run(&self.place, &self.admin_login(&self.facts.database), sql)
    }

    /// The statements that make the portal's database again.
    pub(crate) fn dump(&self) -> Result<Vec<u8>, LabError> {
        self.kind()?
            .dump(&self.place, &self.admin_login(&self.facts.database))
    }

    /// Replaces the portal's database by a dumped one.
    pub(crate) fn restore(&self, sql: &str) -> Result<(), LabError> {
        let kind = self.kind()?;
        self.empty()?;
        let login = Login {
            database: &self.facts.database,
            user: &self.facts.user,
            password: &self.facts.password,
        };
        kind.run(&self.place, &login, sql).map(drop)
    }

    /// Replaces the portal's database by an empty one.
    ///
    /// # Errors
    /// [`LabError::Command`] with what the server said.
    pub fn empty(&self) -> Result<(), LabError> {
        self.maintain(&self.kind()?.empty(&self.facts))
    }

    /// Runs statements outside of the portal's database, which may not be there.
    fn maintain(&self, sql: &str) -> Result<(), LabError> {
        let login = self.admin_login(self.maintenance_database());
        self.kind()?.run(&self.place, &login, sql).map(drop)
    }

    /// A database that is always there: one cannot be dropped from inside.
    fn maintenance_database(&self) -> &'static str {
        match self.facts.engine {
            Engine::Mariadb => "mysql",
            Engine::Hsqldb | Engine::Postgresql => "postgres",
        }
    }

    fn admin_login<'a>(&'a self, database: &'a str) -> Login<'a> {
        Login {
            database,
            user: &self.facts.admin,
            password: &self.facts.admin_password,
        }
    }

    fn kind(&self) -> Result<&'static dyn Kind, LabError> {
        kind(self.facts.engine).ok_or_else(|| LabError::SiteFolder {
            path: self.place.folder.clone(),
            reason: "HSQLDB has no server".to_owned(),
        })
    }
}

/// Letters, digits and a dash, so that no file format, shell or SQL needs an escape.
fn random_password() -> Result<String, LabError> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 12];
    fs::File::open(source)
        .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut bytes))
        .map_err(LabError::io("read", source))?;
    let mut digits = hash::sha256(&bytes);
    digits.truncate(16);
    Ok(format!("lab-{digits}"))
}
