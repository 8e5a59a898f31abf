//! Which processes use a home: its own server, and strangers.

use std::path::{Path, PathBuf};

use raylift_formats::proc;
use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use super::container;
use super::options::{before_main_class, system_property};
use crate::machine::Machine;

/// The largest command line that is read; Linux allows 2 MB by default.
const LARGEST: u64 = 8 << 20;
/// How many processes a finding names.
const SHOWN: usize = 10;

/// A process of a Java machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Jvm {
    /// Process id.
    pub(crate) pid: u32,
    /// All arguments, the program first.
    pub(crate) arguments: Vec<String>,
    /// Those before the main class.
    pub(crate) options: Vec<String>,
    /// The folder it was started in, when that can be read.
    pub(crate) folder: Option<PathBuf>,
}

/// The Java processes of the machine.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    /// Sorted by process id; without those that raylift itself started.
    pub(crate) all: Vec<Jvm>,
    /// What could not be read.
    pub(crate) findings: Vec<Finding>,
}

impl Jvm {
    /// `-Dcatalina.base`, else `-Dcatalina.home`, without links.
    pub(crate) fn base(&self, machine: &dyn Machine) -> Option<PathBuf> {
        self.folder_named(machine, "catalina.base")
            .or_else(|| self.folder_named(machine, "catalina.home"))
    }

    /// A folder that an option names, without links. A relative one counts from the process's own folder.
    pub(crate) fn folder_named(&self, machine: &dyn Machine, property: &str) -> Option<PathBuf> {
        let named = Path::new(system_property(&self.options, property)?);
        let whole = match &self.folder {
            Some(folder) => folder.join(named),
            None => named.to_owned(),
        };
        Some(machine.canonical(&whole).unwrap_or(whole))
    }

    /// Any other program from this Tomcat counts as its server, too; see [`proc::serves`].
    fn is_server(&self) -> bool {
        proc::serves(&self.arguments).unwrap_or(true)
    }
}

/// The main class of raylift's own database helper.
const HELPER: &str = "raylift.bridge.Main";

/// Lists them.
pub(crate) fn list(machine: &dyn Machine) -> Processes {
    let mut processes = Processes::default();
    let names = match machine.entries(Path::new("/proc")) {
        Ok(names) => names,
        Err(error) => {
            processes.findings.push(closed(
                "/proc",
                "the list of processes cannot be read, so whether the site runs is not known",
                vec![error.to_string()],
            ));
            return processes;
        }
    };
    let mut pids: Vec<u32> = names
        .iter()
        .filter_map(|name| name.to_str()?.parse().ok())
        .collect();
    pids.sort_unstable();
    let mut unreadable = Vec::new();
    for pid in &pids {
        match machine.read(&of(*pid, "cmdline"), LARGEST) {
            Ok(bytes) => processes.all.extend(jvm(machine, *pid, &bytes)),
            Err(error) if is_still_there(machine, *pid) => unreadable.push(error.to_string()),
            Err(_) => {}
        }
    }
    // Process 1 is always there: where it is not shown, /proc is mounted with hidepid and hides others as well.
    if !pids.contains(&1) {
        unreadable.push("process 1 is not shown: /proc hides other users' processes".to_owned());
    }
    if !unreadable.is_empty() {
        unreadable.truncate(SHOWN);
        processes.findings.push(closed(
            "/proc",
            "processes are hidden from this user, so a server of this site may run unseen",
            unreadable,
        ));
    }
    processes
}

/// The servers that run from this Tomcat, and the findings about strangers in the home.
pub(crate) fn sort_out<'a>(
    machine: &dyn Machine,
    processes: &'a [Jvm],
    home: &Path,
    tomcat: Option<&Path>,
) -> (Vec<&'a Jvm>, Vec<Finding>) {
    let mut own = Vec::new();
    let mut findings = Vec::new();
    let mut closed_to_us = Vec::new();
    for jvm in processes {
        let runs_from_here = tomcat.is_some_and(|tomcat| {
            ["catalina.base", "catalina.home"].iter().any(|name| {
                jvm.folder_named(machine, name)
                    .is_some_and(|folder| folder == tomcat)
            })
        });
        if runs_from_here {
            if jvm.is_server() {
                own.push(jvm);
            }
            continue;
        }
        if let Some(finding) = container::look(machine, jvm, home) {
            findings.push(finding);
            continue;
        }
        match use_of_home(machine, jvm, home) {
            Some(evidence) => findings.push(stranger(machine, jvm, evidence)),
            None if jvm.folder.is_none() => closed_to_us.push(format!("process {}", jvm.pid)),
            None => {}
        }
    }
    if !closed_to_us.is_empty() {
        closed_to_us.truncate(SHOWN);
        let mut finding = closed(
            "/proc",
            "the open files of other users' Java processes cannot be read, so it is not known whether they use this home",
            closed_to_us,
        );
        finding.severity = Severity::Warning;
        findings.push(finding);
    }
    (own, findings)
}

/// A file below `/proc/PID`.
pub(crate) fn of(pid: u32, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{name}"))
}

/// A finding about `/proc`.
pub(crate) fn closed(subject: &str, message: &str, evidence: Vec<String>) -> Finding {
    let finding = Finding::new(
        Severity::Blocker,
        codes::PROC_UNREADABLE,
        subject,
        message,
        "run raylift as root or as the user who runs the site",
    );
    evidence.into_iter().fold(finding, Finding::because)
}

fn jvm(machine: &dyn Machine, pid: u32, command_line: &[u8]) -> Option<Jvm> {
    let arguments = proc::arguments(command_line);
    let program = arguments.first()?.rsplit('/').next()?;
    let names_catalina = arguments
        .iter()
        .any(|argument| argument.starts_with("-Dcatalina."));
    if program != "java" && !names_catalina {
        return None;
    }
    // The database helper of another raylift that looks at this site; it reads a copy.
    if arguments.iter().any(|argument| argument == HELPER) {
        return None;
    }
    let stat = proc::stat(&machine.read(&of(pid, "stat"), LARGEST).ok()?)?;
    if stat.is_dead() || stat.parent == std::process::id() {
        return None;
    }
    Some(Jvm {
        pid,
        options: before_main_class(&arguments),
        arguments,
        folder: machine.link(&of(pid, "cwd")).ok(),
    })
}

/// How a process uses the home: named as `liferay.home`, as its folder, or by an open file.
fn use_of_home(machine: &dyn Machine, jvm: &Jvm, home: &Path) -> Option<String> {
    if jvm
        .folder_named(machine, "liferay.home")
        .is_some_and(|named| named == home)
    {
        return Some("its option liferay.home names this home".to_owned());
    }
    if let Some(folder) = jvm
        .folder
        .as_ref()
        .filter(|folder| folder.starts_with(home))
    {
        return Some(format!("it works in {}", folder.display()));
    }
    let descriptors = of(jvm.pid, "fd");
    machine
        .entries(&descriptors)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| machine.link(&descriptors.join(name)).ok())
        .find(|file| file.starts_with(home))
        .map(|file| format!("it has {} open", file.display()))
}

fn stranger(machine: &dyn Machine, jvm: &Jvm, evidence: String) -> Finding {
    let from = jvm.base(machine).map_or_else(
        || "it is no Tomcat".to_owned(),
        |base| format!("its Tomcat is {}", base.display()),
    );
    Finding::new(
        Severity::Blocker,
        codes::SERVER_FOREIGN,
        format!("process {}", jvm.pid),
        "uses this home and was not started from it",
        "stop that process, or name its Tomcat in raylift.toml: [server] tomcat = \"...\"",
    )
    .because(evidence)
    .because(from)
}

fn is_still_there(machine: &dyn Machine, pid: u32) -> bool {
    matches!(
        machine.stat(&PathBuf::from(format!("/proc/{pid}"))),
        Ok(Some(_))
    )
}
