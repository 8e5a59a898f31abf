//! The database settings, out of the effective properties.

use std::path::{Path, PathBuf};

use raylift_formats::hsqldb_lock;
use raylift_formats::jdbc_url::{self, JdbcUrl};
use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, DatabaseSettings, SettingSource};
use raylift_model::finding::{Finding, Severity};
use raylift_model::secret::Secret;

use super::jndi;
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

/// The four coordinates, wherever they come from.
struct Coordinates {
    driver_class: Option<String>,
    url: String,
    username: Option<String>,
    password: String,
    sources: Vec<SettingSource>,
    findings: Vec<Finding>,
}

/// Reads the settings. `tomcat` is its folder.
pub(crate) fn connection(
    machine: &dyn Machine,
    properties: &Properties,
    tomcat: &Path,
) -> Connection {
    let jndi_name = properties
        .value(JNDI)
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    let coordinates = match &jndi_name {
        Some(name) => of_pool(machine, properties, tomcat, name),
        None => of_properties(properties),
    };
    let Coordinates { url, password, .. } = coordinates;
    let parsed = jdbc_url::read(&url);
    let mut findings = properties.findings.clone();
    findings.extend(coordinates.findings);
    let doubts = doubts(machine, &url, parsed.as_ref(), findings.iter());
    findings.extend(doubts);
    let certain = !findings.iter().any(is_uncertain);
    let kind = match &parsed {
        Some(parsed) if certain => parsed.kind,
        _ => DatabaseKind::Undetermined,
    };
    if kind == DatabaseKind::Other {
        findings.push(unsupported(parsed.as_ref(), &url));
    }
    let mut sources = coordinates.sources;
    sources.extend(properties.places(JNDI));
    let settings = DatabaseSettings {
        kind,
        driver_class: coordinates.driver_class,
        url: (!url.is_empty()).then(|| jdbc_url::without_secrets(&url)),
        username: coordinates.username,
        password_set: !password.is_empty(),
        jndi_name,
        sources,
    };
    Connection {
        settings,
        url,
        password: Secret::new(password),
        findings,
    }
}

fn of_properties(properties: &Properties) -> Coordinates {
    let value = |key: &str| properties.value(key).map(|value| value.trim().to_owned());
    let filled = |key: &str| value(key).filter(|value| !value.is_empty());
    let mut url = filled(URL).unwrap_or_default();
    if url.starts_with("jdbc:hsqldb:") {
        url = properties.in_java(&url);
    }
    Coordinates {
        driver_class: filled(DRIVER),
        url,
        username: value(USERNAME),
        password: properties.value(PASSWORD).unwrap_or_default(),
        sources: [DRIVER, URL, USERNAME, PASSWORD]
            .iter()
            .flat_map(|key| properties.places(key))
            .collect(),
        findings: [DRIVER, URL, USERNAME, PASSWORD]
            .iter()
            .filter(|key| properties.is_ambiguous(key))
            .map(|key| {
                source(
                    key,
                    "is set more than once in one file, to different values".to_owned(),
                    "keep one of the lines",
                )
            })
            .collect(),
    }
}

/// Where a JNDI name is set the portal ignores the other properties (`DataSourceFactoryImpl`; layout-and-artifacts 4.4).
/// Tomcat replaces `${…}` in its files by Java properties.
fn of_pool(
    machine: &dyn Machine,
    properties: &Properties,
    tomcat: &Path,
    name: &str,
) -> Coordinates {
    let found = match jndi::find(machine, tomcat, name) {
        Ok(found) => found,
        Err(why) => {
            return Coordinates {
                driver_class: None,
                url: String::new(),
                username: None,
                password: String::new(),
                sources: Vec::new(),
                findings: vec![source(
                    JNDI,
                    format!("the portal takes its database from JNDI ({name}), and {why}"),
                    "define the resource once, in conf/Catalina/localhost/ROOT.xml, with driver, URL, user and password",
                )],
            };
        }
    };
    let meant = |value: Option<String>| value.map(|value| properties.in_java(&value));
    let password = meant(found.pool.password).unwrap_or_default();
    let place = found.place.display().to_string();
    let sources = [URL, USERNAME]
        .into_iter()
        .chain((!password.is_empty()).then_some(PASSWORD))
        .map(|key| SettingSource {
            key: key.to_owned(),
            place: format!("{place} (resource {name})"),
        })
        .collect();
    Coordinates {
        driver_class: meant(found.pool.driver_class),
        url: meant(found.pool.url).unwrap_or_default(),
        username: meant(found.pool.username),
        password,
        sources,
        findings: Vec::new(),
    }
}

/// True for findings after which no setting is certain.
pub(crate) fn is_uncertain(finding: &Finding) -> bool {
    codes::DATABASE_HIDDEN_BY.contains(&finding.code.as_str())
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

/// Bytes of an embedded HSQLDB's files (HyperSQL guide, "Database files"); `None` for other databases.
pub(crate) fn bytes(machine: &dyn Machine, url: &str) -> Option<u64> {
    hsqldb_file(url, "properties")?;
    let sum = ["properties", "script", "log", "data", "lobs", "backup"]
        .iter()
        .filter_map(|extension| hsqldb_file(url, extension))
        .filter_map(|file| machine.stat(&file).ok().flatten())
        .map(|stat| stat.size)
        .sum();
    Some(sum)
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

fn doubts<'a>(
    machine: &dyn Machine,
    url: &str,
    parsed: Option<&JdbcUrl>,
    mut known: impl Iterator<Item = &'a Finding>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Where a source is in doubt, the URL is no further news.
    if known.any(|finding| finding.code.as_str() == codes::DATABASE_SOURCE) {
        return findings;
    }
    match parsed {
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
