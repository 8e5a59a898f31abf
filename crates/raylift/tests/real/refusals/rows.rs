//! Databases that stand against an update, and plans for another state, on a stopped site.

use raylift_lab::ReleaseVersion;

use super::{Changed, refused, update};
use crate::harness::{Ended, TestSite, release};

/// Every case.
pub(super) fn all(site: &TestSite) {
    let java = &site.site.facts().java_home;
    site.settings(&format!("java_home = \"{}\"\n", java.display()));
    let micro = "where servletContextName = 'com.liferay.lab.micro'";
    let set = |column: &str, value: &str| {
        let statement = format!("update Release_ set {column} = {value} {micro}");
        site.site
            .execute(&[statement.as_str()])
            .expect("the row is changed");
    };
    set("state_", "1");
    let ended = refused(site, "a row in a failed state", "RL0307", update(site));
    assert!(
        ended.stderr.contains("com.liferay.lab.micro"),
        "{}",
        ended.all()
    );
    set("state_", "0");

    set("schemaVersion", "'1.0.0-step-2'");
    let ended = refused(
        site,
        "a row in the middle of an upgrade",
        "RL0308",
        update(site),
    );
    assert!(ended.stderr.contains("1.0.0-step-2"), "{}", ended.all());
    set("schemaVersion", "'1.0.0'");

    let plan = site.site.folder().join("plan.json");
    let plan = plan.to_str().expect("UTF-8");
    let archive = release(ReleaseVersion::Ga2);
    let make = || -> Ended {
        site.raylift(&["plan", archive.to_str().expect("UTF-8"), "--out", plan])
            .assert(0)
    };
    make();
    set("schemaVersion", "'1.0.1'");
    let ended = refused(
        site,
        "a plan from before a row changed",
        "RL0401",
        site.command(&["update", "--plan", plan, "--yes"]),
    );
    assert!(
        ended.stderr.contains("com.liferay.lab.micro"),
        "{}",
        ended.all()
    );
    set("schemaVersion", "'1.0.0'");

    let properties = site.home().join("portal-ext.properties");
    let changed = Changed::by_adding(&properties, "locales=en_US\n");
    let ended = refused(
        site,
        "a plan from before a file changed",
        "RL0401",
        site.command(&["update", "--plan", plan, "--yes"]),
    );
    assert!(
        ended.stderr.contains("portal-ext.properties"),
        "{}",
        ended.all()
    );
    assert!(
        !site.home().join(".raylift/staging").exists(),
        "nothing was staged"
    );
    drop(changed);

    // The last case, because the heartbeat in the stranger's lock file looks alive for some seconds more.
    let _stranger = site.site.hold_database().expect("the database is held");
    refused(
        site,
        "a stranger holds the database",
        "RL0503",
        update(site),
    );
}
