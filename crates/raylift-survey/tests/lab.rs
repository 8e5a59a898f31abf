//! Real parts: the lab's archives and a real server, seen through the real machine. What the survey says is compared
//! with what the lab knows from its own tools.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers may panic like the test itself"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use raylift_host::archive;
use raylift_host::machine::RealMachine;
use raylift_lab::{Lab, NewDocument, ReleaseVersion, Scenario, Site};
use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, ReleaseFacts, SiteFacts, StartupCheck};
use raylift_model::finding::Severity;
use raylift_survey::release;
use raylift_survey::site::{SurveyRequest, remember, survey};

/// Longer than any start or stop on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

fn facts_of(version: ReleaseVersion) -> ReleaseFacts {
    let lab = Lab::open(None).unwrap();
    let paths = lab.release(&Scenario::of(version)).unwrap();
    let source = archive::open(&paths.zip).unwrap();
    release::survey(source.as_ref()).unwrap()
}

fn look(site: &Site) -> SiteFacts {
    survey(&RealMachine, &request(site)).unwrap()
}

fn request(site: &Site) -> SurveyRequest {
    let mut settings = raylift_model::settings::Settings::default();
    settings.server.java_home = Some(site.facts().java_home.clone());
    SurveyRequest {
        home: site.home().to_owned(),
        settings,
        remembered: None,
        census: true,
        server: true,
        checks: true,
        unique_indexes: Vec::new(),
    }
}

fn blockers(facts: &SiteFacts) -> Vec<String> {
    facts
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Blocker)
        .map(|finding| format!("{} {}: {}", finding.code, finding.subject, finding.message))
        .collect()
}

/// Paths of files that are not the same in both.
fn differing(one: &SiteFacts, other: &SiteFacts) -> Vec<String> {
    let missing = |from: &SiteFacts, to: &SiteFacts| -> Vec<String> {
        from.files
            .iter()
            .filter(|file| !to.files.contains(file))
            .map(|file| format!("{} {} {:?}", file.path, file.size, file.digest))
            .collect()
    };
    [missing(one, other), missing(other, one)].concat()
}

#[test]
fn both_releases_say_what_their_core_needs() {
    for (version, name, latest, required, check) in [
        (
            ReleaseVersion::Ga1,
            "7.2.0",
            "5.0.2",
            "5.0.0",
            StartupCheck::BuildNumber,
        ),
        (
            ReleaseVersion::Ga2,
            "7.2.1",
            "5.1.0",
            "5.1.0",
            StartupCheck::SchemaVersion,
        ),
    ] {
        let facts = facts_of(version);
        assert_eq!(facts.identity.version.as_ref().unwrap().as_str(), name);
        let text = |version: &Option<raylift_model::version::SchemaVersion>| {
            version.as_ref().unwrap().to_string()
        };
        assert_eq!(text(&facts.core.latest_schema_version), latest);
        assert_eq!(text(&facts.core.required_schema_version), required);
        assert_eq!(facts.core.startup_check, check);
        assert_eq!(facts.core.undetermined, Vec::<String>::new());
        assert!(facts.bundles.len() > 630, "{}", facts.bundles.len());
        assert!(
            facts
                .findings
                .iter()
                .all(|finding| finding.severity != Severity::Blocker),
            "{:#?}",
            facts.findings
        );
    }
}

#[test]
fn every_form_of_a_release_gives_the_same_facts() {
    let lab = Lab::open(None).unwrap();
    let paths = lab.release(&Scenario::of(ReleaseVersion::Ga2)).unwrap();
    let scratch = lab.scratch().unwrap();
    let status = std::process::Command::new("tar")
        .arg("-xzf")
        .arg(&paths.tar_gz)
        .arg("-C")
        .arg(scratch.path())
        .status()
        .unwrap();
    assert!(status.success());
    let read =
        |path: &std::path::Path| release::survey(archive::open(path).unwrap().as_ref()).unwrap();
    let zip = read(&paths.zip);
    let tar_gz = read(&paths.tar_gz);
    let folder = read(&scratch.path().join(&paths.top_folder));
    let content = |facts: &ReleaseFacts| -> Vec<_> {
        facts
            .files
            .iter()
            .map(|file| (file.path.clone(), file.digest.clone(), file.by_liferay))
            .collect()
    };
    assert_eq!(content(&zip), content(&tar_gz));
    assert_eq!(content(&zip), content(&folder));
    assert_eq!(zip.bundles, tar_gz.bundles);
    assert_eq!(zip.bundles, folder.bundles);
    assert_eq!(zip.core, folder.core);
    assert_eq!(zip.identity.version, folder.identity.version);
}

/// One server serves the whole test: a start takes seconds.
#[test]
fn a_real_site_is_seen_as_it_is() {
    let lab = Lab::open(None).unwrap();
    let folder = lab.scratch().unwrap();
    let mut scenario = Scenario::of(ReleaseVersion::Ga1);
    scenario.site.documents = vec![NewDocument {
        title: "House rules".to_owned(),
        text: "Be kind.\n".to_owned(),
    }];
    let mut site = Site::create(&lab, &scenario, &folder.path().join("site")).unwrap();
    let process = site.start(PATIENCE).unwrap();
    site.write_document("Opening hours", b"Nine to five.\n")
        .unwrap();

    let facts = look(&site);
    assert_eq!(blockers(&facts), Vec::<String>::new());
    assert_eq!(facts.identity.version.as_ref().unwrap().as_str(), "7.2.0");
    let seen = facts.app_server.process.as_ref().unwrap();
    assert_eq!(i64::from(seen.pid), i64::from(process.pid));
    assert_eq!(seen.started, process.start_ticks);
    assert_eq!(
        seen.java.home,
        std::fs::canonicalize(&site.facts().java_home)
            .unwrap()
            .display()
            .to_string()
    );
    assert_eq!(facts.app_server.connectors[0].port, site.facts().http_port);
    assert_eq!(
        facts.app_server.shutdown_port,
        Some(site.facts().shutdown_port)
    );
    assert!(facts.listening.contains(&site.facts().http_port));
    assert!(
        facts
            .app_server
            .probes
            .iter()
            .all(|probe| probe.status.is_some())
    );
    assert_eq!(facts.database.settings.kind, DatabaseKind::HsqldbFile);
    assert!(facts.database.bytes > Some(0));
    assert_eq!(facts.store.samples.len(), 2, "{:#?}", facts.store);
    assert!(facts.database.tables.len() > 100);

    let remembered = remember(&RealMachine, seen).unwrap();
    site.stop(PATIENCE).unwrap();
    let rows: BTreeSet<(String, Option<String>, Option<i64>)> = site
        .release_rows()
        .unwrap()
        .into_iter()
        .map(|row| (row.name, row.schema_version, row.build_number))
        .collect();
    let seen: BTreeSet<_> = facts
        .database
        .release_rows
        .iter()
        .map(|row| {
            (
                row.name.to_string(),
                Some(row.schema_version.to_string()),
                row.build_number,
            )
        })
        .collect();
    assert_eq!(seen, rows);

    let stopped = look(&site);
    assert_eq!(stopped.app_server.process, None);
    assert_eq!(stopped.database.release_rows, facts.database.release_rows);
    assert_eq!(differing(&stopped, &facts), Vec::<String>::new());
    let mut request = request(&site);
    request.remembered = Some(remembered);
    let again = survey(&RealMachine, &request).unwrap();
    assert_eq!(again.properties, facts.properties);
    assert_eq!(again.java, facts.java);

    let hold = site.hold_database().unwrap();
    let held = look(&site);
    let locked: Vec<_> = held
        .findings
        .iter()
        .filter(|finding| finding.code.as_str() == codes::DATABASE_LOCKED)
        .collect();
    assert_eq!(locked.len(), 1, "{:#?}", held.findings);
    drop(hold);
}
