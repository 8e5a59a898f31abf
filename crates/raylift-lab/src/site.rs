//! Sites: made from a release, started, stopped, asked and written to.

mod data;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::LabError;
use crate::archive;
use crate::document::Document;
use crate::engine::{DatabaseServer, Jdbc};
use crate::http;
use crate::lab::Lab;
use crate::notes::SiteFacts;
use crate::process::{self, ServerProcess};
use crate::query;
use crate::scenario::Scenario;
use crate::server;
use crate::site_files;

/// How long the start and the stop may take while a site is made.
const PATIENCE: Duration = Duration::from_secs(120);

/// A site. Unless told otherwise ([`Site::leave_running`]), dropping a site that was created here
/// kills every process that works in its folder, its database server included.
#[derive(Debug)]
pub struct Site {
    folder: PathBuf,
    home: PathBuf,
    facts: SiteFacts,
    program: PathBuf,
    guarded: bool,
}

impl Site {
    /// Unpacks the scenario's release into `folder`, which must be empty or absent, and makes it a
    /// site. The home is the release's top folder in it.
    ///
    /// A scenario with documents starts and stops the server once. A database server is up afterwards.
    ///
    /// # Errors
    /// [`LabError::SiteFolder`] when the folder is not empty or the owner cannot reach it,
    /// [`LabError::Missing`] when the engine's Debian package is not installed, and whatever assembling the release or starting the server can meet.
    pub fn create(lab: &Lab, scenario: &Scenario, folder: &Path) -> Result<Self, LabError> {
        let release = lab.release(scenario)?;
        fs::create_dir_all(folder).map_err(LabError::io("create", folder))?;
        let folder = fs::canonicalize(folder).map_err(LabError::io("resolve", folder))?;
        check_empty(&folder)?;
        let facts = SiteFacts::choose(lab, scenario)?;
        facts.owner.check_way_to(&folder)?;
        archive::unpack(&release.tar_gz, &folder)?;
        let home = folder.join(&release.top_folder);
        match &facts.database {
            Some(database) => {
                let data = lab.server_data(database.engine, facts.version, facts.owner)?;
                let server = DatabaseServer::of(database, facts.owner, &folder);
                server.place_seed(data.as_deref().unwrap_or(&folder))?;
            }
            None => {
                if let Some(database) = lab.database(facts.version)? {
                    copy_folder(&database, &home.join("data/hypersonic"))?;
                }
            }
        }
        site_files::apply(scenario, &facts, &home)?;
        facts.write(&folder)?;
        facts.owner.take(&folder)?;
        let mut site = Self {
            program: query::program(lab)?,
            folder,
            home,
            facts,
            guarded: true,
        };
        if let Some(server) = site.engine() {
            server.start()?;
            server.set_role(scenario.site.may_create_databases)?;
        }
        if !scenario.site.documents.is_empty() {
            site.start(PATIENCE)?;
            for document in &scenario.site.documents {
                site.write_document(&document.title, document.text.as_bytes())?;
            }
            site.stop(PATIENCE)?;
        }
        site_files::make_read_only(&scenario.site, &site.home)?;
        Ok(site)
    }

    /// A site that was made earlier in `folder`. Dropping it leaves its processes alone.
    ///
    /// # Errors
    /// [`LabError::SiteFolder`] when the lab's notes are not there.
    pub fn open(lab: &Lab, folder: &Path) -> Result<Self, LabError> {
        let folder = fs::canonicalize(folder).map_err(LabError::io("resolve", folder))?;
        let facts = SiteFacts::read(&folder)?;
        Ok(Self {
            program: query::program(lab)?,
            home: folder.join(facts.version.top_folder()),
            folder,
            facts,
            guarded: false,
        })
    }

    /// Liferay Home.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The folder that holds the home.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the lab knows about the site.
    pub fn facts(&self) -> &SiteFacts {
        &self.facts
    }

    /// Address of the first page.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.facts.http_port)
    }

    /// The Tomcat folder as it is now; an update may change its name.
    ///
    /// # Errors
    /// [`LabError::SiteFolder`] when the home has none.
    pub fn tomcat(&self) -> Result<PathBuf, LabError> {
        site_files::tomcat_of(&self.home)
    }

    /// The database server; `None` for the embedded database. It goes on when the portal stops or is killed.
    pub fn engine(&self) -> Option<DatabaseServer> {
        let facts = self.facts.database.as_ref()?;
        Some(DatabaseServer::of(facts, self.facts.owner, &self.folder))
    }

    /// How the portal reaches its database.
    pub fn jdbc(&self) -> Jdbc {
        self.facts.jdbc(&self.home)
    }

    /// Keeps the processes when the value is dropped.
    pub fn leave_running(&mut self) {
        self.guarded = false;
    }

    /// Starts the server as the owner and waits until `/` answers 200. A server that does not come
    /// up is left as it is.
    ///
    /// # Errors
    /// [`LabError::NotUp`] with the end of `catalina.out` when the portal refuses, the process
    /// ends or `patience` is over.
    pub fn start(&mut self, patience: Duration) -> Result<ServerProcess, LabError> {
        server::start(&self.home, &self.facts, patience)
    }

    /// Starts the server and does not wait.
    ///
    /// # Errors
    /// [`LabError::Command`] when Tomcat's script fails, as it does while the site is fenced.
    pub fn launch(&mut self) -> Result<(), LabError> {
        server::catalina(&self.home, &self.facts, &["start"])
    }

    /// Stops the server and waits for its end; does nothing without one.
    ///
    /// # Errors
    /// [`LabError::NotStopped`] when it is still alive after `patience`.
    pub fn stop(&mut self, patience: Duration) -> Result<(), LabError> {
        server::stop(&self.home, &self.facts, patience)
    }

    /// Kills every process that works in the site's folder, except the database server's, and waits
    /// for their ends.
    pub fn kill(&mut self) {
        let mut processes = process::below(&self.folder);
        if let Some(server) = self.engine() {
            let others = process::below(server.folder());
            processes.retain(|process| !others.contains(process));
        }
        process::kill_all(&processes);
    }

    /// The running server.
    pub fn process(&self) -> Option<ServerProcess> {
        process::server_of(&self.home)
    }

    /// Whether `/` and `/c/portal/layout` answer 200.
    pub fn is_up(&self) -> bool {
        ["/", "/c/portal/layout"]
            .iter()
            .all(|path| self.get(path).is_ok())
    }

    /// Body of a page.
    ///
    /// # Errors
    /// [`LabError::Answer`] for another status than 200, with status 0 when nothing came.
    pub fn get(&self, path: &str) -> Result<String, LabError> {
        self.ask("GET", path, b"")
    }

    /// Plays a user who uploads a document.
    ///
    /// # Errors
    /// [`LabError::Answer`] when the portal does not take it.
    pub fn write_document(&self, title: &str, content: &[u8]) -> Result<(), LabError> {
        let path = format!("/lab/documents?title={}", http::encode(title));
        self.ask("POST", &path, content).map(drop)
    }

    /// Every document that the portal can read, through rows and files.
    ///
    /// # Errors
    /// [`LabError::Answer`] when the page fails or has lines of another form.
    pub fn documents(&self) -> Result<Vec<Document>, LabError> {
        let path = "/lab/documents";
        let body = self.get(path)?;
        body.lines()
            .map(|line| {
                Document::parse(line).ok_or_else(|| LabError::Answer {
                    url: format!("{}{}", self.url(), path.trim_start_matches('/')),
                    status: 200,
                    body: line.to_owned(),
                })
            })
            .collect()
    }

    /// Writes the scenario's trouble anew, or takes it away; counts from the next start.
    ///
    /// # Errors
    /// [`LabError::Io`] when the file cannot be written or removed.
    pub fn set_trouble(&self, scenario: &Scenario) -> Result<(), LabError> {
        site_files::write_trouble(scenario, &self.home)?;
        let data = self.home.join("data");
        if data.exists() {
            self.facts.owner.take(&data)?;
        }
        Ok(())
    }

    fn ask(&self, method: &str, path: &str, body: &[u8]) -> Result<String, LabError> {
        let failed = |status, body| LabError::Answer {
            url: format!("http://127.0.0.1:{}{path}", self.facts.http_port),
            status,
            body,
        };
        match http::request(self.facts.http_port, method, path, body) {
            Ok(answer) if answer.status == 200 => Ok(answer.body),
            Ok(answer) => Err(failed(
                answer.status,
                answer.body.chars().take(500).collect(),
            )),
            Err(error) => Err(failed(0, error.to_string())),
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if self.guarded {
            self.kill();
            if let Some(server) = self.engine() {
                server.kill();
            }
        }
    }
}

fn check_empty(folder: &Path) -> Result<(), LabError> {
    let mut entries = fs::read_dir(folder).map_err(LabError::io("list", folder))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(LabError::SiteFolder {
            path: folder.to_path_buf(),
            reason: "is not empty".to_owned(),
        }),
    }
}

pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<(), LabError> {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.map_err(|error| LabError::Io {
            action: "list",
            path: from.to_path_buf(),
            source: error.into(),
        })?;
        let target = to.join(entry.path().strip_prefix(from).unwrap_or(entry.path()));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).map_err(LabError::io("create", &target))?;
        } else {
            fs::copy(entry.path(), &target).map_err(LabError::io("write", &target))?;
        }
    }
    Ok(())
}
