//! The site's server: finding it, asking it to stop, ending it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use raylift_formats::proc;
use raylift_model::codes;
use raylift_model::facts::ManagedBy;
use raylift_model::plan::Plan;
use raylift_run::host::{HostError, ServerProcess};
use rustix::process::Signal;

use super::error::{user, write_failed};
use super::processes::{self, same_place};
use super::remembered::Remembered;
use crate::users;

pub(crate) const TICK: Duration = Duration::from_millis(50);
/// How long a stop command is waited for; the server itself may take longer, which is the engine's to watch.
const STOP_COMMAND: Duration = Duration::from_secs(20);
const THREAD_DUMP: Duration = Duration::from_secs(5);

/// The server of one site.
#[derive(Clone, Copy)]
pub struct Server<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The folder of the run.
    pub run_folder: &'a Path,
}

/// The server that raylift started or asked to end last.
const LAST: &str = "server-last";
/// Longest wait for an ended process to be collected.
const COLLECTED: Duration = Duration::from_secs(30);

impl Server<'_> {
    /// The JVM that runs this site's Tomcat, whoever started it.
    ///
    /// # Errors
    /// When processes cannot be read.
    pub fn find(self) -> Result<Option<ServerProcess>, HostError> {
        let mut found: Vec<ServerProcess> = processes::all()?
            .into_iter()
            .filter(|process| {
                catalina_base(&process.arguments).is_some_and(|base| {
                    let folder = processes::directory(process.identity.pid).unwrap_or_default();
                    same_place(&folder.join(base), &self.plan.site.tomcat)
                })
            })
            .map(|process| process.identity)
            .collect();
        found.sort_by_key(|process| process.started);
        Ok(found.first().copied())
    }

    /// Asks the server to stop, in the way it is managed.
    ///
    /// # Errors
    /// When its environment cannot be read or kept, or the command cannot be run or fails.
    pub fn ask_to_stop(self) -> Result<(), HostError> {
        let Some(server) = self.find()? else {
            return Ok(());
        };
        let remembered = self.remember(server)?;
        self.remember_last(server)?;
        let site = &self.plan.site;
        let (mut command, ours) = match (&site.stop_command, &site.managed_by) {
            (Some(text), _) => (shell(text), false),
            (None, ManagedBy::Systemd { unit }) => (systemctl("stop", unit), false),
            (None, ManagedBy::Nobody | ManagedBy::Container { .. }) => {
                (self.catalina("stop"), true)
            }
        };
        let mut child = self.run(&mut command, &remembered, "stop.log")?;
        let begun = Instant::now();
        while processes::lives(server) && begun.elapsed() < STOP_COMMAND {
            match ended(&mut child)? {
                Some(true) => return Ok(()),
                // Without a shutdown port, or with a PID file that names nobody, the script gives up; TERM makes
                // Tomcat stop in the same order.
                Some(false) if ours => {
                    return processes::signal(server, Signal::TERM).map(|_| ());
                }
                Some(false) if processes::lives(server) => {
                    return Err(HostError::new(
                        codes::SERVER_DOES_NOT_STOP,
                        "the command that stops the server failed",
                    )
                    .because(tail(&self.log("stop.log"), 20)));
                }
                _ => sleep(TICK),
            }
        }
        Ok(())
    }

    /// What the site was like when it served: a server that raylift itself started later says nothing new.
    fn remember(self, server: ServerProcess) -> Result<Remembered, HostError> {
        if let Some(remembered) = Remembered::load(self.run_folder)? {
            return Ok(remembered);
        }
        let remembered = Remembered::of(server)?;
        remembered.save(self.run_folder)?;
        Ok(remembered)
    }

    pub(crate) fn remember_last(self, server: ServerProcess) -> Result<(), HostError> {
        let path = self.run_folder.join(LAST);
        fs::write(&path, format!("{} {}\n", server.pid, server.started))
            .map_err(|error| write_failed(&path, error))
    }

    /// Waits until the last server has no entry among the processes any more. `catalina.sh` finds it by
    /// its PID file (often set in `setenv.sh`, where only that script sees it), takes one that its parent has not
    /// collected yet for a running Tomcat, and refuses to start.
    pub(crate) fn wait_until_collected(self) {
        let text = fs::read_to_string(self.run_folder.join(LAST)).unwrap_or_default();
        let mut numbers = text.split_ascii_whitespace();
        let (pid, started) = (
            numbers.next().and_then(|n| n.parse().ok()),
            numbers.next().and_then(|n| n.parse().ok()),
        );
        let (Some(pid), Some(started)) = (pid, started) else {
            return;
        };
        let begun = Instant::now();
        while processes::is_listed(ServerProcess { pid, started }) && begun.elapsed() < COLLECTED {
            sleep(TICK);
        }
    }

    /// Keeps a thread dump, then sends TERM, or KILL.
    ///
    /// # Errors
    /// When the signal is not allowed.
    pub fn end(self, server: ServerProcess, kill: bool) -> Result<(), HostError> {
        if !processes::lives(server) {
            return Ok(());
        }
        self.remember_last(server)?;
        let dump = self.log(&format!("threads-{}.txt", server.pid));
        // The dump helps people to find the cause; that it cannot be had must not keep the server alive.
        if !dump.exists() && self.dump_threads(server, &dump).is_err() {
            fs::write(&dump, "no thread dump could be had\n").ok();
        }
        let with = if kill { Signal::KILL } else { Signal::TERM };
        processes::signal(server, with).map(|_| ())
    }

    fn dump_threads(self, server: ServerProcess, dump: &Path) -> Result<(), HostError> {
        let failed = |error| write_failed(dump, error);
        make_log_folder(self.run_folder)?;
        let jcmd = Path::new(&self.plan.site.java.home).join("bin/jcmd");
        if jcmd.is_file() {
            let mut command = Command::new(jcmd);
            command
                .arg(server.pid.to_string())
                .arg("Thread.print")
                .stdin(Stdio::null())
                .stdout(File::create(dump).map_err(failed)?)
                .stderr(Stdio::null());
            let mut child = users::spawn(&mut command, &self.plan.site.owner)
                .map_err(user(codes::SERVER_DOES_NOT_STOP))?;
            let begun = Instant::now();
            while begun.elapsed() < THREAD_DUMP {
                match ended(&mut child)? {
                    Some(true) => return Ok(()),
                    Some(false) => break,
                    None => sleep(TICK),
                }
            }
            child.kill().ok();
            child.wait().ok();
        }
        // The JVM then writes the dump to its own standard output.
        let output = self.plan.site.tomcat.join("logs/catalina.out");
        let before = fs::metadata(&output).map_or(0, |stat| stat.len());
        processes::signal(server, Signal::QUIT)?;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2)
            && fs::metadata(&output).map_or(0, |stat| stat.len()) == before
        {
            sleep(TICK);
        }
        sleep(TICK);
        let text = fs::read(&output).map_err(failed)?;
        let from = usize::try_from(before).unwrap_or(usize::MAX);
        fs::write(dump, text.get(from..).unwrap_or_default()).map_err(failed)
    }

    /// `catalina.sh` with one argument.
    pub(crate) fn catalina(self, argument: &str) -> Command {
        let script = self.plan.site.tomcat.join("bin/catalina.sh");
        let executable =
            fs::metadata(&script).is_ok_and(|stat| stat.permissions().mode() & 0o111 != 0);
        let mut command = Command::new("setsid");
        if !executable {
            command.arg("/bin/sh");
        }
        command.arg(script).arg(argument);
        command
    }

    /// Starts a command as the site's user, in its own session, with the server's environment; output goes to a log
    /// of the run.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn run(
        self,
        command: &mut Command,
        remembered: &Remembered,
        log: &str,
    ) -> Result<Child, HostError> {
        make_log_folder(self.run_folder)?;
        let path = self.log(log);
        let failed = |error: io::Error| write_failed(&path, error);
        let output = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(failed)?;
        command
            .env_clear()
            .envs(remembered.for_start())
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(output);
        if remembered.directory.is_dir() {
            command.current_dir(&remembered.directory);
        } else {
            command.current_dir(&self.plan.site.tomcat);
        }
        let program = command.get_program().to_owned();
        // systemd answers root and the unit's own user, and needs no environment of the server.
        if program == "systemctl" {
            return command.spawn().map_err(|error| {
                HostError::new(codes::MANAGER_UNSUPPORTED, "cannot run systemctl").caused_by(error)
            });
        }
        users::spawn(command, &self.plan.site.owner).map_err(user(codes::SERVER_DOES_NOT_START))
    }

    pub(crate) fn log(self, name: &str) -> PathBuf {
        self.run_folder.join("logs").join(name)
    }
}

/// `catalina.base` of a JVM that runs Tomcat, else `catalina.home`; it may be relative to the process's folder.
fn catalina_base(arguments: &[OsString]) -> Option<&OsStr> {
    let words: Vec<&[u8]> = arguments.iter().map(|word| word.as_bytes()).collect();
    if proc::serves(&words) != Some(true) {
        return None;
    }
    let folder = |property: &[u8]| {
        words
            .iter()
            .rev()
            .find_map(|word| word.strip_prefix(property))
    };
    folder(b"-Dcatalina.base=")
        .or_else(|| folder(b"-Dcatalina.home="))
        .map(OsStr::from_bytes)
}

/// A command line from the site's settings.
pub(crate) fn shell(text: &str) -> Command {
    let mut command = Command::new("setsid");
    command.args(["/bin/sh", "-c", text]);
    command
}

/// One verb for one unit; it is not waited for until the unit has followed.
pub(crate) fn systemctl(verb: &str, unit: &str) -> Command {
    let mut command = Command::new("systemctl");
    command.args([verb, "--no-block", unit]);
    command
}

/// `None` while it runs, then whether it ended well.
pub(crate) fn ended(child: &mut Child) -> Result<Option<bool>, HostError> {
    child
        .try_wait()
        .map(|status| status.map(|status| status.success()))
        .map_err(|error| {
            HostError::new(codes::ACTION_FAILED, "a command cannot be waited for").caused_by(error)
        })
}

pub(crate) fn make_log_folder(run_folder: &Path) -> Result<(), HostError> {
    let folder = run_folder.join("logs");
    fs::create_dir_all(&folder).map_err(|error| write_failed(&folder, error))
}

/// The last lines of a text file; nothing when it cannot be read.
pub(crate) fn tail(path: &Path, lines: usize) -> Vec<String> {
    let Ok(bytes) = fs::read(path) else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    let from = all.len().saturating_sub(lines);
    all.get(from..)
        .unwrap_or_default()
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_told_from_the_jvm_that_stops_it() {
        let arguments = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let java = "/usr/bin/java -Dcatalina.base=/srv/tomcat -Dcatalina.home=/x";
        let main = "org.apache.catalina.startup.Bootstrap";
        for (line, expected) in [
            (format!("{java} {main} start"), Some("/srv/tomcat")),
            (
                format!("{java} {main} -security start"),
                Some("/srv/tomcat"),
            ),
            (format!("{java} {main}"), Some("/srv/tomcat")),
            (
                format!("/usr/bin/java -Dcatalina.home=/x {main} start"),
                Some("/x"),
            ),
            (format!("{java} {main} stop"), None),
            (format!("{java} {main} -force stop"), None),
            (format!("{java} {main} configtest"), None),
            (format!("{java} org.example.Other start"), None),
            (format!("/usr/bin/java {main} start"), None),
            (format!("grep -Dcatalina.base=/srv/tomcat {main}"), None),
        ] {
            assert_eq!(
                catalina_base(&arguments(&line)),
                expected.map(OsStr::new),
                "{line}"
            );
        }
    }
}
