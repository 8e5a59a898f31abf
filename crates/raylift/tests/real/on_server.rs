//! The return point's database as a copy on its own server, on PostgreSQL.

use raylift_lab::{Engine, ReleaseVersion};

use crate::harness::{TestSite, release};
use crate::kills::scene::{At, Moment, Scene, Verb};

/// Databases that raylift made, by what comes after the site's part of their names.
fn made(site: &TestSite) -> Vec<String> {
    let query = "select datname from pg_database where datname like 'raylift%' order by 1";
    let rows = site.site.query(query).unwrap();
    let mut names: Vec<String> = rows
        .into_iter()
        .map(|row| row[0].clone().unwrap())
        .map(|name| name.splitn(3, '_').nth(2).unwrap().to_owned())
        .map(|name| match (name.split_once('_'), name.rsplit_once('_')) {
            (Some((run, _)), Some((_, purpose))) => format!("{run} {purpose}"),
            _ => name,
        })
        .collect();
    names.sort();
    names
}

#[test]
fn there_and_back_and_committed_with_a_copy_on_the_server() {
    let site = TestSite::on(Engine::Postgresql, &[]);
    let archive = release(ReleaseVersion::Ga2);
    let archive = archive.to_str().unwrap();
    let plan = site.raylift(&["plan", archive]).assert(0);
    let unmeasured = "copy on the server  not measured: database = \"template\" in [restore_point]";
    assert!(plan.stdout.contains(unmeasured), "{}", plan.all());

    site.settings("[restore_point]\ndatabase = \"template\"\n");
    let drill = site.raylift(&["drill", "--json"]).assert(0);
    let drill: serde_json::Value = serde_json::from_str(&drill.stdout).unwrap();
    assert!(drill["copy"]["milliseconds"].as_u64() > Some(0), "{drill}");
    assert_eq!(made(&site), [""; 0]);
    let plan = site.raylift(&["plan", archive]).assert(0);
    for words in [
        "* copy on the server  about ",
        "lost with it, so keep a backup elsewhere",
        "  own copies          about ",
    ] {
        assert!(plan.stdout.contains(words), "{words}: {}", plan.all());
    }

    // Killed while it is taken, and while it comes back over what was written since.
    let mut scene = Scene::of(site);
    let update = Verb::Update { micro: false };
    scene.play(&Moment::of(update, At::Forward("take-return-point", 1)).then_resume());
    let site = scene.site();
    assert_eq!(made(site), ["0001 point"]);
    let status = site.raylift(&["status"]).assert(0);
    let kept = |words: &str| {
        let mut lines = status.stdout.lines();
        let found = lines.find(|line| line.contains(words));
        found.unwrap_or_else(|| panic!("{words}: {}", status.all()))
    };
    assert!(kept("_point on its server").contains("raylift commit"));
    site.site
        .write_document("Written after the update", b"new")
        .unwrap();
    scene.play(&Moment::of(Verb::Rollback, At::Restoring).then_resume());
    scene.print("kill -9 with a copy on the server");
    let site = scene.site();
    assert_eq!(made(site), ["0001 aside", "0001 point"]);
    let status = site.raylift(&["status"]).assert(0);
    for words in ["DROP DATABASE \"raylift_", "_aside\";", "_point\";"] {
        assert!(status.stdout.contains(words), "{words}: {}", status.all());
    }

    let titles = site.titles();
    site.update().assert(0);
    assert_eq!(made(site), ["0001 aside", "0001 point", "0002 point"]);
    site.raylift(&["commit"]).assert(0);
    assert_eq!(made(site), ["0001 aside", "0001 point"]);
    assert!(!site.home().join(".raylift/backups/0002-7.2.1").exists());
    site.assert_new(&titles);
}
