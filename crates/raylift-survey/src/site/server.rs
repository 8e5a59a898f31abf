//! The application server: its configuration, its process, its PID file.

use std::path::{Path, PathBuf};

use raylift_formats::tomcat_xml;
use raylift_model::codes;
use raylift_model::facts::{AppServerFacts, PidFile};
use raylift_model::finding::{Finding, Severity};
use raylift_model::settings::Settings;

use super::process::{self, Live};
use super::processes::{Jvm, Processes, sort_out};
use super::runtime::Runtime;
use super::tomcat::{self, Tomcat};
use super::{pid_file, probes};
use crate::machine::Machine;

/// The largest `server.xml` that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// The site's running server among the machine's processes, and what strangers do in the home.
pub(crate) fn running(
    machine: &dyn Machine,
    processes: Processes,
    home: &Path,
    tomcat: Option<&Tomcat>,
) -> (Option<(Jvm, Live)>, Vec<Finding>) {
    let mut findings = processes.findings;
    let (own, strangers) = sort_out(
        machine,
        &processes.all,
        home,
        tomcat.map(|tomcat| tomcat.path.as_path()),
    );
    findings.extend(strangers);
    if let [first, others @ ..] = own.as_slice()
        && !others.is_empty()
    {
        let finding = Finding::new(
            Severity::Blocker,
            codes::SERVER_FOREIGN,
            format!("process {}", first.pid),
            "several servers run from the same Tomcat folder",
            "stop all but one; catalina.sh stop leaves a server behind when it does not end in time",
        );
        findings.push(others.iter().fold(finding, |finding, other| {
            finding.because(format!("process {}", other.pid))
        }));
    }
    let live = own.first().and_then(|jvm| {
        let (live, unreadable) = process::read(machine, jvm)?;
        findings.extend(unreadable);
        Some(((*jvm).clone(), live))
    });
    (live, findings)
}

/// Everything about the application server. The site's pages are asked only while it runs.
pub(crate) fn facts(
    machine: &dyn Machine,
    tomcat: Option<&Tomcat>,
    running: Option<&(Jvm, Live)>,
    pid_file: Option<&PathBuf>,
    settings: &Settings,
) -> (AppServerFacts, Vec<Finding>) {
    let Some(tomcat) = tomcat else {
        return (none(), Vec::new());
    };
    let (base, home) = match running {
        Some((jvm, _)) => split(machine, jvm, tomcat),
        None => (tomcat.path.clone(), tomcat.path.clone()),
    };
    let mut findings = Vec::new();
    let server = read_server_xml(machine, &base, &mut findings);
    let process = running.map(|(_, live)| live.facts.clone());
    let (pid_file, finding) = pid_file::look(
        machine,
        pid_file,
        process.as_ref().map(|process| process.pid),
    );
    findings.extend(finding);
    let probes = match &process {
        Some(_) => probes::ask(machine, &server.connectors, &settings.health),
        None => Vec::new(),
    };
    let facts = AppServerFacts {
        home: home.display().to_string(),
        base: base.display().to_string(),
        version: tomcat::version(machine, tomcat),
        connectors: server.connectors,
        shutdown_port: server.shutdown_port,
        process,
        pid_file,
        probes,
    };
    (facts, findings)
}

/// The PID file's path, from the server's environment or the settings.
pub(crate) fn pid_path(runtime: &Runtime, settings: &Settings) -> Option<PathBuf> {
    pid_file::path(runtime.environment.as_deref().unwrap_or_default(), settings)
}

/// `catalina.base` and `catalina.home` of the running server.
fn split(machine: &dyn Machine, jvm: &Jvm, tomcat: &Tomcat) -> (PathBuf, PathBuf) {
    let base = jvm.base(machine).unwrap_or_else(|| tomcat.path.clone());
    let home = jvm
        .folder_named(machine, "catalina.home")
        .unwrap_or_else(|| base.clone());
    (base, home)
}

fn read_server_xml(
    machine: &dyn Machine,
    base: &Path,
    findings: &mut Vec<Finding>,
) -> tomcat_xml::ServerXml {
    let file = base.join("conf/server.xml");
    let mut finding = |severity, message: String, evidence: Vec<String>| {
        let finding = Finding::new(
            severity,
            codes::FILE_UNREADABLE,
            file.display().to_string(),
            message,
            "name pages with whole URLs in raylift.toml: [[health.probe]] url = \"http://...\"",
        );
        findings.push(evidence.into_iter().fold(finding, Finding::because));
    };
    let read = machine
        .read(&file, LARGEST)
        .map_err(|error| error.to_string())
        .and_then(|bytes| tomcat_xml::server(&bytes).map_err(|error| error.to_string()));
    match read {
        Ok(server) => {
            if !server.not_understood.is_empty() {
                finding(
                    Severity::Warning,
                    "holds values that are not plain numbers, so not all ports are known"
                        .to_owned(),
                    server.not_understood.clone(),
                );
            }
            server
        }
        Err(reason) => {
            finding(
                Severity::Warning,
                "cannot be read, so the site's ports are not known".to_owned(),
                vec![reason],
            );
            tomcat_xml::ServerXml::default()
        }
    }
}

fn none() -> AppServerFacts {
    AppServerFacts {
        home: String::new(),
        base: String::new(),
        version: None,
        connectors: Vec::new(),
        shutdown_port: None,
        process: None,
        pid_file: PidFile::NotUsed,
        probes: Vec::new(),
    }
}
