//! Configuration files that the new release reads in another form or under another name.

use crate::edits::written;
use crate::facts::{bundle, file, release, site, wishes};
use raylift_formats::config::{Dialect, read_as};
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{
    AttributeType, ConfigurationEntry, ConfigurationFile, ConfigurationKind, ConfigurationReading,
    ConfigurationRow, Metatype, MetatypeAttribute, ReleaseFacts, SiteFacts,
};
use raylift_model::finding::Severity;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, Plan};
use raylift_model::text::SiteText;
use raylift_plan::make;

const PID: &str = "org.example.WebConfiguration";
const OLD: &str =
    "com.liferay.portal.search.elasticsearch6.configuration.ElasticsearchConfiguration";
const NEW: &str =
    "com.liferay.portal.search.elasticsearch7.configuration.ElasticsearchConfiguration";

fn describing(pids: &[&str]) -> raylift_model::facts::BundleFacts {
    let mut bundle = bundle("org.example.web", &[]);
    let attribute = |id: &str, value_type, cardinality| MetatypeAttribute {
        id: id.to_owned(),
        value_type,
        cardinality,
        default: None,
        required: false,
        options: Vec::new(),
    };
    bundle.metatypes.definitions = vec![Metatype {
        class: String::new(),
        pids: pids.iter().map(|pid| (*pid).to_owned()).collect(),
        factory_pids: Vec::new(),
        attributes: vec![
            attribute("size", AttributeType::Integer, 0),
            attribute("hosts", AttributeType::String, i32::MAX),
        ],
    }];
    bundle
}

/// A site of 7.2.0 with one file in `osgi/configs`, and a release of 7.4.3.41.
fn pair(name: &str, pid: &str, text: &str) -> (SiteFacts, ReleaseFacts) {
    let (mut site, mut release) = (site(), release());
    release.identity.version = Some("7.4.3.41".parse().unwrap());
    site.bundles.push(describing(&[PID, OLD]));
    release.bundles.push(describing(&[PID, NEW]));
    let path = RelativePath::new(format!("osgi/configs/{name}"));
    site.files.push(file(path.as_str(), text));
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    let reading = ConfigurationReading {
        pid: pid.to_owned(),
        entries: ["size", "hosts"]
            .map(|key| ConfigurationEntry {
                key: key.to_owned(),
                value_type: AttributeType::String,
                shape: raylift_model::facts::AttributeShape::Scalar,
                values: 1,
                converts_to: Vec::new(),
                variable: false,
                line: 1,
            })
            .to_vec(),
        ..ConfigurationReading::default()
    };
    site.configurations.push(ConfigurationFile {
        path: path.clone(),
        digest: Some(Digest::of(text.as_bytes())),
        kind: if name.ends_with(".cfg") {
            ConfigurationKind::Cfg
        } else {
            ConfigurationKind::Config
        },
        older: Some(reading.clone()),
        later: Some(reading),
        read_differently: Vec::new(),
        encoding: None,
        unreadable: None,
        dangling: None,
    });
    site.texts
        .insert(path, SiteText::new(text.as_bytes().to_vec()));
    (site, release)
}

fn plan(site: &SiteFacts, release: &ReleaseFacts) -> Plan {
    make(site, release, None, &wishes()).unwrap()
}

fn decision<'a>(plan: &'a Plan, name: &str) -> Option<&'a Decision> {
    let path = format!("osgi/configs/{name}");
    plan.files
        .iter()
        .find(|file| file.path.as_str() == path)
        .map(|file| &file.decision)
}

fn severity(plan: &Plan, code: &str) -> Option<Severity> {
    plan.findings
        .iter()
        .find(|finding| finding.code.as_str() == code)
        .map(|finding| finding.severity)
}

#[test]
fn a_cfg_file_becomes_a_config_file_with_the_types_of_the_metatype() {
    let cfg = format!("{PID}.cfg");
    let (site, release) = pair(&cfg, PID, "# mine\nsize = 7\nhosts=a, b\nother=x y\n");
    let plan = plan(&site, &release);
    assert_eq!(decision(&plan, &cfg), Some(&Decision::Drop));
    let Some(Decision::Edit(edit)) = decision(&plan, &format!("{PID}.config")) else {
        panic!("{:?}", plan.files);
    };
    // The bytes themselves are the conversion's own concern; here they are a file that is named.
    assert_eq!(
        written(edit, &site, &release),
        format!("<osgi/configs/{cfg}>")
    );
    let shown: String = edit
        .difference
        .lines()
        .filter_map(|line| line.strip_prefix('+'))
        .map(|line| format!("{line}\r\n"))
        .collect();
    let read = read_as(shown.as_bytes(), Dialect::Liferay);
    assert_eq!(read.diagnostics, []);
    let text: Vec<String> = read
        .value
        .entries
        .iter()
        .map(|entry| format!("{} {:?} {:?}", entry.key, entry.value_type, entry.shape))
        .collect();
    assert_eq!(
        text,
        [
            "size Integer Scalar(\"7\")",
            "hosts String Array([\"a\", \"b\"])",
            "other String Scalar(\"x y\")"
        ]
    );
    assert_eq!(
        severity(&plan, codes::CONFIGURATION_CARRIED),
        Some(Severity::Note)
    );
    assert_eq!(severity(&plan, codes::CONFIGURATION_CFG), None);
}

#[test]
fn a_cfg_file_that_would_lose_something_stays_a_blocker() {
    let cfg = format!("{PID}.cfg");
    for text in ["size=many\n", "size=${env:SIZE}\n"] {
        let (site, release) = pair(&cfg, PID, text);
        let plan = plan(&site, &release);
        assert!(
            matches!(decision(&plan, &cfg), Some(Decision::Carry { .. })),
            "{text}"
        );
        assert_eq!(
            severity(&plan, codes::CONFIGURATION_CFG),
            Some(Severity::Blocker),
            "{text}"
        );
    }
}

#[test]
fn a_file_does_not_take_the_place_of_what_was_saved_in_the_portal() {
    let old = format!("{OLD}.config");
    let (mut site, release) = pair(&old, OLD, "size=I\"7\"\r\n");
    site.database.configurations.push(ConfigurationRow {
        pid: NEW.to_owned(),
        ..ConfigurationRow::default()
    });
    let plan = plan(&site, &release);
    assert!(matches!(
        decision(&plan, &old),
        Some(Decision::Carry { .. })
    ));
    assert_eq!(severity(&plan, codes::CONFIGURATION_CARRIED), None);
    assert!(severity(&plan, codes::CONFIGURATION_RENAMED).is_some());
}

#[test]
fn a_key_that_the_successor_lacks_is_named() {
    let old = format!("{OLD}.config");
    let (site, mut release) = pair(&old, OLD, "size=I\"7\"\r\n");
    assert_eq!(
        severity(&plan(&site, &release), codes::CONFIGURATION_KEY_UNKNOWN),
        None
    );
    for bundle in &mut release.bundles {
        for definition in &mut bundle.metatypes.definitions {
            definition.attributes.retain(|known| known.id != "hosts");
        }
    }
    let plan = plan(&site, &release);
    assert_eq!(decision(&plan, &old), Some(&Decision::Drop));
    let found = plan
        .findings
        .iter()
        .find(|finding| finding.code.as_str() == codes::CONFIGURATION_KEY_UNKNOWN)
        .unwrap();
    assert_eq!(found.severity, Severity::Warning);
    assert_eq!(found.evidence, ["line 1: hosts is gone in the new release"]);
}

#[test]
fn a_file_gets_the_name_that_is_known_to_have_changed() {
    for rest in ["", "-default"] {
        let old = format!("{OLD}{rest}.config");
        let (site, release) = pair(&old, OLD, "size=I\"7\"\r\n");
        let plan = plan(&site, &release);
        assert_eq!(decision(&plan, &old), Some(&Decision::Drop));
        let moved = decision(&plan, &format!("{NEW}{rest}.config"));
        assert!(
            matches!(moved, Some(Decision::Move { from, .. }) if from.file_name() == old),
            "{moved:?}"
        );
        assert_eq!(severity(&plan, codes::CONFIGURATION_RENAMED), None);
    }
}

#[test]
fn a_place_that_is_taken_is_left_alone() {
    let old = format!("{OLD}.config");
    let (mut site, release) = pair(&old, OLD, "size=I\"7\"\r\n");
    site.files
        .push(file(&format!("osgi/configs/{NEW}.config"), "size=I\"8\""));
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    let plan = plan(&site, &release);
    assert!(matches!(
        decision(&plan, &old),
        Some(Decision::Carry { .. })
    ));
    assert_eq!(
        severity(&plan, codes::CONFIGURATION_RENAMED),
        Some(Severity::Warning)
    );
}

#[test]
fn a_file_of_which_the_new_reader_loses_keys_is_not_moved_past_the_rules() {
    let old = format!("{OLD}.config");
    let (mut site, release) = pair(&old, OLD, "size=I\"7\"\r\n");
    site.configurations[0]
        .later
        .as_mut()
        .unwrap()
        .entries
        .clear();
    let plan = plan(&site, &release);
    assert!(matches!(
        decision(&plan, &old),
        Some(Decision::Carry { .. })
    ));
    assert_eq!(
        severity(&plan, codes::CONFIGURATION_LOST),
        Some(Severity::Blocker)
    );
}
