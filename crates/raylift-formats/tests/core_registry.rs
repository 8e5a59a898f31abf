//! The core registry reader against Liferay's own `PortalUpgradeProcess`, which a Java program loads and asks.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use common::Parts;
use raylift_formats::bundle::Jar;
use raylift_formats::core_registry;
use raylift_model::facts::{CoreRegistry, StartupCheck};

struct Release {
    implementation: &'static str,
    kernel: &'static str,
    further: &'static [&'static str],
    keys: usize,
    latest: &'static str,
    required: &'static str,
    check: StartupCheck,
    /// The reader needs `portal-kernel.jar` as well.
    kernel_needed: bool,
}

const PETRA_7_4: &[&str] = &[
    "com.liferay:com.liferay.petra.string:5.3.2",
    "com.liferay:com.liferay.petra.lang:5.1.3",
    "com.liferay:com.liferay.petra.function:5.6.0",
    "com.liferay:com.liferay.petra.concurrent:5.1.2",
];

/// Numbers, versions and checks as observed with the real classes, from the project's notes on them.
const RELEASES: &[Release] = &[
    Release {
        implementation: "3.26.3",
        kernel: "3.46.1",
        further: &["biz.aQute.bnd:biz.aQute.bndlib:3.1.0"],
        keys: 8,
        latest: "2.0.2",
        required: "2.0.0",
        check: StartupCheck::BuildNumber,
        kernel_needed: false,
    },
    Release {
        implementation: "4.3.0",
        kernel: "4.13.1",
        further: &[
            "com.liferay:com.liferay.petra.string:3.0.0",
            "com.liferay:com.liferay.petra.lang:3.1.1",
        ],
        keys: 15,
        latest: "5.0.2",
        required: "5.0.0",
        check: StartupCheck::BuildNumber,
        kernel_needed: false,
    },
    Release {
        implementation: "4.12.11",
        kernel: "4.35.3",
        further: &[
            "com.liferay:com.liferay.petra.string:3.0.0",
            "com.liferay:com.liferay.petra.lang:3.1.1",
        ],
        keys: 19,
        latest: "5.1.0",
        required: "5.1.0",
        check: StartupCheck::SchemaVersion,
        kernel_needed: false,
    },
    Release {
        implementation: "5.26.1",
        kernel: "9.30.0",
        further: &[
            "com.liferay:com.liferay.petra.string:4.0.2",
            "com.liferay:com.liferay.petra.lang:4.0.5",
        ],
        keys: 50,
        latest: "8.18.2",
        required: "8.18.0",
        check: StartupCheck::SchemaVersion,
        kernel_needed: false,
    },
    Release {
        implementation: "52.1.1",
        kernel: "71.0.0",
        further: PETRA_7_4,
        keys: 126,
        latest: "17.0.0",
        required: "17.0.0",
        check: StartupCheck::SchemaVersion,
        kernel_needed: true,
    },
    Release {
        implementation: "93.0.0",
        kernel: "128.0.1",
        further: PETRA_7_4,
        keys: 171,
        latest: "29.1.0",
        required: "29.1.0",
        check: StartupCheck::SchemaVersion,
        kernel_needed: true,
    },
];

fn read(jars: &[&Path]) -> CoreRegistry {
    let files: Vec<Vec<u8>> = jars.iter().map(|path| fs::read(path).unwrap()).collect();
    let opened: Vec<_> = files
        .iter()
        .map(|bytes| RefCell::new(Jar::open(bytes).unwrap()))
        .collect();
    core_registry::read(&|class| opened.iter().find_map(|jar| jar.borrow_mut().class(class)))
}

/// What the real class prints: version and class of each key, then the two derived versions.
fn ask(class_path: &[&Path]) -> (Vec<(String, String, String)>, String, String) {
    let printed = String::from_utf8(common::run_java(
        class_path,
        &common::oracle("Registry.java"),
        &[],
    ))
    .unwrap();
    let mut keys = Vec::new();
    let (mut latest, mut required) = (String::new(), String::new());
    for line in printed.lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["key", version, class, text] => {
                keys.push((version.to_owned(), class.to_owned(), text.to_owned()));
            }
            ["latest", version] => latest = version.to_owned(),
            ["required", version] => required = version.to_owned(),
            // Liferay's own "Loading …" lines.
            _ => {}
        }
    }
    (keys, latest, required)
}

/// A step made by a factory is an anonymous class of that factory at run time.
fn same_class(read: &str, real: &str) -> bool {
    match read.split_once('#') {
        None => read == real,
        Some((factory, _)) => real
            .strip_prefix(factory)
            .is_some_and(|rest| rest.starts_with('$')),
    }
}

#[test]
fn the_real_classes_register_what_was_read() {
    let parts = Parts::load();
    for release in RELEASES {
        let coordinates = [
            format!(
                "com.liferay.portal:com.liferay.portal.impl:{}",
                release.implementation
            ),
            format!(
                "com.liferay.portal:com.liferay.portal.kernel:{}",
                release.kernel
            ),
        ];
        let further = release
            .further
            .iter()
            .map(|coordinate| (*coordinate).to_owned());
        let find = |coordinate: String| {
            parts
                .find(&coordinate)
                .unwrap_or_else(|| panic!("{coordinate} is not among the parts"))
        };
        let found: Vec<&Path> = coordinates.into_iter().chain(further).map(find).collect();
        let of_use = if release.kernel_needed {
            &found[..2]
        } else {
            &found[..1]
        };
        compare(release, &read(of_use), &ask(&found));
    }
}

fn compare(
    release: &Release,
    read: &CoreRegistry,
    real: &(Vec<(String, String, String)>, String, String),
) {
    let name = release.implementation;
    let (keys, latest, required) = real;
    assert_eq!(read.undetermined, Vec::<String>::new(), "{name}");
    assert_eq!(keys.len(), release.keys, "{name}: the oracle itself");
    assert_eq!(
        (latest.as_str(), required.as_str()),
        (release.latest, release.required),
        "{name}: the oracle itself"
    );
    let versions: Vec<&str> = read
        .steps
        .iter()
        .map(|step| step.schema_version.as_str())
        .collect();
    // The oracle prints Version.toString, which separates the qualifier by a dot as `Release_` does.
    let real_versions: Vec<&str> = keys
        .iter()
        .map(|(version, _, _)| version.as_str())
        .collect();
    assert_eq!(versions, real_versions, "{name}");
    for (step, (version, class, text)) in read.steps.iter().zip(keys) {
        assert!(
            same_class(&step.class, class),
            "{name} {version}: {} was read, {class} is real",
            step.class
        );
        assert_eq!(step.undetermined, None, "{name} {version}");
        assert_eq!(
            step.log_text.as_deref(),
            Some(text.as_str()),
            "{name} {version}"
        );
    }
    assert_eq!(
        read.latest_schema_version
            .as_ref()
            .map(|version| version.as_str()),
        Some(latest.as_str()),
        "{name}"
    );
    assert_eq!(
        read.required_schema_version
            .as_ref()
            .map(|version| version.as_str()),
        Some(required.as_str()),
        "{name}"
    );
    assert_eq!(read.startup_check, release.check, "{name}");
}

#[test]
fn without_the_kernel_a_7_4_registry_is_the_same_and_names_its_assumption() {
    let parts = Parts::load();
    for release in RELEASES.iter().filter(|release| release.kernel_needed) {
        without_the_kernel(&parts, release);
    }
}

fn without_the_kernel(parts: &Parts, release: &Release) {
    let find = |artifact: &str, version: &str| {
        parts
            .find(&format!("com.liferay.portal:{artifact}:{version}"))
            .unwrap()
    };
    let implementation = find("com.liferay.portal.impl", release.implementation);
    let kernel = find("com.liferay.portal.kernel", release.kernel);
    let with = read(&[implementation, kernel]);
    let without = read(&[implementation]);
    assert_eq!(with.assumed, None);
    assert!(without.assumed.is_some());
    for step in &without.steps {
        assert_eq!(step.undetermined, None, "{}", step.schema_version);
    }
    assert_eq!(
        CoreRegistry {
            assumed: None,
            ..without
        },
        with
    );
}

/// Rows that core steps made when the real classes ran (real-core facts, section 4): from 7.1.2 to 7.2.1 and on to 7.3.6,
/// and how many between 17.0.0 and 29.1.0.
#[test]
fn the_rows_that_core_steps_make_for_modules_are_those_that_were_observed() {
    let parts = Parts::load();
    let made = |version: &str, above: (u32, u32), up_to: (u32, u32)| -> Vec<String> {
        let path = parts
            .find(&format!(
                "com.liferay.portal:com.liferay.portal.impl:{version}"
            ))
            .unwrap();
        let registry = read(&[path]);
        let mut made = Vec::new();
        for step in &registry.steps {
            let (major, minor, _, _) = step.schema_version.numbers().unwrap();
            assert_eq!(
                step.module_rows.undetermined, None,
                "{}",
                step.schema_version
            );
            if (major, minor) >= above && (major, minor) <= up_to {
                let rows = step.module_rows.adds.iter();
                made.extend(rows.map(|module| format!("{} {module}", step.schema_version)));
            }
        }
        made
    };
    assert_eq!(
        made("4.12.11", (2, 0), (5, 1)),
        [
            "5.0.1 com.liferay.product.navigation.personal.menu.web",
            "5.0.3 com.liferay.document.library.repository.cmis.impl"
        ]
    );
    assert_eq!(
        made("5.26.1", (5, 1), (8, 18)),
        ["8.18.1 com.liferay.layout.service"]
    );
    assert_eq!(made("93.0.0", (17, 1), (29, 1)).len(), 4);
    assert!(made("93.0.0", (9, 0), (17, 0)).len() > 20);
}

#[test]
fn a_step_that_may_be_skipped_is_known_by_its_class() {
    let parts = Parts::load();
    let path = parts
        .find("com.liferay.portal:com.liferay.portal.impl:93.0.0")
        .unwrap();
    let skipped: Vec<String> = read(&[path])
        .steps
        .into_iter()
        .filter(|step| step.may_be_skipped)
        .map(|step| step.class)
        .collect();
    // Observed to be skipped (real-core facts, section 5).
    assert!(!skipped.is_empty());
    assert!(
        skipped
            .iter()
            .all(|class| class == "com.liferay.portal.upgrade.util.UpgradePartitionedControlTable")
    );
}

/// As `update-7.3.0-7.4.0-country.sql` and `-region.sql` in this JAR have them.
#[test]
fn tables_that_steps_create_by_their_sql_files_are_read() {
    let parts = Parts::load();
    let path = parts
        .find("com.liferay.portal:com.liferay.portal.impl:93.0.0")
        .unwrap();
    let steps = read(&[path]).steps;
    let creates = |version: &str| {
        let step = steps
            .iter()
            .find(|step| step.schema_version.as_str() == version);
        step.unwrap().creates.clone()
    };
    assert_eq!(creates("9.1.0"), ["RegionLocalization"]);
    assert_eq!(creates("9.2.0"), ["CountryLocalization"]);
}
