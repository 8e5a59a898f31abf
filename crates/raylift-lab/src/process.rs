//! Processes of a site, told apart from later ones with the same number by their start time.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// How long an ended process may wait for its parent before nobody waits for that any more.
const NOTICE: Duration = Duration::from_secs(2);

/// A running process, known by number and start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerProcess {
    /// Process number.
    pub pid: i32,
    /// Start time in clock ticks since boot (`/proc/PID/stat`, field 22; proc(5)).
    pub start_ticks: u64,
}

impl ServerProcess {
    /// The process with this number, unless it has ended or waits for its parent only.
    pub fn of(pid: i32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in parentheses may contain blanks, so fields count from its end.
        let (_, rest) = stat.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        let state = fields.first()?;
        let start_ticks = fields.get(19)?.parse().ok()?;
        (*state != "Z" && *state != "X").then_some(Self { pid, start_ticks })
    }

    /// Whether it still runs.
    pub fn is_alive(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    /// Waits until it has ended, at most `patience`; whether it has.
    ///
    /// Then waits a little until its parent has taken note, because `ps` and Tomcat's script take
    /// an ended process for a running one until then.
    pub fn wait_end(self, patience: Duration) -> bool {
        let ended = self.wait_exit(patience);
        let deadline = Instant::now() + NOTICE;
        while ended && self.is_listed() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        ended
    }

    /// Whether the number still stands in the process table, for whichever process.
    fn is_listed(self) -> bool {
        fs::exists(format!("/proc/{}", self.pid)).unwrap_or(false)
    }

    fn wait_exit(self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let Some(handle) = self.handle() else {
            return !self.is_alive();
        };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            };
            let mut waited = [PollFd::new(&handle, PollFlags::IN)];
            match poll(&mut waited, Some(&timeout)) {
                Ok(0) => return !self.is_alive(),
                Ok(_) => return true,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return !self.is_alive(),
            }
        }
    }

    /// Sends SIGKILL. Nothing happens when the number belongs to another process by now.
    pub fn kill(self) {
        if let Some(handle) = self.handle() {
            // The process may end between the look and the signal; that is what is wanted.
            let _ = pidfd_send_signal(&handle, Signal::KILL);
        }
    }

    /// A handle that stays with the process; checked again after opening, so that it is this one.
    fn handle(self) -> Option<OwnedFd> {
        let handle = pidfd_open(Pid::from_raw(self.pid)?, PidfdFlags::empty()).ok()?;
        self.is_alive().then_some(handle)
    }
}

/// Every process of a site: servers whose `catalina.base` lies in `folder`, and whatever else
/// works there, such as the upgrade client. Never the caller itself.
pub(crate) fn below(folder: &Path) -> Vec<ServerProcess> {
    all()
        .filter(|process| {
            let proc = format!("/proc/{}", process.pid);
            let works_there = fs::read_link(format!("{proc}/cwd"))
                .is_ok_and(|current| current.starts_with(folder));
            works_there || catalina_base(process.pid).is_some_and(|base| base.starts_with(folder))
        })
        .collect()
}

/// Kills processes and waits for their ends.
pub(crate) fn kill_all(processes: &[ServerProcess]) {
    for process in processes {
        process.kill();
    }
    for process in processes {
        process.wait_end(Duration::from_secs(10));
    }
}

/// The server whose `catalina.base` lies in `home`.
pub(crate) fn server_of(home: &Path) -> Option<ServerProcess> {
    all().find(|process| catalina_base(process.pid).is_some_and(|base| base.starts_with(home)))
}

fn all() -> impl Iterator<Item = ServerProcess> {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(move |pid| *pid != own)
        .filter_map(ServerProcess::of)
}

fn catalina_base(pid: i32) -> Option<std::path::PathBuf> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    line.split(|byte| *byte == 0)
        .filter_map(|argument| std::str::from_utf8(argument).ok())
        .find_map(|argument| argument.strip_prefix("-Dcatalina.base="))
        .map(std::path::PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn another_start_time_is_another_process() {
        let mut child = Command::new("sleep").arg("30").spawn().expect("sleep");
        let pid = i32::try_from(child.id()).expect("pid");
        let process = ServerProcess::of(pid).expect("running");
        let stranger = ServerProcess {
            start_ticks: process.start_ticks + 1,
            ..process
        };
        stranger.kill();
        assert!(process.is_alive());
        assert!(!process.wait_end(Duration::from_millis(50)));
        process.kill();
        assert!(process.wait_end(Duration::from_secs(10)));
        child.wait().expect("wait");
    }

    #[test]
    fn a_process_that_works_in_the_folder_is_found() {
        let folder = tempfile::tempdir().expect("folder");
        let inner = folder.path().canonicalize().expect("path");
        let mut child = Command::new("sleep")
            .arg("30")
            .current_dir(&inner)
            .spawn()
            .expect("sleep");
        let found = below(&inner);
        child.kill().expect("kill");
        child.wait().expect("wait");
        assert_eq!(found.len(), 1);
        assert_eq!(u32::try_from(found[0].pid).expect("pid"), child.id());
    }
}
