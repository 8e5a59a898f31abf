//! What is needed to start a server again the way it was started.

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::plan::PlannedSite;
use raylift_run::host::{HostError, ServerProcess};

use super::error::{read_failed, write_failed};
use super::exchange::sync_parent;
use super::processes;

const FILE: &str = "server-environment";

/// Variables of the shell that started the server; they say nothing about the server.
const OF_THE_SHELL: [&str; 5] = ["_", "OLDPWD", "PWD", "SHLVL", "LINES"];

/// What `catalina.sh` of Tomcat 9 appends to `JDK_JAVA_OPTIONS` and exports at every start.
const OPENED_BY_TOMCAT: [&str; 5] = [
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.rmi/sun.rmi.transport=ALL-UNNAMED",
];

/// Working folder, arguments and environment of a server. The environment may hold secrets, so that it has no `Debug`
/// and lies in a file that only raylift's own user can read.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Remembered {
    pub(crate) directory: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(OsString, OsString)>,
}

impl Remembered {
    /// Of a running server.
    ///
    /// # Errors
    /// With [`codes::PROC_UNREADABLE`] when `/proc` does not show it.
    pub(crate) fn of(server: ServerProcess) -> Result<Self, HostError> {
        let unreadable = |error: io::Error| {
            HostError::new(
                codes::PROC_UNREADABLE,
                format!("cannot read the environment of process {}", server.pid),
            )
            .caused_by(error)
        };
        let gone = || unreadable(io::Error::from(io::ErrorKind::NotFound));
        let process = processes::one(server.pid).ok_or_else(gone)?;
        let remembered = Self {
            directory: processes::directory(server.pid).map_err(unreadable)?,
            arguments: process.arguments,
            environment: processes::environment(server.pid).map_err(unreadable)?,
        };
        if processes::lives(server) {
            Ok(remembered)
        } else {
            Err(gone())
        }
    }

    /// For a server of which nothing is known but its Java.
    pub(crate) fn least(site: &PlannedSite) -> Self {
        let mut environment: Vec<(OsString, OsString)> = vec![
            (
                "PATH".into(),
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into(),
            ),
            ("JAVA_HOME".into(), site.java.home.clone().into()),
            ("JRE_HOME".into(), site.java.home.clone().into()),
        ];
        environment.extend(
            site.pid_file
                .as_ref()
                .map(|path| ("CATALINA_PID".into(), path.clone().into_os_string())),
        );
        if let Some(account) = crate::users::account(site.owner.uid, site.owner.gid) {
            environment.push(("HOME".into(), account.home.into_os_string()));
            environment.push(("USER".into(), account.name.into()));
        }
        Self {
            directory: site.tomcat.clone(),
            arguments: Vec::new(),
            environment,
        }
    }

    /// What was remembered in the run's folder, if anything was.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn load(run_folder: &Path) -> Result<Option<Self>, HostError> {
        let path = run_folder.join(FILE);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            result => result.map_err(|error| read_failed(&path, error))?,
        };
        let mut remembered = Self {
            directory: PathBuf::new(),
            arguments: Vec::new(),
            environment: Vec::new(),
        };
        for record in bytes.split(|byte| *byte == 0) {
            if let Some(directory) = record.strip_prefix(b"directory ") {
                remembered.directory = OsString::from_vec(directory.to_vec()).into();
            } else if let Some(argument) = record.strip_prefix(b"argument ") {
                remembered
                    .arguments
                    .push(OsString::from_vec(argument.to_vec()));
            } else if let Some(text) = record.strip_prefix(b"variable ") {
                remembered.environment.extend(processes::variable(text));
            }
        }
        Ok(Some(remembered))
    }

    /// Keeps it in the run's folder, in place of what was remembered before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn save(&self, run_folder: &Path) -> Result<(), HostError> {
        let path = run_folder.join(FILE);
        let partial = run_folder.join("server-environment.part");
        let failed = |error: io::Error| write_failed(&path, error);
        match fs::remove_file(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&partial)
            .map_err(failed)?;
        let mut bytes = Vec::new();
        let mut record = |kind: &[u8], parts: &[&OsStr]| {
            bytes.extend_from_slice(kind);
            let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
            bytes.extend_from_slice(&parts.join(&b'='));
            bytes.push(0);
        };
        record(b"directory ", &[self.directory.as_os_str()]);
        for argument in &self.arguments {
            record(b"argument ", &[argument]);
        }
        for (name, value) in &self.environment {
            record(b"variable ", &[name, value]);
        }
        file.write_all(&bytes).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        fs::rename(&partial, &path).map_err(failed)?;
        sync_parent(&path)
    }

    /// The value of a variable.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_os_str())
    }

    /// The environment to start the server with: without what belongs to the shell it was started from, and without
    /// what Tomcat's own script will add again.
    pub(crate) fn for_start(&self) -> Vec<(OsString, OsString)> {
        self.environment
            .iter()
            .filter(|(name, _)| !OF_THE_SHELL.iter().any(|other| name == other))
            .filter_map(|(name, value)| {
                if name != "JDK_JAVA_OPTIONS" {
                    return Some((name.clone(), value.clone()));
                }
                let kept: Vec<&str> = value
                    .to_str()?
                    .split_ascii_whitespace()
                    .filter(|option| !OPENED_BY_TOMCAT.contains(option))
                    .collect();
                (!kept.is_empty()).then(|| (name.clone(), kept.join(" ").into()))
            })
            .collect()
    }
}

/// What `/proc` said of a server. It may hold secrets, so that it has no `Debug`.
pub struct ProcBytes {
    /// As `/proc/PID/environ`.
    pub environ: Vec<u8>,
    /// As `/proc/PID/cmdline`.
    pub cmdline: Vec<u8>,
}

/// Environment and arguments of the server that raylift stopped, in the form of `/proc/PID/environ` and
/// `/proc/PID/cmdline`; `None` when nothing was remembered in the run's folder.
///
/// # Errors
/// When it cannot be read.
pub fn remembered(run_folder: &Path) -> Result<Option<ProcBytes>, HostError> {
    Ok(Remembered::load(run_folder)?.map(|remembered| {
        let mut environment = Vec::new();
        for (name, value) in &remembered.environment {
            environment.extend_from_slice(name.as_bytes());
            environment.push(b'=');
            environment.extend_from_slice(value.as_bytes());
            environment.push(0);
        }
        let mut arguments = Vec::new();
        for argument in &remembered.arguments {
            arguments.extend_from_slice(argument.as_bytes());
            arguments.push(0);
        }
        ProcBytes {
            environ: environment,
            cmdline: arguments,
        }
    }))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn what_is_saved_comes_back_byte_for_byte_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Remembered::load(folder.path()).unwrap().is_none());
        let remembered = Remembered {
            directory: "/srv/portal".into(),
            arguments: vec!["java".into(), "".into(), "-Dx=a b\nc".into()],
            environment: vec![
                ("EMPTY".into(), "".into()),
                (
                    "SECRET".into(),
                    OsStr::from_bytes(b"p=a\xffss\nword").into(),
                ),
            ],
        };
        for _ in 0..2 {
            remembered.save(folder.path()).unwrap();
            let loaded = Remembered::load(folder.path()).unwrap();
            assert!(loaded.as_ref() == Some(&remembered));
        }
        let stat = fs::metadata(folder.path().join(FILE)).unwrap();
        assert_eq!(stat.mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_restart_does_not_pile_up_what_tomcat_adds() {
        let remembered = Remembered {
            directory: "/".into(),
            arguments: Vec::new(),
            environment: vec![
                ("PWD".into(), "/elsewhere".into()),
                (
                    "JDK_JAVA_OPTIONS".into(),
                    format!("-Dours=1 {} {}", OPENED_BY_TOMCAT[0], OPENED_BY_TOMCAT[4]).into(),
                ),
                ("JAVA_HOME".into(), "/usr".into()),
            ],
        };
        assert_eq!(
            remembered.for_start(),
            [
                ("JDK_JAVA_OPTIONS".into(), "-Dours=1".into()),
                ("JAVA_HOME".into(), "/usr".into())
            ]
        );
    }
}
