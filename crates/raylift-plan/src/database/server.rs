//! What a database server says for or against an update: its tools, its version, the user's rights.

use std::path::PathBuf;

use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, DatabaseServer, SiteFacts, VendorTools};
use raylift_model::finding::Finding;
use raylift_model::plan::{DatabaseMeans, DatabaseTools};
use raylift_model::settings::Settings;

use crate::checks::blocker;

/// Jobs of a parallel dump beside a site that serves.
const JOBS: u32 = 2;

/// What differs between the vendors.
struct Vendor {
    name: &'static str,
    /// The oldest version that the tools and queries are meant for.
    oldest: (u32, u32),
    /// The tools that must lie in one folder.
    tools: &'static str,
}

impl Vendor {
    fn of(kind: DatabaseKind, server: &DatabaseServer) -> Self {
        match (kind, server.mariadb) {
            // The first with `backend_type` in `pg_stat_activity`.
            (DatabaseKind::Postgresql, _) => Self {
                name: "PostgreSQL",
                oldest: (10, 0),
                tools: "pg_dump, pg_restore and psql",
            },
            // From here on dumps write generated columns as they are read.
            (_, true) => Self {
                name: "MariaDB",
                oldest: (10, 2),
                tools: "mariadb-dump and mariadb (or mysqldump and mysql)",
            },
            (_, false) => Self {
                name: "MySQL",
                oldest: (5, 7),
                tools: "mysqldump and mysql",
            },
        }
    }
}

/// What stands against dumping the server and bringing it back; where others do that, only what keeps raylift from
/// asking it.
pub(super) fn findings(site: &SiteFacts, by_own_tools: bool) -> Vec<Finding> {
    let database = &site.database;
    if !by_own_tools {
        let server = database.server.as_ref();
        let old =
            server.and_then(|server| too_old(&Vendor::of(database.settings.kind, server), server));
        return old.into_iter().collect();
    }
    let Some(server) = &database.server else {
        // Where it was not reached at all, that is said already.
        return if database.product.is_some() {
            vec![blocker(
                codes::DATABASE_UNSUPPORTED,
                database.settings.url.clone().unwrap_or_default(),
                "the JDBC URL names several servers, a socket or a form that the vendor's tools cannot be told",
                "give the portal a URL of one host, port and database",
            )]
        } else {
            Vec::new()
        };
    };
    let kind = database.settings.kind;
    let vendor = Vendor::of(kind, server);
    [
        too_old(&vendor, server),
        tools_missing(&vendor, kind, server),
        rights(kind, server),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the run is told; nothing where the tools are missing.
pub(crate) fn tools(site: &SiteFacts, settings: &Settings) -> Option<DatabaseTools> {
    let found = site.database.server.as_ref()?.tools.as_ref()?;
    let return_point = match site.database.settings.kind {
        DatabaseKind::Postgresql => settings.restore_point.database,
        _ => DatabaseMeans::Dump,
    };
    let settings = &settings.database;
    Some(DatabaseTools {
        folder: PathBuf::from(&found.folder),
        mariadb: found.mariadb,
        admin_user: settings.admin_user.clone(),
        admin_password_file: settings.admin_password_file.clone(),
        jobs: settings.jobs.unwrap_or(JOBS).max(1),
        return_point,
    })
}

fn too_old(vendor: &Vendor, server: &DatabaseServer) -> Option<Finding> {
    let found = server.version?;
    (found < vendor.oldest).then(|| {
        blocker(
            codes::DATABASE_SERVER_OLD,
            server.place.clone(),
            format!(
                "the server is {} {}; raylift needs {} or newer",
                vendor.name,
                told(found),
                told(vendor.oldest)
            ),
            "bring the database server up to date first",
        )
    })
}

fn tools_missing(vendor: &Vendor, kind: DatabaseKind, server: &DatabaseServer) -> Option<Finding> {
    let wanted = server.version.map_or_else(
        || vendor.name.to_owned(),
        |version| format!("{} {}", vendor.name, told(version)),
    );
    let Some(tools) = &server.tools else {
        return Some(blocker(
            codes::TOOL_MISSING,
            vendor.tools,
            format!("no folder holds the tools that dump {wanted} and bring it back"),
            "install the vendor's client programs on this machine, or name their folder as tools in [database] of raylift.toml",
        ));
    };
    fits(kind, server, tools).map(|why| {
        blocker(
            codes::TOOL_MISSING,
            tools.folder.clone(),
            format!("{why}; the server is {wanted}"),
            "install the client programs of the server's version, or name their folder as tools in [database] of raylift.toml",
        )
    })
}

/// Why the tools do not fit the server. A dump tool refuses or misreads a server that is newer ("pg_dump", Notes), and
/// MySQL's and MariaDB's have grown apart.
fn fits(kind: DatabaseKind, server: &DatabaseServer, tools: &VendorTools) -> Option<String> {
    if kind != DatabaseKind::Postgresql && server.mariadb != tools.mariadb {
        let of = |mariadb: bool| if mariadb { "MariaDB" } else { "MySQL" };
        return Some(format!("the tools there are {}'s", of(tools.mariadb)));
    }
    let (Some(have), Some(need)) = (tools.version, server.version) else {
        return Some("the tools there do not say their version".to_owned());
    };
    // A minor release of PostgreSQL changes nothing between server and tools.
    let older = match kind {
        DatabaseKind::Postgresql => have.0 < need.0,
        _ => have < need,
    };
    older.then(|| format!("the tools there are of version {}", told(have)))
}

fn rights(kind: DatabaseKind, server: &DatabaseServer) -> Option<Finding> {
    if server.may_create != Some(false) {
        return None;
    }
    let remedy = match kind {
        DatabaseKind::Postgresql => {
            "ALTER ROLE … CREATEDB for the site's role, which must own the database, or name a user who may as admin_user in [database] of raylift.toml"
        }
        _ => {
            "GRANT ALL ON `raylift\\_%`.* to the site's user, or name a user who may as admin_user in [database] of raylift.toml"
        }
    };
    Some(blocker(
        codes::DATABASE_RIGHTS,
        format!("{}/{}", server.place, server.database),
        "the proof and a rollback restore into a database of their own, and the user may not make one",
        remedy,
    ))
}

fn told((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}
