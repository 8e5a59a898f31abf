//! `raylift inspect` and `raylift plan` on a made-up site whose database cannot be reached, and the folder of a release.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

fn write(folder: &Path, path: &str, content: &str) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, content).unwrap();
}

/// `home` and `release`, whose JARs say nothing.
fn made_up() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (side, version) in [("release", "7.2.1"), ("home", "7.2.0")] {
        let side = folder.path().join(side);
        for (path, content) in [
            (".liferay-version", version),
            ("osgi/core/org.eclipse.osgi.jar", version),
            ("tomcat-9.0.17/conf/server.xml", "<Server/>\n"),
            ("tomcat-9.0.17/bin/catalina.sh", "#!/bin/sh\n"),
            ("tomcat-9.0.17/webapps/ROOT/index.jsp", version),
            (
                "tomcat-9.0.17/webapps/ROOT/WEB-INF/lib/portal-impl.jar",
                version,
            ),
            ("tomcat-9.0.17/lib/ext/portal-kernel.jar", version),
        ] {
            write(&side, path, content);
        }
    }
    folder
}

fn run(folder: &Path, verb: &str, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_raylift"))
        .args([verb, "--site"])
        .arg(folder.join("home"))
        .args(arguments)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn section<'a>(text: &'a str, head: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("\n{head}")).unwrap();
    rest.split_once("\n\n").map_or(rest, |(section, _)| section)
}

fn row<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines()
        .find(|line| line.trim_start().starts_with(name))
        .unwrap()
}

#[test]
fn what_hangs_on_the_rows_of_the_database_is_undetermined_without_them() {
    let folder = made_up();
    let plan: Value =
        serde_json::from_str(&run(folder.path(), "plan", &["release", "--json"])).unwrap();
    assert_eq!(plan["core"]["when"], "undetermined");
    assert_eq!(plan["core"]["way_back"], "undetermined");
    assert_eq!(plan["way_back"]["preferred"], "return-point");
    assert!(
        !plan["way_back"]["undetermined"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let text = run(folder.path(), "plan", &["release"]);
    let way_back = section(&text, "Way back");
    assert!(way_back.contains("undetermined"), "{text}");
    assert!(!text.contains("nothing is lost"), "{text}");
    let outage = section(&text, "Outage");
    assert!(outage.contains("upgrade steps (undetermined)"), "{text}");
    let steps = section(&text, "Upgrade steps");
    assert!(row(steps, "core").contains("undetermined"), "{text}");
    assert!(!text.contains("the old release does not accept"), "{text}");
    assert!(!outage.contains("module"), "{text}");
}

#[test]
fn a_database_that_was_not_reached_has_no_number_of_rows() {
    let folder = made_up();
    let text = run(folder.path(), "inspect", &[]);
    assert!(row(&text, "Database").contains("not reached"), "{text}");
    let modules = row(&text, "Modules");
    assert!(modules.contains("unknown rows in Release_"), "{text}");
    assert!(row(&text, "Core schema").contains("not reached"), "{text}");
}

/// Nobody writes into the pipe: who opened it would wait for ever.
#[test]
fn a_pipe_among_the_configurations_is_named_and_not_carried() {
    let folder = made_up();
    let configs = folder.path().join("home/osgi/configs");
    fs::create_dir_all(&configs).unwrap();
    let pipe = configs.join("a.config");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let plan: Value =
        serde_json::from_str(&run(folder.path(), "plan", &["release", "--json"])).unwrap();
    let of = |list: &str, key: &str| {
        let found = plan[list].as_array().unwrap().iter();
        let mut found = found.filter(|one| one[key] == "osgi/configs/a.config");
        found.next().cloned().unwrap_or_default()
    };
    assert_eq!(of("findings", "subject")["code"], "RL0266");
    assert_eq!(of("files", "path")["decision"]["what"], "drop");
}

#[test]
fn tokens_are_hidden_in_what_is_shown_of_properties() {
    let folder = made_up();
    let token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.c2lnbmF0dXJl";
    let file = folder.path().join("a.properties");
    fs::write(&file, format!("acme.header=Bearer {token}\nb=shown\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_raylift"))
        .args(["inspect", "properties"])
        .arg(&file)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("acme.header") && text.contains("shown"),
        "{text}"
    );
    assert!(!text.contains(token), "{text}");
}

fn refusal(folder: &Path, release: &Path) -> Value {
    let release = release.to_str().unwrap();
    refused(&folder.join("home"), &["plan", release])
}

fn refused(home: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_raylift"))
        .args(arguments)
        .args(["--json", "--site"])
        .arg(home)
        .output()
        .unwrap();
    let refused: Value = serde_json::from_slice(&output.stdout).unwrap();
    refused["error"].clone()
}

#[test]
fn a_mistyped_release_is_not_to_be_got_again() {
    let folder = made_up();
    let refused = refusal(folder.path(), &folder.path().join("relaese"));
    assert_eq!(refused["code"], "RL0213");
    let next = refused["next"].as_str().unwrap();
    assert!(next.contains("mistyped"), "{refused}");
}

/// What every release has at its top is looked for first. Who reads on meets the link that leads out of the folder, which
/// is another error.
#[test]
fn a_folder_that_is_no_release_is_not_read_to_find_that_out() {
    let folder = made_up();
    let disk = folder.path().join("disk");
    write(&disk, "a/b/c", "");
    std::os::unix::fs::symlink("/etc/passwd", disk.join("a/out")).unwrap();
    let refused = refusal(folder.path(), &disk);
    assert_eq!(refused["code"], "RL0203", "{refused}");
    fs::rename(folder.path().join("release"), disk.join("inner")).unwrap();
    let refused = refusal(folder.path(), &disk);
    assert_eq!(refused["code"], "RL0203", "{refused}");
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("in its folder inner"), "{refused}");
}

/// Where no run took place there is no list to look into.
#[test]
fn without_any_run_nobody_is_sent_to_the_list_of_runs() {
    let folder = made_up();
    for (arguments, code) in [
        (&["report"][..], "RL0406"),
        (&["report", "0001-7.2.1"], "RL0406"),
        (&["resume"], "RL0406"),
        (&["rollback"], "RL0802"),
    ] {
        let refused = refused(&folder.path().join("home"), arguments);
        assert_eq!(refused["code"], code, "{refused}");
        assert_eq!(refused["message"], "no run took place at this site");
        let next = refused["next"].as_str().unwrap();
        assert!(!next.contains("history"), "{refused}");
    }
}

#[test]
fn a_home_one_folder_deeper_is_named() {
    let folder = made_up();
    let refused = refused(folder.path(), &["inspect"]);
    assert_eq!(refused["code"], "RL0101", "{refused}");
    let message = refused["message"].as_str().unwrap();
    let home = folder.path().canonicalize().unwrap().join("home");
    let named = format!("{} looks like one", home.display());
    assert!(message.ends_with(&named), "{refused}");
}
