//! The core: start-up checks of both releases and the upgrade client.

use std::process::{Command, Stdio};
use std::time::Instant;

use raylift_lab::{JavaChoice, LabError, ReleaseVersion, Scenario, Site};

use crate::client::{self, Client};
use crate::stage::{
    DOCUMENT, PATIENCE, assert_becomes, printed, scenario, schema_version, site, site_on_ga1_data,
};

/// What a refused start said on standard output.
fn refusal(result: Result<raylift_lab::ServerProcess, LabError>) -> String {
    match result {
        Err(LabError::NotUp {
            status, excerpt, ..
        }) => {
            // real-homes.md, "Starting": Tomcat stays up and answers 404.
            assert_eq!(status, "404");
            excerpt
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn the_newer_release_refuses_a_core_behind_its_required_schema() {
    let mut stage = site_on_ga1_data(&Scenario::of(ReleaseVersion::Ga2));
    refusal(stage.site.start(PATIENCE));
    let text = printed(&stage.site);
    let message = "You must first upgrade the portal to the required schema version 5.1.0";
    assert!(text.contains(message), "{text}");
    assert!(text.contains("Server startup in"));
    assert!(stage.site.process().is_some());
    stage.site.kill();
    assert_eq!(schema_version(&stage.site, "portal"), "5.0.2");
}

#[test]
fn the_client_upgrades_core_and_modules_and_the_way_back_is_refused() {
    let mut stage = site_on_ga1_data(&Scenario::of(ReleaseVersion::Ga2));
    let ended = client::run(&stage.site, str::is_empty);
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    for step in [
        "com.liferay.portal.upgrade.v7_2_x.UpgradeModules",
        "com.liferay.portal.upgrade.v7_2_x.UpgradeLayout",
        "com.liferay.portal.upgrade.v7_2_x.UpgradeThemeId",
        "com.liferay.portal.upgrade.v7_2_x.UpgradeMVCCVersion",
    ] {
        let begin = format!("Upgrading {step}");
        let end = format!("Completed upgrade process {step} in ");
        assert!(
            ended.log.contains(&begin) && ended.log.contains(&end),
            "{}",
            ended.log
        );
    }
    assert!(
        ended
            .log
            .contains("Completed Liferay core upgrade and verify processes in ")
    );
    assert!(ended.log.contains(client::MODULES));
    assert!(
        ended
            .output
            .contains("Checking to see if all upgrades have completed...")
    );
    // The client ends its second JVM: nothing holds the database any more.
    assert_eq!(schema_version(&stage.site, "portal"), "5.1.0");
    // real-core.md 4: step 5.0.3 adds the row of a module at 0.0.1.
    let cmis = "com.liferay.document.library.repository.cmis.impl";
    assert_eq!(schema_version(&stage.site, cmis), "0.0.1");
    // autoUpgrade is true by default and knows no kinds of steps (int 3.2).
    for (name, version) in [
        ("micro", "1.0.1"),
        ("micro2", "1.0.1"),
        ("minor", "1.1.0"),
        ("major", "2.0.0"),
        ("service", "1.1.0"),
        ("fresh", "1.0.0"),
        ("unchanged", "1.0.0"),
    ] {
        let full = format!("com.liferay.lab.{name}");
        assert_eq!(schema_version(&stage.site, &full), version, "{name}");
    }
    // Property files are written again: the comment is gone (int 7.1).
    let folder = stage
        .site
        .home()
        .join("tools/portal-tools-db-upgrade-client");
    let text = std::fs::read_to_string(folder.join("portal-upgrade-ext.properties")).expect("file");
    assert!(
        !text.contains("# mine") && text.contains("liferay.home="),
        "{text}"
    );

    stage.site.start(PATIENCE).expect("start");
    let listed = stage.site.documents().expect("documents");
    assert_eq!(listed[0].title, DOCUMENT.0);
    stage.site.stop(PATIENCE).expect("stop");
    let rows = stage.site.release_rows().expect("rows");
    let portal = rows
        .iter()
        .find(|row| row.name == "portal")
        .expect("portal");
    assert_eq!(portal.build_number, Some(7201));

    let saved = stage.site.folder().join("saved");
    stage.site.save_data(&saved).expect("data");
    let older = raylift_lab::Site::create(
        &crate::stage::lab(),
        &Scenario::of(ReleaseVersion::Ga1),
        &stage.site.folder().join("older"),
    );
    let mut older = older.expect("site");
    older.replace_data(&saved).expect("data");
    refusal(older.start(PATIENCE));
    let message = "Attempting to deploy an older Liferay Portal version. Current build number is \
                   7201 and attempting to deploy number 7200.";
    assert!(printed(&older).contains(message));
}

#[test]
fn a_second_run_renames_the_log_of_the_first() {
    let stage = site_on_ga1_data(&Scenario::of(ReleaseVersion::Ga2));
    client::run(&stage.site, str::is_empty);
    client::run(&stage.site, str::is_empty);
    let folder = stage
        .site
        .home()
        .join("tools/portal-tools-db-upgrade-client");
    let logs: Vec<String> = std::fs::read_dir(folder)
        .expect("folder")
        .map(|entry| {
            entry
                .expect("entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.starts_with("upgrade.log"))
        .collect();
    assert_eq!(logs.len(), 2, "{logs:?}");
    let renamed = logs
        .iter()
        .find(|name| *name != "upgrade.log")
        .expect("renamed");
    let stamp = renamed.strip_prefix("upgrade.log.").expect("stamp");
    assert!(stamp.parse::<u64>().is_ok(), "{renamed}");
}

#[test]
fn a_failed_core_step_leaves_the_last_good_version_and_a_state() {
    let trouble = [("7.2.1.core.step.5.0.5", "fail")];
    let stage = site_on_ga1_data(&scenario(ReleaseVersion::Ga2, &trouble));
    let ended = client::run(&stage.site, |_| true);
    // int 7.3: the client ends with 0 even then.
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.log.contains("Failed upgrade process"),
        "{}",
        ended.log
    );
    let rows = stage.site.release_rows().expect("rows");
    let portal = rows
        .iter()
        .find(|row| row.name == "portal")
        .expect("portal");
    assert_eq!(portal.schema_version.as_deref(), Some("5.0.4"));
    assert_eq!(portal.state, Some(1));
    // real-core.md 4: a second attempt is refused.
    let again = client::run(&stage.site, |_| true);
    assert_eq!(again.code, Some(0));
    let message = "The database contains changes from a previous upgrade attempt that failed.";
    assert!(again.log.contains(message), "{}", again.log);
    assert_eq!(schema_version(&stage.site, "portal"), "5.0.4");
}

#[test]
fn a_client_can_end_well_with_the_core_behind() {
    let stage = site_on_ga1_data(&scenario(
        ReleaseVersion::Ga2,
        &[("7.2.1.client", "core-behind")],
    ));
    let ended = client::run(&stage.site, |_| true);
    assert_eq!(ended.code, Some(0));
    assert_ne!(schema_version(&stage.site, "portal"), "5.1.0");
}

#[test]
fn the_second_process_works_while_a_step_hangs_and_can_be_killed() {
    let trouble = [("7.2.1.core.step.5.0.4", "hang")];
    let mut stage = site_on_ga1_data(&scenario(ReleaseVersion::Ga2, &trouble));
    let client = Client::start(&stage.site);
    client.wait_for_log(
        &stage.site,
        "Completed upgrade process com.liferay.portal.upgrade.v7_2_x.UpgradeModules",
    );
    // The row follows the line; the step after it hangs for good.
    let deadline = Instant::now() + PATIENCE;
    while schema_version(&stage.site, "portal") != "5.0.3" {
        assert!(Instant::now() < deadline, "the row stands still");
    }
    stage.site.kill();
    let ended = client.wait(&stage.site);
    assert_ne!(ended.code, Some(0));
    assert_eq!(schema_version(&stage.site, "portal"), "5.0.3");
}

#[test]
fn nothing_runs_on_a_newer_java() {
    let mut scenario = Scenario::of(ReleaseVersion::Ga2);
    scenario.site.java = JavaChoice::Machine;
    let stage = site_on_ga1_data(&scenario);
    let ended = client::run(&stage.site, |_| true);
    assert_eq!(ended.code, Some(0));
    assert_eq!(schema_version(&stage.site, "portal"), "5.0.2");
    // petra.reflect of 7.2 reads a field that Java 12 took away.
    assert!(ended.log.contains("modifiers"), "{}", ended.log);
}

#[test]
fn a_client_without_answers_ends() {
    let stage = site_on_ga1_data(&Scenario::of(ReleaseVersion::Ga2));
    let mut command = java(&stage.site);
    let output = command.stdin(Stdio::null()).output().expect("client");
    assert_eq!(output.status.code(), Some(0));
    assert!(!client::folder(&stage.site).join("upgrade.log").exists());
    assert_eq!(schema_version(&stage.site, "portal"), "5.0.2");
}

/// The client with nothing filled in.
fn java(site: &Site) -> Command {
    let java_home = &site.facts().java_home;
    let mut command = Command::new(java_home.join("bin/java"));
    command
        .args(["-jar", "com.liferay.portal.tools.db.upgrade.client.jar"])
        .current_dir(client::folder(site))
        .env("JAVA_HOME", java_home);
    site.facts().owner.apply(&mut command);
    command
}

#[test]
fn a_second_client_is_refused_by_its_pid_file() {
    let stage = site(&Scenario::of(ReleaseVersion::Ga2));
    let owner = stage.site.facts().owner;
    let folder = client::folder(&stage.site);
    let pid_file = folder.join("db_upgrade.pid");
    let script = || {
        let mut command = Command::new(folder.join("db_upgrade.sh"));
        let bin = stage.site.facts().java_home.join("bin");
        command
            .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
            .stdin(Stdio::null());
        owner.apply(&mut command);
        command.output().expect("script")
    };
    let mut sleeper = Command::new("sleep");
    owner.apply(sleeper.arg("60"));
    let mut sleeper = sleeper.spawn().expect("sleep");
    std::fs::write(&pid_file, format!("{}\n", sleeper.id())).expect("PID file");
    owner.take(&folder).expect("owner");
    let refused = script();
    sleeper.kill().expect("kill");
    sleeper.wait().expect("wait");
    assert_eq!(refused.status.code(), Some(1));
    assert!(pid_file.exists());
    // The number alone counts; now nobody has it.
    let run = script();
    assert_eq!(run.status.code(), Some(0));
    assert!(!pid_file.exists());
}

#[test]
fn the_respin_starts_on_the_data_of_the_release() {
    let mut stage = site_on_ga1_data(&Scenario::of(ReleaseVersion::Ga1Respin));
    stage.site.start(PATIENCE).expect("start");
    assert_eq!(schema_version(&stage.site, "portal"), "5.0.2");
    assert_becomes(&stage.site, "com.liferay.lab.micro", "1.0.1");
    assert_eq!(
        schema_version(&stage.site, "com.liferay.lab.minor"),
        "1.0.0"
    );
    drop(stage);
    let fresh = site(&Scenario::of(ReleaseVersion::Ga1Respin));
    assert_eq!(fresh.site.facts().version, ReleaseVersion::Ga1Respin);
}
