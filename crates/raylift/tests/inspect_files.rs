//! `raylift inspect files` on a made-up home and the folder of its release.

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

const WEB: &str = "webapps/ROOT/WEB-INF";

fn write(folder: &Path, path: &str, content: &str) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, content).unwrap();
}

/// `release` with a folder of Tomcat of another name, and `home` in which the site did what sites do.
fn made_up() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (side, tomcat) in [("release", "tomcat-9.0.33"), ("home", "tomcat-9.0.17")] {
        let side = folder.path().join(side);
        for (path, content) in [
            ("conf/server.xml", "<Server>\n  <Service/>\n</Server>\n"),
            ("conf/web.xml", "<web-app/>\n"),
            ("bin/catalina.sh", "#!/bin/sh\n"),
            ("RELEASE-NOTES", "Apache Tomcat Version 9.0.17\n"),
            ("webapps/ROOT/html/page.jsp", "one\ntwo\n"),
        ] {
            write(&side, &format!("{tomcat}/{path}"), content);
        }
        write(
            &side,
            &format!("{tomcat}/{WEB}/lib/portal-impl.jar"),
            "no JAR",
        );
        write(
            &side,
            &format!("{tomcat}/lib/ext/portal-kernel.jar"),
            "no JAR",
        );
        write(&side, "osgi/core/org.eclipse.osgi.jar", "no JAR");
    }
    let home = folder.path().join("home");
    write(
        &home,
        "tomcat-9.0.17/conf/server.xml",
        "<Server>\n  <Service password=\"geheim\"/>\n</Server>\n",
    );
    write(
        &home,
        "tomcat-9.0.17/webapps/ROOT/html/page.jsp",
        "one\nTWO\n",
    );
    write(&home, "portal-ext.properties", "a=b\n");
    write(&home, "osgi/modules/acme.jar", "no JAR");
    write(&home, "osgi/state/1/bundle", "cache");
    write(&home, "data/license/server/license.li", "key");
    for number in 0..60 {
        write(
            &home,
            &format!("data/document_library/{number}/1.0"),
            "12345",
        );
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_raylift"))
        .args(["inspect", "files", "--site"])
        .arg(folder.join("home"))
        .args(arguments)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .current_dir(folder)
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let mut all = vec!["--json"];
    all.extend(arguments);
    let (code, text) = run(folder, &all);
    assert_eq!(code, Some(0), "{text}");
    serde_json::from_str(&text).unwrap()
}

fn origin_of<'a>(answer: &'a Value, path: &str) -> &'a str {
    let row = answer["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["path"] == path);
    row.map_or("not there", |row| row["origin"].as_str().unwrap())
}

#[test]
fn every_file_of_the_home_has_an_origin() {
    let folder = made_up();
    let with = json(folder.path(), &["--old-release", "release"]);
    let without = json(folder.path(), &[]);
    for (path, certain, concluded) in [
        ("tomcat-9.0.17/conf/server.xml", "changed", "unknown"),
        ("tomcat-9.0.17/conf/web.xml", "release", "unknown"),
        (
            "tomcat-9.0.17/webapps/ROOT/html/page.jsp",
            "changed",
            "release",
        ),
        ("osgi/core/org.eclipse.osgi.jar", "release", "release"),
        ("osgi/modules/acme.jar", "site", "site"),
        ("portal-ext.properties", "site", "site"),
        ("osgi/state/1/bundle", "generated", "generated"),
        ("data/license/server/license.li", "site", "site"),
        ("data/document_library", "site", "site"),
    ] {
        assert_eq!(origin_of(&with, path), certain, "{path}");
        assert_eq!(origin_of(&without, path), concluded, "{path}");
    }
    let documents = with["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["path"] == "data/document_library")
        .unwrap();
    assert_eq!(
        (&documents["files"], &documents["bytes"]),
        (&60.into(), &300.into())
    );

    let changed = json(
        folder.path(),
        &["--old-release", "release", "--origin", "changed"],
    );
    assert_eq!(changed["files"].as_array().unwrap().len(), 2);
    let (code, text) = run(folder.path(), &["--old-release", "release", "--all"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("osgi/modules/acme.jar"), "{text}");
}

#[test]
fn what_the_site_changed_is_shown_without_secrets() {
    let folder = made_up();
    let of = |file: &str| json(folder.path(), &["--old-release", "release", file]);
    let server = of("tomcat-9.0.17/conf/server.xml");
    assert_eq!(server["origin"], "changed");
    assert_eq!(server["kind"], "server-xml");
    let difference = server["difference"].as_str().unwrap();
    assert!(difference.contains("-  <Service/>\n"), "{difference}");
    assert!(!difference.contains("geheim"), "{difference}");

    // Such a file is no configuration: it is read out of the release again.
    let page = of("home/tomcat-9.0.17/webapps/ROOT/html/page.jsp");
    assert_eq!(page["difference"], "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n");

    let (code, _) = run(folder.path(), &["nowhere.txt"]);
    assert_eq!(code, Some(2));
}
