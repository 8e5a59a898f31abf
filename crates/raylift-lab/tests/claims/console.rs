//! The Gogo console: greeting, commands and their documented output.

use std::time::Duration;

use raylift_lab::{ConfigFile, ReleaseVersion, Scenario};

use crate::client::{self, Client, MODULES};
use crate::gogo::Gogo;
use crate::stage::{
    PATIENCE, Stage, count, liferay_log, scenario, schema_version, site, site_on_ga1_data,
};

/// The setting of the 7.2 line that keeps module steps from running by themselves.
const NO_AUTO_UPGRADE: &str =
    "com.liferay.portal.upgrade.internal.configuration.ReleaseManagerConfiguration.config";

fn without_auto_upgrade(mut scenario: Scenario) -> Scenario {
    scenario.site.configs.push(ConfigFile {
        name: NO_AUTO_UPGRADE.to_owned(),
        text: "autoUpgrade=\"false\"\n".to_owned(),
    });
    scenario.site.console = true;
    scenario
}

fn module(name: &str) -> String {
    format!("com.liferay.lab.{name}")
}

/// A running client of 7.2.1 on the data of 7.2.0 with its core done and its modules waiting.
fn waiting_modules(trouble: &[(&str, &str)]) -> (Stage, Client, Gogo) {
    let scenario = without_auto_upgrade(scenario(ReleaseVersion::Ga2, trouble));
    let stage = site_on_ga1_data(&scenario);
    let client = Client::start(&stage.site);
    client.wait_for_log(&stage.site, MODULES);
    let gogo = client.console(|check| !check.is_empty());
    (stage, client, gogo)
}

/// Leaves the console, closes the client's input and waits for its end.
fn leave(stage: &Stage, mut client: Client, gogo: Gogo) -> String {
    drop(gogo);
    client.close_input();
    let ended = client.wait(&stage.site);
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    ended.output
}

#[test]
fn the_console_greets_like_liferays() {
    let mut scenario = Scenario::of(ReleaseVersion::Ga1);
    scenario.site.console = true;
    let mut stage = site(&scenario);
    stage.site.start(PATIENCE).expect("start");
    let port = stage.site.facts().console_port.expect("port");
    let mut gogo = Gogo::connect(port, Duration::from_secs(30));
    // test-bed.md 3.1.
    assert_eq!(
        gogo.greeting,
        "____________________________\r\nWelcome to Apache Felix Gogo\r\n\r\n"
    );
    assert_eq!(gogo.run("upgrade:check"), "");
    let list = gogo.run("upgrade:list com.liferay.lab.micro");
    let mut lines = list.lines();
    assert_eq!(
        lines.next(),
        Some("Registered upgrade processes for com.liferay.lab.micro 1.0.0")
    );
    // int 6.3.
    let step = lines.next().expect("a step");
    let beginning = "\t{fromSchemaVersionString=0.0.0, toSchemaVersionString=1.0.0, \
                     upgradeStep=com.liferay.lab.micro.internal.upgrade.v1_0_0.CreateMicro@";
    assert!(step.starts_with(beginning), "{step}");
    assert!(step.ends_with('}'), "{step}");
    drop(gogo);
    // A session that was negotiated and left does not keep the server from stopping.
    stage.site.stop(Duration::from_secs(30)).expect("stop");
}

#[test]
fn with_auto_upgrade_off_every_step_waits_and_can_be_run_by_name() {
    let (stage, client, mut gogo) = waiting_modules(&[]);
    assert_eq!(schema_version(&stage.site, "portal"), "5.1.0");
    // "false" blocks the tables of new modules as well (int 9, number 7).
    assert_eq!(schema_version(&stage.site, &module("fresh")), "-");
    assert_eq!(schema_version(&stage.site, &module("minor")), "1.0.0");

    let check = gogo.run("upgrade:check");
    for (name, from, to) in [
        ("micro", "1.0.0", "1.0.1"),
        ("micro2", "1.0.0", "1.0.1"),
        ("minor", "1.0.0", "1.1.0"),
        ("major", "1.1.0", "2.0.0"),
        ("service", "1.0.0", "1.1.0"),
        ("fresh", "0.0.0", "1.0.0"),
    ] {
        let line = format!(
            "There is an upgrade process available for com.liferay.lab.{name} from {from} to {to}"
        );
        assert!(
            check.lines().any(|one| one == line),
            "{line} is not in {check}"
        );
    }
    assert!(!check.contains("lab.unchanged"), "{check}");

    // Two steps of one call: the first target is a step name (int 2.3).
    let list = gogo.run("upgrade:list com.liferay.lab.micro2");
    assert!(
        list.contains("toSchemaVersionString=1.0.1-step-1,"),
        "{list}"
    );

    gogo.run("upgrade:execute com.liferay.lab.minor");
    let unknown = gogo.run("upgrade:execute com.example.nothing");
    assert!(
        unknown.contains("No upgrade processes registered for com.example.nothing"),
        "{unknown}"
    );
    gogo.run("upgrade:execute com.liferay.lab.fresh");
    let check = gogo.run("upgrade:check");
    assert!(
        !check.contains("lab.minor") && !check.contains("lab.fresh"),
        "{check}"
    );
    let output = leave(&stage, client, gogo);
    assert!(
        output.contains("your upgrades have failed, have not started, or are still running."),
        "{output}"
    );
    assert_eq!(schema_version(&stage.site, &module("minor")), "1.1.0");
    assert_eq!(schema_version(&stage.site, &module("fresh")), "1.0.0");
    assert_eq!(schema_version(&stage.site, &module("micro")), "1.0.0");
    assert_eq!(schema_version(&stage.site, &module("major")), "1.1.0");
}

#[test]
fn execute_all_runs_everything_and_names_what_failed() {
    let key = "7.2.1.module.com.liferay.lab.major";
    let (stage, client, mut gogo) = waiting_modules(&[(key, "fail")]);
    let answer = gogo.run("upgrade:executeAll");
    assert!(
        answer.contains(
            "The following modules had errors while upgrading:\n\tcom.liferay.lab.major\n"
        ),
        "{answer}"
    );
    leave(&stage, client, gogo);
    assert_eq!(schema_version(&stage.site, &module("micro2")), "1.0.1");
    assert_eq!(schema_version(&stage.site, &module("major")), "1.1.0");
}

#[test]
fn a_lie_says_success_while_the_row_stands_still() {
    let key = "7.2.1.module.com.liferay.lab.minor";
    let (stage, client, mut gogo) = waiting_modules(&[(key, "lie")]);
    gogo.run("upgrade:execute com.liferay.lab.minor");
    leave(&stage, client, gogo);
    assert_eq!(schema_version(&stage.site, &module("minor")), "1.0.0");
}

#[test]
fn a_component_gated_by_a_release_comes_with_the_minor_step() {
    let scenario = without_auto_upgrade(Scenario::of(ReleaseVersion::Ga2));
    let mut stage = site_on_ga1_data(&scenario);
    client::run(&stage.site, |check| !check.is_empty());
    stage.site.start(PATIENCE).expect("start");
    let state = |stage: &Stage| {
        let text = stage.site.get("/lab/modules").expect("modules");
        text.lines()
            .find(|line| line.contains("com.liferay.lab.web.internal.WebComponent"))
            .unwrap_or_else(|| panic!("no component in {text}"))
            .to_owned()
    };
    assert!(
        state(&stage).to_uppercase().contains("UNSATISFIED"),
        "{}",
        state(&stage)
    );
    let port = stage.site.facts().console_port.expect("port");
    let mut gogo = Gogo::connect(port, Duration::from_secs(30));
    gogo.run("upgrade:execute com.liferay.lab.minor");
    drop(gogo);
    let satisfied = state(&stage).to_uppercase();
    assert!(
        satisfied.contains("ACTIVE") || satisfied.contains("SATISFIED"),
        "{satisfied}"
    );
    assert!(!satisfied.contains("UNSATISFIED"), "{satisfied}");
}

#[test]
fn a_registrator_that_throws_stops_nobody_else() {
    let mut scenario = Scenario::of(ReleaseVersion::Ga2);
    scenario.release.extra = vec![raylift_lab::ExtraModule::Throwing];
    let mut stage = site(&scenario);
    stage.site.start(PATIENCE).expect("start");
    assert_eq!(schema_version(&stage.site, &module("throwing")), "-");
    assert_eq!(schema_version(&stage.site, &module("minor")), "1.1.0");
}

#[test]
fn two_sessions_run_a_step_twice() {
    let (stage, client, mut first) = waiting_modules(&[("7.2.1.slow.seconds", "6")]);
    let port = client.console_port;
    let second = std::thread::spawn(move || {
        let mut second = Gogo::connect(port, PATIENCE);
        second.run("upgrade:execute com.liferay.lab.slow");
    });
    first.run("upgrade:execute com.liferay.lab.slow");
    second.join().expect("second session");
    leave(&stage, client, first);
    // Both begin. How the later one ends is a matter of luck: Liferay's step objects are shared, and
    // whoever ends first takes the connection away.
    let begin = "Upgrading com.liferay.lab.slow.internal.upgrade.v1_0_1.UpgradeSlow";
    assert_eq!(liferay_log(&stage.site).matches(begin).count(), 2);
    let rows = count(&stage.site, "Lab_slow where version = '1.0.1'");
    assert!((1..=2).contains(&rows), "{rows}");
}
