//! A small home in a scratch folder and a machine whose `/proc`, users and database are made up.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself, and not every test uses each"
)]

mod home;
mod machine;

pub use home::{Scratch, jar};
pub use machine::{Process, TestMachine};

use raylift_model::facts::{JavaFacts, Ownership, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::secret::Secret;
use raylift_survey::machine::DatabaseAccess;
use raylift_survey::site::SurveyRequest;

/// A request without settings.
pub fn request(home: &std::path::Path) -> SurveyRequest {
    SurveyRequest {
        home: home.to_owned(),
        settings: raylift_model::settings::Settings::default(),
        remembered: None,
        census: true,
        server: true,
        checks: true,
        unique_indexes: Vec::new(),
    }
}

/// Access to a made-up database.
pub fn access() -> DatabaseAccess {
    DatabaseAccess {
        java: JavaFacts {
            home: String::new(),
            version: None,
            major: None,
        },
        class_path: Vec::new(),
        driver_class: String::new(),
        url: String::new(),
        username: String::new(),
        password: Secret::new(""),
        owner: Ownership {
            uid: 0,
            gid: 0,
            user: None,
        },
    }
}

/// The only finding with a code.
pub fn only<'a>(facts: &'a SiteFacts, code: &str) -> &'a Finding {
    let found: Vec<&Finding> = with_code(facts, code);
    assert_eq!(found.len(), 1, "{code}: {:#?}", facts.findings);
    found[0]
}

/// All findings with a code.
pub fn with_code<'a>(facts: &'a SiteFacts, code: &str) -> Vec<&'a Finding> {
    facts
        .findings
        .iter()
        .filter(|finding| finding.code.as_str() == code)
        .collect()
}

/// Codes of the findings that stop an update.
pub fn blockers(facts: &SiteFacts) -> Vec<&str> {
    facts
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Blocker)
        .map(|finding| finding.code.as_str())
        .collect()
}

/// The good home, with a server running from it and a Java to ask the database with.
pub fn running() -> (Scratch, TestMachine) {
    let scratch = Scratch::good();
    let mut machine = TestMachine::new();
    let java = machine.java(scratch.around());
    machine.run(Process::server(4711, &scratch.tomcat()), &java);
    (scratch, machine)
}
