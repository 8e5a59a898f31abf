//! How the site's database is reached by somebody who is not the portal.

use std::path::{Path, PathBuf};

use raylift_formats::bundle::Jar;
use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use super::database::{Connection, connection, is_uncertain};
use super::effective::no_server;
use super::properties::Properties;
use super::request::SurveyRequest;
use super::runtime::{self, Runtime};
use super::sources::{self, Places};
use super::{home, java, process, processes, tomcat};
use crate::machine::{DatabaseAccess, Machine};

/// The largest JAR that is searched for a driver, in bytes.
const LARGEST_JAR: u64 = 512 << 20;
/// Where the portal's class loader finds drivers, in the order it is asked (real-homes, `common.loader`).
const PLACES: [&str; 4] = [
    "lib/ext",
    "lib",
    "webapps/ROOT/WEB-INF/lib",
    "webapps/ROOT/WEB-INF/shielded-container-lib",
];

/// Works out how to reach the database of a site, password included.
///
/// # Errors
/// A blocker: no home ([`codes::HOME_NOT_FOUND`]), no application server, no Java, settings that are not certain, or no
/// JAR with the driver.
pub fn database_access(
    machine: &dyn Machine,
    request: &SurveyRequest,
) -> Result<DatabaseAccess, Box<Finding>> {
    let Found {
        home,
        tomcat,
        runtime,
    } = found(machine, request)?;
    let properties = properties(machine, &home, &tomcat, &runtime);
    let connection = connection(machine, &properties, &tomcat);
    let java_missing = java::not_found(&request.settings);
    access(machine, &tomcat, &runtime, &connection, java_missing)
}

/// Where a site's properties are to be looked for.
pub(crate) struct Found {
    /// The home.
    pub(crate) home: PathBuf,
    /// Tomcat's folder.
    pub(crate) tomcat: PathBuf,
    /// What is known of its Java machine.
    pub(crate) runtime: Runtime,
}

/// Finds home, application server and Java machine.
///
/// # Errors
/// A blocker: no home, or no application server.
pub(crate) fn found(machine: &dyn Machine, request: &SurveyRequest) -> Result<Found, Box<Finding>> {
    let home = home::find(machine, &request.home).map_err(|error| {
        Box::new(Finding::new(
            Severity::Blocker,
            error.code(),
            request.home.display().to_string(),
            error.to_string(),
            "name the folder with osgi and data",
        ))
    })?;
    let (tomcat, mut findings) = tomcat::find(machine, &home.path, &request.settings);
    let Some(tomcat) = tomcat else {
        return Err(Box::new(
            findings.pop().unwrap_or_else(|| no_server(&home.path)),
        ));
    };
    let all = processes::list(machine).all;
    let (own, _) = processes::sort_out(machine, &all, &home.path, Some(&tomcat.path));
    let live = own.first().and_then(|jvm| process::read(machine, jvm));
    let runtime = runtime::of(
        machine,
        live.as_ref().map(|(live, _)| live),
        request.remembered.as_ref(),
        &request.settings,
        &home.owner,
    );
    Ok(Found {
        home: home.path,
        tomcat: tomcat.path,
        runtime,
    })
}

/// The effective properties of a site.
pub(crate) fn properties(
    machine: &dyn Machine,
    home: &Path,
    tomcat: &Path,
    runtime: &Runtime,
) -> Properties {
    let places = Places {
        home,
        tomcat,
        environment: runtime.environment.as_deref(),
        options: runtime.options.as_deref(),
        folder: runtime.folder.as_deref(),
        user_home: machine.user(runtime.owner.uid).map(|(_, home)| home),
    };
    sources::read(machine, &places)
}

/// Access from what was read already.
pub(crate) fn access(
    machine: &dyn Machine,
    tomcat: &Path,
    runtime: &Runtime,
    connection: &Connection,
    java_missing: Finding,
) -> Result<DatabaseAccess, Box<Finding>> {
    let uncertain = connection
        .findings
        .iter()
        .find(|finding| is_uncertain(finding));
    if let Some(finding) = uncertain {
        return Err(Box::new(finding.clone()));
    }
    let Some(driver_class) = connection.settings.driver_class.clone() else {
        return Err(Box::new(no_settings()));
    };
    let java = runtime.java.clone().ok_or_else(|| Box::new(java_missing))?;
    let Some(driver) = driver_jar(machine, tomcat, &driver_class) else {
        return Err(Box::new(Finding::new(
            Severity::Blocker,
            codes::DATABASE_UNREACHABLE,
            driver_class.as_str(),
            "no JAR in lib/ext, lib, WEB-INF/lib or WEB-INF/shielded-container-lib holds this driver class",
            "put the driver's JAR back into lib/ext",
        )));
    };
    Ok(DatabaseAccess {
        java,
        class_path: vec![driver],
        driver_class,
        url: connection.url.clone(),
        username: connection.settings.username.clone().unwrap_or_default(),
        password: connection.password.clone(),
        owner: runtime.owner.clone(),
    })
}

/// The JAR with the driver. Drivers are named after their vendors, so JARs that share a part of the class's name are
/// opened first: opening all 250 of a portal takes much longer.
fn driver_jar(machine: &dyn Machine, tomcat: &Path, class: &str) -> Option<PathBuf> {
    let entry = format!("{}.class", class.replace('.', "/"));
    let holds = |jar: &PathBuf| {
        machine
            .read(jar, LARGEST_JAR)
            .is_ok_and(|bytes| Jar::open(&bytes).is_ok_and(|jar| jar.has(&entry)))
    };
    let mut jars: Vec<PathBuf> = PLACES
        .iter()
        .flat_map(|place| {
            let folder = tomcat.join(place);
            machine
                .entries(&folder)
                .unwrap_or_default()
                .into_iter()
                .map(move |name| folder.join(name))
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "jar"))
        .collect();
    let vendor: Vec<String> = class
        .split('.')
        .filter(|part| part.len() > 3 && !matches!(*part, "jdbc" | "driver" | "Driver"))
        .map(str::to_ascii_lowercase)
        .collect();
    let is_likely = |jar: &PathBuf| {
        jar.file_stem().is_some_and(|stem| {
            let stem = stem.to_string_lossy().to_ascii_lowercase();
            vendor
                .iter()
                .any(|part| stem.contains(part.as_str()) || part.contains(stem.as_str()))
        })
    };
    jars.sort_by_key(|jar| !is_likely(jar));
    jars.into_iter().find(holds)
}

fn no_settings() -> Finding {
    Finding::new(
        Severity::Blocker,
        codes::DATABASE_SOURCE,
        "database",
        "the database settings could not be determined",
        "set jdbc.default.driverClassName, url, username and password in portal-ext.properties",
    )
}
