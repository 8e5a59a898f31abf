//! What another run forbids, and a server that does not stop.

use raylift_lab::{ReleaseVersion, Scenario};

use super::{refused, update, update_to};
use crate::harness::{Ended, PATIENCE, TestSite, release};

/// On a site whose server hangs in its stop, no longer answers and does not end: the way back ends it and starts it anew.
pub(super) fn a_server_that_does_not_stop(site: &mut TestSite) {
    let mut scenario = Scenario::default();
    scenario
        .trouble
        .insert("7.2.0.stop".to_owned(), "hang".to_owned());
    site.site
        .set_trouble(&scenario)
        .expect("trouble is written");
    site.site.start(PATIENCE).expect("the site starts");
    let titles = site.titles();
    let text = "[server]\nstop_seconds = 4\n[health]\nstable_seconds = 1\n";
    std::fs::write(site.home().join("raylift.toml"), text).expect("raylift.toml");
    let ended = site.update().assert(4);
    assert!(ended.stderr.contains("RL0602"), "{}", ended.all());
    site.assert_old(&titles);
    site.site
        .set_trouble(&Scenario::default())
        .expect("trouble is taken away");
    site.site.kill();
    site.settings("");
}

/// While one raylift works, and while its update burns in.
pub(super) fn while_another_runs(site: &mut TestSite) {
    site.site.start(PATIENCE).expect("the site starts");
    let before = site.runs().len();
    let first = site.begin_update();
    let begun = std::time::Instant::now();
    while site.runs().len() == before {
        assert!(begun.elapsed() < PATIENCE, "the first update begins");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    for verb in ["update", "rollback", "resume", "commit"] {
        let archive = release(ReleaseVersion::Ga2);
        let mut command = site.command(&[verb]);
        if verb == "update" {
            command.arg(archive).arg("--yes");
        }
        let ended = Ended::of(command.output().expect("raylift runs")).assert(3);
        assert!(ended.stderr.contains("RL0402"), "{verb}: {}", ended.all());
    }
    Ended::of(first.wait_with_output().expect("the first update ends")).assert(0);

    refused(
        site,
        "a second update while one burns in",
        "RL0404",
        update(site),
    );
    site.raylift(&["commit"]).assert(0);
    refused(
        site,
        "an older release",
        "RL0207",
        update_to(site, &release(ReleaseVersion::Ga1)),
    );
}
