//! A site's data: copied, put back, read and changed by JDBC.

use std::fs;
use std::path::Path;

use crate::LabError;
use crate::query::{Database, DatabaseHold, ReleaseRow};

use super::{Site, copy_folder, site_files};

/// In saved data of a site with a database server: the statements that make its database again.
const DUMP: &str = "lab/database.sql";

impl Site {
    /// Copies the stopped site's `data` folder (database, documents, trouble) to `target`, which
    /// must not exist. The database of a server, which must be up, is dumped into it.
    ///
    /// # Errors
    /// [`LabError::Io`] when something cannot be copied, [`LabError::Command`] when the dump fails.
    pub fn save_data(&self, target: &Path) -> Result<(), LabError> {
        fs::create_dir_all(target).map_err(LabError::io("create", target))?;
        let data = self.home.join("data");
        if data.exists() {
            copy_folder(&data, target)?;
        }
        let Some(server) = self.engine() else {
            return Ok(());
        };
        site_files::write(&target.join(DUMP), server.dump()?)
    }

    /// Replaces the stopped site's `data` folder by a copy of one saved earlier, perhaps by
    /// another site with the same engine; likewise the database of a server.
    ///
    /// # Errors
    /// [`LabError::Io`] when something cannot be removed or copied, [`LabError::SiteFolder`] when
    /// the site with the data has another engine, [`LabError::Command`] when the server refuses.
    pub fn replace_data(&self, saved: &Path) -> Result<(), LabError> {
        let data = self.home.join("data");
        if data.exists() {
            fs::remove_dir_all(&data).map_err(LabError::io("remove", &data))?;
        }
        copy_folder(saved, &data)?;
        let dump = data.join(DUMP);
        match self.engine() {
            Some(server) if dump.exists() => {
                let sql = fs::read_to_string(&dump).map_err(LabError::io("read", &dump))?;
                server.restore(&sql)?;
                fs::remove_file(&dump).map_err(LabError::io("remove", &dump))?;
            }
            None if !dump.exists() => {}
            _ => {
                return Err(LabError::SiteFolder {
                    path: saved.to_path_buf(),
                    reason: "the data are those of a site with another database engine".to_owned(),
                });
            }
        }
        self.facts.owner.take(&data)
    }

    /// Rows of one SQL statement, NULL as `None`; works with the portal up or down, but not without
    /// the database server.
    ///
    /// # Errors
    /// [`LabError::Command`] with what JDBC said.
    pub fn query(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, LabError> {
        self.database()?.query(sql)
    }

    /// Runs SQL statements, each without a line break, as the portal's user; the portal of an
    /// embedded database must be stopped.
    ///
    /// # Errors
    /// [`LabError::Command`] with what JDBC said.
    pub fn execute(&self, statements: &[&str]) -> Result<(), LabError> {
        self.database()?.execute(statements)
    }

    /// Opens the database from another process and keeps it until the value is dropped. An embedded
    /// one, whose portal must be stopped, is nobody else's meanwhile; a server has one session more.
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

    fn database(&self) -> Result<Database, LabError> {
        let tomcat = self.tomcat()?;
        let jdbc = self.jdbc();
        let driver = ["lib/ext", "webapps/ROOT/WEB-INF/shielded-container-lib"]
            .map(|folder| tomcat.join(folder).join(jdbc.driver_file()))
            .into_iter()
            .find(|path| path.is_file())
            .ok_or_else(|| LabError::SiteFolder {
                path: tomcat,
                reason: format!("has no {}", jdbc.driver_file()),
            })?;
        Ok(Database {
            java_home: self.facts.java_home.clone(),
            driver,
            jdbc,
            home: self.home.clone(),
            program: self.program.clone(),
            owner: self.facts.owner,
        })
    }
}

fn release_row(columns: Vec<Option<String>>) -> Option<ReleaseRow> {
    let mut columns = columns.into_iter();
    let mut next = || columns.next().flatten();
    Some(ReleaseRow {
        name: next()?,
        schema_version: next(),
        build_number: next().and_then(|text| text.parse().ok()),
        state: next().and_then(|text| text.parse().ok()),
        // Each driver has its own text for true.
        verified: next().map(|text| ["TRUE", "t", "1"].contains(&text.as_str())),
    })
}
