//! The main job, end to end: there, back, there again, for good.

use raylift_lab::ReleaseVersion;

use crate::harness::{TestSite, release};

#[test]
fn to_the_new_release_and_back_and_for_good() {
    let site = TestSite::started();
    let before = site.titles();

    let plan = site
        .raylift(&[
            "plan",
            release(ReleaseVersion::Ga2).to_str().unwrap(),
            "--json",
        ])
        .assert(0);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    let steps: Vec<&str> = plan["core"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["to"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["5.0.3", "5.0.4", "5.0.5", "5.1.0"]);
    assert_eq!(plan["core"]["must_run"], true);
    site.assert_old(&before);

    site.update().assert(0);
    site.assert_new(&before);
    assert_eq!(site.status()["phase"], "burning-in");

    site.site
        .write_document("Written after the update", b"new")
        .unwrap();
    let refused = site.raylift(&["rollback"]).assert(3);
    assert!(refused.stderr.contains("RL0801"), "{}", refused.all());
    assert!(
        refused.stderr.contains("DLFILEENTRY: 2 rows then, 3 now"),
        "{}",
        refused.all()
    );
    let apart = refused.stderr.split_once("by the upgrade steps").unwrap();
    assert!(apart.0.contains("since the new site was healthy"));
    assert!(
        !apart.0.contains("RELEASE_: ") && apart.1.contains("RELEASE_: "),
        "{}",
        refused.all()
    );
    assert!(site.site.is_up(), "a refusal changes nothing");
    let title = "new document \"Written after the update\" by Lab Author, 20";
    assert!(refused.stderr.contains(title), "{}", refused.all());

    let back = site.raylift(&["rollback", "--discard-writes"]).assert(0);
    let status = site.raylift(&["status"]).assert(0);
    for said in [&back.stdout, &status.stdout] {
        for kept in ["the newer database", "the newer documents", "return point"] {
            assert!(said.contains(kept), "{kept}: {said}");
        }
    }
    for outage in ["outage: ", "outage of the way back: "] {
        assert!(back.stdout.contains(outage), "{outage}: {}", back.all());
    }
    site.assert_old(&before);

    site.update().assert(0);
    site.raylift(&["commit"]).assert(0);
    site.assert_new(&before);
    site.raylift(&["rollback", "--discard-writes"]).assert(3);
    let history = site.raylift(&["history"]).assert(0);
    assert!(
        history.stdout.contains("rolled-back") && history.stdout.contains("committed"),
        "{}",
        history.all()
    );
    assert!(
        !site
            .home()
            .join(".raylift/staging")
            .join("0002-7.2.1")
            .exists(),
        "the old release's files are gone"
    );
}

#[test]
fn a_respin_needs_no_upgrade_and_goes_back_without_loss() {
    let site = TestSite::started();
    let archive = release(ReleaseVersion::Ga1Respin);
    let archive = archive.to_str().unwrap();
    let refused = site.raylift(&["update", archive, "--yes"]).assert(3);
    assert!(refused.stderr.contains("RL0208"), "{}", refused.all());
    site.raylift(&["update", archive, "--same-release", "--yes"])
        .assert(0);
    site.site
        .write_document("Written after the update", b"new")
        .unwrap();
    let titles = site.titles();
    site.raylift(&["rollback"]).assert(0);
    assert!(site.site.is_up());
    assert_eq!(site.titles(), titles, "code only: nothing is lost");
}
