//! Database servers: what stands against dumping them and bringing them back, and what the run is told.

use std::path::PathBuf;

use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, DatabaseServer, ServerDisk, SiteFacts, VendorTools};
use raylift_model::finding::Severity;
use raylift_model::plan::{Action, Plan};
use raylift_plan::{Wishes, lint, make};

use crate::facts::{release, site, wishes};

pub(crate) fn server() -> DatabaseServer {
    DatabaseServer {
        place: "db:5432".to_owned(),
        database: "lportal".to_owned(),
        version: Some((15, 18)),
        mariadb: false,
        may_create: Some(true),
        tools: Some(VendorTools {
            folder: "/usr/lib/postgresql/15/bin".to_owned(),
            mariadb: false,
            version: Some((15, 18)),
        }),
        data: Some(ServerDisk {
            folder: "/var/lib/postgresql/15/main".to_owned(),
            free: 1 << 40,
        }),
    }
}

pub(crate) fn on_postgresql(server: Option<DatabaseServer>) -> SiteFacts {
    let mut site = site();
    site.database.settings.kind = DatabaseKind::Postgresql;
    site.database.settings.url = Some("jdbc:postgresql://db:5432/lportal".to_owned());
    site.database.product = Some("PostgreSQL".to_owned());
    site.database.server = server;
    site
}

fn on_mariadb(version: (u32, u32), tools: Option<(bool, (u32, u32))>) -> SiteFacts {
    let mut site = on_postgresql(Some(DatabaseServer {
        place: "db:3306".to_owned(),
        version: Some(version),
        mariadb: true,
        tools: tools.map(|(mariadb, version)| VendorTools {
            folder: "/usr/bin".to_owned(),
            mariadb,
            version: Some(version),
        }),
        ..server()
    }));
    site.database.settings.kind = DatabaseKind::Mariadb;
    site
}

fn plan(site: &SiteFacts) -> Plan {
    planned(site, &wishes())
}

fn planned(site: &SiteFacts, wishes: &Wishes) -> Plan {
    let plan = make(site, &release(), None, wishes).unwrap();
    assert_eq!(lint(&plan), [], "{:#?}", plan.findings);
    plan
}

fn blockers(site: &SiteFacts) -> Vec<String> {
    plan(site)
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Blocker)
        .map(|finding| finding.code.to_string())
        .collect()
}

#[test]
fn a_server_with_tools_is_updated_and_looked_at_for_others_after_the_stop() {
    let site = on_postgresql(Some(server()));
    assert_eq!(blockers(&site), Vec::<String>::new());
    let plan = plan(&site);
    let tools = plan.site.database_tools.unwrap();
    assert_eq!(tools.folder, PathBuf::from("/usr/lib/postgresql/15/bin"));
    assert_eq!((tools.admin_user, tools.jobs), (None, 2));
    let names: Vec<&str> = plan
        .actions
        .iter()
        .map(|planned| planned.action.name())
        .collect();
    let at = |name: &str| names.iter().position(|other| *other == name).unwrap();
    assert!(at("stop-server") < at("check-sessions"));
    assert!(at("check-sessions") < at("take-return-point"));
}

#[test]
fn an_embedded_database_needs_neither() {
    let plan = plan(&site());
    assert_eq!(plan.site.database_tools, None);
    assert!(
        plan.actions
            .iter()
            .all(|planned| planned.action != Action::CheckSessions)
    );
}

#[test]
fn settings_name_another_user_and_more_jobs() {
    let mut wishes = wishes();
    wishes.settings.database.admin_user = Some("postgres".to_owned());
    wishes.settings.database.admin_password_file = Some("/root/pw".into());
    wishes.settings.database.jobs = Some(6);
    let plan = planned(&on_postgresql(Some(server())), &wishes);
    let tools = plan.site.database_tools.unwrap();
    assert_eq!(tools.admin_user.as_deref(), Some("postgres"));
    assert_eq!(tools.admin_password_file, Some(PathBuf::from("/root/pw")));
    assert_eq!(tools.jobs, 6);
}

/// `pg_dump` refuses a server of a newer major version ("pg_dump", Notes); MariaDB's and MySQL's tools have grown apart.
#[test]
fn tools_must_be_there_and_fit_the_server() {
    let older = |version| {
        let mut server = server();
        server.tools = Some(VendorTools {
            version,
            ..server.tools.unwrap()
        });
        on_postgresql(Some(server))
    };
    let none = DatabaseServer {
        tools: None,
        ..server()
    };
    for site in [
        on_postgresql(Some(none)),
        older(Some((14, 20))),
        older(None),
        on_mariadb((10, 11), None),
        on_mariadb((10, 11), Some((true, (10, 6)))),
        on_mariadb((10, 11), Some((false, (8, 0)))),
    ] {
        assert_eq!(
            blockers(&site),
            [codes::TOOL_MISSING],
            "{:?}",
            site.database.server
        );
    }
    for site in [
        older(Some((16, 0))),
        older(Some((15, 2))),
        on_mariadb((10, 11), Some((true, (10, 11)))),
    ] {
        assert_eq!(
            blockers(&site),
            Vec::<String>::new(),
            "{:?}",
            site.database.server
        );
    }
}

#[test]
fn rights_age_and_urls_that_tools_cannot_be_told_block() {
    let forbidden = DatabaseServer {
        may_create: Some(false),
        ..server()
    };
    assert_eq!(
        blockers(&on_postgresql(Some(forbidden))),
        [codes::DATABASE_RIGHTS]
    );
    let mut old = server();
    old.version = Some((9, 6));
    assert_eq!(
        blockers(&on_postgresql(Some(old))),
        [codes::DATABASE_SERVER_OLD]
    );
    assert_eq!(
        blockers(&on_mariadb((10, 1), Some((true, (10, 11))))),
        [codes::DATABASE_SERVER_OLD]
    );
    assert_eq!(
        blockers(&on_postgresql(None)),
        [codes::DATABASE_UNSUPPORTED]
    );
    let unknown = DatabaseServer {
        may_create: None,
        ..server()
    };
    assert_eq!(
        blockers(&on_postgresql(Some(unknown))),
        Vec::<String>::new(),
        "what the server does not tell shows in the proof"
    );
}
