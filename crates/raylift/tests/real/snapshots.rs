//! The return point by a command of the site's owner, and an update without a proof. Scripts that copy the stopped site's
//! data stand in for a storage system.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use raylift_lab::ReleaseVersion;

use crate::harness::{TestSite, release};

struct Storage {
    folder: PathBuf,
}

impl Storage {
    /// A slow command, so that raylift can be killed beside it.
    fn beside(site: &TestSite) -> Self {
        let folder = site.home().join("../storage");
        fs::create_dir_all(&folder).unwrap();
        let folder = folder.canonicalize().unwrap();
        let text = format!(
            "#!/bin/sh\nset -e\ncd {}\necho $RAYLIFT_RUN >>runs\nsleep 6\nrm -rf kept\ncp -a \"$RAYLIFT_HOME/data\" kept\necho snap-1\n",
            folder.display()
        );
        let script = folder.join("take");
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn runs(&self) -> usize {
        let noted = fs::read_to_string(self.folder.join("runs")).unwrap_or_default();
        noted.lines().count()
    }

    /// What the administrator does.
    fn bring_back(&self, home: &Path) {
        let data = home.join("data");
        fs::remove_dir_all(&data).unwrap();
        let mut copy = Command::new("cp");
        copy.arg("-a").arg(self.folder.join("kept")).arg(&data);
        assert!(copy.status().unwrap().success());
    }
}

fn waived(site: &TestSite, more: &[&str]) -> crate::harness::Ended {
    let archive = release(ReleaseVersion::Ga2);
    let mut arguments = vec![
        "update",
        archive.to_str().unwrap(),
        "--yes",
        "--waive-proof",
    ];
    arguments.extend(more);
    site.raylift(&arguments)
}

#[test]
fn a_snapshot_outlives_raylift_and_comes_back_by_hand() {
    let site = TestSite::started();
    let titles = site.titles();
    let storage = Storage::beside(&site);
    let take = storage.folder.join("take");
    site.settings(&format!("[restore_point]\ncommand = [{take:?}]\n"));
    let file = site.home().join("raylift.toml");
    if raylift_host::users::current_uid() == 0 {
        let refused = site.update().assert(3);
        assert!(refused.all().contains("RL0902"), "{}", refused.all());
        std::os::unix::fs::chown(&file, Some(0), Some(0)).unwrap();
    }

    let archive = release(ReleaseVersion::Ga2);
    let archive = archive.to_str().unwrap();
    let plan = site.raylift(&["plan", archive]).assert(0);
    for words in [
        "RL0517",
        "not proven by raylift",
        "rollback --restored",
        "* command",
    ] {
        assert!(plan.stdout.contains(words), "{words}: {}", plan.all());
    }
    let mut update = site.background(&["update", archive, "--yes"]);
    update.wait_for_action("forward", "take-return-point", 1);
    while storage.runs() == 0 {
        std::thread::sleep(Duration::from_millis(50));
    }
    update.kill();
    site.raylift(&["resume"]).assert(0);
    site.assert_new(&titles);
    assert_eq!(storage.runs(), 1, "nobody takes a second snapshot");
    assert_eq!(site.status()["snapshot"], "snap-1");
    let plan = fs::read_to_string(site.home().join(".raylift/last-snapshot.json")).unwrap();
    assert!(plan.contains("snap-1"), "{plan}");

    if raylift_host::users::current_uid() == 0 {
        // The run's folder is the site's user's; what runs as root is not his to say.
        let run = site.home().join(".raylift/runs/0001-7.2.1/plan.json");
        let plan = fs::read_to_string(&run).unwrap();
        fs::write(&run, plan.replace("storage/take", "storage/other")).unwrap();
        let refused = site.raylift(&["rollback", "--discard-writes"]).assert(3);
        assert!(refused.all().contains("RL0401"), "{}", refused.all());
        fs::write(&run, plan).unwrap();
    }

    site.site
        .write_document("Written after the update", b"new")
        .unwrap();
    let waits = site.raylift(&["rollback", "--discard-writes"]).assert(5);
    for words in ["RL0515", "snapshot snap-1", "raylift rollback --restored"] {
        assert!(waits.all().contains(words), "{words}: {}", waits.all());
    }
    assert_eq!(site.status()["next"][0], "raylift rollback --restored");
    let lied = site.raylift(&["rollback", "--restored"]).assert(5);
    assert!(lied.all().contains("RL0510"), "{}", lied.all());
    storage.bring_back(site.home());
    site.raylift(&["rollback", "--restored"]).assert(0);
    site.assert_old(&titles);
    let history = site.raylift(&["history"]).assert(0);
    assert!(history.stdout.contains("snap-1"), "{}", history.all());
}

#[test]
fn a_proof_is_waived_by_a_word_only() {
    let site = TestSite::started();
    let titles = site.titles();
    for more in [&[][..], &["--waiver", "yes"]] {
        let refused = waived(&site, more).assert(3);
        assert!(refused.all().contains("RL0518"), "{}", refused.all());
    }
    assert!(site.runs().is_empty(), "nothing began");
    waived(&site, &["--waiver", "unproven"]).assert(0);
    site.assert_new(&titles);
    let status = site.status();
    assert!(status["proof_waived_by"].is_string(), "{status}");
    let names: Vec<String> = site
        .journal()
        .iter()
        .filter_map(|entry| entry["data"]["name"].as_str().map(str::to_owned))
        .collect();
    assert!(names.contains(&"take-return-point".to_owned()), "{names:?}");
    assert!(
        !names.contains(&"prove-restore-point".to_owned()),
        "{names:?}"
    );
    site.raylift(&["rollback", "--discard-writes"]).assert(0);
    site.assert_old(&titles);
}
