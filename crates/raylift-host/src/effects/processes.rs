//! Processes of this machine, as `/proc` shows them.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_run::host::{HostError, ServerProcess};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// A process that has not ended.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    pub(crate) identity: ServerProcess,
    pub(crate) arguments: Vec<OsString>,
}

/// The fields of `/proc/PID/stat` that are used (`proc_pid_stat(5)`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    /// A zombie has ended; only its parent has not noticed.
    ended: bool,
    group: u32,
    session: u32,
    started: u64,
}

/// Every process that has arguments. What ends meanwhile or may not be read is left out.
///
/// # Errors
/// When `/proc` cannot be read at all.
pub(crate) fn all() -> Result<Vec<Process>, HostError> {
    let entries = fs::read_dir("/proc").map_err(|error| {
        HostError::new(codes::PROC_UNREADABLE, "cannot read /proc").caused_by(error)
    })?;
    Ok(entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(one)
        .collect())
}

/// One process, if it has not ended.
pub(crate) fn one(pid: u32) -> Option<Process> {
    let stat = stat(pid).filter(|stat| !stat.ended)?;
    let arguments: Vec<OsString> = fs::read(format!("/proc/{pid}/cmdline"))
        .ok()?
        .split(|byte| *byte == 0)
        .map(|argument| OsStr::from_bytes(argument).to_owned())
        .collect();
    if arguments.iter().all(|argument| argument.is_empty()) {
        return None;
    }
    Some(Process {
        identity: ServerProcess {
            pid,
            started: stat.started,
        },
        arguments,
    })
}

/// Who a process is, also before it has become the program it was made for.
pub(crate) fn identity(pid: u32) -> Option<ServerProcess> {
    stat(pid).map(|stat| ServerProcess {
        pid,
        started: stat.started,
    })
}

/// Which start of the machine this is (`random(4)`, `boot_id`); empty where that cannot be read.
pub(crate) fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|text| text.trim_end().to_owned())
        .unwrap_or_default()
}

/// Whether exactly this process has not ended yet.
pub(crate) fn lives(process: ServerProcess) -> bool {
    stat(process.pid).is_some_and(|stat| !stat.ended && stat.started == process.started)
}

/// Whether exactly this process still has an entry: it lives, or nobody has collected it yet.
pub(crate) fn is_listed(process: ServerProcess) -> bool {
    stat(process.pid).is_some_and(|stat| stat.started == process.started)
}

/// Everything in the session that this process leads or led, itself included. A process id is not given away again
/// while a session of that number has members, so that what is left after its leader's end is known by the number.
///
/// # Errors
/// As [`all`].
pub(crate) fn session_of(leader: ServerProcess) -> Result<Vec<Process>, HostError> {
    let reused = stat(leader.pid).is_some_and(|stat| stat.started != leader.started);
    if reused || leader.pid == 0 {
        return Ok(Vec::new());
    }
    Ok(all()?
        .into_iter()
        .filter(|process| stat(process.identity.pid).is_some_and(|stat| stat.session == leader.pid))
        .collect())
}

/// True while something in the process group of this number has not ended.
///
/// # Errors
/// As [`all`].
pub(crate) fn group_lives(group: u32) -> Result<bool, HostError> {
    Ok(all()?.into_iter().any(|process| {
        stat(process.identity.pid).is_some_and(|stat| stat.group == group && !stat.ended)
    }))
}

/// Sends a signal to exactly this process; false when it has ended.
///
/// # Errors
/// When the signal is not allowed.
pub(crate) fn signal(process: ServerProcess, signal: Signal) -> Result<bool, HostError> {
    let failed = |error: Errno| {
        HostError::new(
            codes::SERVER_DOES_NOT_STOP,
            format!("cannot send {signal:?} to process {}", process.pid),
        )
        .caused_by(io::Error::from(error))
    };
    let Some(pid) = i32::try_from(process.pid).ok().and_then(Pid::from_raw) else {
        return Ok(false);
    };
    let descriptor = match pidfd_open(pid, PidfdFlags::empty()) {
        Err(Errno::SRCH) => return Ok(false),
        result => result.map_err(failed)?,
    };
    // The descriptor names one process for ever; asked after it was opened, the start time tells which.
    if !lives(process) {
        return Ok(false);
    }
    match pidfd_send_signal(&descriptor, signal) {
        Err(Errno::SRCH) => Ok(false),
        result => result.map(|()| true).map_err(failed),
    }
}

/// Names of a process's threads, cut to 15 bytes by the kernel.
pub(crate) fn thread_names(pid: u32) -> Vec<String> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| fs::read_to_string(entry.path().join("comm")).ok())
        .map(|name| name.trim_end().to_owned())
        .collect()
}

/// Working folder of a process.
pub(crate) fn directory(pid: u32) -> io::Result<PathBuf> {
    fs::read_link(format!("/proc/{pid}/cwd"))
}

/// Environment of a process when it was started.
pub(crate) fn environment(pid: u32) -> io::Result<Vec<(OsString, OsString)>> {
    Ok(fs::read(format!("/proc/{pid}/environ"))?
        .split(|byte| *byte == 0)
        .filter_map(variable)
        .collect())
}

/// `NAME=value`.
pub(crate) fn variable(text: &[u8]) -> Option<(OsString, OsString)> {
    let at = text
        .iter()
        .position(|byte| *byte == b'=')
        .filter(|at| *at > 0)?;
    let name = text.get(..at)?.to_vec();
    let value = text.get(at + 1..)?.to_vec();
    Some((OsString::from_vec(name), OsString::from_vec(value)))
}

/// Whether two paths lead to the same place.
pub(crate) fn same_place(one: &Path, two: &Path) -> bool {
    match (one.canonicalize(), two.canonicalize()) {
        (Ok(one), Ok(two)) => one == two,
        _ => one == two,
    }
}

fn stat(pid: u32) -> Option<Stat> {
    parse(&fs::read(format!("/proc/{pid}/stat")).ok()?)
}

/// The name in field 2 may hold blanks and parentheses, so that the fields are counted from its last parenthesis.
fn parse(text: &[u8]) -> Option<Stat> {
    let end = text.iter().rposition(|byte| *byte == b')')?;
    let rest = String::from_utf8_lossy(text.get(end + 1..)?).into_owned();
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    Some(Stat {
        ended: matches!(*fields.first()?, "Z" | "X" | "x"),
        group: fields.get(2)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn odd_names_do_not_move_the_fields() {
        let text = b"42 (a) Z (b) S 1 42 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2";
        assert_eq!(
            parse(text),
            Some(Stat {
                ended: false,
                group: 42,
                session: 7,
                started: 987_654
            })
        );
        assert_eq!(parse(b"42 (cut"), None);
    }

    /// Ends a child and whatever is left of the session it leads.
    struct Session(std::process::Child, ServerProcess);

    impl Drop for Session {
        fn drop(&mut self) {
            for member in session_of(self.1).unwrap_or_default() {
                signal(member.identity, Signal::KILL).ok();
            }
            self.0.kill().ok();
            self.0.wait().ok();
        }
    }

    #[test]
    fn a_process_is_found_told_apart_and_ended() {
        let child = Command::new("sleep").arg("600").spawn().unwrap();
        let identity = identity(child.id()).unwrap();
        let mut session = Session(child, identity);
        // A process has no arguments for a moment while it becomes another program.
        while !all()
            .unwrap()
            .iter()
            .any(|process| process.identity == identity)
        {
            std::thread::yield_now();
        }
        assert!(lives(identity));
        let reused = ServerProcess {
            started: identity.started + 1,
            ..identity
        };
        assert!(!lives(reused));
        assert!(!signal(reused, Signal::KILL).unwrap());
        assert!(lives(identity), "only exactly this process may be hit");
        assert!(signal(identity, Signal::TERM).unwrap());
        // Before the parent asks, what ended is a zombie, which does not live.
        while lives(identity) {
            std::thread::yield_now();
        }
        assert!(one(identity.pid).is_none());
        session.0.wait().unwrap();
        assert!(!signal(identity, Signal::TERM).unwrap());
    }

    #[test]
    fn a_session_is_found_by_its_leader_and_after_its_end() {
        let child = Command::new("setsid")
            .args(["sh", "-c", "sleep 600 & wait"])
            .spawn()
            .unwrap();
        let leader = identity(child.id()).unwrap();
        let mut session = Session(child, leader);
        let is_sleep = |process: &Process| process.arguments.contains(&"600".into());
        while !session_of(leader).unwrap().iter().any(is_sleep) {
            std::thread::yield_now();
        }
        let reused = ServerProcess {
            started: leader.started + 1,
            ..leader
        };
        assert!(session_of(reused).unwrap().is_empty());
        session.0.kill().unwrap();
        session.0.wait().unwrap();
        let left = session_of(leader).unwrap();
        assert_eq!(left.len(), 1);
        assert!(is_sleep(&left[0]));
    }

    #[test]
    fn environment_and_directory_are_those_of_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let child = Command::new("sleep")
            .arg("600")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("ODD", OsStr::from_bytes(b"a=b\xff"))
            .current_dir(folder.path())
            .spawn()
            .unwrap();
        let identity = identity(child.id()).unwrap();
        let session = Session(child, identity);
        let mut found = environment(identity.pid).unwrap();
        while found.is_empty() {
            found = environment(identity.pid).unwrap();
        }
        let directory = directory(identity.pid).unwrap();
        drop(session);
        assert!(found.contains(&("ODD".into(), OsStr::from_bytes(b"a=b\xff").to_owned())));
        assert!(same_place(&directory, folder.path()));
    }
}
