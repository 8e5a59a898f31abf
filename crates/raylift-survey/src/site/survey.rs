//! All parts of a site put together.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use raylift_model::codes;
use raylift_model::facts::{
    CheckName, DatabaseCheck, DatabaseFacts, DatabaseKind, DatabaseSchema, SiteFacts, StoreFacts,
    VerifierSwitches,
};
use raylift_model::finding::{Finding, Severity};
use raylift_model::proof::{ProofRecord, SnapshotRecord};

use super::database::{self, Connection};
use super::error::SiteError;
use super::files::{self, Product};
use super::named_files::named_files;
use super::properties::Properties;
use super::request::SurveyRequest;
use super::runtime::{self, Runtime};
use super::store::Comparison;
use super::store_path::Rule;
use super::tomcat::{self, Tomcat};
use super::{
    access, configurations, database_server, deployments, disks, duplicates, entries, home, java,
    listening, mounts, preflight, processes, server, store, store_checks, user_home,
};
use crate::identity;
use crate::machine::{ConfigurationText, DatabaseAccess, DatabaseAnswer, Machine};
use crate::parts;

/// The largest record of a proof that is read, in bytes.
const LARGEST_RECORD: u64 = 1 << 20;
/// How many documents the database is asked for where not all of them are compared.
const DOCUMENTS: usize = 1000;

/// Whether the folder is a Liferay home, and no more.
///
/// # Errors
/// [`SiteError`] when it is none.
pub fn require_home(machine: &dyn Machine, given: &Path) -> Result<(), SiteError> {
    home::find(machine, given).map(drop)
}

/// Looks at a site and changes nothing. Works with the site up or down, without settings, without write access.
///
/// # Errors
/// [`SiteError`] when the folder is no Liferay home. Everything else is a finding of the result.
pub fn survey(machine: &dyn Machine, request: &SurveyRequest) -> Result<SiteFacts, SiteError> {
    let home = home::find(machine, &request.home)?;
    let settings = &request.settings;
    let mut findings = home::findings(&home);
    let (tomcat, unclear) = tomcat::find(machine, &home.path, settings);
    findings.extend(unclear);
    let tomcat = tomcat.as_ref();
    let (running, strangers) =
        server::running(machine, processes::list(machine), &home.path, tomcat);
    findings.extend(strangers);
    let runtime = runtime::of(
        machine,
        running.as_ref().map(|(_, live)| live),
        request.remembered.as_ref(),
        settings,
        &home.owner,
    );
    let pid_file = server::pid_path(&runtime, settings);
    let state = home
        .path
        .join(settings.state.as_deref().unwrap_or(Path::new(".raylift")));
    let own: Vec<&Path> = [Some(state.as_path()), pid_file.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let (product, data) = rayon::join(
        || files::scan(machine, &home.path, tomcat, &own),
        || {
            look_at_data(
                machine,
                request,
                &home.path,
                tomcat,
                &runtime,
                running.is_some(),
            )
        },
    );
    let Product {
        files,
        bundles,
        archives,
        clues,
        mut core,
        texts,
        properties,
        findings: in_files,
    } = product;
    findings.extend(in_files);
    findings.extend(data.findings);
    let (identity, disagreements) = identity::conclude(clues);
    findings.extend(disagreements);
    let is_older = identity
        .version
        .as_ref()
        .is_some_and(|version| version.line() < (7, 3));
    let mut database = data.database;
    database.configurations =
        configurations::read(machine, &home.path, &data.configurations, is_older);
    findings.extend(configurations::orphans(
        &home.path,
        &database.configurations,
    ));
    let layout = tomcat.map(|tomcat| tomcat::layout(machine, tomcat));
    findings.extend(
        layout
            .iter()
            .flat_map(|layout| parts::missing(layout, &files)),
    );
    let (mounts, mounted) = mounts::look(machine, &home.path, tomcat);
    findings.extend(mounted);
    let (app_server, in_server) = server::facts(
        machine,
        tomcat,
        running.as_ref(),
        pid_file.as_ref(),
        settings,
    );
    findings.extend(in_server);
    let (writable, closed) = disks::writable(machine, &home.path, tomcat);
    findings.extend(closed);
    findings.extend(user_home::look(machine, &runtime.owner, &home.path));
    findings.extend(entries::unknown(
        &files,
        tomcat
            .filter(|tomcat| tomcat.inside)
            .map(|tomcat| tomcat.relative.as_str()),
        &named_files(&home.path, &data.properties),
    ));
    findings.extend(deployments::look(
        machine,
        &home.path,
        tomcat,
        &data.properties,
    ));
    findings.extend(other_home(machine, &home.path, &data.properties));
    let last_proof = record(machine, &state.join(ProofRecord::FILE));
    let last_snapshot = record(machine, &state.join(SnapshotRecord::FILE));
    let mut places = vec![home.path.clone(), state];
    places.extend(data.store.root.as_ref().map(PathBuf::from));
    places.extend(tomcat.map(|tomcat| tomcat.path.clone()));
    findings.sort();
    findings.dedup();
    let (defaults, property_tables) =
        properties.facts("portal-impl.jar is missing or cannot be read");
    Ok(SiteFacts {
        home: home.path.display().to_string(),
        given: home.given.map(|given| given.display().to_string()),
        identity,
        layout,
        app_server,
        owner: runtime.owner,
        java: runtime.java,
        mounts,
        database,
        store: data.store,
        cluster_link: data.properties.is_true("cluster.link.enabled"),
        auto_run: data.properties.is_true("upgrade.database.auto.run"),
        verifiers: verifiers(&data.properties),
        console: console(&data.properties),
        properties: data.properties.sources(),
        core_sql: core.take_sql("portal-impl.jar is missing or cannot be read"),
        core: core.registry("portal-impl.jar is missing or cannot be read"),
        defaults,
        property_tables,
        bundles,
        archives,
        files,
        texts,
        configurations: configurations::look(machine, &home.path),
        disks: disks::look(machine, &places),
        listening: listening::ports(machine),
        writable,
        last_proof,
        last_snapshot,
        findings,
    })
}

/// What a proof or a snapshot left behind; a file that does not read is none.
fn record<T: serde::de::DeserializeOwned>(machine: &dyn Machine, file: &Path) -> Option<T> {
    let bytes = machine.read(file, LARGEST_RECORD).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// What properties, database and store say.
struct Data {
    properties: Properties,
    database: DatabaseFacts,
    store: StoreFacts,
    configurations: Vec<ConfigurationText>,
    findings: Vec<Finding>,
}

fn look_at_data(
    machine: &dyn Machine,
    request: &SurveyRequest,
    home: &Path,
    tomcat: Option<&Tomcat>,
    runtime: &Runtime,
    runs: bool,
) -> Data {
    let properties = tomcat.map_or_else(Properties::default, |tomcat| {
        access::properties(machine, home, &tomcat.path, runtime)
    });
    let (connection, found) = rayon::join(
        || match tomcat {
            Some(tomcat) => database::connection(machine, &properties, &tomcat.path),
            None => database::unknown(),
        },
        || store::look(machine, home, &properties),
    );
    let mut findings = connection.findings.clone();
    let mut documents = Comparison::new(machine, home, &properties, found);
    let mut server = None;
    let mut looked = preflight::Looked::default();
    let mut schema = None;
    let (answer, complete) = match ask(
        machine,
        request,
        tomcat,
        runtime,
        &connection,
        &mut documents,
    ) {
        Ok((answer, access)) => {
            if request.server {
                let (tools, kind) = (&request.settings.database, connection.settings.kind);
                // Each has a connection of its own, since they may work as different users.
                (server, (looked, schema)) = rayon::join(
                    || database_server::look(machine, tools, kind, &access),
                    || checks(machine, request, kind, &access, &properties),
                );
            }
            (answer, request.census)
        }
        Err(finding) => {
            findings.extend(finding.map(|finding| *finding));
            (DatabaseAnswer::default(), false)
        }
    };
    if !runs {
        findings.extend(database::stranger(machine, &connection.url, now()));
    }
    let (mut store, in_store) = documents.finish(&answer, request.census, complete);
    if request.checks
        && let Some((root, rule)) = store.root.as_deref().zip(Rule::of(&store.implementation))
    {
        let folder = store_checks::Folder {
            root: Path::new(root),
            rule,
            owner: &runtime.owner,
            companies: looked.companies.as_deref(),
        };
        store.checks = store_checks::look(machine, &folder);
    }
    findings.extend(in_store);
    let (product, product_version) = answer.product.unzip();
    let bytes = match &server {
        Some(found) => found.bytes,
        None => database::bytes(machine, &connection.url),
    };
    let database = DatabaseFacts {
        bytes,
        server: server.map(|found| found.server),
        settings: connection.settings,
        product,
        product_version,
        release_rows: answer.release_rows.unwrap_or_default(),
        tables: answer.tables,
        configurations: Vec::new(),
        checks: looked.checks,
        collations: looked.collations,
        schema,
    };
    Data {
        properties,
        database,
        store,
        configurations: answer.configurations,
        findings,
    }
}

/// What an upgrade stumbles over in the database, and what its tables are like; nothing where nobody asks.
fn checks(
    machine: &dyn Machine,
    request: &SurveyRequest,
    kind: DatabaseKind,
    access: &DatabaseAccess,
    properties: &Properties,
) -> (preflight::Looked, Option<DatabaseSchema>) {
    if !request.checks {
        return Default::default();
    }
    let (told, mut looked) = rayon::join(
        || schema_of(machine, kind, access),
        || preflight::look(machine, kind, access),
    );
    let schema = told.unwrap_or_else(|check| {
        looked.checks.push(check);
        None
    });
    if let Some(schema) = &schema {
        let indexes = &request.unique_indexes;
        let limit = duplicates::limit(kind, properties);
        looked.checks.extend(duplicates::look(
            machine, kind, access, schema, indexes, limit,
        ));
    }
    (looked, schema)
}

/// What its tables are like; `None` where nothing is known of the kind of database, an error as a refused check.
fn schema_of(
    machine: &dyn Machine,
    kind: DatabaseKind,
    access: &DatabaseAccess,
) -> Result<Option<DatabaseSchema>, DatabaseCheck> {
    if !kind.is_updated() {
        return Ok(None);
    }
    machine
        .database_schema(access)
        .map_err(|error| DatabaseCheck {
            name: CheckName::Schema,
            query: String::new(),
            found: 0,
            rows: Vec::new(),
            timed_out: error.code == codes::DATABASE_TIMEOUT,
            refused: Some(error.message),
        })
}

/// Asks the database. `Err(None)` when another finding says already why it was not asked.
fn ask(
    machine: &dyn Machine,
    request: &SurveyRequest,
    tomcat: Option<&Tomcat>,
    runtime: &Runtime,
    connection: &Connection,
    documents: &mut Comparison<'_>,
) -> Result<(DatabaseAnswer, DatabaseAccess), Option<Box<Finding>>> {
    let tomcat = tomcat.ok_or(None)?;
    let java_missing = java::not_found(&request.settings);
    let access =
        access::access(machine, &tomcat.path, runtime, connection, java_missing).map_err(Some)?;
    let answer = if request.census {
        machine.ask_database_about_documents(&access, &mut |answer, rows| {
            documents.rows(answer, rows);
        })
    } else {
        machine.ask_database(&access, DOCUMENTS).inspect(|answer| {
            documents.rows(answer, &answer.documents);
        })
    };
    answer.map(|answer| (answer, access)).map_err(|error| {
        Some(Box::new(Finding::new(
            Severity::Blocker,
            error.code,
            connection.settings.url.clone().unwrap_or_default(),
            error.message,
            "make the database reachable with the settings of the portal, then look again",
        )))
    })
}

/// What the site forbids a new release to verify.
fn verifiers(properties: &Properties) -> VerifierSwitches {
    VerifierSwitches {
        off: properties
            .value("upgrade.database.preupgrade.verify.enabled")
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("false")),
        store_off: properties.is_true("upgrade.database.dl.storage.check.disabled"),
    }
}

/// The property that opens a Gogo console in a server (`HOST:PORT`, `PORT`); empty or absent keeps it closed.
fn console(properties: &Properties) -> Option<String> {
    properties
        .value("module.framework.properties.osgi.console")
        .map(|console| console.trim().to_owned())
        .filter(|console| !console.is_empty())
}

/// The portal goes by `liferay.home` and `module.framework.base.dir`; when they name other folders, this one is not the
/// home it uses.
fn other_home(machine: &dyn Machine, home: &Path, properties: &Properties) -> Option<Finding> {
    // The second follows the first, so one finding says it all.
    [
        ("liferay.home", home.to_owned()),
        ("module.framework.base.dir", home.join("osgi")),
    ]
    .into_iter()
    .find_map(|(key, expected)| {
        let places = properties.places(key);
        let named = properties.value(key).filter(|_| !places.is_empty())?;
        let named = PathBuf::from(named.trim());
        let real = machine.canonical(&named).unwrap_or_else(|_| named.clone());
        let expected = machine.canonical(&expected).unwrap_or(expected);
        if real == expected || named.as_os_str().is_empty() {
            return None;
        }
        let finding = Finding::new(
            Severity::Blocker,
            codes::HOME_NOT_FOUND,
            key,
            format!(
                "the site's properties say {}, not {}",
                named.display(),
                expected.display()
            ),
            "give raylift the home that the site really uses",
        );
        Some(
            places
                .into_iter()
                .fold(finding, |finding, source| finding.because(source.place)),
        )
    })
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}
