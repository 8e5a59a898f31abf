//! Trouble that a scenario orders does happen, and unknown trouble is refused.

use std::time::Duration;

use raylift_lab::{LabError, ReleaseVersion, Scenario};

use crate::client;
use crate::stage::{PATIENCE, printed, scenario, schema_version, site, site_on_ga1_data};

/// Long enough for an ordinary start of the lab, many times over on a free machine.
const SHORT: Duration = Duration::from_secs(45);

fn troubled(key: &str, value: &str) -> Scenario {
    scenario(ReleaseVersion::Ga1, &[(key, value)])
}

fn status_of(result: Result<raylift_lab::ServerProcess, LabError>) -> String {
    match result {
        Err(LabError::NotUp { status, .. }) => status,
        other => panic!("came up: {other:?}"),
    }
}

#[test]
fn a_server_that_never_answers() {
    let mut stage = site(&troubled("7.2.0.portal.start", "never"));
    assert_eq!(status_of(stage.site.start(SHORT)), "none");
    assert!(stage.site.process().is_some());
}

#[test]
fn a_server_that_answers_500() {
    let mut stage = site(&troubled("7.2.0.portal.start", "500"));
    assert_eq!(status_of(stage.site.start(SHORT)), "500");
}

#[test]
fn a_server_that_answers_200_with_an_error_page() {
    let mut stage = site(&troubled("7.2.0.portal.start", "error-page"));
    stage.site.start(PATIENCE).expect("start");
    let good = site_title(&stage.site.get("/").expect("page"));
    assert_eq!(good, "Error");
}

fn site_title(page: &str) -> String {
    let (_, rest) = page.split_once("<title>").expect("title");
    let (title, _) = rest.split_once("</title>").expect("title");
    let first = title.split(" - ").next().expect("words");
    first.to_owned()
}

#[test]
fn a_server_that_dies() {
    let mut stage = site(&troubled("7.2.0.portal.start", "dies-after:3"));
    let server = stage.site.start(PATIENCE).expect("start");
    assert!(server.wait_end(SHORT));
    assert!(!stage.site.is_up());
}

#[test]
fn a_server_that_takes_long() {
    let mut stage = site(&troubled("7.2.0.portal.start", "delay:12"));
    let begin = std::time::Instant::now();
    stage.site.start(PATIENCE).expect("start");
    assert!(begin.elapsed() >= Duration::from_secs(12));
}

#[test]
fn a_database_that_refuses() {
    let mut stage = site(&troubled("7.2.0.database", "refuse"));
    assert_eq!(status_of(stage.site.start(SHORT)), "404");
}

#[test]
fn documents_that_cannot_be_read() {
    let stage = site_on_ga1_data(&troubled("7.2.0.documents", "missing"));
    let mut site = stage.site;
    site.start(PATIENCE).expect("start");
    assert!(site.is_up());
    let readable = site
        .documents()
        .is_ok_and(|documents| documents.iter().any(|document| document.sha256.len() == 64));
    assert!(!readable);
    let rows = site
        .query("select count(*) from DLFileEntry")
        .expect("rows");
    assert_eq!(rows[0][0].as_deref(), Some("1"));
}

#[test]
fn a_server_that_does_not_stop() {
    let mut stage = site(&troubled("7.2.0.stop", "hang"));
    let server = stage.site.start(PATIENCE).expect("start");
    let stopped = stage.site.stop(Duration::from_secs(8));
    assert!(matches!(stopped, Err(LabError::NotStopped { pid, .. }) if pid == server.pid));
    stage.site.kill();
    assert!(!server.is_alive());
}

#[test]
fn unknown_trouble_is_refused_by_name() {
    let mut stage = site(&troubled("7.2.0.portal.stort", "never"));
    assert_eq!(status_of(stage.site.start(SHORT)), "404");
    let text = printed(&stage.site) + &tomcat_logs(&stage.site);
    assert!(text.contains("7.2.0.portal.stort"), "{text}");
}

fn tomcat_logs(site: &raylift_lab::Site) -> String {
    let folder = site.tomcat().expect("tomcat").join("logs");
    std::fs::read_dir(folder)
        .expect("logs")
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok())
        .collect()
}

#[test]
fn trouble_of_another_release_does_nothing() {
    let mut stage = site(&troubled("7.2.1.portal.start", "never"));
    stage.site.start(PATIENCE).expect("start");
}

#[test]
fn a_module_step_that_fails_leaves_a_state() {
    let trouble = [("7.2.1.module.com.liferay.lab.minor", "fail")];
    let stage = site_on_ga1_data(&scenario(ReleaseVersion::Ga2, &trouble));
    let ended = client::run(&stage.site, only_minor_is_left);
    assert_eq!(ended.code, Some(0));
    let rows = stage.site.release_rows().expect("rows");
    let minor = rows
        .iter()
        .find(|row| row.name == "com.liferay.lab.minor")
        .expect("row");
    assert_eq!(minor.schema_version.as_deref(), Some("1.0.0"));
    assert_eq!(minor.state, Some(1));
    assert_eq!(
        schema_version(&stage.site, "com.liferay.lab.major"),
        "2.0.0"
    );
}

fn only_minor_is_left(check: &str) -> bool {
    check.lines().count() == 1 && check.contains("com.liferay.lab.minor")
}

#[test]
fn a_new_module_whose_tables_fail_has_no_row() {
    let trouble = [("7.2.1.module.com.liferay.lab.fresh", "fail")];
    let stage = site_on_ga1_data(&scenario(ReleaseVersion::Ga2, &trouble));
    client::run(&stage.site, |check| {
        check.lines().count() == 1 && check.contains("com.liferay.lab.fresh")
    });
    assert_eq!(schema_version(&stage.site, "com.liferay.lab.fresh"), "-");
    assert_eq!(
        schema_version(&stage.site, "com.liferay.lab.minor"),
        "1.1.0"
    );
}
