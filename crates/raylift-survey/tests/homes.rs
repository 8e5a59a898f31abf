//! Strange homes: links, missing parts, files that change by themselves.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use std::fs;
use std::os::unix::fs::symlink;

use common::{Scratch, TestMachine, only, request, running};
use raylift_model::codes;
use raylift_model::facts::DatabaseKind;
use raylift_model::finding::Severity::Note;
use raylift_survey::site::survey;

#[test]
fn files_that_change_by_themselves_have_no_digest() {
    let (scratch, machine) = running();
    let fleeting = [
        "tomcat-9.0.19/java_pid1.hprof",
        "tomcat-9.0.19/bin/catalina.pid",
    ];
    let staying = [
        "notes.txt",
        "tomcat-9.0.19/LICENSE",
        "tomcat-9.0.19/conf/x.log",
    ];
    for name in fleeting.iter().chain(&staying).chain(&["nohup.out"]) {
        scratch.write(name, b"x");
    }
    scratch.set("a=b");
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    let has_digest = |path: &str| {
        let file = facts.files.iter().find(|file| file.path.as_str() == path);
        file.unwrap().digest.is_some()
    };
    assert!(!has_digest("nohup.out"));
    for path in fleeting {
        let listed = facts.files.iter().any(|file| file.path.as_str() == path);
        assert!(!listed, "{path} comes and goes with the server");
    }
    let bound = ["portal-ext.properties", "osgi/modules/a.b.jar"];
    for path in staying.iter().chain(&bound) {
        assert!(has_digest(path), "{path}");
    }
}

#[test]
fn the_rest_stands_when_a_part_is_missing() {
    let (scratch, machine) = running();
    fs::remove_file(
        scratch
            .tomcat()
            .join("webapps/ROOT/WEB-INF/lib/portal-impl.jar"),
    )
    .unwrap();
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert_eq!(
        facts.identity.version.unwrap().as_str(),
        "7.2.0",
        "the kernel tells as well"
    );
    assert!(!facts.core.undetermined.is_empty());
    assert_eq!(facts.database.settings.kind, DatabaseKind::Undetermined);
    assert_eq!(facts.bundles.len(), 3);
}

#[test]
fn a_home_without_tomcat_is_still_a_home() {
    let scratch = Scratch::empty();
    scratch.write("osgi/modules/a.jar", b"");
    let facts = survey(&TestMachine::new(), &request(&scratch.home)).unwrap();
    assert_eq!(facts.layout, None);
    only(&facts, codes::APP_SERVER_UNCLEAR);
    only(&facts, codes::VERSION_UNKNOWN);
    only(&facts, codes::BUNDLE_UNREADABLE);
}

#[test]
fn what_is_no_home_is_an_error() {
    let scratch = Scratch::empty();
    let machine = TestMachine::new();
    scratch.write("index.html", b"");
    for path in [
        scratch.home.clone(),
        scratch.home.join("none"),
        scratch.home.join("index.html"),
    ] {
        let error = survey(&machine, &request(&path)).unwrap_err();
        assert_eq!(error.code(), codes::HOME_NOT_FOUND, "{error}");
    }
}

#[test]
fn a_home_through_a_link_is_named_both_ways() {
    let (scratch, machine) = running();
    let link = scratch.beside("current");
    symlink(&scratch.home, &link).unwrap();
    let facts = survey(&machine, &request(&link)).unwrap();
    assert_eq!(facts.home, scratch.home.display().to_string());
    assert_eq!(facts.given, Some(link.display().to_string()));
    assert_eq!(only(&facts, codes::HOME_THROUGH_LINK).severity, Note);
    assert_eq!(facts.app_server.process.unwrap().pid, 4711);
}

#[test]
fn a_loop_of_links_is_listed_and_not_followed() {
    let (scratch, machine) = running();
    symlink("..", scratch.home.join("osgi/modules/loop")).unwrap();
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    let links: Vec<&str> = facts
        .files
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| path.contains("loop"))
        .collect();
    assert_eq!(links, ["osgi/modules/loop"]);
}
