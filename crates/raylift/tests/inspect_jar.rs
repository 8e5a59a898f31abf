//! `raylift inspect jar` on real JARs and on files that are none.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn part(coordinate: &str) -> PathBuf {
    let index = std::env::var_os("RAYLIFT_PARTS_INDEX").unwrap_or_else(|| {
        panic!("RAYLIFT_PARTS_INDEX is not set; run these tests with `cargo xtask test`")
    });
    let text = std::fs::read_to_string(index).unwrap();
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .find(|(name, _)| *name == coordinate)
        .map(|(_, path)| PathBuf::from(path))
        .unwrap_or_else(|| panic!("{coordinate} is not among the parts"))
}

fn inspect(file: &Path) -> (Option<i32>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_raylift"))
        .args(["inspect", "jar", "--json"])
        .arg(file)
        .output()
        .unwrap();
    let value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), value)
}

/// The expected values are those of the real classes (verified.md).
#[test]
fn a_portal_impl_of_7_4_alone_is_answered_whole() {
    let (code, answer) = inspect(&part("com.liferay.portal:com.liferay.portal.impl:93.0.0"));
    assert_eq!(code, Some(0));
    let core = &answer["core"];
    assert_eq!(core["latest_schema_version"], "29.1.0");
    assert_eq!(core["required_schema_version"], "29.1.0");
    assert_eq!(core["startup_check"], "schema-version");
    assert!(core["assumed"].is_string());
    let steps = core["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 171);
    let step = steps
        .iter()
        .find(|step| step["schema_version"] == "8.1.1")
        .unwrap();
    assert_eq!(
        step["factory"],
        "com.liferay.portal.kernel.upgrade.UpgradeProcessFactory#alterColumnType"
    );
    assert_eq!(step["arguments"][0], "AssetCategory");
    assert!(
        step["log_text"].as_str().unwrap().starts_with(
            "com.liferay.portal.upgrade.v7_3_x.PortalUpgradeProcessRegistryImpl - Modifying table AssetCategory to "
        )
    );
}

#[test]
fn a_portal_kernel_names_its_release() {
    let (code, answer) = inspect(&part("com.liferay.portal:com.liferay.portal.kernel:4.35.3"));
    assert_eq!(code, Some(0));
    // As `javap -constants` shows the class.
    assert_eq!(
        answer["release"],
        serde_json::json!({
            "name": "Liferay Community Edition Portal",
            "version": "7.2.1",
            "display_name": "7.2.1 CE GA2",
            "build_number": 7201,
            "code_name": "Mueller",
            "date": "October 15, 2019",
        })
    );
}

#[test]
fn files_that_are_no_jars_are_refused_with_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.jar");
    std::fs::write(&text, "not a ZIP file").unwrap();
    let empty = folder.path().join("empty.jar");
    std::fs::write(&empty, "").unwrap();
    let absent = folder.path().join("absent.jar");
    for (file, expected) in [
        (text.as_path(), "RL0113"),
        (&empty, "RL0113"),
        (&absent, "RL0112"),
        (folder.path(), "RL0112"),
    ] {
        let (code, answer) = inspect(file);
        assert_eq!(code, Some(1), "{}", file.display());
        assert_eq!(answer["error"]["code"], expected, "{}", file.display());
    }
}

/// A WAR of the real login module: the same bundle as in its JAR.
#[test]
fn a_war_that_is_a_bundle_is_shown_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let jar = part("com.liferay:com.liferay.login.web:4.0.5");
    let war = folder.path().join("login.war");
    std::fs::copy(&jar, &war).unwrap();
    let (code, answer) = inspect(&war);
    assert_eq!(code, Some(0));
    assert_eq!(answer["bundle"], inspect(&jar).1["bundle"]);
    assert_eq!(answer["libraries"], serde_json::json!([]));
}
