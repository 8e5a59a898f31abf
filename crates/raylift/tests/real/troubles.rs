//! Trouble that a scenario orders: each is caught, and the old site serves again with its documents.

use std::path::Path;

use raylift_lab::{ReleaseVersion, Scenario};
use serde_json::Value;

use crate::harness::{Ended, PATIENCE, TestSite, free_port, lab, release};

/// SHA-256 of the demo's document "House rules" (`sha256sum` of its text), as the stand-in's page of documents shows it.
const HOUSE_RULES: &str = "f32bf5e09516390e83144b4a66afea2f104e1b229bc809baed4f8efb0f3a1d39";

/// One order of trouble, and what raylift must make of it.
struct Trouble {
    name: &'static str,
    order: (&'static str, &'static str),
    /// Code of the failure, and words that tell the administrator what happened.
    code: &'static str,
    words: &'static [&'static str],
    /// A line of a log that must be kept; empty where the trouble leaves none.
    log: &'static str,
}

const CORE: [Trouble; 3] = [
    Trouble {
        name: "a core step fails",
        order: ("7.2.1.core.step.5.0.4", "fail"),
        code: "RL0507",
        words: &["portal is at 5.0.3 instead of 5.1.0"],
        log: "UpgradeException: This step fails",
    },
    Trouble {
        name: "a core step hangs",
        order: ("7.2.1.core.step.5.0.4", "hang"),
        code: "RL0506",
        words: &["portal is at 5.0.3 instead of 5.1.0"],
        log: "nothing moved for",
    },
    Trouble {
        name: "the client ends with 0 and the core behind",
        order: ("7.2.1.client", "core-behind"),
        code: "RL0506",
        words: &["portal is at 5.0.2 instead of 5.1.0"],
        log: "the core is behind",
    },
];

const MODULES: [Trouble; 3] = [
    Trouble {
        name: "a module's step fails",
        order: ("7.2.1.module.com.liferay.lab.minor", "fail"),
        code: "RL0507",
        words: &["com.liferay.lab.minor is at 1.0.0 instead of 1.1.0"],
        log: "Failed upgrade process",
    },
    Trouble {
        name: "a module's step hangs",
        order: ("7.2.1.module.com.liferay.lab.major", "hang"),
        code: "RL0506",
        words: &["com.liferay.lab.major is at 1.1.0 instead of 2.0.0"],
        log: "upgrade:execute com.liferay.lab.major",
    },
    Trouble {
        name: "Gogo reports success while the row stands still",
        order: ("7.2.1.module.com.liferay.lab.minor", "lie"),
        code: "RL0506",
        words: &["com.liferay.lab.minor is at 1.0.0 instead of 1.1.0"],
        log: "upgrade:execute com.liferay.lab.minor",
    },
];

const SERVER: [Trouble; 6] = [
    Trouble {
        name: "the server never answers",
        order: ("7.2.0b.portal.start", "never"),
        code: "RL0702",
        words: &["not healthy"],
        log: "",
    },
    Trouble {
        name: "the server answers 500",
        order: ("7.2.0b.portal.start", "500"),
        code: "RL0702",
        words: &["answers 500 instead of 200"],
        log: "",
    },
    Trouble {
        name: "the server answers 200 with an error page",
        order: ("7.2.0b.portal.start", "error-page"),
        code: "RL0702",
        words: &["has the title"],
        log: "",
    },
    Trouble {
        name: "the server dies",
        order: ("7.2.0b.portal.start", "dies-after:1"),
        code: "RL0701",
        words: &["process ended"],
        log: "",
    },
    Trouble {
        name: "the rows are there, but the documents are missing",
        order: ("7.2.0b.documents", "missing"),
        code: "RL0702",
        words: &["/lab/documents lacks the text"],
        log: "",
    },
    Trouble {
        name: "the database refuses",
        order: ("7.2.0b.database", "refuse"),
        code: "RL0701",
        words: &["did not start"],
        log: "Connection to the database refused",
    },
];

#[test]
fn core_steps_that_fail_or_lie_are_caught() {
    let site = TestSite::started();
    limits(&site, 90, 25);
    let titles = site.titles();
    for trouble in &CORE {
        caught(&site, trouble, ReleaseVersion::Ga2, &titles);
    }
}

#[test]
fn java_17_is_refused_before_anything_stops() {
    let mut site = TestSite::started();
    let folder = lab().scratch().expect("a scratch folder");
    let data = folder.path().join("data");
    site.site.stop(PATIENCE).expect("the site stops");
    site.site.save_data(&data).expect("its data is kept");
    drop(site);
    a_plan_for_java_17_blocks(&data);
}

/// Core step 5.1.0 of 7.2.1 fails on this Java, so nothing is stopped for it. 7.2.0 itself does not come up there, for
/// the same reason (`ReflectionUtil`): what runs is a Tomcat that answers 404.
fn a_plan_for_java_17_blocks(data: &Path) {
    let mut site = TestSite::stopped("java17", &[]);
    site.site.replace_data(data).expect("a database");
    drop(site.site.start(PATIENCE));
    let server = site.site.process();
    assert!(server.is_some(), "a server runs");
    let ended = site.update().assert(3);
    for words in ["RL0318", "Java 17", "Nothing was changed.", "Java 11 first"] {
        assert!(ended.stderr.contains(words), "{words}: {}", ended.all());
    }
    assert_eq!(site.site.process(), server, "nothing was stopped");
    assert!(site.journal().is_empty(), "no run began");
}

/// The folder travels as it is, so that no right to write in it is needed, not even by an ordinary user.
#[test]
fn read_only_files_are_exchanged_by_their_owner() {
    let site = TestSite::of("trouble-read-only", &[]);
    let owner = site.site.facts().owner;
    let archive = release(ReleaseVersion::Ga2);
    let archive = archive.to_str().expect("UTF-8");
    for arguments in [&["update", archive, "--yes"][..], &["commit"]] {
        let mut command = site.command(arguments);
        owner.apply(&mut command);
        Ended::of(command.output().expect("raylift runs")).assert(0);
    }
    site.assert_new(&[]);
    let staging = site.home().join(".raylift/staging");
    let left = std::fs::read_dir(&staging).map_or(0, Iterator::count);
    assert_eq!(left, 0, "the read-only old files are gone with the commit");
}

#[test]
fn module_steps_that_fail_or_lie_are_caught() {
    let site = TestSite::started();
    limits(&site, 90, 25);
    let titles = site.titles();
    for trouble in &MODULES {
        caught(&site, trouble, ReleaseVersion::Ga2, &titles);
    }
}

#[test]
fn servers_that_start_badly_are_caught_and_slow_ones_are_not() {
    let site = TestSite::started();
    limits(&site, 30, 25);
    let titles = site.titles();
    for trouble in &SERVER {
        caught(&site, trouble, ReleaseVersion::Ga1Respin, &titles);
    }
    order(&site, ("7.2.0b.portal.start", "delay:8"));
    update(&site, ReleaseVersion::Ga1Respin).assert(0);
    assert_eq!(site.status()["phase"], "burning-in");
    assert_eq!(site.titles(), titles);
}

fn update(site: &TestSite, version: ReleaseVersion) -> Ended {
    let archive = release(version);
    let archive = archive.to_str().expect("UTF-8");
    site.raylift(&["update", archive, "--same-release", "--yes"])
}

/// Orders the trouble, updates, and holds what raylift says and leaves behind against what it must.
#[track_caller]
fn caught(site: &TestSite, trouble: &Trouble, version: ReleaseVersion, titles: &[String]) {
    let begun = std::time::Instant::now();
    order(site, trouble.order);
    let ended = update(site, version);
    eprintln!(
        "=== {} ({:.0?})\n{}",
        trouble.name,
        begun.elapsed(),
        ended.all()
    );
    let ended = ended.assert(4);
    let Trouble {
        name,
        code,
        words,
        log,
        ..
    } = trouble;
    for word in words.iter().chain([code]) {
        assert!(
            ended.stdout.contains(word) || ended.stderr.contains(word),
            "{name}: {word}: {}",
            ended.all()
        );
    }
    site.assert_old(titles);
    assert_eq!(site.status()["phase"], "rolled-back", "{name}");
    let failure = failure(site);
    assert_eq!(failure["code"], *code, "{name}: {failure}");
    assert!(
        failure["evidence"].to_string().contains(log),
        "{name}: {log} is kept in the journal: {failure}"
    );
    let run = site.runs().pop().expect("a run");
    let report = std::fs::read_to_string(run.join("report.html")).expect("a report");
    for word in [code, log] {
        assert!(report.contains(word), "{name}: {word} is in the report");
    }
}

/// The failure that turned the last run back, from its journal.
fn failure(site: &TestSite) -> Value {
    let journal = site.journal();
    journal
        .iter()
        .map(|entry| &entry["data"])
        .find(|event| event["direction"] == "forward" && event["code"].is_string())
        .unwrap_or_else(|| panic!("no failure in {journal:#?}"))
        .clone()
}

/// Writes the trouble for the next start.
fn order(site: &TestSite, (key, value): (&str, &str)) {
    let mut scenario = Scenario::default();
    scenario.trouble.insert(key.to_owned(), value.to_owned());
    site.site
        .set_trouble(&scenario)
        .expect("trouble is written");
}

/// Short limits, and the page of documents beside the pages that raylift asks by itself.
fn limits(site: &TestSite, start_seconds: u32, stall_seconds: u32) {
    let port = free_port();
    let text = format!(
        "[server]\nstart_seconds = {start_seconds}\nstop_seconds = 60\n\
         [upgrade]\nconsole = \"127.0.0.1:{port}\"\nstall_seconds = {stall_seconds}\n\
         [health]\nstable_seconds = 2\n\
         [[health.probe]]\nurl = \"/\"\n[[health.probe]]\nurl = \"/c/portal/layout\"\n\
         [[health.probe]]\nurl = \"/lab/documents\"\ntext = \"{HOUSE_RULES}\"\n"
    );
    std::fs::write(site.home().join("raylift.toml"), text).expect("raylift.toml is written");
}
