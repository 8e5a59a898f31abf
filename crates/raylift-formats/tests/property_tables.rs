//! The reader of Liferay's tables of old property keys against the real classes, which a Java program loads and prints.

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
use std::process::Command;

use common::Parts;
use raylift_formats::bundle::Jar;
use raylift_formats::property_tables;
use raylift_model::facts::{ModularizedKey, MovedKey, OnMigratedKeys, PropertyTables};

struct Release {
    implementation: &'static str,
    kernel: &'static str,
    further: &'static [&'static str],
    /// Read with `javap` in the class: 7.1 to 7.3.6 only log; those of 7.4 call `System.exit` in `verify`.
    on_migrated: OnMigratedKeys,
    /// Rows of the eight tables together: at least so many.
    at_least: usize,
}

const PETRA_7_2: &[&str] = &[
    "com.liferay:com.liferay.petra.string:3.0.0",
    "com.liferay:com.liferay.petra.lang:3.1.1",
];
const PETRA_7_4: &[&str] = &[
    "com.liferay:com.liferay.petra.string:5.3.2",
    "com.liferay:com.liferay.petra.lang:5.1.3",
    "com.liferay:com.liferay.petra.function:5.6.0",
    "com.liferay:com.liferay.petra.concurrent:5.1.2",
];

const RELEASES: &[Release] = &[
    Release {
        implementation: "3.26.3",
        kernel: "3.46.1",
        further: &["biz.aQute.bnd:biz.aQute.bndlib:3.1.0"],
        on_migrated: OnMigratedKeys::Logged,
        at_least: 600,
    },
    Release {
        implementation: "4.3.0",
        kernel: "4.13.1",
        further: PETRA_7_2,
        on_migrated: OnMigratedKeys::Logged,
        at_least: 600,
    },
    Release {
        implementation: "4.12.11",
        kernel: "4.35.3",
        further: PETRA_7_2,
        on_migrated: OnMigratedKeys::Logged,
        at_least: 600,
    },
    Release {
        implementation: "5.26.1",
        kernel: "9.30.0",
        further: &[
            "com.liferay:com.liferay.petra.string:4.0.2",
            "com.liferay:com.liferay.petra.lang:4.0.5",
        ],
        on_migrated: OnMigratedKeys::Logged,
        at_least: 700,
    },
    Release {
        implementation: "52.1.1",
        kernel: "71.0.0",
        further: PETRA_7_4,
        on_migrated: OnMigratedKeys::EndsTheJvm,
        at_least: 900,
    },
    Release {
        implementation: "93.0.0",
        kernel: "128.0.1",
        further: PETRA_7_4,
        on_migrated: OnMigratedKeys::EndsTheJvm,
        at_least: 900,
    },
];

/// Lines as the oracle prints them.
fn rows(tables: &PropertyTables) -> Vec<String> {
    let moved = |field: &str, keys: &[MovedKey]| -> Vec<String> {
        keys.iter()
            .map(|key| format!("{field}\t{}\t{}", key.from, key.to))
            .collect()
    };
    let modularized = |field: &str, keys: &[ModularizedKey]| -> Vec<String> {
        keys.iter()
            .map(|key| format!("{field}\t{}\t{}\t{}", key.from, key.key, key.module))
            .collect()
    };
    let obsolete = |field: &str, keys: &[String]| -> Vec<String> {
        keys.iter().map(|key| format!("{field}\t{key}")).collect()
    };
    [
        moved("_MIGRATED_PORTAL_KEYS", &tables.migrated_portal),
        moved("_MIGRATED_SYSTEM_KEYS", &tables.migrated_system),
        modularized("_MODULARIZED_PORTAL_KEYS", &tables.modularized_portal),
        modularized("_MODULARIZED_SYSTEM_KEYS", &tables.modularized_system),
        obsolete("_OBSOLETE_PORTAL_KEYS", &tables.obsolete_portal),
        obsolete("_OBSOLETE_SYSTEM_KEYS", &tables.obsolete_system),
        moved("_RENAMED_PORTAL_KEYS", &tables.renamed_portal),
        moved("_RENAMED_SYSTEM_KEYS", &tables.renamed_system),
    ]
    .concat()
}

#[test]
fn the_real_classes_hold_what_was_read() {
    let parts = Parts::load();
    for release in RELEASES {
        let name = release.implementation;
        let find = |coordinate: &str| {
            parts
                .find(coordinate)
                .unwrap_or_else(|| panic!("{coordinate} is not among the parts"))
        };
        let implementation = find(&format!(
            "com.liferay.portal:com.liferay.portal.impl:{name}"
        ));
        let kernel = find(&format!(
            "com.liferay.portal:com.liferay.portal.kernel:{}",
            release.kernel
        ));
        let mut class_path = vec![implementation, kernel];
        class_path.extend(release.further.iter().map(|coordinate| find(coordinate)));
        let bytes = fs::read(implementation).unwrap();
        let jar = RefCell::new(Jar::open(&bytes).unwrap());
        let read = property_tables::read(&|class| jar.borrow_mut().class(class));
        assert_eq!(read.undetermined, Vec::<String>::new(), "{name}");
        assert_eq!(read.on_migrated, release.on_migrated, "{name}");
        let printed = common::run_java(
            &class_path,
            &common::oracle("PropertyTables.java"),
            &[Path::new("com.liferay.portal.verify.VerifyProperties")],
        );
        // Fields come in the order of the class file, which javac sorts as they stand in the source.
        let printed = String::from_utf8(printed).unwrap();
        let mut real: Vec<&str> = printed
            .lines()
            .filter(|line| line.starts_with('_'))
            .collect();
        real.sort_by_key(|line| line.split('\t').next());
        let read = rows(&read);
        assert_eq!(read, real, "{name}");
        assert!(read.len() > release.at_least, "{name}: {} rows", read.len());
    }
}

/// What `javac` makes of a source file, by internal name.
fn compiled(class: &str, body: &str) -> PropertyTables {
    let scratch = tempfile::tempdir().unwrap();
    let source = scratch.path().join(format!("{class}.java"));
    let text = format!(
        "package com.liferay.portal.verify;\nimport java.util.*;\npublic class {class} {{\n{body}\n}}\n"
    );
    fs::write(&source, text).unwrap();
    let status = Command::new("javac")
        .arg("-d")
        .arg(scratch.path())
        .arg(&source)
        .status()
        .unwrap();
    assert!(status.success());
    property_tables::read(&|name| fs::read(scratch.path().join(format!("{name}.class"))).ok())
}

/// The shape of the class in the source of 2025, which is on no public repository as a class file.
const OF_2025: &str = r#"
    static void verifyMigratedPortalProperty(Properties p, String o, String n, List<String> l) throws Exception {
        if (p.containsKey(o)) l.add(o);
    }
    static List<String> verifyPortalProperties() throws Exception {
        List<String> keys = new LinkedList<>();
        for (String[] row : _MIGRATED_PORTAL_KEYS) {
            verifyMigratedPortalProperty(new Properties(), row[0], row[1], keys);
        }
        return keys;
    }
    protected void doVerify() throws Exception {
        List<String> keys = verifyPortalProperties();
        if (!keys.isEmpty()) throw new Exception("wrong " + keys);
    }
    private static final String[][] _MIGRATED_PORTAL_KEYS = {{"a", "a"}, {"b.c" + ".d", "e"}};
    private static final String[][] _MIGRATED_SYSTEM_KEYS = {};
    private static final String[][] _MODULARIZED_PORTAL_KEYS = {{"a", "b", "c"}};
    private static final String[][] _MODULARIZED_SYSTEM_KEYS = {};
    private static final String[] _OBSOLETE_PORTAL_KEYS = {"x", "x"};
    private static final String[] _OBSOLETE_SYSTEM_KEYS = {};
    private static final String[][] _RENAMED_SYSTEM_KEYS = {};
"#;

#[test]
fn the_class_of_2025_fails_the_check() {
    let body = format!(
        "{OF_2025} private static final String[][] _RENAMED_PORTAL_KEYS = {{{{\"m\", \"n\"}}}};"
    );
    let read = compiled("PreupgradeVerifyProperties", &body);
    assert_eq!(read.undetermined, Vec::<String>::new());
    assert_eq!(read.on_migrated, OnMigratedKeys::FailsTheCheck);
    assert_eq!(read.migrated_portal[1].from, "b.c.d");
    assert_eq!(read.modularized_portal[0].module, "c");
    assert_eq!(read.obsolete_portal, ["x", "x"]);
    assert_eq!(read.renamed_portal[0].to, "n");
}

#[test]
fn what_is_not_understood_is_named() {
    let body = format!(
        "{OF_2025}
        private static final String[][] _RENAMED_SYSTEM_KEYS_2 = {{{{\"m\", \"n\"}}}};
        private static final Map<String, String> _MOVED = new HashMap<>();
        static void second() throws Exception {{ verifyPortalProperties(); }}"
    )
    .replace("{\"a\", \"a\"}", "{\"a\", \"a\", \"a\"}")
    .replace("{\"x\", \"x\"}", "{System.getProperty(\"x\")}");
    let read = compiled("VerifyProperties", &body);
    let has = |text: &str| read.undetermined.iter().any(|reason| reason.contains(text));
    for text in [
        "table _RENAMED_SYSTEM_KEYS_2: it is not known",
        "table _MOVED: it is not known",
        "table _MIGRATED_PORTAL_KEYS: a row has 3 texts, not 2",
        "table _OBSOLETE_PORTAL_KEYS",
        "table _RENAMED_PORTAL_KEYS is missing",
        "not one method that calls verifyPortalProperties",
    ] {
        assert!(has(text), "{text}: {:?}", read.undetermined);
    }
    assert_eq!(read.undetermined.len(), 6, "{:?}", read.undetermined);
    assert_eq!(read.on_migrated, OnMigratedKeys::Undetermined);
    assert!(read.migrated_portal.is_empty());
    assert_eq!(read.modularized_portal.len(), 1);
}
