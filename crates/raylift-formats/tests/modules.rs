//! Real modules: what is read from their JARs against what their own registrators do in a Java machine.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::Parts;
use raylift_formats::bundle::bundle_facts;
use raylift_formats::registrator;
use raylift_model::facts::{BundleFacts, Registration};
use raylift_model::names::RelativePath;

fn facts(parts: &Parts, coordinate: &str) -> BundleFacts {
    let path = parts
        .find(coordinate)
        .unwrap_or_else(|| panic!("{coordinate} is not among the parts"));
    bundle_facts(
        &fs::read(path).unwrap(),
        &RelativePath::new("osgi/modules/a.jar"),
        None,
    )
    .unwrap()
    .unwrap()
}

/// What one real registrator did: a line for each of its calls, and whether it threw or missed a library.
#[derive(Default)]
struct Real {
    calls: Vec<String>,
    initialization: bool,
    stopped: bool,
}

fn class_path<'parts>(parts: &'parts Parts, coordinates: &[&str]) -> Vec<&'parts Path> {
    let find = |coordinate: &&str| {
        parts
            .find(coordinate)
            .unwrap_or_else(|| panic!("{coordinate} is not among the parts"))
    };
    coordinates.iter().map(find).collect()
}

fn ask(class_path: &[&Path], registrators: &[&str]) -> Vec<Real> {
    let arguments: Vec<&Path> = registrators.iter().map(Path::new).collect();
    let printed = common::run_java(class_path, &common::oracle("Registrator.java"), &arguments);
    let mut answers: Vec<Real> = Vec::new();
    for line in String::from_utf8(printed).unwrap().lines() {
        if line == "registerInitialization" {
            answers.last_mut().unwrap().initialization = true;
        }
        match line.split_once('\t') {
            Some(("class", _)) => answers.push(Real::default()),
            Some(("register", _)) => answers.last_mut().unwrap().calls.push(line.to_owned()),
            Some(("stopped", _)) => answers.last_mut().unwrap().stopped = true,
            // Liferay's own "Loading …" lines.
            _ => {}
        }
    }
    assert_eq!(answers.len(), registrators.len());
    answers
}

fn line(registration: &Registration) -> String {
    let mut fields = vec!["register".to_owned()];
    fields.extend(registration.name.iter().map(ToString::to_string));
    fields.extend([registration.from.to_string(), registration.to.to_string()]);
    fields.extend(registration.classes.iter().cloned());
    fields.join("\t")
}

fn lines(facts: &BundleFacts) -> Vec<String> {
    facts.upgrades.registrations.iter().map(line).collect()
}

#[test]
fn the_four_string_form_of_7_0_is_read() {
    let parts = Parts::load();
    let module = "com.liferay:com.liferay.login.web:1.0.0";
    let facts = facts(&parts, module);
    assert_eq!(
        facts.upgrades.registrators,
        ["com.liferay.login.web.upgrade.LoginWebUpgrade"]
    );
    assert_eq!(facts.upgrades.undetermined, Vec::<String>::new());
    let class_path = class_path(
        &parts,
        &[
            module,
            "com.liferay:com.liferay.portal.upgrade:2.8.9",
            "com.liferay.portal:com.liferay.portal.kernel:3.46.1",
            "com.liferay.portal:com.liferay.portal.impl:3.26.3",
        ],
    );
    let real = ask(&class_path, &[&facts.upgrades.registrators[0]]).remove(0);
    assert!(!real.stopped && !real.calls.is_empty());
    assert_eq!(lines(&facts), real.calls);
    assert_eq!(
        facts.upgrades.registrations[0]
            .name
            .as_ref()
            .unwrap()
            .as_str(),
        "com.liferay.login.web"
    );
}

#[test]
fn the_two_string_form_of_7_2_and_its_release_filters_are_read() {
    let parts = Parts::load();
    let module = "com.liferay:com.liferay.login.web:4.0.5";
    let facts = facts(&parts, module);
    assert_eq!(facts.symbolic_name.as_str(), "com.liferay.login.web");
    assert_eq!(facts.upgrades.undetermined, Vec::<String>::new());
    let class_path = class_path(
        &parts,
        &[
            module,
            "com.liferay:com.liferay.portal.upgrade.api:4.0.4",
            "com.liferay.portal:com.liferay.portal.kernel:4.35.3",
        ],
    );
    let real = ask(&class_path, &[&facts.upgrades.registrators[0]]).remove(0);
    assert!(!real.stopped && !real.calls.is_empty());
    assert_eq!(lines(&facts), real.calls);
    assert_eq!(facts.release_filters.len(), 2);
    assert!(
        facts
            .release_filters
            .iter()
            .all(|filter| filter.filter.contains("(release.schema.version>=1.0.0)"))
    );
}

#[test]
fn a_service_module_with_injected_services_and_an_anonymous_step_is_read() {
    let parts = Parts::load();
    let module = "com.liferay:com.liferay.blogs.service:4.0.13";
    let facts = facts(&parts, module);
    assert!(facts.liferay_service && !facts.fragment);
    assert_eq!(facts.require_schema_version.as_deref(), Some("2.1.0"));
    // As `META-INF/sql/tables.sql` of this JAR has them.
    assert_eq!(
        facts.upgrades.initial_tables,
        ["BlogsEntry", "BlogsStatsUser"]
    );
    assert_eq!(facts.upgrades.undetermined, Vec::<String>::new());
    // The chain as observed in this JAR; the Java machine stops at a library that Maven Central does not have.
    let chain: Vec<&str> = facts
        .upgrades
        .registrations
        .iter()
        .map(|registration| registration.to.as_str())
        .collect();
    assert_eq!(
        chain,
        [
            "1.0.0", "1.1.0", "1.1.1", "1.1.2", "1.1.3", "2.0.0", "2.0.1", "2.1.0"
        ]
    );
    for pair in facts.upgrades.registrations.windows(2) {
        assert_eq!(pair[0].to, pair[1].from);
    }
    let class_path = class_path(
        &parts,
        &[
            module,
            "com.liferay:com.liferay.portal.upgrade.api:4.0.4",
            "com.liferay.portal:com.liferay.portal.kernel:9.30.0",
            "com.liferay.portal:com.liferay.portal.impl:5.26.1",
            "com.liferay:com.liferay.petra.string:4.0.2",
        ],
    );
    let real = ask(&class_path, &[&facts.upgrades.registrators[0]])
        .remove(0)
        .calls;
    assert!(real.len() >= 4, "{real:?}");
    assert_eq!(lines(&facts)[..real.len()], real);
    assert!(facts.upgrades.registrations[7].classes[0].contains("BlogsServiceUpgrade$"));
}

/// Modules, the classes they link against, and the number of their `register` calls (counted with javap). Where a
/// library cannot be had the real registrator stops on its way; what it did before must be the beginning of what was
/// read.
const OTHERS: [(&str, &[&str], usize); 5] = [
    (
        "com.liferay:com.liferay.dynamic.data.mapping.service:2.1.0",
        &[
            "com.liferay:com.liferay.portal.upgrade:2.8.9",
            KERNEL_7_1,
            IMPL_7_1,
        ],
        3,
    ),
    (
        "com.liferay:com.liferay.exportimport.service:3.0.0",
        &[
            "com.liferay:com.liferay.portal.upgrade:2.8.9",
            KERNEL_7_1,
            IMPL_7_1,
        ],
        2,
    ),
    (
        "com.liferay:com.liferay.exportimport.service:8.0.97",
        &[API_7_4, KERNEL_7_4],
        3,
    ),
    (
        "com.liferay:com.liferay.login.web:6.0.13",
        &[API_7_4, KERNEL_7_4],
        2,
    ),
    (
        "com.liferay:com.liferay.blogs.service:5.0.77",
        &[
            API_7_4,
            KERNEL_7_4,
            "com.liferay.portal:com.liferay.portal.impl:93.0.0",
        ],
        13,
    ),
];
const KERNEL_7_1: &str = "com.liferay.portal:com.liferay.portal.kernel:3.46.1";
const IMPL_7_1: &str = "com.liferay.portal:com.liferay.portal.impl:3.26.3";
const API_7_4: &str = "com.liferay:com.liferay.portal.upgrade.api:13.1.0";
const KERNEL_7_4: &str = "com.liferay.portal:com.liferay.portal.kernel:128.0.1";

#[test]
fn other_real_registrators_are_read_as_they_register() {
    let parts = Parts::load();
    for (module, libraries, calls) in OTHERS {
        let facts = facts(&parts, module);
        assert_eq!(
            facts.upgrades.undetermined,
            Vec::<String>::new(),
            "{module}"
        );
        assert_eq!(facts.upgrades.registrations.len(), calls, "{module}");
        let mut path = class_path(&parts, &[module]);
        path.extend(class_path(&parts, libraries));
        let registrators: Vec<&str> = facts
            .upgrades
            .registrators
            .iter()
            .map(String::as_str)
            .collect();
        let own = lines(&facts);
        for real in ask(&path, &registrators) {
            assert!(own.len() >= real.calls.len(), "{module}: {:?}", real.calls);
            for (own, real) in own.iter().zip(&real.calls) {
                same_call(own, real);
            }
            if !real.stopped {
                assert_eq!(own.len(), real.calls.len(), "{module}");
                assert_eq!(
                    facts.upgrades.initialization, real.initialization,
                    "{module}"
                );
            }
        }
        assert_eq!(
            facts.upgrades.initialization,
            module.ends_with(":8.0.97"),
            "{module}"
        );
    }
}

/// A step out of a factory has the factory's method here, and the class that it makes there.
fn same_call(own: &str, real: &str) {
    let (own, real): (Vec<&str>, Vec<&str>) =
        (own.split('\t').collect(), real.split('\t').collect());
    assert_eq!(own.len(), real.len(), "{own:?} {real:?}");
    for (own, real) in own.iter().zip(&real) {
        match own.split_once('#') {
            Some((factory, _)) => assert!(real.starts_with(&format!("{factory}$")), "{own} {real}"),
            None => assert_eq!(own, real),
        }
    }
}

#[test]
fn shapes_of_registrators_are_read_exactly_or_not_at_all() {
    let parts = Parts::load();
    let folder = std::env::temp_dir().join(format!("raylift-shapes-{}", std::process::id()));
    let mut class_path = class_path(
        &parts,
        &[
            "com.liferay:com.liferay.portal.upgrade.api:4.0.4",
            "com.liferay.portal:com.liferay.portal.kernel:9.30.0",
        ],
    );
    let compiled = Command::new("javac")
        .args(["--release", "8", "-nowarn", "-cp"])
        .arg(std::env::join_paths(&class_path).unwrap())
        .arg("-d")
        .arg(&folder)
        .arg(common::oracle("Shapes.java"))
        .output()
        .unwrap_or_else(|error| {
            panic!("javac cannot be started: {error}; install a JDK 17 or newer")
        });
    assert!(
        compiled.status.success(),
        "{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    class_path.push(&folder);
    let source = |class: &str| fs::read(folder.join(format!("{class}.class"))).ok();
    let understood = [
        "Shapes$Plain",
        "Shapes$Locals",
        "Shapes$Helpers",
        "Shapes$Inherited",
        "Shapes$Lambda",
    ];
    for (name, real) in understood.iter().zip(ask(&class_path, &understood)) {
        let read = registrator::read(&source, name);
        assert_eq!(read.undetermined, Vec::<String>::new(), "{name}");
        assert!(!real.stopped && !real.calls.is_empty(), "{name}");
        let own: Vec<String> = read.registrations.iter().map(line).collect();
        if name.ends_with("Lambda") {
            // The Java machine makes up a class for a lambda, and looks into the factory.
            let versions = |line: &String| {
                line.split('\t')
                    .take(3)
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            assert!(
                own.iter().map(versions).eq(real.calls.iter().map(versions)),
                "{own:?} {:?}",
                real.calls
            );
        } else {
            assert_eq!(own, real.calls, "{name}");
        }
    }
    let others = [
        "Shapes$Loop",
        "Shapes$Condition",
        "Shapes$Concatenated",
        "Shapes$Changed",
        "Shapes$HandedAway",
        "Shapes$Captured",
        "Shapes$Kept",
        "Shapes$InArray",
        "Shapes$Throwing",
    ];
    for (name, real) in others.iter().zip(ask(&class_path, &others)) {
        let read = registrator::read(&source, name);
        assert!(!read.undetermined.is_empty(), "{name}");
        for registration in &read.registrations {
            let own = line(registration);
            assert!(
                real.calls.contains(&own),
                "{name}: {own} is not among {:?}",
                real.calls
            );
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}
