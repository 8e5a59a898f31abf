//! `raylift backup` and `raylift backups` on a made-up home, with the Debian package's `restic` as oracle.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

struct Site(TempDir);

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in [
            ("tomcat-9.0.17/conf/server.xml", "<Server/>\n"),
            ("tomcat-9.0.17/bin/catalina.sh", "#!/bin/sh\n"),
            (
                "tomcat-9.0.17/RELEASE-NOTES",
                "Apache Tomcat Version 9.0.17\n",
            ),
            (
                "tomcat-9.0.17/webapps/ROOT/WEB-INF/lib/portal-impl.jar",
                "no JAR",
            ),
            ("tomcat-9.0.17/lib/ext/portal-kernel.jar", "no JAR"),
            ("tomcat-9.0.17/logs/catalina.out", "log"),
            ("osgi/core/org.eclipse.osgi.jar", "no JAR"),
            ("osgi/modules/acme.jar", "no JAR"),
            ("osgi/configs/com.acme.config", "key=\"value\"\n"),
            ("osgi/state/1/bundle", "cache"),
            ("portal-ext.properties", "a=b\n"),
            ("data/license/server/license.li", "key"),
            ("data/document_library/20099/1.0", "document"),
            ("data/elasticsearch6/index", "index"),
        ] {
            let file = folder.path().join("home").join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn settings(&self, text: &str) {
        fs::write(self.path("home/raylift.toml"), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raylift"));
        command
            .arg("--site")
            .arg(self.path("home"))
            .args(arguments)
            .env("XDG_CACHE_HOME", self.path("cache"));
        command
    }

    /// What people see.
    fn text(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.command(arguments).arg("--json").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let value = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code(), value)
    }

    fn backup(&self) -> Value {
        let (code, value) = self.run(&["backup", "--without-database", "--tag", "nightly"]);
        assert_eq!(code, Some(0), "{value}");
        value
    }

    fn restic(&self, repository: &Path, key: &Path, arguments: &[&str]) {
        let output = Command::new("restic")
            .args(["--no-cache", "--repo"])
            .arg(repository)
            .arg("--password-file")
            .arg(key)
            .args(arguments)
            .output()
            .expect("these tests need restic: apt-get install restic");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "restic {arguments:?}: {text}");
    }
}

fn refused(answer: &(Option<i32>, Value), exit: i32, code: &str) {
    assert_eq!(answer.0, Some(exit), "{}", answer.1);
    assert_eq!(answer.1["error"]["code"], code, "{}", answer.1);
}

#[test]
fn the_sites_own_files_and_documents_are_taken_and_come_back() {
    let site = Site::new();
    let none = site.run(&["backups", "list"]);
    refused(&none, 1, "RL1001");
    let next = none.1["error"]["next"].as_str().unwrap();
    assert!(next.starts_with("Is its disk mounted"), "{next}");
    assert!(
        !site.path("home/.raylift").exists(),
        "looking makes nothing"
    );

    let first = site.backup();
    assert_eq!(
        (&first["repository_made"], &first["key_made"]),
        (&true.into(), &true.into())
    );
    let key = PathBuf::from(first["key_file"].as_str().unwrap());
    let repository = PathBuf::from(first["repository"].as_str().unwrap());
    assert_eq!(key, site.path("home/.raylift/backup.key"));
    let notes = first["notes"].to_string();
    assert!(notes.contains("Copy it to another machine"), "{notes}");
    assert!(notes.contains("own disk"), "{notes}");
    let secret = fs::read_to_string(&key).unwrap();
    assert!(!first.to_string().contains(secret.trim()));

    let second = site.backup();
    assert_eq!(
        (&second["key_made"], &second["new"]),
        (&false.into(), &0.into())
    );
    let (_, list) = site.run(&["backups", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(
        list[1]["tags"],
        serde_json::json!(["nightly", "raylift", "without-database"])
    );

    let to = site.path("restored");
    let (code, back) = site.run(&["backups", "restore", "latest", "--to", to.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{back}");
    for (path, content) in [
        ("documents/20099/1.0", "document"),
        ("files/portal-ext.properties", "a=b\n"),
        ("files/osgi/configs/com.acme.config", "key=\"value\"\n"),
        ("files/osgi/modules/acme.jar", "no JAR"),
        ("files/data/license/server/license.li", "key"),
        ("files/tomcat-9.0.17/conf/server.xml", "<Server/>\n"),
    ] {
        let found = fs::read_to_string(to.join(path));
        assert_eq!(found.ok().as_deref(), Some(content), "{path}");
    }
    for path in [
        "files/osgi/state",
        "files/.raylift",
        "files/data/elasticsearch6",
        "database",
    ] {
        assert!(!to.join(path).exists(), "{path}");
    }
    assert_eq!(back["backup"], second["backup"]["id"]);
    assert_eq!(back["database"], Value::Null);
    let again = site.run(&["backups", "restore", "latest", "--to", to.to_str().unwrap()]);
    refused(&again, 3, "RL1009");
    assert!(!again.1.to_string().contains("incomplete"), "{}", again.1);

    site.restic(&repository, &key, &["check", "--read-data"]);
    let by_restic = site.path("by-restic");
    site.restic(
        &repository,
        &key,
        &["restore", "latest", "--target", by_restic.to_str().unwrap()],
    );
    assert_eq!(
        fs::read(by_restic.join("files/portal-ext.properties")).unwrap(),
        b"a=b\n"
    );
}

#[test]
fn what_is_wrong_with_a_repository_has_a_code() {
    let site = Site::new();
    site.backup();
    let latest = ["backups", "show", "latest"];
    let (code, shown) = site.run(&latest);
    assert_eq!(code, Some(0));
    assert_eq!(shown["parts"][0]["name"], "documents");
    refused(&site.run(&["backups", "show", "00000000"]), 3, "RL1007");
    refused(&site.run(&["backups", "forget"]), 2, "RL0901");
    let id = shown["backup"]["id"].as_str().unwrap();
    refused(&site.run(&["backups", "forget", id]), 3, "RL1008");

    let repository = site.path("home/.raylift/backups/repository");
    let lock = fs::File::open(repository.join("raylift.lock")).unwrap();
    lock.lock().unwrap();
    refused(&site.run(&latest), 3, "RL1003");
    let busy = site.run(&["backup", "--without-database"]);
    refused(&busy, 3, "RL1003");
    lock.unlock().unwrap();

    let key = site.path("home/.raylift/backup.key");
    let kept = site.path("kept.key");
    fs::rename(&key, &kept).unwrap();
    refused(&site.run(&latest), 1, "RL1002");
    refused(&site.run(&["backup", "--without-database"]), 1, "RL1002");
    // Before the database is looked for.
    refused(&site.run(&["backup"]), 1, "RL1002");
    assert!(!key.exists(), "no second key hides the loss");
    fs::copy(&kept, &key).unwrap();
    fs::write(&key, "another key\n").unwrap();
    refused(&site.run(&latest), 1, "RL1002");
    fs::rename(&kept, &key).unwrap();

    let mut packs = Vec::new();
    for folder in fs::read_dir(repository.join("data")).unwrap() {
        for pack in fs::read_dir(folder.unwrap().path()).unwrap() {
            packs.push(pack.unwrap().path());
        }
    }
    for pack in &packs {
        fs::remove_file(pack).unwrap();
    }
    let (code, checked) = site.run(&["backups", "check"]);
    assert_eq!(code, Some(1));
    assert!(
        checked["errors"].as_array().unwrap().len() >= packs.len(),
        "{checked}"
    );
    refused(&site.run(&latest), 1, "RL1004");
    let to = site.path("half");
    let half = site.run(&["backups", "restore", "latest", "--to", to.to_str().unwrap()]);
    refused(&half, 1, "RL1004");
    let told = format!("{} is incomplete", to.display());
    assert!(half.1.to_string().contains(&told), "{}", half.1);
    let healed = site.backup();
    assert_eq!(healed["repaired"]["lost"], packs.len());
    let (code, checked) = site.run(&["backups", "check", "--read-data"]);
    assert_eq!(code, Some(0), "{checked}");
}

/// A check says what is damaged for as long as it is, and what to do so that a backup puts it right.
#[test]
fn a_pack_with_other_content_is_named_until_it_is_stored_again() {
    let site = Site::new();
    let document = site.path("home/data/document_library/20099/1.0");
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    fs::write(&document, noise.take(100_000).collect::<Vec<_>>()).unwrap();
    let taken = site.backup();
    let repository = PathBuf::from(taken["repository"].as_str().unwrap());
    let mut packs = Vec::new();
    for folder in fs::read_dir(repository.join("data")).unwrap() {
        for pack in fs::read_dir(folder.unwrap().path()).unwrap() {
            packs.push(pack.unwrap().path());
        }
    }
    // That with the content and not the one with the lists.
    packs.retain(|pack| fs::metadata(pack).unwrap().len() > 50_000);
    for pack in &packs {
        let mut bytes = fs::read(pack).unwrap();
        bytes[20] ^= 1;
        fs::remove_file(pack).unwrap();
        fs::write(pack, bytes).unwrap();
    }
    let read = ["backups", "check", "--read-data"];
    let (code, checked) = site.run(&read);
    assert_eq!(code, Some(1), "{checked}");
    let mut spoilt: Vec<PathBuf> = checked["spoilt"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| repository.join(file.as_str().unwrap()))
        .collect();
    spoilt.sort();
    packs.sort();
    assert_eq!(spoilt, packs);
    let output = site.command(&read).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let name = packs[0].file_name().unwrap().to_str().unwrap();
    assert!(
        told.contains("; move data/") && told.contains(name),
        "{told}"
    );

    for pack in &packs {
        fs::remove_file(pack).unwrap();
    }
    fs::write(&document, "something else").unwrap();
    site.backup();
    // The first one lacks a document that is gone for good, and only that one.
    let (code, checked) = site.run(&read);
    assert_eq!(code, Some(1), "{checked}");
    assert_eq!(checked["damaged"][0]["count"], 1, "{checked}");
    assert_eq!(checked["spoilt"], serde_json::json!([]));
    let first = taken["backup"]["id"].as_str().unwrap();
    let (code, _) = site.run(&["backups", "forget", first, "--free-now"]);
    assert_eq!(code, Some(0));
    let (code, checked) = site.run(&read);
    assert_eq!(code, Some(0), "{checked}");
}

/// What restic or a proof put there is no backup of the site's, and a backup without the database says so.
#[test]
fn what_a_backup_lacks_and_what_is_none_is_told() {
    let site = Site::new();
    let taken = site.backup();
    let place = |name: &str| PathBuf::from(taken[name].as_str().unwrap());
    let document = site.path("home/data/document_library/20099/1.0");
    for tag in ["proof", "return-point"] {
        site.restic(
            &place("repository"),
            &place("key_file"),
            &["backup", "--tag", tag, document.to_str().unwrap()],
        );
    }
    let list = site.text(&["backups", "list"]);
    assert_eq!(list.lines().count(), 3, "{list}");
    assert!(list.contains("  backup, no database  "), "{list}");
    assert!(list.contains("keep documents here, too: 2."), "{list}");
    let all = site.text(&["backups", "list", "--all"]);
    for kind in ["  backup, no database  ", "  proof  ", "  return point  "] {
        assert!(all.contains(kind), "{all}");
    }
    let (_, list) = site.run(&["backups", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 3);

    let to = site.path("restored");
    let lacks = "The database is not in this backup, nor in any other.\n";
    for verb in [
        ["backups", "show", "latest"].as_slice(),
        &["backups", "restore", "latest", "--to", to.to_str().unwrap()],
    ] {
        let text = site.text(verb);
        assert!(text.contains(lacks), "{text}");
    }

    let (code, checked) = site.run(&["backups", "check"]);
    assert_eq!(code, Some(0));
    for kind in ["backups", "proofs", "return_points"] {
        assert_eq!(checked[kind], 1, "{checked}");
    }
    let text = site.text(&["backups", "check"]);
    assert!(
        text.contains("1 backup, 1 proof, 1 return point."),
        "{text}"
    );
}

/// The backups are there when the site is lost; where neither is, nothing is offered.
#[test]
fn a_folder_that_is_no_site_is_told_so() {
    let site = Site::new();
    let home = site.path("home");
    fs::rename(&home, site.path("lost")).unwrap();
    for there in [false, true] {
        if there {
            fs::create_dir(&home).unwrap();
        }
        for verb in [
            ["status"].as_slice(),
            &["history"],
            &["drill"],
            &["backup"],
            &["backups", "list"],
            &["backups", "check"],
        ] {
            refused(&site.run(verb), 3, "RL0101");
        }
    }
    assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    fs::remove_dir(&home).unwrap();
    fs::rename(site.path("lost"), &home).unwrap();
    let (code, status) = site.run(&["status"]);
    assert_eq!((code, &status["run"]), (Some(0), &Value::Null));
    site.backup();
    fs::create_dir(site.path("other")).unwrap();
    fs::rename(home.join(".raylift"), site.path("other/.raylift")).unwrap();
    fs::rename(&home, site.path("lost")).unwrap();
    fs::rename(site.path("other"), &home).unwrap();
    let (code, list) = site.run(&["backups", "list"]);
    assert_eq!((code, list.as_array().unwrap().len()), (Some(0), 1));
}

/// A disk that is not mounted.
#[test]
fn a_repository_that_is_gone_is_not_made_anew_unasked() {
    let site = Site::new();
    site.settings("[backup]\nrepository = \"../disk/repository\"\n");
    fs::create_dir(site.path("disk")).unwrap();
    site.backup();
    fs::rename(site.path("disk"), site.path("away")).unwrap();
    fs::create_dir(site.path("disk")).unwrap();
    for verb in [
        ["backup", "--without-database"].as_slice(),
        // Before the database is looked for.
        &["backup"],
        &["backups", "list"],
        &["backups", "check"],
        &["backups", "show", "latest"],
    ] {
        let answer = site.run(verb);
        refused(&answer, 3, "RL1010");
        let error = &answer.1["error"];
        let next = error["next"].as_str().unwrap();
        assert!(next.starts_with("Is its disk mounted"), "{next}");
        assert!(next.contains("backup --new-repository"), "{next}");
        assert_eq!(error["safe"], "Nothing was changed.");
    }
    assert_eq!(fs::read_dir(site.path("disk")).unwrap().count(), 0);
    fs::remove_dir(site.path("disk")).unwrap();
    fs::rename(site.path("away"), site.path("disk")).unwrap();
    let (code, list) = site.run(&["backups", "list"]);
    assert_eq!((code, list.as_array().unwrap().len()), (Some(0), 1));
}

/// A new repository would hide that a run cannot go back.
#[test]
fn a_repository_that_a_return_point_needs_is_not_given_up() {
    let site = Site::new();
    site.settings("[backup]\nrepository = \"../disk/repository\"\n");
    let taken = site.backup();
    let point = site.path("home/.raylift/backups/7.3.6-1");
    fs::create_dir_all(&point).unwrap();
    let manifest = serde_json::json!({
        "format": raylift_backup::FORMAT,
        "taken": "2026-03-01T03:05:06Z",
        "parts": [],
        "note": { "tables": [], "release_rows": [], "core_row": null, "kept": {
            "snapshot": taken["backup"]["id"], "root": "/store", "files": 1, "bytes": 8,
            "place": { "repository": taken["repository"], "key_file": taken["key_file"] },
        } },
    });
    fs::write(point.join("manifest.json"), manifest.to_string()).unwrap();
    let new = ["backup", "--without-database", "--new-repository"];

    fs::rename(site.path("disk"), site.path("away")).unwrap();
    let answer = site.run(&new);
    refused(&answer, 3, "RL1010");
    let message = answer.1["error"]["message"].as_str().unwrap();
    assert!(message.contains("7.3.6-1"), "{message}");
    assert!(!site.path("disk").exists());

    // A new place is no harm while the run's own is there.
    fs::rename(site.path("away"), site.path("disk")).unwrap();
    site.settings("[backup]\nrepository = \"../other/repository\"\n");
    let (code, taken) = site.run(&new);
    assert_eq!(code, Some(0), "{taken}");

    // Nor is one where the run is over.
    fs::remove_dir_all(site.path("disk")).unwrap();
    fs::remove_dir_all(site.path("other")).unwrap();
    refused(&site.run(&new), 3, "RL1010");
    fs::remove_dir_all(point).unwrap();
    assert_eq!(site.run(&new).0, Some(0));
}

#[test]
fn a_repository_in_the_document_store_is_refused() {
    let site = Site::new();
    site.settings("[backup]\nrepository = \"data/document_library/backups/r\"\n");
    let refusal = site.run(&["backup", "--without-database"]);
    refused(&refusal, 3, "RL0901");
    assert!(!site.path("home/data/document_library/backups").exists());
    assert!(!site.path("home/.raylift/backup.key").exists());
}

#[test]
fn settings_name_the_place_the_key_and_how_many_are_kept() {
    let site = Site::new();
    fs::create_dir(site.path("elsewhere")).unwrap();
    fs::write(site.path("pass"), "pass phrase\n").unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(site.path("pass"), fs::Permissions::from_mode(0o600)).unwrap();
    site.settings(
        "[backup]\nrepository = \"../elsewhere/r\"\nkey_file = \"../pass\"\nkeep_last = 1\n",
    );
    // The key says that there was a repository.
    refused(&site.run(&["backup", "--without-database"]), 3, "RL1010");
    assert!(!site.path("elsewhere/r").exists());
    assert!(!site.path("home/.raylift").exists());
    let (code, taken) = site.run(&["backup", "--without-database", "--new-repository"]);
    assert_eq!(code, Some(0), "{taken}");
    assert_eq!(
        (&taken["key_made"], &taken["repository_made"]),
        (&false.into(), &true.into())
    );
    let again = site.run(&["backup", "--without-database", "--new-repository"]);
    refused(&again, 3, "RL0901");
    assert!(site.path("elsewhere/r/config").exists());
    site.backup();
    let (code, forgotten) = site.run(&["backups", "forget", "--free-now"]);
    assert_eq!(code, Some(0), "{forgotten}");
    assert_eq!(forgotten["backups"].as_array().unwrap().len(), 1);
    assert_eq!(forgotten["backups"][0]["id"], taken["backup"]["id"]);
    let (_, list) = site.run(&["backups", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 1);
    site.restic(
        &site.path("elsewhere/r"),
        &site.path("pass"),
        &["check", "--read-data"],
    );
}
