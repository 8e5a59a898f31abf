//! Options of the Java machine that a plan cannot put into the site's script by itself.

use std::process::Command;

use crate::facts::{site, wishes};
use crate::server::{SETENV_72, edit, found, new, old, shipped, text};
use raylift_model::codes;
use raylift_model::facts::{ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_plan::{Side, make};

/// The packages that the real 7.4 opens in its `setenv.sh`, a line each.
const OPENS: [&str; 8] = [
    "java.base/java.lang",
    "java.base/java.lang.invoke",
    "java.base/java.lang.reflect",
    "java.base/java.net",
    "java.base/sun.net.www.protocol.http",
    "java.base/sun.net.www.protocol.https",
    "java.base/sun.util.calendar",
    "jdk.zipfs/jdk.nio.zipfs",
];
/// A script that raylift does not understand.
const CONDITION: &str = "# ours\nif [ -f /etc/big ]; then\n  CATALINA_OPTS=\"$CATALINA_OPTS -Xmx8g\"\nelse\n  CATALINA_OPTS=\"$CATALINA_OPTS -Xmx1g\"\nfi\n";

fn opens() -> Vec<String> {
    OPENS
        .iter()
        .map(|package| {
            format!(
                "export JDK_JAVA_OPTIONS=\"$JDK_JAVA_OPTIONS --add-opens={package}=ALL-UNNAMED\""
            )
        })
        .collect()
}

fn next() -> ReleaseFacts {
    let mut release = new();
    let script = format!("{SETENV_72}\n\n{}\n", opens().join("\n"));
    shipped(&mut release, "bin/setenv.sh", &script);
    release
}

/// A running site with this script, on this Java.
fn site_on(java: u32, script: &str) -> SiteFacts {
    let mut site = site();
    site.java.as_mut().unwrap().major = Some(java);
    text(&mut site, "bin/setenv.sh", script);
    site
}

fn conflict(site: &SiteFacts) -> Option<Finding> {
    let plan = make(site, &next(), Some(&old()), &wishes()).unwrap();
    let found = found(&plan, codes::APP_SERVER_CONFLICT);
    let mut found = found
        .into_iter()
        .filter(|finding| finding.subject.ends_with("setenv.sh"));
    let first = found.next().cloned();
    assert_eq!(found.count(), 0);
    first
}

fn added(finding: &Finding) -> Vec<&str> {
    finding.remedy.lines().skip(1).collect()
}

#[test]
fn every_line_that_the_site_lacks_is_shown_and_blocks_where_java_keeps_modules_closed() {
    for (java, severity) in [(11, Severity::Warning), (17, Severity::Blocker)] {
        let finding = conflict(&site_on(java, CONDITION)).unwrap();
        assert_eq!(finding.severity, severity, "Java {java}");
        let shown: Vec<String> = (3..)
            .zip(opens())
            .map(|(number, line)| format!("release, line {number}: {line}"))
            .collect();
        assert_eq!(finding.evidence[1..9], shown);
        assert_eq!(
            finding.evidence[9],
            "site, line 2: if [ -f /etc/big ]; then"
        );
        assert!(
            !finding
                .evidence
                .iter()
                .any(|line| line.contains("lines more"))
        );
        let lines = if java == 17 { opens() } else { Vec::new() };
        assert_eq!(added(&finding), lines);
    }
}

/// What the remedy says helps, the shell says so, and raylift sees it.
#[test]
fn a_script_with_the_lines_of_the_remedy_is_in_order() {
    let returns = "[ -n \"$X\" ] && return\n";
    let opens_in_a_condition = format!("if [ -z \"$X\" ]; then\n{}\nfi\n", opens().join("\n"));
    for (script, place) in [
        (CONDITION, "at its end"),
        (returns, "as its first lines"),
        (&*opens_in_a_condition, "at its end"),
        ("JDK_JAVA_OPTIONS=\"$(cat /dev/null)\"\n", "at its end"),
    ] {
        let finding = conflict(&site_on(17, script)).unwrap();
        assert!(finding.remedy.contains(place), "{script} {finding:?}");
        let lines = added(&finding).join("\n");
        let mended = match place {
            "at its end" => format!("{script}{lines}\n"),
            _ => format!("{lines}\n{script}"),
        };
        let output = Command::new("/bin/sh")
            .args(["-c", ". \"$0\"; exec env"])
            .arg(write(&mended).path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("X", "1")
            .output()
            .unwrap();
        let given = String::from_utf8(output.stdout).unwrap();
        assert!(
            OPENS
                .iter()
                .all(|package| given.contains(&format!("--add-opens={package}=ALL-UNNAMED"))),
            "{mended}: {given}"
        );
        let left = conflict(&site_on(17, &mended));
        assert!(
            left.as_ref()
                .is_none_or(|left| left.severity != Severity::Blocker),
            "{mended}: {left:?}"
        );
    }
}

fn write(script: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), script).unwrap();
    file
}

#[test]
fn options_that_the_running_server_has_are_not_missing() {
    let options = || OPENS.map(|package| format!("{package}=ALL-UNNAMED"));
    let set: [fn(&mut SiteFacts, Vec<String>); 3] = [
        |site, options| {
            let process = site.app_server.process.as_mut().unwrap();
            let word = |option: String| format!("--add-opens={option}");
            process.jvm_options = options.into_iter().map(word).collect();
        },
        |site, options| {
            let process = site.app_server.process.as_mut().unwrap();
            let words = |option| ["--add-opens".to_owned(), option];
            process.jvm_options = options.into_iter().flat_map(words).collect();
        },
        |site, options| {
            let process = site.app_server.process.as_mut().unwrap();
            let word = |option: String| format!("--add-opens={option}");
            process.java_options = options.into_iter().map(word).collect();
        },
    ];
    for set in set {
        let mut site = site_on(17, CONDITION);
        set(&mut site, options().to_vec());
        assert_eq!(conflict(&site).unwrap().severity, Severity::Warning);
    }
}

#[test]
fn nothing_blocks_where_the_script_is_merged_or_the_site_has_decided() {
    let site = site_on(17, SETENV_72);
    assert_eq!(conflict(&site), None);
    let plan = make(&site, &next(), Some(&old()), &wishes()).unwrap();
    assert!(edit(&plan, "bin/setenv.sh").is_some());
    let site = site_on(17, CONDITION);
    let mut wishes = wishes();
    let name = RelativePath::new("bin/setenv.sh");
    wishes.resolutions.insert(name, Side::Site);
    let plan = make(&site, &next(), Some(&old()), &wishes).unwrap();
    assert!(found(&plan, codes::APP_SERVER_CONFLICT).is_empty());
    // The installed release needed the same, on a Java that asked for it.
    let mut site = site_on(17, CONDITION);
    site.identity.version = next().identity.version;
    let plan = make(&site, &next(), Some(&next()), &crate::facts::wishes()).unwrap();
    assert!(found(&plan, codes::APP_SERVER_CONFLICT).is_empty());
}

#[test]
fn a_site_without_a_script_is_told_which_lines_it_needs() {
    let mut site = site();
    site.java.as_mut().unwrap().major = Some(17);
    site.app_server.process = None;
    let plan = make(&site, &next(), None, &wishes()).unwrap();
    let found = found(&plan, codes::APP_SERVER_NOT_MERGED);
    let finding = found
        .iter()
        .find(|finding| finding.subject.ends_with("bin/setenv.sh"))
        .unwrap();
    assert_eq!(finding.severity, Severity::Blocker);
    let utf8 = "CATALINA_OPTS=\"$CATALINA_OPTS -Dfile.encoding=UTF-8\"";
    let lines = [vec![utf8.to_owned()], opens()].concat();
    assert_eq!(added(finding), lines);
}

/// What stands in a condition may not count.
#[test]
fn the_heap_of_a_script_that_is_not_understood_is_not_known() {
    let heap = |script: &str| {
        let mut site = site_on(11, script);
        site.app_server.process = None;
        let plan = make(&site, &next(), Some(&old()), &wishes()).unwrap();
        let found = found(&plan, codes::HEAP_SMALLER);
        found.first().map(|finding| finding.message.clone())
    };
    let told = |option: &str| {
        Some(format!(
            "the server gets {option}, the release gives itself -Xmx2560m"
        ))
    };
    assert_eq!(heap(CONDITION), None);
    assert_eq!(heap("ulimit -n 9\nCATALINA_OPTS=\"-Xmx1g\"\n"), None);
    assert_eq!(heap("CATALINA_OPTS=\"-Xmx1g\"\n"), told("-Xmx1g"));
    // Java gets those of CATALINA_OPTS last, wherever they stand.
    assert_eq!(
        heap("CATALINA_OPTS=\"-Xmx1g\"\nJAVA_OPTS=\"-Xmx8g\"\n"),
        told("-Xmx1g")
    );
    assert_eq!(
        heap("CATALINA_OPTS=\"-Xmx8g\"\nJAVA_OPTS=\"-Xmx1g\"\n"),
        None
    );
    // What another variable holds comes in between.
    assert_eq!(
        heap("MEM=\"-Xmx8g\"\nCATALINA_OPTS=\"-Xmx1g $MEM\"\n"),
        None
    );
}
