//! Starting the site's server, through the fence while that is up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use raylift_model::codes;
use raylift_model::facts::ManagedBy;
use raylift_run::host::{FenceState, HostError, Progress, ServerProcess};

use super::error::write_failed;
use super::fence::{self, Fence};
use super::logs::Marks;
use super::processes;
use super::remembered::Remembered;
use super::server::{Server, TICK, ended, shell, systemctl, tail};

/// From a start command that ended well to the JVM.
const APPEARS: Duration = Duration::from_secs(60);
/// The longest wait for a supervisor's next try.
const SUPERVISOR: Duration = Duration::from_secs(20);
/// A supervisor that has not tried for so long has given up.
const GIVEN_UP: SignedDuration = SignedDuration::from_secs(60);

impl Server<'_> {
    /// Starts the server and returns when its process is there; see [`raylift_run::host::Host::start_server`].
    ///
    /// # Errors
    /// With [`codes::SERVER_DOES_NOT_START`] when no process appears.
    pub fn start(self, progress: Progress<'_>) -> Result<ServerProcess, HostError> {
        if let Some(server) = self.find()? {
            return Ok(server);
        }
        let fence = match Fence::planned(self.plan, self.run_folder) {
            Some(fence) if fence::state(&fence.script, &fence.stash)? == FenceState::Up => {
                Some(fence)
            }
            _ => None,
        };
        let remembered = match Remembered::load(self.run_folder)? {
            Some(remembered) => remembered,
            None => Remembered::least(&self.plan.site),
        };
        self.wait_until_collected();
        self.remove_stale_pid_file(&remembered)?;
        Marks::now(self.plan, &remembered)?.save(self.run_folder)?;
        let Some(fence) = fence else {
            return self.bring_up(None, &remembered, progress);
        };
        fence.write_pass()?;
        let result = self.bring_up(Some(&fence), &remembered, progress);
        fence.withdraw_pass()?;
        result
    }

    /// `catalina.sh` takes a process that has ended but was not yet collected by its parent for a running Tomcat, and
    /// refuses to start beside its PID file.
    fn remove_stale_pid_file(self, remembered: &Remembered) -> Result<(), HostError> {
        let named = remembered.variable("CATALINA_PID").map(PathBuf::from);
        let Some(path) = named.or_else(|| self.plan.site.pid_file.clone()) else {
            return Ok(());
        };
        let pid = match fs::read_to_string(&path) {
            Ok(text) => text.trim().parse::<u32>().ok(),
            Err(_) => None,
        };
        if pid.is_some_and(|pid| processes::one(pid).is_none()) {
            fs::remove_file(&path).map_err(|error| write_failed(&path, error))?;
        }
        Ok(())
    }

    fn bring_up(
        self,
        fence: Option<&Fence>,
        remembered: &Remembered,
        progress: Progress<'_>,
    ) -> Result<ServerProcess, HostError> {
        let by_systemd = matches!(self.plan.site.managed_by, ManagedBy::Systemd { .. });
        if let Some(fence) = fence
            && !by_systemd
            && let Some(limit) = supervisor(&fence.attempts(), Timestamp::now())
        {
            progress("a supervisor restarts the site; it is let through".to_owned());
            let begun = Instant::now();
            while begun.elapsed() < limit && fence.pass_is_there()? {
                sleep(TICK);
            }
            if !fence.pass_is_there()? {
                return self.wait_for(None, progress);
            }
        }
        progress("starting the server".to_owned());
        let site = &self.plan.site;
        let mut command = match (&site.start_command, &site.managed_by) {
            (Some(text), _) => shell(text),
            (None, ManagedBy::Systemd { unit }) => {
                // A unit that ran against the fence too often is not started again before this.
                let mut reset = systemctl("reset-failed", unit);
                if let Ok(mut child) = self.run(&mut reset, remembered, "start.log") {
                    child.wait().ok();
                }
                systemctl("start", unit)
            }
            (None, ManagedBy::Nobody | ManagedBy::Container { .. }) => self.catalina("start"),
        };
        let child = self.run(&mut command, remembered, "start.log")?;
        self.wait_for(Some(child), progress)
    }

    /// Waits for the process. `child` is the start command, when raylift ran one.
    fn wait_for(
        self,
        mut child: Option<Child>,
        progress: Progress<'_>,
    ) -> Result<ServerProcess, HostError> {
        let begun = Instant::now();
        let mut told = 0;
        loop {
            if let Some(server) = self.find()? {
                // It may end by itself, and be in the way of the next start.
                self.remember_last(server)?;
                return Ok(server);
            }
            let failed = match &mut child {
                Some(child) => ended(child)? == Some(false),
                None => false,
            };
            if failed || begun.elapsed() > APPEARS {
                return Err(HostError::new(
                    codes::SERVER_DOES_NOT_START,
                    if failed {
                        "the command that starts the server failed"
                    } else {
                        "the server was started, but its process did not appear"
                    },
                )
                .because(tail(&self.log("start.log"), 20))
                .because(tail(&self.plan.site.tomcat.join("logs/catalina.out"), 20)));
            }
            if begun.elapsed().as_secs() > told {
                told = begun.elapsed().as_secs();
                progress(format!("waiting for the server's process, {told} s"));
            }
            sleep(TICK);
        }
    }
}

/// How long a supervisor that restarts the site should be waited for; `None` when nobody does. A supervisor is a
/// process that still lives and has tried at least twice, the last time not long ago.
fn supervisor(attempts: &Path, now: Timestamp) -> Option<Duration> {
    let text = fs::read_to_string(attempts).ok()?;
    let tries: Vec<(Timestamp, u32)> = text
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ');
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        })
        .collect();
    let (last, parent) = *tries.last()?;
    let before = tries
        .iter()
        .rev()
        .skip(1)
        .find(|(_, other)| *other == parent)
        .map(|(time, _)| *time)?;
    if now.duration_since(last) > GIVEN_UP || processes::one(parent).is_none() {
        return None;
    }
    let between = Duration::try_from(last.duration_since(before)).ok()?;
    Some(SUPERVISOR.min(between * 2 + Duration::from_secs(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supervisor_is_a_living_process_that_tries_again_and_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("attempts.log");
        let ours = std::process::id();
        let now: Timestamp = "2026-11-23T12:00:30Z".parse().unwrap();
        let wait = |lines: &[String]| {
            fs::write(&path, lines.join("\n")).unwrap();
            supervisor(&path, now)
        };
        let at = |time: &str, pid: u32| format!("2026-11-23T12:00:{time}Z {pid} start");
        assert_eq!(supervisor(&path, now), None, "nobody has tried");
        assert_eq!(wait(&[at("28", ours)]), None, "a person tries once");
        assert_eq!(
            wait(&[at("25", ours), at("28", ours)]),
            Some(Duration::from_secs(8))
        );
        assert_eq!(
            wait(&[at("01", ours), at("28", ours)]),
            Some(SUPERVISOR),
            "never longer than this"
        );
        assert_eq!(wait(&[at("25", ours), at("28", u32::MAX)]), None);
        let long_ago = "2026-11-23T11:50:00Z";
        let lines = [long_ago, long_ago].map(|time| format!("{time} {ours} start"));
        assert_eq!(wait(&lines), None, "it has given up");
        assert_eq!(wait(&["not a line of ours".to_owned()]), None);
    }
}
