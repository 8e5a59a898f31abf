//! What becomes of the properties that a site sets, and of the files that set them.

use std::collections::BTreeMap;

use crate::edits::written;
use crate::facts::{file, release, site, wishes};
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{
    AttributeType, BundleFacts, ConfigurationRow, Metatype, MetatypeAttribute, Metatypes,
    ModularizedKey, MovedKey, OnMigratedKeys, PropertySource, ReleaseFacts, SiteFacts,
};
use raylift_model::finding::Severity;
use raylift_model::names::RelativePath;
use raylift_model::plan::{
    ConfigurationAttribute, Decision, Edit, ExchangeProbe, Handling, OwnValue, Plan, PropertyFate,
    PropertySet,
};
use raylift_model::text::SiteText;
use raylift_plan::make;

const EXT: &str = "portal-ext.properties";
const SYSTEM_EXT: &str = "tomcat-9.0.19/webapps/ROOT/WEB-INF/classes/system-ext.properties";
const PID: &str = "com.example.blogs.BlogsConfiguration";
const CONFIG: &str = "osgi/configs/com.example.blogs.BlogsConfiguration.config";

fn moved(from: &str, to: &str) -> MovedKey {
    MovedKey {
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

fn modularized(from: &str, key: &str) -> ModularizedKey {
    ModularizedKey {
        from: from.to_owned(),
        key: key.to_owned(),
        module: "com.example.blogs".to_owned(),
    }
}

fn defaults(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn attribute(id: &str, value_type: AttributeType, cardinality: i32) -> MetatypeAttribute {
    MetatypeAttribute {
        id: id.to_owned(),
        value_type,
        cardinality,
        default: None,
        required: false,
        options: Vec::new(),
    }
}

/// A release that renamed, moved, modularized and gave up keys.
fn next() -> ReleaseFacts {
    let mut next = release();
    next.defaults.portal = defaults(&[
        ("same", "1"),
        ("changed", "new"),
        ("new.name", ""),
        ("last.name", ""),
    ]);
    next.defaults.system = defaults(&[("moved.to.system", "x")]);
    let tables = &mut next.property_tables;
    tables.on_migrated = OnMigratedKeys::Logged;
    tables.renamed_portal = vec![
        moved("old.name", "new.name"),
        moved("first.name", "second.name"),
        moved("second.name", "last.name"),
    ];
    tables.migrated_portal = vec![moved("moved", "moved.to.system")];
    tables.migrated_system = vec![moved("sys.moved", "moved.to.portal")];
    tables.obsolete_portal = vec!["obsolete".to_owned(), "long.obsolete".to_owned()];
    tables.modularized_portal = vec![
        modularized("blogs.page.size", "page.size"),
        modularized("blogs.enabled", "enabled"),
        modularized("blogs.types", "types"),
        modularized("blogs.api.secret", "api.secret"),
        modularized("blogs.unknown", "unknown"),
    ];
    next.bundles.push(BundleFacts {
        metatypes: Metatypes {
            definitions: vec![Metatype {
                class: PID.to_owned(),
                pids: vec![PID.to_owned()],
                factory_pids: Vec::new(),
                attributes: vec![
                    attribute("pageSize", AttributeType::Integer, 0),
                    attribute("enabled", AttributeType::Boolean, 0),
                    attribute("types", AttributeType::String, i32::MAX),
                    attribute("apiSecret", AttributeType::Password, 0),
                ],
            }],
            undetermined: Vec::new(),
        },
        ..crate::facts::bundle("com.example.blogs", &[])
    });
    next
}

/// A site whose files have these texts.
fn site_with(texts: &[(&str, &str)]) -> SiteFacts {
    let mut site = site();
    site.defaults.portal = defaults(&[("same", "1"), ("changed", "old"), ("gone", "x")]);
    site.defaults.system = defaults(&[("moved.to.system", "x")]);
    site.property_tables.obsolete_portal = vec!["long.obsolete".to_owned()];
    for (path, text) in texts {
        let mut fact = file(path, text);
        fact.mode = 0o640;
        site.files.push(fact);
        let path = RelativePath::new(*path);
        if path.as_str().ends_with(".properties") {
            let read = raylift_formats::properties::read(
                text.as_bytes(),
                raylift_formats::properties::Encoding::Utf8,
            );
            let keys = read.value.entries().iter().map(|entry| entry.key.clone());
            let keys: std::collections::BTreeSet<String> = keys.collect();
            site.properties.push(PropertySource {
                place: format!("/srv/liferay/{path}"),
                keys: keys.into_iter().collect(),
                digest: Some(Digest::of(text.as_bytes())),
            });
        }
        site.texts
            .insert(path, SiteText::new(text.as_bytes().to_vec()));
    }
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    site
}

fn plan(site: &SiteFacts, release: &ReleaseFacts) -> Plan {
    make(site, release, None, &wishes()).unwrap()
}

fn edit<'a>(plan: &'a Plan, path: &str) -> &'a Edit {
    let decision = plan.files.iter().find(|file| file.path.as_str() == path);
    match decision.map(|file| &file.decision) {
        Some(Decision::Edit(edit)) => edit,
        other => panic!("{path}: {other:?}"),
    }
}

fn applied(site: &SiteFacts, edit: &Edit) -> String {
    written(edit, site, &release())
}

fn fate<'a>(plan: &'a Plan, key: &str) -> (&'a PropertyFate, bool, &'a Handling) {
    let found = plan.properties.iter().find(|property| property.key == key);
    let found = found.unwrap();
    (&found.fate, found.already, &found.handling)
}

fn has(plan: &Plan, code: &str) -> bool {
    plan.findings
        .iter()
        .any(|finding| finding.code.as_str() == code)
}

#[test]
fn every_fate_is_told_from_the_releases_own_words() {
    let site = site_with(&[(
        EXT,
        "same=1\nchanged=old\ngone=1\nold.name=1\nfirst.name=1\nobsolete=1\nlong.obsolete=1\nown.key=1\nblogs.page.size=5\n",
    )]);
    let plan = plan(&site, &next());
    assert_eq!(
        fate(&plan, "same"),
        (&PropertyFate::Unchanged, false, &Handling::Nobody)
    );
    let changed = PropertyFate::DefaultChanged {
        before: "old".to_owned(),
        after: "new".to_owned(),
        own: OwnValue::AsBefore,
    };
    assert_eq!(fate(&plan, "changed"), (&changed, false, &Handling::Nobody));
    assert_eq!(
        fate(&plan, "gone"),
        (&PropertyFate::Gone, false, &Handling::Nobody)
    );
    let renamed = |to: &str| PropertyFate::Renamed { to: to.to_owned() };
    assert_eq!(
        fate(&plan, "old.name"),
        (&renamed("new.name"), false, &Handling::Raylift)
    );
    assert_eq!(
        fate(&plan, "first.name"),
        (&renamed("last.name"), false, &Handling::Raylift),
        "a chain of two rows"
    );
    assert_eq!(
        fate(&plan, "obsolete"),
        (&PropertyFate::Obsolete, false, &Handling::Nobody)
    );
    assert_eq!(
        fate(&plan, "long.obsolete"),
        (&PropertyFate::Obsolete, true, &Handling::Nobody)
    );
    assert_eq!(
        fate(&plan, "own.key"),
        (&PropertyFate::Unknown, false, &Handling::Nobody)
    );
    let modularized = PropertyFate::Modularized {
        module: "com.example.blogs".to_owned(),
        attribute: Some(ConfigurationAttribute {
            pid: PID.to_owned(),
            id: "pageSize".to_owned(),
        }),
    };
    assert_eq!(
        fate(&plan, "blogs.page.size"),
        (&modularized, false, &Handling::Raylift)
    );
    for code in [
        codes::PROPERTY_CARRIED,
        codes::PROPERTY_OBSOLETE,
        codes::PROPERTY_HAD_NO_EFFECT,
        codes::PROPERTY_GONE,
        codes::PROPERTY_DEFAULT_CHANGED,
    ] {
        assert!(has(&plan, code), "{code}");
    }
    assert!(!has(&plan, codes::PROPERTY_LEFT));
}

#[test]
fn a_renamed_key_keeps_everything_around_it() {
    let text = "# mine\r\nother=\u{e4}\r\n  old.name : one, \\\r\n    two\r\nlast=1";
    let site = site_with(&[(EXT, text)]);
    let plan = plan(&site, &next());
    let edit = edit(&plan, EXT);
    assert_eq!(
        applied(&site, edit),
        "# mine\r\nother=\u{e4}\r\n  new.name : one, \\\r\n    two\r\nlast=1"
    );
    assert!(edit.replaces);
    assert!(edit.difference.contains("-  old.name : one, \\"));
    assert!(edit.difference.contains("+  new.name : one, \\"));
    let exchange = plan
        .exchanges
        .iter()
        .find(|exchange| exchange.root.as_str() == EXT)
        .unwrap();
    assert_eq!(
        exchange.probe,
        ExchangeProbe::Replaced(Digest::of(text.as_bytes()))
    );
    assert!(exchange.live_exists);
}

#[test]
fn modularized_keys_become_typed_lines_of_a_config_file() {
    let site = site_with(&[(
        EXT,
        "blogs.page.size= 20\nblogs.enabled=TRUE\nblogs.types=a b, c\nblogs.api.secret=ge heim\n",
    )]);
    let plan = plan(&site, &next());
    let config = edit(&plan, CONFIG);
    assert_eq!(
        applied(&site, config),
        "apiSecret=\"<blogs.api.secret>\"\r\nenabled=B\"true\"\r\npageSize=I\"20\"\r\ntypes=[\"a\\ b\",\"c\"]\r\n"
    );
    assert!(!config.replaces);
    assert!(!config.difference.contains("heim"), "{}", config.difference);
    let json = serde_json::to_string(&plan).unwrap();
    assert!(!json.contains("heim"));
    let ext = applied(&site, edit(&plan, EXT));
    assert!(ext.lines().all(|line| line.starts_with('#')), "{ext}");
    assert!(ext.contains("# blogs.page.size= 20"), "{ext}");
}

#[test]
fn a_config_file_of_the_site_gets_what_it_lacks_and_keeps_what_it_has() {
    let site = site_with(&[
        (EXT, "blogs.page.size=20\nblogs.enabled=true\n"),
        (CONFIG, "pageSize=I\"7\""),
    ]);
    let plan = plan(&site, &next());
    assert_eq!(
        applied(&site, edit(&plan, CONFIG)),
        "pageSize=I\"7\"\r\nenabled=B\"true\"\r\n"
    );
}

#[test]
fn what_cannot_be_written_for_certain_is_left_to_the_person() {
    let row = |site: &mut SiteFacts| {
        site.database.configurations.push(ConfigurationRow {
            pid: PID.to_owned(),
            ..ConfigurationRow::default()
        });
    };
    let environment = |site: &mut SiteFacts| {
        site.properties.push(PropertySource {
            place: "environment".to_owned(),
            keys: vec!["blogs.page.size".to_owned()],
            digest: None,
        });
    };
    let nothing = |_: &mut SiteFacts| {};
    type Change<'a> = &'a dyn Fn(&mut SiteFacts);
    let plain = |site: &mut SiteFacts| {
        let path = format!("osgi/configs/{PID}.cfg");
        site.files.push(file(&path, "enabled=true"));
        site.files.sort_by(|one, two| one.path.cmp(&two.path));
    };
    let other = |site: &mut SiteFacts| {
        let text = "pageSize=I\"7\"";
        site.files.push(file(CONFIG, text));
        site.files.sort_by(|one, two| one.path.cmp(&two.path));
        let text = SiteText::new(text.as_bytes().to_vec());
        site.texts.insert(RelativePath::new(CONFIG), text);
    };
    let unreadable = |site: &mut SiteFacts| {
        site.property_tables.undetermined = vec!["no portal-impl.jar".to_owned()];
    };
    let cases: [(&str, &str, Change<'_>); 15] = [
        ("blogs.page.size", "blogs.page.size=many\n", &nothing),
        ("blogs.page.size", "blogs.page.size=3000000000\n", &nothing),
        ("blogs.page.size", "blogs.page.size=${other}\n", &nothing),
        ("blogs.enabled", "blogs.enabled=yes\n", &nothing),
        ("blogs.types", "blogs.types=a/b/mail.tmpl\n", &nothing),
        ("blogs.unknown", "blogs.unknown=1\n", &nothing),
        ("blogs.page.size", "blogs.page.size=1\n", &row),
        ("blogs.page.size", "blogs.page.size=1\n", &environment),
        ("old.name", "old.name=1\nnew.name=2\n", &nothing),
        // Another file for the same configuration, or another value in it.
        ("blogs.page.size", "blogs.page.size=1\n", &plain),
        ("blogs.page.size", "blogs.page.size=1\n", &other),
        ("blogs.page.size", "blogs.page.size=1\n", &unreadable),
        ("old.name", "old.name=1\n", &unreadable),
        (
            "blogs.types",
            "blogs.types=//me:hidden@host,password=x\n",
            &nothing,
        ),
        // The portal joins these two.
        ("blogs.types", "blogs.types=a\nblogs.types=b\n", &nothing),
    ];
    for (key, text, change) in cases {
        let mut site = site_with(&[(EXT, text)]);
        change(&mut site);
        let plan = plan(&site, &next());
        assert!(
            matches!(fate(&plan, key).2, Handling::Person { .. }),
            "{text}"
        );
        assert!(
            !plan
                .files
                .iter()
                .any(|file| matches!(file.decision, Decision::Edit(_))),
            "{text}"
        );
        assert!(has(&plan, codes::PROPERTY_LEFT), "{text}");
    }
}

/// What could not be read of the installed release's tables counts for the keys that those tables are about.
#[test]
fn a_table_that_could_not_be_read_holds_up_only_the_keys_it_is_about() {
    let cases = [
        (
            "table _RENAMED_SYSTEM_KEYS is missing",
            [true, false, false],
        ),
        (
            "table _OBSOLETE_PORTAL_KEYS: a row has 1 texts, not 2",
            [false, false, false],
        ),
        (
            "what becomes of migrated keys: the class does something that is not known",
            [true, true, true],
        ),
        ("table _MORE_KEYS: it is not known", [false, false, false]),
        ("no portal-impl.jar", [false, false, false]),
    ];
    for (reason, expected) in cases {
        let mut site = site_with(&[
            (EXT, "old.name=1\nmoved=2\n"),
            (SYSTEM_EXT, "sys.moved=3\n"),
        ]);
        site.property_tables.undetermined = vec![reason.to_owned()];
        let plan = plan(&site, &next());
        let carried =
            ["old.name", "moved", "sys.moved"].map(|key| *fate(&plan, key).2 == Handling::Raylift);
        assert_eq!(carried, expected, "{reason}");
    }
}

#[test]
fn a_key_that_stops_the_release_is_a_blocker_until_it_may_be_moved() {
    let mut next = next();
    next.property_tables.on_migrated = OnMigratedKeys::EndsTheJvm;
    let mut site = site_with(&[(EXT, "moved=a, \\\n  b\nsame=1\n"), (SYSTEM_EXT, "x=y")]);
    // The installed release names the key as well; that makes no difference to the new one.
    site.property_tables.migrated_portal = vec![moved("moved", "moved.to.system")];
    let blocked = plan(&site, &next);
    let finding = blocked
        .findings
        .iter()
        .find(|finding| finding.code.as_str() == codes::PROPERTY_STOPS_THE_SERVER)
        .unwrap();
    assert_eq!(finding.severity, Severity::Blocker);
    let mut wishes = wishes();
    wishes.move_migrated_keys = true;
    let plan = make(&site, &next, None, &wishes).unwrap();
    assert!(!has(&plan, codes::PROPERTY_STOPS_THE_SERVER));
    assert_eq!(
        applied(&site, edit(&plan, SYSTEM_EXT)),
        "x=y\nmoved.to.system=a, \\\n  b\n"
    );
    let ext = applied(&site, edit(&plan, EXT));
    assert!(ext.ends_with("\n# moved=a, \\\n#   b\nsame=1\n"), "{ext}");
}

#[test]
fn keys_move_between_the_two_sets_both_ways() {
    let site = site_with(&[(EXT, "moved=1\n"), (SYSTEM_EXT, "sys.moved=2\n")]);
    let plan = plan(&site, &next());
    assert!(applied(&site, edit(&plan, EXT)).ends_with("# moved=1\nmoved.to.portal=2\n"));
    assert!(
        applied(&site, edit(&plan, SYSTEM_EXT)).ends_with("# sys.moved=2\nmoved.to.system=1\n")
    );
    assert!(
        plan.properties
            .iter()
            .any(|property| property.set == PropertySet::System)
    );
}

#[test]
fn a_file_that_is_read_twice_is_changed_once() {
    let mut site = site_with(&[(EXT, "old.name=1\nmoved=2\n")]);
    let again = site.properties[0].clone();
    site.properties.push(again);
    let plan = plan(&site, &next());
    let ext = applied(&site, edit(&plan, EXT));
    assert_eq!(ext.matches("new.name=1").count(), 1, "{ext}");
    assert_eq!(ext.matches("moved=2").count(), 1, "{ext}");
    assert_eq!(
        applied(&site, edit(&plan, SYSTEM_EXT)),
        "moved.to.system=2\n"
    );
}

#[test]
fn a_key_that_stops_the_release_stays_a_blocker_where_it_cannot_be_moved() {
    let mut next = next();
    next.property_tables.on_migrated = OnMigratedKeys::EndsTheJvm;
    let mut wishes = wishes();
    wishes.move_migrated_keys = true;
    let blocks = |site: &SiteFacts| {
        let plan = make(site, &next, None, &wishes).unwrap();
        has(&plan, codes::PROPERTY_STOPS_THE_SERVER)
    };
    assert!(blocks(&site_with(&[(EXT, "moved=${other}\n")])));
    let mut linked = site_with(&[(EXT, "moved=1\n")]);
    linked.texts.clear();
    assert!(blocks(&linked), "a link's content is not known");
    let mut elsewhere = site_with(&[]);
    elsewhere.properties.push(PropertySource {
        place: "environment".to_owned(),
        keys: vec!["moved".to_owned()],
        digest: None,
    });
    assert!(!blocks(&elsewhere), "the check reads no variables");
}

#[test]
fn a_value_that_the_file_has_already_only_leaves_the_properties() {
    let site = site_with(&[
        (EXT, "blogs.page.size=7\nblogs.enabled=TRUE\n"),
        (CONFIG, "pageSize=I\"7\"\r\nenabled=B\"true\"\r\n"),
    ]);
    let plan = plan(&site, &next());
    for key in ["blogs.page.size", "blogs.enabled"] {
        assert_eq!(fate(&plan, key).2, &Handling::Raylift);
    }
    let ext = applied(&site, edit(&plan, EXT));
    assert!(ext.lines().all(|line| line.starts_with('#')), "{ext}");
    assert!(!plan.files.iter().any(|file| {
        file.path.as_str() == CONFIG && matches!(file.decision, Decision::Edit(_))
    }));
}

#[test]
fn system_properties_are_read_as_java_reads_them() {
    let text = b"# stra\xdfe\nmoved.back=1\n".to_vec();
    let mut site = site_with(&[(SYSTEM_EXT, "moved.back=1\n")]);
    site.texts
        .insert(RelativePath::new(SYSTEM_EXT), SiteText::new(text));
    let mut next = next();
    next.property_tables.migrated_system = vec![moved("moved.back", "moved.to.portal")];
    let plan = plan(&site, &next);
    assert_eq!(fate(&plan, "moved.back").2, &Handling::Raylift);
    assert!(!edit(&plan, EXT).replaces);
}

#[test]
fn a_file_that_the_release_replaces_is_not_changed_in_passing() {
    let mut site = site_with(&[(EXT, "blogs.page.size=20\n"), (CONFIG, "enabled=B\"true\"")]);
    let mut old = release();
    old.files.push(file(CONFIG, "enabled=B\"true\""));
    let mut next = next();
    next.files.push(file(CONFIG, "enabled=B\"true\""));
    site.files.sort_by(|one, two| one.path.cmp(&two.path));
    let same = make(&site, &next, Some(&old), &wishes()).unwrap();
    assert!(!has(&same, codes::CHANGES_MEET), "nothing meets");
    assert!(applied(&site, edit(&same, CONFIG)).contains("pageSize=I\"20\""));
    next.files.pop();
    next.files.push(file(CONFIG, "enabled=B\"false\""));
    let plan = make(&site, &next, Some(&old), &wishes()).unwrap();
    let found = plan
        .findings
        .iter()
        .find(|finding| finding.code.as_str() == codes::CHANGES_MEET)
        .unwrap();
    assert_eq!(found.severity, Severity::Blocker);
    assert_eq!(found.subject, CONFIG);
}

/// Which database a site uses follows no default; how its pool is set up does.
#[test]
fn nobody_asks_whether_the_sites_own_database_is_still_wanted() {
    let keys = [
        "jdbc.default.url",
        "jdbc.default.password",
        "jdbc.counter.driverClassName",
        "jdbc.default.maximumPoolSize",
    ];
    let text: String = keys.iter().map(|key| format!("{key}=mine\n")).collect();
    let mut site = site_with(&[(EXT, &text)]);
    let mut release = next();
    for key in keys {
        let values = [
            (&mut site.defaults, "before"),
            (&mut release.defaults, "after"),
        ];
        for (defaults, value) in values {
            defaults.portal.insert(key.to_owned(), value.to_owned());
        }
    }
    let found = plan(&site, &release).findings;
    let named = found
        .iter()
        .find(|finding| finding.code.as_str() == codes::PROPERTY_DEFAULT_CHANGED)
        .unwrap();
    let [only] = named.evidence.as_slice() else {
        panic!("{named:?}");
    };
    assert!(only.starts_with("jdbc.default.maximumPoolSize "), "{only}");
}
