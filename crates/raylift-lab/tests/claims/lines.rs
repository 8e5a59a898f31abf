//! The later lines: 7.3 with its real schema, and 7.4 behind the shield on what 7.3 left.

use raylift_lab::{LabError, ReleaseVersion, Scenario};

use crate::client;
use crate::stage::{PATIENCE, assert_becomes, count, printed, schema_version, site};

#[test]
fn a_site_of_7_3_serves_and_7_4_takes_its_data_over_by_the_client_alone() {
    let mut old = site(&Scenario::of(ReleaseVersion::Ga7));
    old.site.start(PATIENCE).expect("start");
    // The real core of 7.3.6 (real-core.md 2), after an upgrade from 7.2.1.
    assert_eq!(schema_version(&old.site, "portal"), "8.18.2");
    // New modules are made by themselves from 7.3 on, whatever the properties say (upgrade-internals.md 3.2).
    assert_eq!(schema_version(&old.site, "com.liferay.lab.minor"), "1.0.0");
    old.site
        .write_document("House rules", b"Be kind.")
        .expect("document");
    old.site.stop(PATIENCE).expect("stop");
    let data = old.site.folder().join("saved");
    old.site.save_data(&data).expect("data");

    let folder = old.site.folder().join("newer");
    let scenario = Scenario::of(ReleaseVersion::Ga41);
    let mut new =
        raylift_lab::Site::create(&crate::stage::lab(), &scenario, &folder).expect("site");
    assert!(
        new.home()
            .join("tomcat/webapps/ROOT/WEB-INF/shielded-container-lib/portal-impl.jar")
            .is_file()
    );
    assert!(!new.home().join("tomcat/lib/ext").exists());
    new.replace_data(&data).expect("data");
    let refused = new.start(PATIENCE);
    assert!(
        matches!(&refused, Err(LabError::NotUp { status, .. }) if status == "404"),
        "{refused:?}"
    );
    let message = "You must first upgrade the portal to the required schema version 17.0.0";
    assert!(printed(&new).contains(message), "{}", printed(&new));
    new.kill();

    let ended = client::run(&new, str::is_empty);
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert!(
        ended
            .log
            .contains("Completed Liferay core upgrade process in ")
            && !ended.log.contains("Exiting DBUpgrader"),
        "{}",
        ended.log
    );
    for (name, version) in [
        ("portal", "17.0.0"),
        ("com.liferay.lab.micro2", "1.0.1"),
        ("com.liferay.lab.minor", "1.1.0"),
        ("com.liferay.lab.major", "2.0.0"),
        ("com.liferay.lab.fresh", "1.0.0"),
    ] {
        assert_eq!(schema_version(&new, name), version, "{name}");
    }
    new.start(PATIENCE).expect("start");
    assert!(new.is_up());
    let documents = new.documents().expect("documents");
    assert_eq!(documents[0].title, "House rules");
    assert_eq!(count(&new, "DLFileVersion"), 1);
    new.stop(PATIENCE).expect("stop");
}

#[test]
fn a_module_of_7_3_with_a_row_waits_for_the_property() {
    let mut stage = site(&Scenario::of(ReleaseVersion::Ga7));
    stage.site.start(PATIENCE).expect("start");
    stage.site.stop(PATIENCE).expect("stop");
    let back = "update Release_ set schemaVersion = '0.0.0' where servletContextName = 'com.liferay.lab.micro'";
    stage.site.execute(&[back]).expect("row");
    stage.site.start(PATIENCE).expect("start");
    assert_eq!(
        schema_version(&stage.site, "com.liferay.lab.micro"),
        "0.0.0"
    );
    stage.site.stop(PATIENCE).expect("stop");
    let file = stage.site.home().join("portal-ext.properties");
    let mut text = std::fs::read_to_string(&file).expect("properties");
    text.push_str("upgrade.database.auto.run=true\n");
    std::fs::write(&file, text).expect("properties");
    stage.site.start(PATIENCE).expect("start");
    assert_becomes(&stage.site, "com.liferay.lab.micro", "1.0.0");
    stage.site.stop(PATIENCE).expect("stop");
}
