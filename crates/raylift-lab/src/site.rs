//! Sites: made from a release, started, stopped, asked and written to.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::LabError;
use crate::archive;
use crate::document::Document;
use crate::http;
use crate::lab::Lab;
use crate::notes::SiteFacts;
use crate::process::{self, ServerProcess};
use crate::query::{self, Database, DatabaseHold, ReleaseRow};
use crate::scenario::Scenario;
use crate::server;
use crate::site_files;

/// How long the start and the stop may take while a site is made.
const PATIENCE: Duration = Duration::from_secs(120);

/// A site. Unless told otherwise ([`Site::leave_running`]), dropping a site that was created here
/// kills every process that works in its folder.
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
    /// A scenario with documents starts and stops the server once.
    ///
    /// # Errors
    /// [`LabError::SiteFolder`] when the folder is not empty or the owner cannot reach it, and
    /// whatever assembling the release or starting the server can meet.
    pub fn create(lab: &Lab, scenario: &Scenario, folder: &Path) -> Result<Self, LabError> {
        let release = lab.release(scenario)?;
        fs::create_dir_all(folder).map_err(LabError::io("create", folder))?;
        let folder = fs::canonicalize(folder).map_err(LabError::io("resolve", folder))?;
        check_empty(&folder)?;
        let facts = SiteFacts::choose(lab, scenario)?;
        facts.owner.check_way_to(&folder)?;
        archive::unpack(&release.tar_gz, &folder)?;
        let home = folder.join(&release.top_folder);
        if let Some(database) = lab.database(facts.version)? {
            copy_folder(&database, &home.join("data/hypersonic"))?;
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

    /// Kills every process that works in the site's folder and waits for their ends.
    pub fn kill(&mut self) {
        let processes = process::below(&self.folder);
        for process in &processes {
            process.kill();
        }
        for process in processes {
            process.wait_end(Duration::from_secs(10));
        }
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

    /// Copies the stopped site's `data` folder (database, documents, trouble) to `target`, which
    /// must not exist.
    ///
    /// # Errors
    /// [`LabError::Io`] when something cannot be copied.
    pub fn save_data(&self, target: &Path) -> Result<(), LabError> {
        copy_folder(&self.home.join("data"), target)
    }

    /// Replaces the stopped site's `data` folder by a copy of one saved earlier, perhaps by
    /// another site.
    ///
    /// # Errors
    /// [`LabError::Io`] when something cannot be removed or copied.
    pub fn replace_data(&self, saved: &Path) -> Result<(), LabError> {
        let data = self.home.join("data");
        if data.exists() {
            fs::remove_dir_all(&data).map_err(LabError::io("remove", &data))?;
        }
        copy_folder(saved, &data)?;
        self.facts.owner.take(&data)
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

    /// Rows of one SQL statement, NULL as `None`; works with the server up or down.
    ///
    /// # Errors
    /// [`LabError::Command`] with what JDBC said.
    pub fn query(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, LabError> {
        self.database()?.query(sql)
    }

    /// Runs SQL statements, each without a line break, on the stopped site's database.
    ///
    /// # Errors
    /// [`LabError::Command`] with what JDBC said.
    pub fn execute(&self, statements: &[&str]) -> Result<(), LabError> {
        self.database()?.execute(statements)
    }

    /// Opens the stopped site's database from another process and keeps it until the value is
    /// dropped.
    ///
    /// # Errors
    /// [`LabError::Command`] when it cannot be opened.
    pub fn hold_database(&self) -> Result<DatabaseHold, LabError> {
        self.database()?.hold()
    }

    /// All rows of `Release_`, by name.
    ///
    /// # Errors
    /// [`LabError::Command`] with what JDBC said.
    pub fn release_rows(&self) -> Result<Vec<ReleaseRow>, LabError> {
        let sql = "select servletContextName, schemaVersion, buildNumber, state_, verified \
                   from Release_ order by servletContextName";
        Ok(self
            .query(sql)?
            .into_iter()
            .filter_map(release_row)
            .collect())
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

    fn database(&self) -> Result<Database, LabError> {
        let tomcat = self.tomcat()?;
        let driver = [
            "lib/ext/hsql.jar",
            "webapps/ROOT/WEB-INF/shielded-container-lib/hsql.jar",
        ]
        .map(|name| tomcat.join(name))
        .into_iter()
        .find(|path| path.is_file())
        .ok_or_else(|| LabError::SiteFolder {
            path: tomcat,
            reason: "has no hsql.jar".to_owned(),
        })?;
        Ok(Database {
            java_home: self.facts.java_home.clone(),
            driver,
            home: self.home.clone(),
            program: self.program.clone(),
            owner: self.facts.owner,
        })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if self.guarded {
            self.kill();
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

fn copy_folder(from: &Path, to: &Path) -> Result<(), LabError> {
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

fn release_row(columns: Vec<Option<String>>) -> Option<ReleaseRow> {
    let mut columns = columns.into_iter();
    let mut next = || columns.next().flatten();
    Some(ReleaseRow {
        name: next()?,
        schema_version: next(),
        build_number: next().and_then(|text| text.parse().ok()),
        state: next().and_then(|text| text.parse().ok()),
        verified: next(),
    })
}
