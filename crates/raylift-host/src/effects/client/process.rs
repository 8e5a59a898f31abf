//! The client's processes: the client itself and the JVM it starts.
//!
//! The client ends that JVM as soon as its own standard input ends, also when modules are still being upgraded. So the
//! input is a FIFO which the client's own shell opened for reading and writing before it became the client: as long as
//! the client lives there is a writer, whatever becomes of raylift.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::{TcpListener, ToSocketAddrs};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use raylift_backup::attributes::give;
use raylift_model::codes;
use raylift_run::host::{HostError, Progress, ServerProcess};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde::{Deserialize, Serialize};

use super::{UpgradeClient, text_from};
use crate::effects::error::{attributes, exists, read_failed, user, write_failed};
use crate::effects::exchange::sync_parent;
use crate::effects::fence::open_path;
use crate::effects::logs::Marks;
use crate::effects::processes::{self, Process, same_place};
use crate::effects::remembered::Remembered;
use crate::effects::server::make_log_folder;
use crate::users;

const JAR: &str = "com.liferay.portal.tools.db.upgrade.client.jar";
/// In the arguments of both JVMs: the name of the JAR and of the class `DBUpgraderLauncher`.
const NAME: &[u8] = b"com.liferay.portal.tools.db.upgrade.client";
const RECORD: &str = "client.json";
const INPUT: &str = "client-input";

/// Becomes the program named after the first argument, with the FIFO as its input and as a writer of that FIFO.
const WITH_OPEN_INPUT: &str = r#"exec 0<>"$1" && shift && exec "$@""#;

/// Variables of the server that say something to the client, too: portal properties, language and time zone.
const KEPT: [&str; 4] = ["LIFERAY_", "LANG", "LC_", "TZ"];

/// A client that this run has started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Running {
    pid: u32,
    started: u64,
    /// Which start of the machine this was: after another one the same numbers may be a stranger's.
    boot: String,
    output_from: u64,
    pub(super) marks: Marks,
}

impl Running {
    /// The client this run started last.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub(super) fn load(run_folder: &Path) -> Result<Option<Self>, HostError> {
        let path = run_folder.join(RECORD);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(read_failed(&path, error)),
            // A record that was being written when the machine failed: nothing of that client lives.
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        }
    }

    fn save(&self, run_folder: &Path) -> Result<(), HostError> {
        let path = run_folder.join(RECORD);
        let partial = run_folder.join("client.part");
        let failed = |error: io::Error| write_failed(&path, error);
        let bytes = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
        fs::write(&partial, bytes).map_err(failed)?;
        fs::rename(&partial, &path).map_err(failed)?;
        sync_parent(&path)
    }

    /// What the client printed.
    pub(super) fn output(&self, run_folder: &Path) -> Vec<String> {
        let text = text_from(&log(run_folder), self.output_from);
        text.lines().map(str::to_owned).collect()
    }

    /// Whether the client printed a line with one of these texts.
    pub(super) fn output_has(&self, run_folder: &Path, texts: &[&str]) -> bool {
        let output = text_from(&log(run_folder), self.output_from);
        texts.iter().any(|text| output.contains(text))
    }
}

impl UpgradeClient<'_> {
    /// Both JVMs of the client, whoever started them, and whatever else is left of the session this run started.
    ///
    /// # Errors
    /// When processes cannot be read.
    pub(super) fn members(self) -> Result<Vec<Process>, HostError> {
        let mut found: Vec<Process> = processes::all()?
            .into_iter()
            .filter(|process| self.is_client(process))
            .collect();
        if let Some(running) = Running::load(self.run_folder)?
            && running.boot == processes::boot()
        {
            let leader = ServerProcess {
                pid: running.pid,
                started: running.started,
            };
            for process in processes::session_of(leader)? {
                let known = found.iter().any(|other| other.identity == process.identity);
                if !known {
                    found.push(process);
                }
            }
        }
        Ok(found)
    }

    fn is_client(self, process: &Process) -> bool {
        has_name(process)
            && processes::directory(process.identity.pid)
                .is_ok_and(|folder| same_place(&folder, &self.upgrade.client))
    }

    /// Starts the client as the site's user, in a session of its own.
    ///
    /// # Errors
    /// With [`codes::CONSOLE_PORT_TAKEN`] when somebody listens on the console's port, with [`codes::CLIENT_MISSING`]
    /// when there is no client.
    pub(super) fn start(self, progress: Progress<'_>) -> Result<Running, HostError> {
        let client = &self.upgrade.client;
        if !exists(&client.join(JAR))? {
            return Err(HostError::new(
                codes::CLIENT_MISSING,
                format!("there is no {JAR} in {}", client.display()),
            ));
        }
        port_is_free(&self.upgrade.console)?;
        progress("starting the upgrade client".to_owned());
        self.write_files()?;
        let input = self.make_input()?;
        make_log_folder(self.run_folder)?;
        let log = log(self.run_folder);
        let failed = |error: io::Error| write_failed(&log, error);
        let output = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&log)
            .map_err(failed)?;
        let remembered = Remembered::load(self.run_folder)?
            .unwrap_or_else(|| Remembered::least(&self.plan.site));
        let mut running = Running {
            pid: 0,
            started: 0,
            boot: processes::boot(),
            output_from: output.metadata().map_err(failed)?.len(),
            marks: Marks::now(self.plan, &remembered)?,
        };
        // Before the client is there: a crash in between must not make it a stranger.
        running.save(self.run_folder)?;
        let mut command = self.command(&input, &remembered);
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(output);
        let child = users::spawn(&mut command, &self.plan.site.owner)
            .map_err(user(codes::UPGRADE_FAILED))?;
        running.pid = child.id();
        running.started = processes::identity(child.id()).map_or(0, |found| found.started);
        running.save(self.run_folder)?;
        reap(child);
        Ok(running)
    }

    /// With `-s` the client opens its shell whether modules are pending or not, and so stays until it is told to end.
    fn command(self, input: &Path, remembered: &Remembered) -> Command {
        let java = Path::new(&self.plan.site.java.home);
        let mut command = Command::new("setsid");
        command
            .args(["/bin/sh", "-c", WITH_OPEN_INPUT, "sh"])
            .arg(input)
            .arg(java.join("bin/java"))
            .args(["-jar", JAR, "-s", "-j", &self.upgrade.jvm_options])
            .current_dir(&self.upgrade.client)
            .env_clear()
            .envs(Remembered::least(&self.plan.site).environment);
        for (name, value) in &remembered.environment {
            let text = name.to_string_lossy();
            if KEPT.iter().any(|kept| text.starts_with(kept)) {
                command.env(name, value);
            }
        }
        command
    }

    fn make_input(self) -> Result<PathBuf, HostError> {
        let path = self.run_folder.join(INPUT);
        let failed = |error: io::Error| write_failed(&path, error);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)
            .map_err(|error| failed(error.into()))?;
        let owner = &self.plan.site.owner;
        give(&path, owner.uid, owner.gid).map_err(attributes)?;
        open_path(self.run_folder, &self.plan.site.state, owner)?;
        Ok(path)
    }
}

/// Where the client's output goes.
pub(super) fn log(run_folder: &Path) -> PathBuf {
    run_folder.join("logs").join("upgrade-client.log")
}

/// Types a line for the client. When nobody reads any more there is nothing to say.
pub(super) fn say(run_folder: &Path, line: &str) {
    let opened = OpenOptions::new()
        .write(true)
        .custom_flags(i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0))
        .open(run_folder.join(INPUT));
    if let Ok(mut input) = opened {
        input.write_all(format!("{line}\n").as_bytes()).ok();
    }
}

/// A port is asked for by taking it for a moment: connecting to a console and closing again can keep its JVM from
/// ever stopping.
fn port_is_free(console: &str) -> Result<(), HostError> {
    let taken = |source: io::Error| {
        HostError::new(
            codes::CONSOLE_PORT_TAKEN,
            format!("the Gogo console of the upgrade client cannot use {console}"),
        )
        .because(["set console under [upgrade] in raylift.toml to a free port".to_owned()])
        .caused_by(source)
    };
    for place in console.to_socket_addrs().map_err(taken)? {
        match TcpListener::bind(place) {
            Ok(_) => {}
            // A name may stand for an address that this machine does not have.
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {}
            Err(error) => return Err(taken(error)),
        }
    }
    Ok(())
}

fn has_name(process: &Process) -> bool {
    use std::os::unix::ffi::OsStrExt;
    process.arguments.iter().any(|argument| {
        argument
            .as_bytes()
            .windows(NAME.len())
            .any(|part| part == NAME)
    })
}

/// Notices the end of a child for the kernel's sake; what it means is read elsewhere.
fn reap(mut child: std::process::Child) {
    std::thread::spawn(move || child.wait().ok());
}
