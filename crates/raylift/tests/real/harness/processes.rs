//! Processes as the kernel shows them.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Numbers of the Tomcat servers below a folder, ended ones that nobody has waited for left out.
pub(crate) fn servers(home: &Path) -> Vec<u32> {
    all()
        .into_iter()
        .filter(|pid| is_server(*pid, home) && !has_ended(*pid))
        .collect()
}

/// Numbers of the processes that were started with this variable in their environment.
pub(crate) fn with_variable(assignment: &str) -> Vec<u32> {
    all()
        .into_iter()
        .filter(|pid| {
            read(*pid, "environ")
                .split(|byte| *byte == 0)
                .any(|variable| variable == assignment.as_bytes())
        })
        .filter(|pid| !has_ended(*pid))
        .collect()
}

/// Numbers of the JVMs that work for the site: its folder is named in their arguments, or they work in it.
pub(crate) fn java_below(home: &Path) -> Vec<u32> {
    let name = home.as_os_str().as_bytes();
    all()
        .into_iter()
        .filter(|pid| read(*pid, "comm").starts_with(b"java"))
        .filter(|pid| {
            let line = read(*pid, "cmdline");
            let folder = std::fs::read_link(format!("/proc/{pid}/cwd"));
            line.windows(name.len()).any(|part| part == name)
                || folder.is_ok_and(|folder| folder.starts_with(home))
        })
        .collect()
}

/// The process that started this one, or who has adopted it since.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    field(pid, 1)?.parse().ok()
}

/// Numbers of the processes whose parent this is.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    all()
        .into_iter()
        .filter(|child| parent(*child) == Some(pid))
        .collect()
}

/// Whether an interrupt was sent to a process and not taken yet (`ShdPnd` in proc(5), bit by signal number).
pub(crate) fn has_untaken_interrupt(pid: u32) -> bool {
    const SIGINT: u64 = 1 << 1;
    status(pid, "ShdPnd:", 1)
        .and_then(|mask| u64::from_str_radix(&mask, 16).ok())
        .is_some_and(|mask| mask & SIGINT != 0)
}

/// Effective user of a process.
pub(crate) fn user(pid: u32) -> Option<u32> {
    status(pid, "Uid:", 2)?.parse().ok()
}

/// Whether a process with this number works.
pub(crate) fn lives(pid: u32) -> bool {
    field(pid, 0).is_some() && !has_ended(pid)
}

/// A word of a line of `/proc/PID/status`, counted from 0 at the line's name.
fn status(pid: u32, name: &str, word: usize) -> Option<String> {
    let text = String::from_utf8_lossy(&read(pid, "status")).into_owned();
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(word).map(str::to_owned)
}

fn all() -> Vec<u32> {
    std::fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn is_server(pid: u32, home: &Path) -> bool {
    let line = read(pid, "cmdline");
    let mut base = b"-Dcatalina.base=".to_vec();
    base.extend(home.as_os_str().as_bytes());
    let arguments: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
    arguments.iter().any(|argument| argument.starts_with(&base))
        && arguments.contains(&b"start".as_slice())
}

fn has_ended(pid: u32) -> bool {
    matches!(field(pid, 0).as_deref(), None | Some("Z" | "X"))
}

/// A field of `/proc/PID/stat`, counted from 0 behind the name in parentheses (proc(5)).
fn field(pid: u32, number: usize) -> Option<String> {
    let text = String::from_utf8_lossy(&read(pid, "stat")).into_owned();
    let (_, rest) = text.rsplit_once(") ")?;
    rest.split(' ').nth(number).map(str::to_owned)
}

fn read(pid: u32, name: &str) -> Vec<u8> {
    std::fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default()
}
