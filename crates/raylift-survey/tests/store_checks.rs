//! What Liferay's verifiers of the document store would say: `PreupgradeVerifyStoreAccess` and
//! `PreupgradeVerifyStoreFileSystemStructure`, as read in Liferay's sources of 2025.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::{Scratch, TestMachine, jar, request};
use raylift_model::facts::{DatabaseCheck, SiteFacts};
use raylift_survey::site::survey;

const ROOT: &str = "data/document_library";
const ADVANCED: &str = "com.liferay.portal.store.file.system.AdvancedFileSystemStore";

/// A site with a store, whose database, a PostgreSQL, has these companies; without any it has an embedded one.
fn look(scratch: &Scratch, companies: &[&str]) -> SiteFacts {
    let mut machine = TestMachine::new();
    let java = machine.java(scratch.around());
    if !companies.is_empty() {
        scratch.write(
            "tomcat-9.0.19/lib/ext/postgresql.jar",
            &jar(&[("org/postgresql/Driver.class", b"")]),
        );
        scratch.set("jdbc.default.driverClassName=org.postgresql.Driver");
        scratch.set("jdbc.default.url=jdbc:postgresql://db/lportal");
    }
    let rows = companies.iter().map(|id| vec![Some((*id).to_owned())]);
    machine.queries = vec![("SELECT companyId FROM Company WHERE", rows.collect())];
    let mut request = request(&scratch.home);
    request.settings.server.java_home = Some(java);
    survey(&machine, &request).unwrap()
}

fn rows(facts: &SiteFacts, name: &str) -> Vec<String> {
    let found: Vec<&DatabaseCheck> = facts
        .store
        .checks
        .iter()
        .filter(|check| check.name.word() == name)
        .collect();
    assert_eq!(found.len(), 1, "{:?}", facts.store.checks);
    assert_eq!(found[0].refused, None);
    found[0].rows.clone()
}

fn below(scratch: &Scratch, path: &str, what: &str) -> String {
    let root = fs::canonicalize(scratch.home.join(ROOT)).unwrap();
    format!("{}: {what}", root.join(path).display())
}

fn put(scratch: &Scratch, paths: &[&str]) {
    for path in paths {
        scratch.write(&format!("{ROOT}/{path}"), b"x");
    }
}

fn advanced(scratch: &Scratch) {
    scratch.set(&format!("dl.store.impl={ADVANCED}"));
    scratch.write(
        "osgi/configs/com.liferay.portal.store.file.system.configuration.AdvancedFileSystemStoreConfiguration.config",
        format!("rootDir=\"{ROOT}\"\n").as_bytes(),
    );
}

const SIMPLE: [&str; 6] = [
    "20099/20121/501/1.0",
    "20099/20121/501/1.1~0f3a",
    "20099/20121/501/PWC~12",
    "20099/0/document_preview/some/thing.png",
    "20099/20121/.DS_Store",
    "README.txt",
];

#[test]
fn a_simple_store_as_liferay_makes_it() {
    let scratch = Scratch::good();
    put(&scratch, &SIMPLE);
    put(&scratch, &["notes/not-a-company", "30001/x"]);
    fs::remove_file(scratch.home.join(ROOT).join("30001/x")).unwrap();
    let facts = look(&scratch, &["20099", "30001"]);
    assert_eq!(rows(&facts, "store-layout"), [""; 0]);
    assert_eq!(rows(&facts, "store-access"), [""; 0]);
}

#[test]
fn a_simple_store_that_somebody_put_things_into() {
    let scratch = Scratch::good();
    put(&scratch, &SIMPLE);
    put(
        &scratch,
        &[
            "20099/list.txt",
            "20099/20121/loose.pdf",
            "20099/20121/502/latest",
            "20099/20121/503/1",
            "20099/20121/504.afsh/504_1.0.afsh",
        ],
    );
    let facts = look(&scratch, &["20099"]);
    let mut found = rows(&facts, "store-layout");
    found.sort();
    let mut expected = [
        ("20099/list.txt", "a file where the store has folders only"),
        (
            "20099/20121/loose.pdf",
            "a file where the store has folders only",
        ),
        ("20099/20121/502/latest", "a file whose name is no version"),
        ("20099/20121/503/1", "a file whose name is no version"),
        (
            "20099/20121/504.afsh",
            "a folder with an ending, as the advanced store has them",
        ),
    ]
    .map(|(path, what)| below(&scratch, path, what));
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn an_advanced_store() {
    let scratch = Scratch::good();
    advanced(&scratch);
    put(
        &scratch,
        &[
            "20099/20121/50/501.afsh/501_1.0.afsh",
            "20099/20121/5.afsh/5_1.0.afsh",
            "20099/20121/DLFE/32/401.pdf/401_1.0.pdf",
            "20099/0/document_preview/x.png",
        ],
    );
    let facts = look(&scratch, &["20099"]);
    assert_eq!(rows(&facts, "store-layout"), [""; 0]);
    put(
        &scratch,
        &["20099/20121/502/1.0", "20099/20121/DLFE/503/1.0"],
    );
    let facts = look(&scratch, &["20099"]);
    let what = "a long name without an ending, as the simple store has them";
    let mut found = rows(&facts, "store-layout");
    found.sort();
    assert_eq!(
        found,
        [
            below(&scratch, "20099/20121/502", what),
            below(&scratch, "20099/20121/DLFE/503", what)
        ]
    );
}

/// Liferay demands a folder for each company, also for one without documents, and looks at no other.
#[test]
fn every_company_has_a_folder_and_only_theirs_are_looked_at() {
    let scratch = Scratch::good();
    put(&scratch, &SIMPLE);
    put(&scratch, &["777/loose.txt"]);
    let facts = look(&scratch, &["20099", "30001"]);
    let missing = [below(&scratch, "30001", "is missing")];
    assert_eq!(rows(&facts, "store-layout"), missing);

    // An embedded database is not asked for its companies: every number is one, and none is missing.
    let scratch = Scratch::good();
    put(&scratch, &SIMPLE);
    put(&scratch, &["777/loose.txt"]);
    let facts = look(&scratch, &[]);
    let loose = [below(
        &scratch,
        "777/loose.txt",
        "a file where the store has folders only",
    )];
    assert_eq!(rows(&facts, "store-layout"), loose);
}

#[test]
fn folders_that_the_sites_user_may_not_write_to() {
    let scratch = Scratch::good();
    put(&scratch, &SIMPLE);
    let company = scratch.home.join(ROOT).join("20099");
    // The made-up machine says that everything belongs to the site's user.
    for (mode, is_closed) in [(0o755, false), (0o577, true), (0o677, true), (0o300, false)] {
        fs::set_permissions(&company, fs::Permissions::from_mode(mode)).unwrap();
        let facts = look(&scratch, &["20099"]);
        let found = rows(&facts, "store-access");
        let what = format!("belongs to 1000:1000, mode {mode:o}; the site runs as 1000:1000");
        let expected = is_closed.then(|| below(&scratch, "20099", &what));
        assert_eq!(found, Vec::from_iter(expected), "{mode:o}");
    }
    fs::set_permissions(&company, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_store_without_a_folder_yet_or_elsewhere_is_not_checked() {
    let scratch = Scratch::good();
    let _ = fs::remove_dir_all(scratch.home.join(ROOT));
    assert_eq!(look(&scratch, &["20099"]).store.checks, []);
    let scratch = Scratch::good();
    put(&scratch, &SIMPLE);
    scratch.set("dl.store.impl=com.liferay.portal.store.db.DBStore");
    assert_eq!(look(&scratch, &["20099"]).store.checks, []);
}

/// The two properties of Liferay's manual; the first is on unless it is set to `false`.
#[test]
fn the_site_may_forbid_the_verifiers() {
    for (line, off, store_off) in [
        ("", false, false),
        (
            "upgrade.database.preupgrade.verify.enabled=false",
            true,
            false,
        ),
        (
            "upgrade.database.preupgrade.verify.enabled=true",
            false,
            false,
        ),
        (
            "upgrade.database.dl.storage.check.disabled=true",
            false,
            true,
        ),
        (
            "upgrade.database.dl.storage.check.disabled=false",
            false,
            false,
        ),
    ] {
        let scratch = Scratch::good();
        scratch.set(line);
        let verifiers = look(&scratch, &[]).verifiers;
        assert_eq!(
            (verifiers.off, verifiers.store_off),
            (off, store_off),
            "{line}"
        );
    }
}
