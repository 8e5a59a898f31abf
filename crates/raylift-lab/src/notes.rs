//! The lab's notes about a site.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::LabError;
use crate::engine::{DatabaseFacts, Jdbc};
use crate::lab::Lab;
use crate::owner::Owner;
use crate::pieces::machine_java;
use crate::ports;
use crate::scenario::{JavaChoice, ReleaseVersion, Scenario};

/// The lab's own notes about a site, beside the home and no part of it.
const NOTES: &str = "lab-site.json";

/// What the lab knows about a site that its home does not say by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteFacts {
    /// The release that the site was made from.
    pub version: ReleaseVersion,
    /// HTTP port on 127.0.0.1.
    pub http_port: u16,
    /// Tomcat's shutdown port.
    pub shutdown_port: u16,
    /// Port of the Gogo console on 127.0.0.1 when the scenario opened it.
    pub console_port: Option<u16>,
    /// Home of the Java that it runs on.
    pub java_home: PathBuf,
    /// Who owns and runs it.
    pub owner: Owner,
    /// The database server; none for the embedded database.
    #[serde(default)]
    pub database: Option<DatabaseFacts>,
}

impl SiteFacts {
    /// Decides what the scenario leaves open: ports, Java, owner.
    pub(crate) fn choose(lab: &Lab, scenario: &Scenario) -> Result<Self, LabError> {
        let [http_port, shutdown_port, console_port, database_port] = ports::free()?;
        Ok(Self {
            version: scenario.release.version,
            http_port,
            shutdown_port,
            console_port: scenario.site.console.then_some(console_port),
            java_home: match scenario.site.java {
                JavaChoice::Eleven => lab.java_11()?,
                JavaChoice::Machine => machine_java(),
            },
            owner: Owner::choose(scenario.site.owner),
            database: DatabaseFacts::choose(scenario.site.engine, database_port)?,
        })
    }

    /// How the portal of this home reaches its database.
    pub fn jdbc(&self, home: &Path) -> Jdbc {
        match &self.database {
            Some(database) => database.jdbc(),
            None => Jdbc::embedded(home),
        }
    }

    /// Reads the notes in a site's folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, LabError> {
        let path = folder.join(NOTES);
        let text = fs::read(&path).map_err(LabError::io("read", &path))?;
        serde_json::from_slice(&text).map_err(|error| LabError::SiteFolder {
            path,
            reason: error.to_string(),
        })
    }

    /// Writes the notes into a site's folder.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), LabError> {
        let path = folder.join(NOTES);
        let text = serde_json::to_vec_pretty(self).map_err(|error| LabError::SiteFolder {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        fs::write(&path, text).map_err(LabError::io("write", &path))
    }
}
