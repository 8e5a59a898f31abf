//! Databases for releases whose stand-in cannot make one: a real schema of 7.2.1, upgraded by the real core of each
//! later release, in the files of HSQLDB or in a server.
//!
//! From 7.3 on Liferay makes its schema in classes that need the whole portal, so that the lab takes the way that a site
//! with a history has taken. The program is the one of the tests of real core upgrades (`java/oracle/core`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::LabError;
use crate::engine::Jdbc;
use crate::hash::InputDigest;
use crate::lab::Lab;
use crate::maven::tail;
use crate::parts::Parts;
use crate::pieces::{MISSING_JDK, machine_java};
use crate::scenario::ReleaseVersion;

/// The release whose own code makes the schema.
const FIRST: &str = "7.2.1";

/// The release that the program is compiled with: only its `ModuleFramework` has the shape that is implemented.
const COMPILED_WITH: &str = "7.4.3.41";

/// Sources of the lab that the program takes, below `java/lab`.
const LAB: [&str; 3] = [
    "lines/before-7.4/petra-log4j/com/liferay/petra/log4j/Log4JUtil.java",
    "src/petra-process/com/liferay/petra/process/ProcessCallable.java",
    "src/petra-process/com/liferay/petra/process/ProcessException.java",
];

/// The releases that upgrade the first schema, in order, up to `version`; none when it makes its own.
fn upgrades(version: ReleaseVersion) -> &'static [&'static str] {
    match version {
        ReleaseVersion::Ga1 | ReleaseVersion::Ga1Respin | ReleaseVersion::Ga2 => &[],
        ReleaseVersion::Ga7 => &["7.3.6"],
        ReleaseVersion::Ga41 => &["7.3.6", "7.4.3.41"],
    }
}

/// Drivers of servers; HSQLDB stands in `class-path.tsv`.
const DRIVERS: [&str; 2] = [
    "org.postgresql:postgresql:42.2.27",
    "org.mariadb.jdbc:mariadb-java-client:2.7.9",
];

/// Whether a release's database is made here and not by its first start.
pub(crate) fn is_made_by_upgrades(version: ReleaseVersion) -> bool {
    !upgrades(version).is_empty()
}

impl Lab {
    /// Folder with HSQLDB's files of a database of this release, made when sources or parts have changed; `None` when the
    /// release makes its own at its first start.
    ///
    /// # Errors
    /// Whatever fetching parts, compiling or upgrading can meet.
    pub(crate) fn database(&self, version: ReleaseVersion) -> Result<Option<PathBuf>, LabError> {
        if !is_made_by_upgrades(version) {
            return Ok(None);
        }
        let mut digest = InputDigest::new("database");
        digest.add("release", version.name().as_bytes());
        self.add_database_sources(&mut digest)?;
        let folder = self.cache().join("databases").join(digest.key());
        let _lock = self.lock("databases")?;
        if !folder.is_dir() {
            let staging = folder.with_extension("making");
            if staging.exists() {
                fs::remove_dir_all(&staging).map_err(LabError::io("remove", &staging))?;
            }
            let files = staging.join("hypersonic");
            fs::create_dir_all(&files).map_err(LabError::io("create", &files))?;
            let jdbc = Jdbc {
                url: format!("jdbc:hsqldb:file:{}/lportal", files.display()),
                ..Jdbc::embedded(&staging)
            };
            self.upgrade_database(version, &jdbc, &staging.join("work"))?;
            fs::rename(&files, &folder).map_err(LabError::io("rename", &folder))?;
            fs::remove_dir_all(&staging).map_err(LabError::io("remove", &staging))?;
        }
        Self::keep_recent(&folder)?;
        Ok(Some(folder))
    }

    /// Everything that decides what [`Self::upgrade_database`] does.
    pub(crate) fn add_database_sources(&self, digest: &mut InputDigest) -> Result<(), LabError> {
        digest.add("program", include_bytes!("database.rs"));
        digest.add_folder(&self.oracle_folder(), |_| true)?;
        digest.add_folder(&self.java_folder(), |path| {
            path.extension()
                .is_some_and(|ending| ending == "java" || ending == "sha256")
        })
    }

    /// Brings an empty database to this release, with `work` as a folder for the program; does nothing for a release
    /// that makes its own.
    ///
    /// # Errors
    /// Whatever fetching parts, compiling or upgrading can meet.
    pub(crate) fn upgrade_database(
        &self,
        version: ReleaseVersion,
        jdbc: &Jdbc,
        work: &Path,
    ) -> Result<(), LabError> {
        if !is_made_by_upgrades(version) {
            return Ok(());
        }
        let parts = self.parts()?;
        let oracle = self.oracle_folder();
        let work = Work::new(self, &parts, &oracle, jdbc, work)?;
        work.run(FIRST, "create")?;
        for release in upgrades(version) {
            work.run(release, "upgrade")?;
        }
        Ok(())
    }
}

/// The compiled program and a home for it.
struct Work<'a> {
    parts: &'a Parts,
    oracle: &'a Path,
    jdbc: &'a Jdbc,
    java: PathBuf,
    home: PathBuf,
}

impl<'a> Work<'a> {
    fn new(
        lab: &Lab,
        parts: &'a Parts,
        oracle: &'a Path,
        jdbc: &'a Jdbc,
        home: &Path,
    ) -> Result<Self, LabError> {
        let work = Self {
            parts,
            oracle,
            jdbc,
            java: lab.java_11()?,
            home: home.to_path_buf(),
        };
        fs::create_dir_all(home).map_err(LabError::io("create", home))?;
        let properties = home.join("portal-ext.properties");
        fs::write(&properties, format!("liferay.home={}\n", home.display()))
            .map_err(LabError::io("write", &properties))?;
        work.compile(&lab.java_folder())?;
        Ok(work)
    }

    fn classes(&self) -> PathBuf {
        self.home.join("classes")
    }

    fn compile(&self, lab: &Path) -> Result<(), LabError> {
        let stubs = ["src/portal-client", "src/petra-executor"].map(|name| lab.join(name));
        let own = fs::read_dir(self.oracle)
            .map_err(LabError::io("list", self.oracle))?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "java"));
        let output = Command::new(machine_java().join("bin/javac"))
            .args(["--release", "11", "-proc:none", "-nowarn", "-cp"])
            .arg(joined(self.class_path(COMPILED_WITH)?)?)
            .arg("-sourcepath")
            .arg(joined(stubs)?)
            .arg("-d")
            .arg(self.classes())
            .args(own)
            .args(LAB.map(|file| lab.join(file)))
            .output()
            .map_err(|_| MISSING_JDK)?;
        finished("javac java/oracle/core", &output)?;
        let services = self.classes().join("META-INF/services");
        fs::create_dir_all(&services).map_err(LabError::io("create", &services))?;
        let service = services.join("com.liferay.portal.module.framework.ModuleFramework");
        fs::write(&service, "com.liferay.lab.portal.EmptyFramework\n")
            .map_err(LabError::io("write", &service))
    }

    fn run(&self, release: &str, action: &str) -> Result<(), LabError> {
        let mut paths = vec![self.home.clone(), self.classes()];
        paths.extend(self.class_path(release)?);
        for driver in DRIVERS {
            paths.push(self.parts.file(driver)?.to_path_buf());
        }
        let output = Command::new(self.java.join("bin/java"))
            // `UpgradeCompanyId` of 7.4 works on its tables in parallel, though one is filled from a column that is only
            // added to another. One processor makes one worker, which takes them in order.
            .arg("-XX:ActiveProcessorCount=1")
            .args(["-XX:TieredStopAtLevel=1", "-Xmx512m", "-Duser.timezone=GMT"])
            .args(["-Dfile.encoding=UTF-8", "-cp"])
            .arg(joined(paths)?)
            .args(["com.liferay.lab.portal.CoreUpgrade", action, &self.jdbc.url])
            .arg(self.oracle.join("module-tables.sql"))
            .current_dir(&self.home)
            .env("LAB_DATABASE_USER", &self.jdbc.user)
            .env("LAB_DATABASE_PASSWORD", &self.jdbc.password)
            .stdin(Stdio::null())
            .output()
            .map_err(LabError::io("run", &self.java))?;
        finished(&format!("{action} a database of {release}"), &output)
    }

    /// The parts that `class-path.tsv` names for a release.
    fn class_path(&self, release: &str) -> Result<Vec<PathBuf>, LabError> {
        let table = self.oracle.join("class-path.tsv");
        let text = fs::read_to_string(&table).map_err(LabError::io("read", &table))?;
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('\t'))
            .filter(|(releases, _)| {
                *releases == "*" || releases.split(',').any(|one| one == release)
            })
            .map(|(_, coordinate)| Ok(self.parts.file(coordinate)?.to_path_buf()))
            .collect()
    }
}

fn joined(paths: impl IntoIterator<Item = PathBuf>) -> Result<std::ffi::OsString, LabError> {
    std::env::join_paths(paths).map_err(|error| LabError::Command {
        command: "making a class path".to_owned(),
        output: error.to_string(),
    })
}

fn finished(command: &str, output: &std::process::Output) -> Result<(), LabError> {
    if output.status.success() {
        return Ok(());
    }
    Err(LabError::Command {
        command: command.to_owned(),
        output: tail(
            &[output.stdout.clone(), output.stderr.clone()].concat(),
            4_000,
        ),
    })
}
