//! The running server of a site.

use std::path::{Path, PathBuf};

use raylift_formats::proc;
use raylift_model::facts::{JavaFacts, ProcessFacts};
use raylift_model::finding::Finding;

use super::home::ownership;
use super::options::without_secret;
use super::processes::{Jvm, closed, of};
use super::request::RememberedProcess;
use super::{java, managed};
use crate::machine::Machine;

/// The largest file below `/proc/PID` that is read, in bytes.
const LARGEST: u64 = 8 << 20;

/// A running server with what must not become a fact.
#[derive(Clone)]
pub(crate) struct Live {
    /// The facts.
    pub(crate) facts: ProcessFacts,
    /// Its environment, when it can be read.
    pub(crate) environment: Option<Vec<(String, String)>>,
    /// Its options as they are.
    pub(crate) options: Vec<String>,
    /// The folder it was started in.
    pub(crate) folder: Option<PathBuf>,
}

/// Reads what `/proc` says about a server. `None` when it ended meanwhile.
pub(crate) fn read(machine: &dyn Machine, jvm: &Jvm) -> Option<(Live, Vec<Finding>)> {
    let folder = PathBuf::from(format!("/proc/{}", jvm.pid));
    let started = proc::stat(&machine.read(&folder.join("stat"), LARGEST).ok()?)?.started;
    let owner = machine.stat(&folder).ok().flatten()?;
    let mut unreadable = Vec::new();
    let environment = match machine.read(&folder.join("environ"), LARGEST) {
        Ok(bytes) => Some(proc::environment(&bytes)),
        Err(error) => {
            unreadable.push(error.to_string());
            None
        }
    };
    let java = match machine.link(&folder.join("exe")) {
        Ok(program) => java::of_program(machine, &program),
        Err(error) => {
            unreadable.push(error.to_string());
            named_program(machine, jvm)
        }
    };
    let findings = if unreadable.is_empty() {
        Vec::new()
    } else {
        vec![closed(
            &format!("process {}", jvm.pid),
            "the server's environment or program cannot be read",
            unreadable,
        )]
    };
    let facts = ProcessFacts {
        pid: jvm.pid,
        started,
        owner: ownership(machine, owner.uid, owner.gid),
        java: java.unwrap_or_else(|| JavaFacts {
            home: String::new(),
            version: None,
            major: None,
        }),
        jvm_options: jvm
            .options
            .iter()
            .map(|option| without_secret(option))
            .collect(),
        java_options: options_in(environment.as_deref().unwrap_or_default()),
        managed_by: managed::look(machine, jvm.pid),
        environment_readable: environment.is_some(),
    };
    let live = Live {
        facts,
        environment,
        options: jvm.options.clone(),
        folder: jvm.folder.clone(),
    };
    Some((live, findings))
}

/// Words of `JDK_JAVA_OPTIONS` (`java` manual), quotation marks around them taken off.
fn options_in(environment: &[(String, String)]) -> Vec<String> {
    let variable = environment
        .iter()
        .find(|(name, _)| name == "JDK_JAVA_OPTIONS");
    let words = variable.map_or("", |(_, value)| value).split_whitespace();
    words
        .map(|word| without_secret(word.trim_matches(['"', '\''])))
        .collect()
}

/// What must be remembered of a server before raylift stops it, so that the site can be looked at again while it is
/// down. `None` when the process is gone, is another one, or its environment cannot be read.
pub fn remember(machine: &dyn Machine, process: &ProcessFacts) -> Option<RememberedProcess> {
    let read = |name: &str| machine.read(&of(process.pid, name), LARGEST).ok();
    if proc::stat(&read("stat")?)?.started != process.started {
        return None;
    }
    Some(RememberedProcess::of_proc(
        &read("environ")?,
        &read("cmdline")?,
        process.java.clone(),
        process.owner.clone(),
    ))
}

/// The program as it was called, when that is a path.
fn named_program(machine: &dyn Machine, jvm: &Jvm) -> Option<JavaFacts> {
    let program = Path::new(jvm.arguments.first()?);
    program
        .is_absolute()
        .then(|| java::of_program(machine, program))
        .flatten()
}
