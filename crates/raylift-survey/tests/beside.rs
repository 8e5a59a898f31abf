//! What is said of entries beside the product's folders: property files with names of their own, deployments that wait,
//! other web applications.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Scratch, TestMachine, only, request, running, with_code};
use raylift_model::codes;
use raylift_model::facts::SiteFacts;
use raylift_survey::site::survey;

fn look(change: impl Fn(&Scratch)) -> SiteFacts {
    let (scratch, machine) = running();
    change(&scratch);
    survey(&machine, &request(&scratch.home)).unwrap_or_else(|error| panic!("{error}"))
}

fn unknown(facts: &SiteFacts) -> Vec<&str> {
    let found = with_code(facts, codes::UNKNOWN_ENTRY);
    found
        .iter()
        .map(|finding| finding.subject.as_str())
        .collect()
}

/// In every way that a file can be named: by the whole path, by a placeholder that the portal does not know here (which
/// has a finding of its own), by the bare name, and loaded in place.
#[test]
fn files_that_other_property_files_name_are_known() {
    let names = ["portal-a", "portal-b", "portal-ext2", "portal-c"];
    let write = |scratch: &Scratch| {
        for name in names.into_iter().chain(["portal-nobody"]) {
            scratch.write(&format!("{name}.properties"), b"k=v\n");
        }
    };
    let facts = look(|scratch| {
        write(scratch);
        let home = scratch.home.display();
        scratch.set(&format!("include-and-override={home}/portal-a.properties"));
        scratch.set("include-and-override=${liferay.home}/portal-b.properties");
        scratch.set("include-and-override=portal-ext2.properties");
        scratch.set("include=portal-c.properties");
    });
    assert_eq!(unknown(&facts), ["portal-nobody.properties"]);
    assert_eq!(unknown(&look(write)).len(), names.len() + 1);
}

#[test]
fn what_waits_to_be_deployed_and_other_applications_are_named() {
    let facts = look(|scratch| {
        scratch.write("deploy/acme-portlet.war", b"x");
        scratch.write("tomcat-9.0.19/webapps/wiki/index.jsp", b"x");
        scratch.write("tomcat-9.0.19/webapps/tool.war", b"x");
    });
    let waiting = only(&facts, codes::DEPLOYMENT_WAITING);
    assert_eq!(waiting.subject, "deploy");
    assert_eq!(waiting.evidence, ["acme-portlet.war"]);
    let others = only(&facts, codes::OTHER_APPLICATION);
    assert_eq!(others.subject, "tomcat-9.0.19/webapps");
    assert_eq!(others.evidence, ["tool.war", "wiki"]);
    let nothing = look(|scratch| scratch.write("deploy/.keep", b""));
    assert!(with_code(&nothing, codes::DEPLOYMENT_WAITING).is_empty());
    assert!(with_code(&nothing, codes::OTHER_APPLICATION).is_empty());
    let elsewhere = look(|scratch| {
        scratch.write("inbox/a.jar", b"x");
        let home = scratch.home.display();
        scratch.set(&format!("auto.deploy.deploy.dir={home}/inbox"));
    });
    let waiting = only(&elsewhere, codes::DEPLOYMENT_WAITING);
    assert_eq!(waiting.subject, "inbox");
}

/// A bare name is sought in the folder that the server was started in (`ConfigurationUtils.locate`).
#[test]
fn a_bare_name_is_not_called_missing_while_the_server_is_down() {
    let (scratch, machine) = running();
    scratch.set("include-and-override=portal-ext2.properties");
    scratch.write("portal-ext2.properties", b"k=v\n");
    for (machine, certain) in [(machine, true), (TestMachine::new(), false)] {
        let facts =
            survey(&machine, &request(&scratch.home)).unwrap_or_else(|error| panic!("{error}"));
        let message = &only(&facts, codes::PROPERTIES_INCLUDE).message;
        assert_eq!(message.contains("which is not there"), certain, "{message}");
        assert_eq!(message.contains("while the server runs"), !certain);
    }
}
