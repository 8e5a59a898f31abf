//! `raylift inspect properties` on files and on a site with a real `portal-impl.jar`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

fn run(arguments: &[&str], site: Option<&Path>) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raylift"));
    command.args(["inspect", "properties"]).args(arguments);
    if let Some(site) = site {
        command.arg("--site").arg(site);
    }
    let output = command.output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

fn answer(arguments: &[&str], site: Option<&Path>) -> Value {
    let all = [arguments, &["--json"]].concat();
    let (code, text) = run(&all, site);
    assert_eq!(code, Some(0), "{text}");
    serde_json::from_str(&text).unwrap()
}

/// What `java.util.Properties` makes of the file is checked with Java itself in `raylift-formats/tests/properties.rs`.
#[test]
fn a_file_is_printed_as_java_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.properties");
    let name = file.to_str().unwrap();
    fs::write(
        &file,
        b"b : x \\\n  y\na=1\na=2\njdbc.default.password=hunter2\nc=\xc3\xa4",
    )
    .unwrap();
    assert_eq!(
        answer(&[name], None),
        json!({
            "entries": {"a": "2", "b": "x y", "c": "ä", "jdbc.default.password": "hunter2"},
            "diagnostics": [{"line": 4, "severity": "warning", "message": "key a stands there again"}],
        })
    );
    let latin = answer(&[name, "--encoding", "latin-1"], None);
    assert_eq!(latin["entries"]["c"], "Ã¤");
    assert_eq!(latin["diagnostics"][1]["line"], 6);
    let (_, text) = run(&[name], None);
    assert!(
        !text.contains("hunter2") && text.contains("(set, hidden)"),
        "{text}"
    );

    fs::write(&file, "a=1\nb=\\u12\n").unwrap();
    let refused = answer(&[name], None);
    assert_eq!(refused["entries"], json!({}));
    assert_eq!(refused["diagnostics"][0]["line"], 2);
    assert_eq!(refused["diagnostics"][0]["severity"], "error");
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody writes into it: who opens it waits for ever.
    let pipe = folder.path().join("pipe.properties");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    for name in [
        folder.path().to_owned(),
        folder.path().join("none.properties"),
        pipe,
    ] {
        let (code, text) = run(&[name.to_str().unwrap(), "--json"], None);
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(code, Some(1), "{text}");
        assert_eq!(answer["error"]["code"], "RL0112");
    }
}

fn part(coordinate: &str) -> PathBuf {
    let index = std::env::var_os("RAYLIFT_PARTS_INDEX").unwrap_or_else(|| {
        panic!("RAYLIFT_PARTS_INDEX is not set; run these tests with `cargo xtask test`")
    });
    let text = fs::read_to_string(index).unwrap();
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .find(|(name, _)| *name == coordinate)
        .map(|(_, path)| PathBuf::from(path))
        .unwrap_or_else(|| panic!("{coordinate} is not among the parts"))
}

#[test]
fn a_property_is_told_with_every_place_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let home = fs::canonicalize(folder.path()).unwrap();
    let write = |path: &str, text: &str| {
        let file = home.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    write("osgi/configs/.keep", "");
    write("tomcat/conf/server.xml", "<Server/>");
    let web = "tomcat/webapps/ROOT/WEB-INF";
    write(&format!("{web}/lib/.keep"), "");
    std::os::unix::fs::symlink(
        part("com.liferay.portal:com.liferay.portal.impl:4.12.11"),
        home.join(web).join("lib/portal-impl.jar"),
    )
    .unwrap();
    write(
        &format!("{web}/classes/portal-ext.properties"),
        "locales=de_DE",
    );
    write(
        "portal-ext.properties",
        "# mine\nlocales=en_US,de_DE\njdbc.default.password=hunter2\nvia=x${jdbc.default.password}\n\
         jdbc.default.url=jdbc:mysql://h/d?user=a&password=hunter2\nexternal.token=\npacked=a,password=hunter2,hunter2\n",
    );
    let at = |path: &str| home.join(path).display().to_string();

    let packed = answer(&["packed"], Some(&home));
    assert!(!packed.to_string().contains("hunter2"), "{packed}");

    let locales = answer(&["locales"], Some(&home));
    assert_eq!(locales["value"], "en_US,de_DE");
    assert_eq!(locales["list"], json!(["en_US", "de_DE"]));
    assert_eq!(locales["certain"], true);
    let places = locales["places"].as_array().unwrap();
    assert_eq!(places.len(), 3);
    assert_eq!(places[0]["kind"], "release");
    assert_eq!(places[0]["value"], locales["release_default"]["value"]);
    assert_eq!(
        places[1],
        json!({"kind": "file", "place": at(&format!("{web}/classes/portal-ext.properties")), "line": 1,
            "counts": false, "value": "de_DE"})
    );
    assert_eq!(
        places[2],
        json!({"kind": "file", "place": at("portal-ext.properties"), "line": 2, "counts": true,
            "value": "en_US,de_DE"})
    );

    for key in ["jdbc.default.password", "via", "jdbc.default.url"] {
        let shown = answer(&[key], Some(&home)).to_string();
        let (code, text) = run(&[key], Some(&home));
        assert_eq!(code, Some(0));
        assert!(
            !shown.contains("hunter2") && !text.contains("hunter2"),
            "{key}: {shown}\n{text}"
        );
    }
    let secret = answer(&["via"], Some(&home));
    assert_eq!(secret["secret"], true);
    assert_eq!(secret["set"], true);
    assert_eq!(answer(&["external.token"], Some(&home))["set"], false);
    let url = answer(&["jdbc.default.url"], Some(&home));
    assert_eq!(url["value"], "jdbc:mysql://h/d?user=a&password=***");
    let nothing = answer(&["nothing.sets.this"], Some(&home));
    assert_eq!(nothing["value"], Value::Null);
    assert_eq!(nothing["places"], json!([]));

    let (_, text) = run(&["locales"], Some(&home));
    let line = text.lines().find(|line| line.contains('→')).unwrap();
    assert!(line.contains("portal-ext.properties:2"), "{text}");
}
