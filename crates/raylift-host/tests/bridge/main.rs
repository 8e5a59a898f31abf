//! The bridge against a real HSQLDB 2.3.3, the one of Liferay 7.2.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod database;
#[path = "../common/parts.rs"]
mod parts;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use database::{Database, digests, endings};
use raylift_host::bridge::{Bridge, CoreRow, Mode};
use raylift_model::codes;
use raylift_model::facts::TableFacts;
use raylift_model::secret::Secret;
use raylift_survey::machine::{DatabaseError, DocumentRow, Machine};

fn refusal(result: Result<Bridge, DatabaseError>) -> DatabaseError {
    match result {
        Ok(_) => panic!("the bridge opened"),
        Err(error) => error,
    }
}

fn core_row() -> CoreRow {
    CoreRow {
        build_number: Some(7200),
        build_date: Some("2019-05-31 22:30:00.123456".to_owned()),
        verified: Some(true),
    }
}

#[test]
fn everything_is_read_while_the_portal_holds_the_database() {
    let database = Database::with_content();
    let portal = database.portal();
    portal.flushed();
    let before = digests(database.folder());
    let access = database.access();
    let answer = raylift_host::machine::RealMachine
        .ask_database(&access, 2)
        .unwrap();
    let after = digests(database.folder());
    // The portal's own heartbeat is the one file that changes by itself.
    let without_lock = |files: Vec<(String, String)>| -> Vec<_> {
        files
            .into_iter()
            .filter(|(name, _)| name != "lportal.lck")
            .collect()
    };
    assert!(
        before.iter().any(|(name, _)| name == "lportal.lck"),
        "{before:?}"
    );
    assert_eq!(without_lock(before), without_lock(after));

    assert_eq!(
        answer.product,
        Some(("HSQL Database Engine".to_owned(), "2.3.3".to_owned()))
    );
    let rows = answer.release_rows.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.name.as_str(),
                row.schema_version.as_str(),
                row.build_number,
                row.state,
                row.verified,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "com.liferay.blogs.service",
                "2.0.0-step-1",
                Some(0),
                Some(1),
                Some(false)
            ),
            ("com.liferay.journal.service", "", None, Some(0), None),
            ("portal", "5.0.2", Some(7200), None, Some(true)),
        ]
    );
    let tables: Vec<_> = [
        ("CONFIGURATION_", 4),
        ("DLFILEENTRY", 2),
        ("DLFILEVERSION", 3),
        ("RELEASE_", 3),
        ("Mixed \"Case", 1),
    ]
    .into_iter()
    .map(|(name, rows)| TableFacts {
        name: name.to_owned(),
        rows,
    })
    .collect();
    let mut sorted = tables;
    sorted.sort();
    assert_eq!(answer.tables, sorted);
    let rows: Vec<(&str, Option<&str>)> = answer
        .configurations
        .iter()
        .map(|row| {
            let dictionary = row.dictionary.as_ref().map(Secret::expose);
            (row.pid.as_str(), dictionary)
        })
        .collect();
    assert_eq!(
        rows,
        [
            (
                "com.example.Escaped",
                Some(
                    "felix.fileinstall.filename=\"file:/opt/my\\ site/a\\=b\\ \\\"\\u00fc\\\\.config\"\nlast=\"x\""
                )
            ),
            (
                "com.example.Interface",
                Some("not.felix.fileinstall.filename=\"file:/a\"")
            ),
            ("com.example.Null", None),
            (
                "com.example.Plain",
                Some(
                    "key=\"value\"\nfelix.fileinstall.filename=\"file:/opt/liferay/osgi/configs/com.example.Plain.config\"\n"
                )
            ),
        ]
    );
    let shown = format!("{:?}", answer.configurations);
    assert!(!shown.contains("value"), "a dictionary may hold passwords");
    assert_eq!(
        answer.documents,
        [
            DocumentRow {
                file_version_id: 303,
                company_id: 20101,
                data_repository_id: 777,
                name: "102".to_owned(),
                version: "1.0".to_owned(),
                size: 5_000_000_000,
            },
            DocumentRow {
                file_version_id: 302,
                company_id: 20101,
                data_repository_id: 20125,
                name: "101".to_owned(),
                version: "1.1".to_owned(),
                size: 12,
            },
        ]
    );
}

#[test]
fn every_document_comes_page_by_page_under_its_name_in_the_store() {
    let database = Database::with_content();
    let mut portal = database.portal();
    for statement in [
        "alter table DLFileVersion add column storeUUID varchar(255)",
        "update DLFileVersion set storeUUID = 'ab-1' where fileVersionId = 303",
    ] {
        assert_eq!(portal.run(statement), "done", "{statement}");
    }
    portal.shut_down();
    let mut bridge = Bridge::open(&database.access(), Mode::ReadOnly).unwrap();
    let mut page = |below| -> Vec<(i64, String)> {
        let rows = bridge.documents(2, below).unwrap();
        rows.into_iter()
            .map(|row| (row.file_version_id, row.version))
            .collect()
    };
    assert_eq!(
        page(None),
        [(303, "1.0~ab-1".to_owned()), (302, "1.1".to_owned())]
    );
    assert_eq!(page(Some(302)), [(301, "1.0".to_owned())]);
    assert_eq!(page(Some(301)), []);
    drop(bridge);

    let mut seen = Vec::new();
    let answer = raylift_host::machine::RealMachine
        .ask_database_about_documents(&database.access(), &mut |answer, rows| {
            assert_eq!(answer.configurations.len(), 4, "known before the first row");
            seen.extend(rows.iter().map(|row| row.file_version_id));
        })
        .unwrap();
    assert_eq!(seen, [303, 302, 301]);
    assert!(answer.documents.is_empty());
}

#[test]
fn a_stopped_database_is_not_touched_by_reading() {
    let database = Database::with_content();
    let before = digests(database.folder());
    let mut bridge = Bridge::open(&database.access(), Mode::ReadOnly).unwrap();
    assert_eq!(bridge.core_row().unwrap(), Some(core_row()));
    assert_eq!(digests(database.folder()), before);
    bridge.shut_down().unwrap();
    assert_eq!(digests(database.folder()), before);
}

#[test]
fn what_a_killed_server_left_is_read_without_being_repaired() {
    let database = Database::with_content();
    let mut portal = database.portal();
    portal
        .run("insert into Release_ (releaseId, servletContextName) values (9, 'com.example.late')");
    portal.flushed();
    portal.kill();
    let before = digests(database.folder());
    let mut bridge = Bridge::open(&database.access(), Mode::ReadOnly).unwrap();
    assert_eq!(bridge.release_rows().unwrap().unwrap().len(), 4);
    drop(bridge);
    assert_eq!(digests(database.folder()), before);
}

/// A copy of a live log may end within a line.
#[test]
fn a_torn_end_of_the_log_costs_only_what_is_torn() {
    let database = Database::with_content();
    let mut portal = database.portal();
    for id in [8, 9] {
        portal.run(&format!(
            "insert into Release_ (releaseId, servletContextName) values ({id}, 'com.example.row{id}')"
        ));
    }
    portal.flushed();
    portal.kill();
    let log = database.folder().join("lportal.log");
    let text = std::fs::read(&log).unwrap();
    let torn = String::from_utf8(text.clone())
        .unwrap()
        .find("row9")
        .unwrap();
    std::fs::write(&log, &text[..torn]).unwrap();
    let mut bridge = Bridge::open(&database.access(), Mode::ReadOnly).unwrap();
    let rows = bridge.release_rows().unwrap().unwrap();
    assert_eq!(rows.len(), 4);
    assert!(
        rows.iter()
            .any(|row| row.name.as_str() == "com.example.row8")
    );
}

/// HSQLDB's own read-only mode deletes the log of a server that has not written since its start.
#[test]
fn a_server_that_is_killed_after_a_reading_loses_nothing() {
    let database = Database::with_content();
    let mut portal = database.portal();
    Bridge::open(&database.access(), Mode::ReadOnly).unwrap();
    portal
        .run("insert into Release_ (releaseId, servletContextName) values (9, 'com.example.late')");
    portal.flushed();
    portal.kill();
    let mut bridge = Bridge::open(&database.access(), Mode::ReadWrite).unwrap();
    assert_eq!(bridge.release_rows().unwrap().unwrap().len(), 4);
}

#[test]
fn an_empty_database_has_no_rows_and_that_is_no_error() {
    let database = Database::empty();
    let mut bridge = Bridge::open(&database.access(), Mode::ReadOnly).unwrap();
    let answer = bridge.ask(10).unwrap();
    assert_eq!(answer.release_rows, None);
    assert!(answer.tables.is_empty());
    assert!(answer.configurations.is_empty());
    assert!(answer.documents.is_empty());
    assert_eq!(bridge.core_row().unwrap(), None);
}

#[test]
fn a_missing_database_is_not_made() {
    let database = Database::empty();
    let mut access = database.access();
    access.url = format!("jdbc:hsqldb:{}/other", database.folder().display());
    let before = digests(database.folder());
    for mode in [Mode::ReadOnly, Mode::ReadWrite] {
        let error = refusal(Bridge::open(&access, mode));
        assert_eq!(error.code, codes::DATABASE_UNREACHABLE);
        assert!(error.message.contains("/other"), "{}", error.message);
    }
    assert_eq!(digests(database.folder()), before);
}

#[test]
fn a_wrong_password_is_refused_and_not_repeated() {
    let database = Database::empty();
    let mut access = database.access();
    access.password = Secret::new("swordfish");
    let error = refusal(Bridge::open(&access, Mode::ReadOnly));
    assert_eq!(error.code, codes::DATABASE_REFUSED);
    assert!(!error.message.contains("swordfish"), "{}", error.message);
    access.password = Secret::new("");
    access.username = "nobody".to_owned();
    assert_eq!(
        refusal(Bridge::open(&access, Mode::ReadOnly)).code,
        codes::DATABASE_REFUSED
    );
}

#[test]
fn a_stranger_keeps_writers_out_and_readers_not() {
    let database = Database::with_content();
    let _portal = database.portal();
    let error = refusal(Bridge::open(&database.access(), Mode::ReadWrite));
    assert_eq!(error.code, codes::DATABASE_LOCKED, "{}", error.message);
    assert!(Bridge::open(&database.access(), Mode::ReadOnly).is_ok());
}

#[test]
fn the_core_row_goes_back_exactly() {
    let database = Database::with_content();
    let changed = CoreRow {
        build_number: Some(7201),
        build_date: None,
        verified: Some(false),
    };
    let mut bridge = Bridge::open(&database.access(), Mode::ReadWrite).unwrap();
    let image = bridge.core_row().unwrap().unwrap();
    assert_eq!(image, core_row());
    bridge.put_core_row(&changed).unwrap();
    bridge.shut_down().unwrap();
    assert_eq!(
        database.portal().run(CORE),
        "7201|null|0|5.0.2",
        "what another program reads"
    );
    let mut bridge = Bridge::open(&database.access(), Mode::ReadWrite).unwrap();
    assert_eq!(bridge.core_row().unwrap(), Some(changed));
    bridge.put_core_row(&image).unwrap();
    bridge.shut_down().unwrap();
    assert_eq!(
        database.portal().run(CORE),
        "7200|2019-05-31 22:30:00.123456|1|5.0.2"
    );
}

const CORE: &str = "select buildNumber, buildDate, verified, schemaVersion from Release_ where servletContextName = 'portal'";

#[test]
fn a_database_without_a_core_row_is_left_alone() {
    let database = Database::with_content();
    let mut portal = database.portal();
    portal.run("delete from Release_ where servletContextName = 'portal'");
    portal.shut_down();
    let mut bridge = Bridge::open(&database.access(), Mode::ReadWrite).unwrap();
    assert_eq!(bridge.core_row().unwrap(), None);
    let error = bridge.put_core_row(&core_row()).unwrap_err();
    assert_eq!(error.code, codes::BRIDGE_FAILED);
    assert_eq!(bridge.release_rows().unwrap().unwrap().len(), 2);
}

#[test]
fn two_core_rows_are_left_alone() {
    let database = Database::with_content();
    let mut portal = database.portal();
    portal.run(
        "insert into Release_ (releaseId, servletContextName, buildNumber) values (9, 'portal', 1)",
    );
    portal.shut_down();
    let mut bridge = Bridge::open(&database.access(), Mode::ReadWrite).unwrap();
    assert!(bridge.put_core_row(&core_row()).is_err());
    bridge.shut_down().unwrap();
    assert_eq!(
        database
            .portal()
            .run("select count(*) from Release_ where buildNumber = 1"),
        "1"
    );
}

#[test]
fn shutting_down_leaves_clean_files() {
    for by_dropping in [false, true] {
        let database = Database::with_content();
        let mut bridge = Bridge::open(&database.access(), Mode::ReadWrite).unwrap();
        bridge.put_core_row(&core_row()).unwrap();
        assert!(endings(database.folder()).contains(&"lck".to_owned()));
        if by_dropping {
            drop(bridge);
        } else {
            bridge.shut_down().unwrap();
        }
        assert_eq!(endings(database.folder()), ["properties", "script"]);
        let properties =
            std::fs::read_to_string(database.folder().join("lportal.properties")).unwrap();
        assert!(properties.contains("modified=no"), "{properties}");
    }
}

#[test]
fn the_password_is_in_no_argument_and_no_environment() {
    let database = Database::with_content();
    let mut portal = database.portal();
    portal.run("create user \"liferay\" password 'correct horse' admin");
    portal.shut_down();
    let mut access = database.access();
    access.username = "liferay".to_owned();
    access.password = Secret::new("correct horse");
    let _bridge = Bridge::open(&access, Mode::ReadOnly).unwrap();
    let mut seen = false;
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(arguments) = std::fs::read(process.path().join("cmdline")) else {
            continue;
        };
        let Ok(environment) = std::fs::read(process.path().join("environ")) else {
            continue;
        };
        let text = String::from_utf8_lossy(&arguments).into_owned();
        if text.contains("raylift.bridge.Main") {
            seen = true;
            let environment = String::from_utf8_lossy(&environment);
            assert!(!text.contains("correct horse") && !environment.contains("correct horse"));
        }
    }
    assert!(seen);
}

#[test]
fn a_java_that_is_none_is_an_error_in_time() {
    let database = Database::empty();
    let mut access = database.access();
    access.java.home = "/nonexistent".to_owned();
    let error = refusal(Bridge::open(&access, Mode::ReadOnly));
    assert_eq!(error.code, codes::BRIDGE_FAILED);
    assert!(error.message.contains("/nonexistent"), "{}", error.message);

    let fake = database.folder().join("bin");
    std::fs::create_dir(&fake).unwrap();
    std::os::unix::fs::symlink("/bin/false", fake.join("java")).unwrap();
    access.java.home = database.folder().display().to_string();
    let started = Instant::now();
    let error = refusal(Bridge::open(&access, Mode::ReadOnly));
    assert_eq!(error.code, codes::BRIDGE_FAILED);
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_missing_driver_is_named() {
    let database = Database::empty();
    let mut access = database.access();
    access.class_path.clear();
    let error = refusal(Bridge::open(&access, Mode::ReadOnly));
    assert_eq!(error.code, codes::BRIDGE_FAILED);
    assert!(
        error.message.contains("org.hsqldb.jdbc.JDBCDriver"),
        "{}",
        error.message
    );
}

/// As root: the helper and every file it makes belong to the site's user. As an ordinary user there is nobody else to be.
#[test]
fn root_works_as_the_sites_user() {
    let database = Database::with_content();
    let current = Command::new("id")
        .arg("-u")
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    if String::from_utf8(current.stdout).unwrap().trim() != "0" {
        let mut access = database.access();
        access.owner.uid += 1;
        for mode in [Mode::ReadOnly, Mode::ReadWrite] {
            let error = refusal(Bridge::open(&access, mode));
            assert_eq!(error.code, codes::BRIDGE_FAILED, "{}", error.message);
        }
        return;
    }
    let (uid, gid) = (65_534, 65_534);
    database.give_to(uid, gid);
    let mut access = database.access();
    access.owner.uid = uid;
    access.owner.gid = gid;
    access.class_path = vec![database.readable_driver()];
    let mut bridge = Bridge::open(&access, Mode::ReadWrite).unwrap();
    bridge.put_core_row(&core_row()).unwrap();
    assert_eq!(database.owners(), [uid]);
    bridge.shut_down().unwrap();
    assert_eq!(database.owners(), [uid]);
}
