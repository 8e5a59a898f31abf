//! What a plan says about the site's OSGi configurations.

use crate::facts::{bundle, release, site, wishes};
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{
    AttributeShape, AttributeType, BundleFacts, ConfigurationEncoding, ConfigurationEntry,
    ConfigurationFile, ConfigurationKind, ConfigurationReading, ConfigurationRemark,
    ConfigurationRow, Metatype, MetatypeAttribute, PropertySource, ReleaseFacts, SiteFacts,
};
use raylift_model::finding::Finding;
use raylift_model::finding::Severity::{self, Blocker, Note, Warning};
use raylift_model::names::RelativePath;
use raylift_model::text::SiteText;
use raylift_plan::configuration::{Known, renamed_pid};
use raylift_plan::make;

pub(crate) const PID: &str = "org.example.web.WebConfiguration";
const FACTORY: &str = "org.example.web.VerifierConfiguration";

fn describing(name: &str, pids: &[&str], keys: &[(&str, AttributeType, i32)]) -> BundleFacts {
    let mut bundle = bundle(name, &[]);
    bundle.metatypes.definitions = pids
        .iter()
        .map(|pid| Metatype {
            class: (*pid).to_owned(),
            pids: vec![(*pid).to_owned()],
            factory_pids: Vec::new(),
            attributes: keys
                .iter()
                .map(|(id, value_type, cardinality)| MetatypeAttribute {
                    id: (*id).to_owned(),
                    value_type: *value_type,
                    cardinality: *cardinality,
                    default: None,
                    required: false,
                    options: Vec::new(),
                })
                .collect(),
        })
        .collect();
    bundle
}

fn keys() -> Vec<(&'static str, AttributeType, i32)> {
    vec![
        ("enabled", AttributeType::Boolean, 0),
        ("size", AttributeType::Integer, 0),
        ("names", AttributeType::String, i32::MAX),
    ]
}

/// From 7.2.0 to 7.4.3.41; both describe the same two configurations.
pub(crate) fn pair() -> (SiteFacts, ReleaseFacts) {
    let (mut site, mut release) = (site(), release());
    release.identity.version = Some("7.4.3.41".parse().unwrap());
    let bundle = describing("org.example.web", &[PID, FACTORY], &keys());
    site.bundles.push(bundle.clone());
    release.bundles.push(bundle);
    (site, release)
}

fn entry(
    key: &str,
    value_type: AttributeType,
    converts_to: &[AttributeType],
) -> ConfigurationEntry {
    ConfigurationEntry {
        key: key.to_owned(),
        value_type,
        shape: AttributeShape::Scalar,
        values: 1,
        converts_to: converts_to.to_vec(),
        variable: false,
        line: 3,
    }
}

pub(crate) fn switch() -> ConfigurationEntry {
    entry("enabled", AttributeType::Boolean, &[AttributeType::Boolean])
}

fn reading(
    pid: &str,
    name: Option<&str>,
    entries: Vec<ConfigurationEntry>,
) -> ConfigurationReading {
    ConfigurationReading {
        pid: pid.to_owned(),
        name: name.map(str::to_owned),
        entries,
        ..ConfigurationReading::default()
    }
}

/// A file that both readers take for the same.
pub(crate) fn file(path: &str, pid: &str, entries: Vec<ConfigurationEntry>) -> ConfigurationFile {
    let reading = reading(pid, None, entries);
    ConfigurationFile {
        path: RelativePath::new(path),
        digest: Some(Digest::of(path.as_bytes())),
        kind: ConfigurationKind::Config,
        older: Some(reading.clone()),
        later: Some(reading),
        read_differently: Vec::new(),
        encoding: Some(ConfigurationEncoding::Ascii),
        unreadable: None,
        dangling: None,
    }
}

pub(crate) fn in_configs(pid: &str, entries: Vec<ConfigurationEntry>) -> ConfigurationFile {
    file(&format!("osgi/configs/{pid}.config"), pid, entries)
}

pub(crate) fn findings(site: &SiteFacts, release: &ReleaseFacts) -> Vec<Finding> {
    let plan = make(site, release, None, &wishes()).unwrap();
    plan.findings
        .into_iter()
        .filter(|finding| {
            let code = finding.code.as_str();
            (codes::CONFIGURATION_LOST..=codes::CONFIGURATION_UNREADABLE).contains(&code)
        })
        .collect()
}

/// What is wrong, what is made so, and the one finding about it.
type Wrong = (
    &'static str,
    fn(&mut SiteFacts, &mut ReleaseFacts),
    &'static str,
    Severity,
    &'static str,
);

const WRONG: &[Wrong] = &[
    (
        "keys below a bad line are lost",
        |site, _| {
            let mut file = in_configs(PID, vec![switch()]);
            let later = file.later.as_mut().unwrap();
            later.entries.clear();
            later.remarks.push(ConfigurationRemark {
                line: 2,
                loses: true,
                of_encoding: false,
                message: "the line is not understood".to_owned(),
            });
            site.configurations.push(file);
        },
        codes::CONFIGURATION_LOST,
        Blocker,
        "line 2",
    ),
    (
        "a line that both leave out",
        |site, _| {
            let mut file = in_configs(PID, vec![switch()]);
            let remark = ConfigurationRemark {
                line: 7,
                loses: true,
                of_encoding: false,
                message: "the line is not understood".to_owned(),
            };
            file.later.as_mut().unwrap().remarks.push(remark.clone());
            file.older.as_mut().unwrap().remarks.push(remark);
            site.configurations.push(file);
        },
        codes::CONFIGURATION_FAULT,
        Warning,
        "line 7",
    ),
    (
        "a byte order mark, of which both readers say something",
        |site, _| {
            let mut file = in_configs(PID, vec![switch()]);
            let remark = ConfigurationRemark {
                line: 1,
                loses: true,
                of_encoding: true,
                message: "it has a byte order mark".to_owned(),
            };
            file.later.as_mut().unwrap().remarks.push(remark.clone());
            file.older.as_mut().unwrap().remarks.push(remark);
            file.encoding = Some(ConfigurationEncoding::ByteOrderMark);
            site.configurations.push(file);
        },
        codes::CONFIGURATION_ENCODING,
        Warning,
        "line 1: it has a byte order mark",
    ),
    (
        "a .cfg file that 7.4 does not read beside a .config file",
        |site, _| {
            let mut plain = file(&format!("osgi/configs/{PID}.cfg"), PID, vec![switch()]);
            plain.kind = ConfigurationKind::Cfg;
            site.configurations
                .extend([plain, in_configs(PID, vec![switch()])]);
        },
        codes::CONFIGURATION_CFG,
        Blocker,
        "WebConfiguration.config holds the same configuration",
    ),
    (
        "a value that means something else",
        |site, _| {
            let mut file = in_configs(PID, vec![switch()]);
            file.read_differently = vec!["enabled".to_owned()];
            site.configurations.push(file);
        },
        codes::CONFIGURATION_FAULT,
        Warning,
        "key enabled",
    ),
    (
        "ISO-8859-1 for a reader of UTF-8",
        |site, _| {
            let mut file = in_configs(PID, vec![switch()]);
            file.encoding = Some(ConfigurationEncoding::Other);
            site.configurations.push(file);
        },
        codes::CONFIGURATION_ENCODING,
        Warning,
        "UTF-8",
    ),
    (
        "a word for a number",
        |site, release| {
            let text = entry("size", AttributeType::String, &[]);
            site.configurations.push(in_configs(PID, vec![text]));
            let definition = &mut site.bundles.last_mut().unwrap().metatypes.definitions[0];
            definition.attributes[1].value_type = AttributeType::String;
            assert!(
                release.bundles[0].metatypes.definitions[0].attributes[1].value_type
                    == AttributeType::Integer
            );
        },
        codes::CONFIGURATION_TYPE,
        Warning,
        "line 3, size: no Integer",
    ),
    (
        "several values for one, today as well",
        |site, _| {
            let mut several = entry("enabled", AttributeType::String, &[AttributeType::Boolean]);
            several.shape = AttributeShape::Array;
            several.values = 2;
            site.configurations.push(in_configs(PID, vec![several]));
        },
        codes::CONFIGURATION_TYPE,
        Note,
        "2 values where there is one",
    ),
    (
        "a PID that is gone",
        |site, release| {
            release.bundles.clear();
            site.configurations.push(in_configs(PID, vec![switch()]));
        },
        codes::CONFIGURATION_GONE,
        Warning,
        PID,
    ),
    (
        "a row whose PID is gone, made in the portal",
        |site, release| {
            release.bundles.clear();
            let rows = &mut site.database.configurations;
            rows.push(ConfigurationRow {
                pid: format!("{FACTORY}~one"),
                file_name: Some("kept.config".to_owned()),
                file_there: Some(true),
                ..ConfigurationRow::default()
            });
            site.configurations.push(in_configs(FACTORY, vec![]));
        },
        codes::CONFIGURATION_GONE,
        Warning,
        FACTORY,
    ),
    (
        "a PID that nobody describes",
        |site, _| {
            site.configurations
                .push(in_configs("org.example.Nobody", vec![]))
        },
        codes::CONFIGURATION_UNKNOWN,
        Note,
        "org.example.Nobody",
    ),
    (
        "a key that the new release dropped",
        |site, release| {
            let definition = &mut release.bundles[0].metatypes.definitions[0];
            definition.attributes.remove(0);
            site.configurations.push(in_configs(PID, vec![switch()]));
        },
        codes::CONFIGURATION_KEY_UNKNOWN,
        Warning,
        "line 3: enabled is gone in the new release",
    ),
    (
        "a key in other letters",
        |site, _| {
            let wrong = entry("Enabled", AttributeType::String, &[]);
            site.configurations.push(in_configs(PID, vec![wrong]));
        },
        codes::CONFIGURATION_KEY_UNKNOWN,
        Warning,
        "Enabled should be enabled",
    ),
    (
        "a renamed PID",
        |site, release| {
            let new = "org.example.web.internal.WebConfiguration";
            release.bundles = vec![describing("org.example.web", &[new], &keys())];
            site.configurations.push(in_configs(PID, vec![switch()]));
        },
        codes::CONFIGURATION_RENAMED,
        Warning,
        "org.example.web.internal.WebConfiguration",
    ),
    (
        "a file among the modules, which 7.2 reads",
        |site, _| {
            let path = format!("osgi/modules/{PID}.config");
            site.configurations.push(file(&path, PID, vec![switch()]));
        },
        codes::CONFIGURATION_MISPLACED,
        Warning,
        "the new one does not",
    ),
    (
        "a file in a folder of osgi/configs",
        |site, _| {
            let path = format!("osgi/configs/old/{PID}.config");
            site.configurations.push(file(&path, PID, vec![switch()]));
        },
        codes::CONFIGURATION_MISPLACED,
        Note,
        "no release reads it",
    ),
    (
        "a PID in other letters",
        |site, _| {
            let pid = PID.to_ascii_uppercase();
            site.configurations.push(in_configs(&pid, vec![switch()]));
        },
        codes::CONFIGURATION_NAME,
        Warning,
        PID,
    ),
    (
        "a copy put aside",
        |site, _| {
            let mut copy = file("osgi/configs/a.config.bak", "", vec![]);
            copy.kind = ConfigurationKind::Other;
            (copy.older, copy.later) = (None, None);
            site.configurations.push(copy);
        },
        codes::CONFIGURATION_NAME,
        Note,
        "does not end in",
    ),
    (
        "a name that the two take apart differently",
        |site, _| {
            let mut one = in_configs(&format!("{FACTORY}~one"), vec![switch()]);
            one.later = Some(reading(FACTORY, Some("one"), vec![switch()]));
            site.configurations.push(one);
        },
        codes::CONFIGURATION_NAME,
        Note,
        "one of the factory",
    ),
    (
        "two files for one PID",
        |site, _| {
            let mut hyphen = in_configs(&format!("{FACTORY}-one"), vec![]);
            let mut again = hyphen.clone();
            again.path = RelativePath::new(format!("osgi/configs/{FACTORY}-one.cfg.config"));
            for file in [&mut hyphen, &mut again] {
                file.older = Some(reading(FACTORY, Some("one"), vec![switch()]));
                file.later = file.older.clone();
            }
            site.configurations.extend([hyphen, again]);
        },
        codes::CONFIGURATION_TWICE,
        Warning,
        "~one",
    ),
    (
        "a plain file that 7.4 does not read",
        |site, _| {
            let mut plain = file(&format!("osgi/configs/{PID}.cfg"), PID, vec![switch()]);
            plain.kind = ConfigurationKind::Cfg;
            site.configurations.push(plain);
        },
        codes::CONFIGURATION_CFG,
        Blocker,
        "lost",
    ),
    (
        "a file that differs from its row",
        |site, _| {
            site.database.configurations.push(ConfigurationRow {
                pid: PID.to_owned(),
                file_name: Some("file:/x".to_owned()),
                file_there: Some(true),
                file: Some(RelativePath::new(format!("osgi/configs/{PID}.config"))),
                differs_in: vec!["size".to_owned()],
                ..ConfigurationRow::default()
            });
        },
        codes::CONFIGURATION_ROW_DIFFERS,
        Warning,
        "size",
    ),
    (
        "a row that loses its file at the second start",
        |site, _| {
            site.database.configurations.push(ConfigurationRow {
                pid: PID.to_owned(),
                file_name: Some("file:/srv/elsewhere/a.config".to_owned()),
                file_there: Some(true),
                ..ConfigurationRow::default()
            });
        },
        codes::CONFIGURATION_ROW_PATH,
        Warning,
        "/srv/elsewhere/a.config",
    ),
    (
        "a row without a file",
        |site, _| {
            let row = |pid: &str| ConfigurationRow {
                pid: pid.to_owned(),
                ..ConfigurationRow::default()
            };
            let rows = &mut site.database.configurations;
            rows.extend([row(PID), row(&format!("{FACTORY}.factory"))]);
        },
        codes::CONFIGURATION_ROW_ONLY,
        Note,
        PID,
    ),
    (
        "a file that cannot be read",
        |site, _| {
            let mut closed = in_configs(PID, vec![]);
            (closed.older, closed.later, closed.encoding) = (None, None, None);
            closed.unreadable = Some("permission denied".to_owned());
            site.configurations.push(closed);
        },
        codes::CONFIGURATION_UNREADABLE,
        Warning,
        "permission denied",
    ),
    (
        "a link whose end is gone",
        |site, _| {
            let mut link = in_configs(PID, vec![]);
            (link.older, link.later, link.encoding) = (None, None, None);
            link.unreadable = Some("no such file".to_owned());
            link.dangling = Some("/etc/liferay/gone.config".to_owned());
            site.configurations.push(link);
        },
        codes::CONFIGURATION_UNREADABLE,
        Warning,
        "/etc/liferay/gone.config",
    ),
];

/// More rights do not bring a file back.
#[test]
fn what_to_do_about_a_file_that_cannot_be_read_depends_on_why() {
    let remedy = |dangling: Option<&str>| {
        let (mut site, release) = pair();
        let mut file = in_configs(PID, vec![]);
        (file.older, file.later, file.encoding) = (None, None, None);
        file.unreadable = Some("no".to_owned());
        file.dangling = dangling.map(str::to_owned);
        site.configurations.push(file);
        findings(&site, &release)[0].remedy.clone()
    };
    assert!(remedy(None).contains("root"));
    let dangling = remedy(Some("/gone"));
    assert!(!dangling.contains("root"), "{dangling}");
    assert!(dangling.contains("link"), "{dangling}");
}

#[test]
fn each_fault_is_one_finding() {
    for (name, spoil, code, severity, text) in WRONG {
        let (mut site, mut release) = pair();
        spoil(&mut site, &mut release);
        let found = findings(&site, &release);
        let [finding] = &found[..] else {
            panic!("{name}: {found:#?}")
        };
        assert_eq!(
            (finding.code.as_str(), finding.severity),
            (*code, *severity),
            "{name}"
        );
        let shown = format!("{finding:?}");
        assert!(shown.contains(text), "{name}: {shown}");
    }
}

#[test]
fn nothing_is_said_about_what_is_in_order() {
    let (mut site, release) = pair();
    let mut several = entry("names", AttributeType::String, &[]);
    (several.shape, several.values) = (AttributeShape::Array, 2);
    let mut number = entry("size", AttributeType::Long, &[AttributeType::Integer]);
    number.values = 1;
    let target = entry("_userService.target", AttributeType::String, &[]);
    site.configurations
        .push(in_configs(PID, vec![switch(), several, number, target]));
    let mut scoped = in_configs(&format!("{PID}.scoped-1"), vec![]);
    let company = entry("companyId", AttributeType::Long, &[AttributeType::Long]);
    scoped.older = Some(reading(&format!("{PID}.scoped"), Some("1"), vec![company]));
    scoped.later = scoped.older.clone();
    site.configurations.push(scoped);
    assert_eq!(findings(&site, &release), []);
}

#[test]
fn plain_files_are_read_where_the_switch_is_on() {
    let (mut site, mut release) = pair();
    let mut plain = file(&format!("osgi/configs/{PID}.cfg"), PID, vec![switch()]);
    plain.kind = ConfigurationKind::Cfg;
    site.configurations.push(plain);
    let switch = "module.framework.file.install.cfg.enabled".to_owned();
    release
        .defaults
        .portal
        .insert(switch.clone(), "true".to_owned());
    assert_eq!(findings(&site, &release), []);
    release
        .defaults
        .portal
        .insert(switch.clone(), "false".to_owned());
    let place = "/srv/liferay/portal-ext.properties".to_owned();
    site.properties.push(PropertySource {
        place,
        keys: vec![switch.clone()],
        digest: None,
    });
    // Nobody knows to what it is set.
    assert_eq!(findings(&site, &release)[0].severity, Blocker);
    for (value, severity) in [("false", Some(Blocker)), ("TRUE", None)] {
        site.texts.insert(
            RelativePath::new("portal-ext.properties"),
            SiteText::new(format!("{switch}={value}\n").into_bytes()),
        );
        let found = findings(&site, &release);
        assert_eq!(
            found.first().map(|found| found.severity),
            severity,
            "{value}"
        );
    }
}

#[test]
fn a_successor_is_known_or_the_only_one_of_its_name() {
    let six = "com.liferay.portal.search.elasticsearch6.configuration.ElasticsearchConfiguration";
    let seven = "com.liferay.portal.search.elasticsearch7.configuration.ElasticsearchConfiguration";
    let pids = |pids: &[&str]| describing("a", pids, &[]);
    let (old, new) = (
        pids(&[six, "a.b.c.One", "a.b.c.Two"]),
        pids(&[seven, "a.b.d.One", "x.y.Two"]),
    );
    let (before, after) = (Known::of([&old]), Known::of([&new]));
    let known = renamed_pid(six, &before, &after).unwrap();
    assert_eq!((known.pid.as_str(), known.inferred), (seven, false));
    let only = renamed_pid("a.b.c.One", &before, &after).unwrap();
    assert_eq!((only.pid.as_str(), only.inferred), ("a.b.d.One", true));
    // Another vendor's; one that never was; one that is still there.
    assert_eq!(renamed_pid("a.b.c.Two", &before, &after), None);
    assert_eq!(renamed_pid("a.b.z.One", &before, &after), None);
    assert_eq!(renamed_pid(seven, &before, &after), None);
    let two = pids(&["a.b.d.One", "a.b.e.One"]);
    assert_eq!(renamed_pid("a.b.c.One", &before, &Known::of([&two])), None);
}
