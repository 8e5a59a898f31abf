//! The database settings, out of the effective properties.

use std::path::{Path, PathBuf};

use raylift_formats::hsqldb_lock;
use raylift_formats::jdbc_url::{self, JdbcUrl};
use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, DatabaseSettings};
use raylift_model::finding::{Finding, Severity};
use raylift_model::secret::Secret;

use super::properties::Properties;
use crate::machine::Machine;

/// A lock file has 16 bytes.
const LARGEST_LOCK: u64 = 4096;
const DRIVER: &str = "jdbc.default.driverClassName";
const URL: &str = "jdbc.default.url";
const USERNAME: &str = "jdbc.default.username";
const PASSWORD: &str = "jdbc.default.password";
const JNDI: &str = "jdbc.default.jndi.name";

/// The settings with what must not become a fact. Has no `Debug`.
#[derive(Clone)]
pub(crate) struct Connection {
    /// The facts.
    pub(crate) settings: DatabaseSettings,
    /// The URL as the portal uses it; the facts have it without secrets.
    pub(crate) url: String,
    /// The password, empty when none is set.
    pub(crate) password: Secret,
    /// What is to be said.
    pub(crate) findings: Vec<Finding>,
}

/// Reads the settings.
pub(crate) fn connection(machine: &dyn Machine, properties: &Properties) -> Connection {
    let value = |key: &str| properties.value(key).map(|value| value.trim().to_owned());
    let filled = |key: &str| value(key).filter(|value| !value.is_empty());
    let mut url = filled(URL).unwrap_or_default();
    if url.starts_with("jdbc:hsqldb:") {
        url = properties.in_java(&url);
    }
    let parsed = jdbc_url::read(&url);
    let mut findings = properties.findings.clone();
    findings.extend(doubts(machine, properties, &url, parsed.as_ref()));
    let certain = !findings.iter().any(is_uncertain);
    let kind = match &parsed {
        Some(parsed) if certain => parsed.kind,
        _ => DatabaseKind::Undetermined,
    };
    if kind == DatabaseKind::Other {
        findings.push(unsupported(parsed.as_ref(), &url));
    }
    let password = properties.value(PASSWORD).unwrap_or_default();
    let settings = DatabaseSettings {
        kind,
        driver_class: filled(DRIVER),
        url: (!url.is_empty()).then(|| jdbc_url::without_secrets(&url)),
        username: value(USERNAME),
        password_set: !password.is_empty(),
        jndi_name: filled(JNDI),
        sources: [DRIVER, URL, USERNAME, PASSWORD, JNDI]
            .iter()
            .flat_map(|key| properties.places(key))
            .collect(),
    };
    Connection {
        settings,
        url,
        password: Secret::new(password),
        findings,
    }
}

/// True for findings after which no setting is certain.
pub(crate) fn is_uncertain(finding: &Finding) -> bool {
    [
        codes::DATABASE_SOURCE,
        codes::PROPERTIES_REFUSED,
        codes::PROPERTIES_CYCLE,
        codes::SYSTEM_PROPERTIES_REFUSED,
    ]
    .contains(&finding.code.as_str())
}

/// Settings of a site whose application server was not found.
pub(crate) fn unknown() -> Connection {
    Connection {
        settings: DatabaseSettings {
            kind: DatabaseKind::Undetermined,
            driver_class: None,
            url: None,
            username: None,
            password_set: false,
            jndi_name: None,
            sources: Vec::new(),
        },
        url: String::new(),
        password: Secret::new(""),
        findings: Vec::new(),
    }
}

/// One of the files of an embedded HSQLDB; `None` for other databases.
pub(crate) fn hsqldb_file(url: &str, extension: &str) -> Option<PathBuf> {
    jdbc_url::read(url)?
        .hsqldb
        .map(|files| PathBuf::from(format!("{}.{extension}", files.path)))
}

/// Bytes of an embedded HSQLDB's files (HyperSQL guide, "Database files"); zero for other databases.
pub(crate) fn bytes(machine: &dyn Machine, url: &str) -> u64 {
    ["properties", "script", "log", "data", "lobs", "backup"]
        .iter()
        .filter_map(|extension| hsqldb_file(url, extension))
        .filter_map(|file| machine.stat(&file).ok().flatten())
        .map(|stat| stat.size)
        .sum()
}

/// A finding when somebody keeps the lock of an embedded HSQLDB alive although the site does not run.
/// `now` is in milliseconds since 1970.
pub(crate) fn stranger(machine: &dyn Machine, url: &str, now: u64) -> Option<Finding> {
    let lock = hsqldb_file(url, "lck")?;
    let heartbeat = hsqldb_lock::heartbeat(&machine.read(&lock, LARGEST_LOCK).ok()?)?;
    // Twice the interval: the clock of the writer and ours are read at different moments.
    let alive = now.saturating_sub(heartbeat) < 2 * 1000 * hsqldb_lock::HEARTBEAT_SECONDS;
    alive.then(|| {
        Finding::new(
            Severity::Blocker,
            codes::DATABASE_LOCKED,
            lock.display().to_string(),
            "somebody holds the database open although no server of this site runs",
            "end the program that holds it (a database tool, an upgrade client)",
        )
    })
}

fn doubts(
    machine: &dyn Machine,
    properties: &Properties,
    url: &str,
    parsed: Option<&JdbcUrl>,
) -> Vec<Finding> {
    if let Some(name) = properties
        .value(JNDI)
        .filter(|name| !name.trim().is_empty())
    {
        return vec![source(
            JNDI,
            format!(
                "the portal takes its database from JNDI ({name}); raylift does not read Tomcat's resources yet"
            ),
            "set jdbc.default.driverClassName, url, username and password in portal-ext.properties instead",
        )];
    }
    let mut findings: Vec<Finding> = [DRIVER, URL, USERNAME, PASSWORD]
        .iter()
        .filter(|key| properties.is_ambiguous(key))
        .map(|key| {
            source(
                key,
                "is set more than once in one file, to different values".to_owned(),
                "keep one of the lines",
            )
        })
        .collect();
    match parsed {
        _ if properties.is_ambiguous(URL) => {}
        None => findings.push(source(
            URL,
            "no place sets a JDBC URL that can be understood".to_owned(),
            "set jdbc.default.url in portal-ext.properties",
        )),
        Some(_) if url.contains("${") => findings.push(source(
            URL,
            "holds a placeholder that nothing sets".to_owned(),
            "write the value out, or set the property it names",
        )),
        Some(parsed) => {
            let files = parsed
                .hsqldb
                .as_ref()
                .map(|files| Path::new(files.path.as_str()));
            let folder = files.and_then(Path::parent);
            if let Some(folder) = folder.filter(|folder| is_closed(machine, folder)) {
                findings.push(source(
                    URL,
                    format!(
                        "names HSQLDB files in {}, where raylift may not look",
                        folder.display()
                    ),
                    "run raylift as root or as the site's user",
                ));
            } else if let Some(files) = files.filter(|files| !are_there(machine, files)) {
                findings.push(source(
                    URL,
                    format!(
                        "names HSQLDB files at {}, and there are none",
                        files.display()
                    ),
                    "start the site once so that it makes its database, or correct the URL",
                ));
            }
        }
    }
    findings
}

/// Positive evidence for an embedded HSQLDB: its script or its properties file (test-bed 4). A relative path counts
/// from the folder the server was started in and proves nothing.
/// True when the system refuses to say what lies in a folder.
fn is_closed(machine: &dyn Machine, folder: &Path) -> bool {
    machine
        .entries(folder)
        .is_err_and(|error| error.source.kind() == std::io::ErrorKind::PermissionDenied)
}

fn are_there(machine: &dyn Machine, files: &Path) -> bool {
    files.is_absolute()
        && ["script", "properties"].iter().any(|extension| {
            let mut name = files.as_os_str().to_owned();
            name.push(".");
            name.push(extension);
            matches!(machine.stat(Path::new(&name)), Ok(Some(_)))
        })
}

fn source(subject: &str, message: String, remedy: &str) -> Finding {
    Finding::new(
        Severity::Blocker,
        codes::DATABASE_SOURCE,
        subject,
        message,
        remedy,
    )
}

fn unsupported(parsed: Option<&JdbcUrl>, url: &str) -> Finding {
    let vendor = parsed.map_or("unknown", |parsed| parsed.vendor.as_str());
    Finding::new(
        Severity::Blocker,
        codes::DATABASE_UNSUPPORTED,
        jdbc_url::without_secrets(url),
        format!(
            "raylift updates sites on PostgreSQL, MariaDB, MySQL and an embedded HSQLDB; this one is on {vendor}"
        ),
        "update this site by Liferay's manual",
    )
}
