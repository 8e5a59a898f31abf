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

    // Killed while it is taken, and while it comes back.
    let mut scene = Scene::of(site);
    let update = Verb::Update { micro: false };
    for moment in [
        Moment::of(update, At::Forward("take-return-point", 1)).then_rollback(),
        Moment::of(update, At::Forward("take-return-point", 1)).then_resume(),
        Moment::of(Verb::Rollback, At::Restoring).then_resume(),
    ] {
        scene.play(&moment);
    }
    scene.print("kill -9 with a copy on the server");
    let site = scene.site();
    assert_eq!(made(site), ["0002 aside", "0002 point"]);

    let titles = site.titles();
    site.update().assert(0);
    assert_eq!(made(site), ["0002 aside", "0002 point", "0003 point"]);
    let status = site.raylift(&["status"]).assert(0);
    let kept = status
        .stdout
        .lines()
        .find(|line| line.contains("_0003_") && line.contains("_point on its server"));
    let kept = kept.unwrap_or_else(|| panic!("{}", status.all()));
    assert!(kept.contains("raylift commit"), "{kept}");
    site.site
        .write_document("Written after the update", b"new")
        .unwrap();
    let ended = site.raylift(&["rollback", "--discard-writes"]).assert(0);
    site.assert_old(&titles);
    assert_eq!(
        made(site),
        ["0002 aside", "0002 point", "0003 aside", "0003 point"]
    );
    for words in ["_aside\";", "_point\";"] {
        assert!(ended.all().contains(words), "{words}: {}", ended.all());
    }

    site.update().assert(0);
    site.assert_new(&titles);
    assert!(made(site).contains(&"0004 point".to_owned()));
    site.raylift(&["commit"]).assert(0);
    assert!(!made(site).contains(&"0004 point".to_owned()));
    assert!(!site.home().join(".raylift/backups/0004-7.2.1").exists());
    site.assert_new(&titles);
}
