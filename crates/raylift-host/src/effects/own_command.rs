//! Commands of the site's owner: snapshots, and dumps that stand in for a vendor's tools.
//!
//! A command lives on when raylift is killed, since ending a storage system's tool in its middle would leave nobody knows
//! what. A shell around it writes its status last. So a later call sees whether it is at work, how it ended, or that the
//! machine took it along; what it printed lies beside.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use raylift_backup::Stop;
use raylift_backup::attributes::give;
use raylift_model::facts::Ownership;
use raylift_model::plan::{OwnCommand, PlannedSite};
use raylift_model::secret::Secret;
use raylift_run::host::{HostError, Progress, ServerProcess};
use rustix::process::{Pid, Signal, kill_process_group};

use super::error::{attributes, exists, go_on, read_failed, write_failed};
use super::folders::make_private;
use super::processes;
use crate::users::{self, current_uid};

/// What makes the shell around a command known among all processes; the folder comes after it.
const MARK: &str = "raylift-command";
const AROUND: &str = "d=$1; shift\n\
    \"$@\"\n\
    echo $? >\"$d/status.new\"\n\
    sync \"$d/output\" \"$d/status.new\" 2>/dev/null\n\
    mv \"$d/status.new\" \"$d/status\"\n";
const TICK: Duration = Duration::from_millis(100);
/// From TERM to KILL.
const GRACE: Duration = Duration::from_secs(10);
/// Lines that are kept for a message.
const KEPT: usize = 20;
/// Bytes at the end of its output that are looked at.
const LAST: usize = 1 << 16;

/// A command at its place in a run.
pub(crate) struct Own<'a> {
    /// The command.
    pub(crate) command: &'a OwnCommand,
    /// An argument that raylift adds.
    pub(crate) argument: Option<&'a str>,
    /// What it is told, beside raylift's own environment.
    pub(crate) environment: Vec<(&'static str, OsString)>,
    /// Where its output is kept, below the run's logs.
    pub(crate) folder: PathBuf,
    /// Who it runs as; the user that raylift runs as where there is none.
    pub(crate) owner: Option<&'a Ownership>,
    /// What must not be told on in a message.
    pub(crate) secret: Option<&'a Secret>,
    /// The code of its failure.
    pub(crate) code: &'static str,
    /// Ends it in its middle.
    pub(crate) stop: Stop,
}

/// What an earlier call left.
pub(crate) enum Before {
    /// Nothing that counts: it never ran, or went down with the machine.
    Nothing,
    /// It is at work.
    AtWork(ServerProcess),
    /// It ended with this status.
    Ended(String),
}

impl Own<'_> {
    /// Runs it to its end. One that is at work already is waited for, and one that ended well is not run again.
    /// Answers the lines of its output that hold something.
    ///
    /// # Errors
    /// When it cannot be started, fails, or does not end in its time.
    pub(crate) fn once(&self, progress: Progress<'_>) -> Result<Vec<String>, HostError> {
        match self.before()? {
            Before::Ended(status) if status == "0" => {}
            Before::AtWork(process) => self.wait_for(process, progress)?,
            Before::Ended(_) | Before::Nothing => self.start_and_wait(progress)?,
        }
        self.judged()
    }

    /// The same, but one that ended before is run again.
    ///
    /// # Errors
    /// As [`Own::once`].
    pub(crate) fn anew(&self, progress: Progress<'_>) -> Result<Vec<String>, HostError> {
        match self.before()? {
            Before::AtWork(process) => self.wait_for(process, progress)?,
            Before::Ended(_) | Before::Nothing => self.start_and_wait(progress)?,
        }
        self.judged()
    }

    /// Ends one that is at work; true when there was one.
    ///
    /// # Errors
    /// When it does not end.
    pub(crate) fn end(&self) -> Result<bool, HostError> {
        match self.before()? {
            Before::AtWork(process) => self.end_group(process).map(|()| true),
            Before::Ended(_) | Before::Nothing => Ok(false),
        }
    }

    pub(crate) fn before(&self) -> Result<Before, HostError> {
        // The shell is looked for first: it writes the status before it ends.
        let marked = processes::all()?.into_iter().find(|process| {
            let mut words = process.arguments.iter().skip_while(|word| *word != MARK);
            words.next().is_some() && words.next().is_some_and(|next| *next == *self.folder)
        });
        let status = self.folder.join("status");
        if exists(&status)? {
            let text = fs::read_to_string(&status).map_err(|error| read_failed(&status, error))?;
            return Ok(Before::Ended(text.trim().to_owned()));
        }
        Ok(match marked {
            Some(process) if processes::lives(process.identity) => Before::AtWork(process.identity),
            _ => Before::Nothing,
        })
    }

    fn start_and_wait(&self, progress: Progress<'_>) -> Result<(), HostError> {
        self.clear()?;
        let program = self.shown();
        progress(format!("running {program}"));
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", AROUND, MARK])
            .arg(&self.folder)
            .args(&self.command.words)
            .args(self.argument)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            // Ctrl-C in the terminal is for raylift alone.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(self.file("output")?)
            .stderr(self.file("errors")?);
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| HostError {
            source: Some(error),
            ..HostError::new(self.code, format!("{program} cannot be started"))
        };
        let mut child = match self.owner {
            Some(owner) => {
                users::spawn(&mut command, owner).map_err(|error| failed(error.into()))?
            }
            None => command.spawn().map_err(|error| failed(error.into()))?,
        };
        let Some(process) = processes::identity(child.id()) else {
            child.wait().ok();
            return Ok(());
        };
        let waited = self.wait_for(process, progress);
        child.wait().ok();
        waited
    }

    fn wait_for(&self, process: ServerProcess, progress: Progress<'_>) -> Result<(), HostError> {
        let (begun, limit) = (Instant::now(), Duration::from_secs(self.command.seconds));
        let mut told = 0;
        while processes::lives(process) {
            let seconds = begun.elapsed().as_secs();
            if seconds / 5 > told {
                told = seconds / 5;
                progress(format!("{} has run for {seconds} s", self.shown()));
            }
            if begun.elapsed() > limit {
                self.end_group(process)?;
                return Err(HostError::new(
                    self.code,
                    format!(
                        "{} did not end within {} s and was ended",
                        self.shown(),
                        self.command.seconds
                    ),
                )
                .because(self.said()));
            }
            if let Err(stopped) = go_on(&self.stop) {
                self.end_group(process)?;
                return Err(stopped);
            }
            sleep(TICK);
        }
        Ok(())
    }

    /// TERM, then KILL, to the shell and everything it started in its group.
    fn end_group(&self, process: ServerProcess) -> Result<(), HostError> {
        let group = i32::try_from(process.pid).ok().and_then(Pid::from_raw);
        let begun = Instant::now();
        // A command may end later than the shell around it.
        while processes::lives(process) || processes::group_lives(process.pid)? {
            if let Some(group) = group {
                let late = begun.elapsed() > GRACE;
                let signal = if late { Signal::KILL } else { Signal::TERM };
                kill_process_group(group, signal).ok();
            }
            if begun.elapsed() > GRACE * 2 {
                return Err(HostError::new(
                    self.code,
                    format!("{} (process {}) does not end", self.shown(), process.pid),
                ));
            }
            sleep(TICK);
        }
        Ok(())
    }

    fn judged(&self) -> Result<Vec<String>, HostError> {
        match self.before()? {
            Before::Ended(status) if status == "0" => self.lines("output"),
            Before::Ended(status) => Err(HostError::new(
                self.code,
                format!("{} failed with status {status}", self.shown()),
            )
            .because(self.said())),
            Before::Nothing | Before::AtWork(_) => Err(HostError::new(
                self.code,
                format!("{} ended, and nobody knows how", self.shown()),
            )
            .because(self.said())),
        }
    }

    /// What it said last, of its errors or else of its output.
    fn said(&self) -> Vec<String> {
        let lines = ["errors", "output"]
            .iter()
            .filter_map(|name| self.lines(name).ok())
            .find(|lines| !lines.is_empty());
        let mut lines = lines.unwrap_or_default();
        let first = lines.len().saturating_sub(KEPT);
        let mut kept = lines.split_off(first);
        kept.push(format!("its output lies in {}", self.folder.display()));
        kept
    }

    /// Lines that hold something, without the secret and without what a terminal would obey.
    fn lines(&self, name: &str) -> Result<Vec<String>, HostError> {
        let path = self.folder.join(name);
        let bytes = fs::read(&path).map_err(|error| read_failed(&path, error))?;
        let from = bytes.len().saturating_sub(LAST);
        let text = String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned();
        let hidden = self
            .secret
            .map(Secret::expose)
            .filter(|secret| !secret.is_empty());
        Ok(text
            .lines()
            .map(|line| match hidden {
                Some(secret) => line.replace(secret, "***"),
                None => line.to_owned(),
            })
            .map(|line| line.replace(char::is_control, " ").trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect())
    }

    fn shown(&self) -> &str {
        self.command.words.first().map_or("", String::as_str)
    }

    fn clear(&self) -> Result<(), HostError> {
        make_private(&self.folder)?;
        for name in ["status", "status.new", "output", "errors"] {
            let path = self.folder.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(write_failed(&path, error));
                }
                _ => {}
            }
        }
        if let Some(owner) = self.owner.filter(|owner| owner.uid != current_uid()) {
            give(&self.folder, owner.uid, owner.gid).map_err(attributes)?;
        }
        Ok(())
    }

    fn file(&self, name: &str) -> Result<File, HostError> {
        let path = self.folder.join(name);
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| write_failed(&path, error))
    }
}

/// The folder of a command's output in a run.
pub(crate) fn logs(run_folder: &Path, name: &str) -> PathBuf {
    run_folder.join("logs").join(name)
}

/// What every command is told.
pub(crate) fn environment(site: &PlannedSite, run: &OsStr) -> Vec<(&'static str, OsString)> {
    vec![
        ("RAYLIFT_RUN", run.to_owned()),
        ("RAYLIFT_HOME", site.home.clone().into_os_string()),
        // What --site takes.
        ("RAYLIFT_SITE", site.home.clone().into_os_string()),
    ]
}
