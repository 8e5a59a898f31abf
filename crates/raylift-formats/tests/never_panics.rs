//! No reader panics, whatever it is given.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::io::{Cursor, Write};

use proptest::prelude::*;
use raylift_formats::bundle::{Manifest, clauses, read_bundle};
use raylift_formats::class::ClassFile;
use raylift_formats::osgi_filter::Filter;
use raylift_formats::properties::Encoding;
use raylift_formats::version_range::VersionRange;
use raylift_formats::{
    components, config, core_registry, environment, hsqldb_lock, jdbc_url, lpkg, metatype, proc,
    properties, property_tables, registrator, schema_sql, tomcat_xml,
};
use raylift_model::facts::AttributeShape;
use raylift_model::names::RelativePath;

/// `Everything.class`, made by the Java compiler from the source beside it, with branches, switches, lambdas, long constants and inner classes.
const CLASS: &[u8] = include_bytes!("data/everything.bin");

fn file() -> RelativePath {
    RelativePath::new("a.jar")
}

/// Every reader, editor and converter of configuration files.
fn configuration(bytes: &[u8]) {
    let value = config::Shape::Scalar("value".to_owned());
    for dialect in [config::Dialect::Felix, config::Dialect::Liferay] {
        let _ = config::set(bytes, dialect, "key", config::ValueType::String, &value);
        let _ = config::remove(bytes, dialect, "key");
        config::cfg_to_config(bytes, dialect, Encoding::Utf8, &|_| {
            Some((config::ValueType::Integer, AttributeShape::Array))
        });
        config::file_name(&String::from_utf8_lossy(bytes), dialect);
    }
}

fn read_everything(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let manifest = Manifest::read(bytes);
    for header in manifest.value.headers() {
        clauses(&header.value);
    }
    clauses(&text);
    let _ = components::read(bytes);
    config::read(bytes);
    configuration(bytes);
    environment::decode(&text);
    environment::decode(&format!("LIFERAY_{text}"));
    hsqldb_lock::heartbeat(bytes);
    jdbc_url::read(&text);
    jdbc_url::read(&format!("jdbc:hsqldb:{text}"));
    let _ = lpkg::bundles(bytes, &file());
    let _ = lpkg::war(bytes, &file());
    let _ = metatype::read(bytes);
    property_tables::read(&|_| Some(bytes.to_vec()));
    let _ = read_bundle(bytes, &file(), None);
    let _ = Filter::parse(&text);
    let _ = text.parse::<VersionRange>();
    proc::arguments(bytes);
    proc::environment(bytes);
    proc::managed_by(&text);
    proc::mounts(bytes);
    proc::stat(bytes);
    properties::read(bytes, Encoding::Utf8);
    properties::read(bytes, Encoding::Latin1);
    properties::set(bytes, "key", "value");
    properties::remove(bytes, "key", Some("reason"));
    properties::rename(bytes, "key", "other");
    schema_sql::read(bytes);
    schema_sql::read(&[b"create table A (", bytes].concat());
    let _ = tomcat_xml::server(bytes);
    let _ = tomcat_xml::context(bytes);
    let _ = tomcat_xml::jndi_entries(bytes, "jdbc/LiferayPool");
    tomcat_xml::release_notes(&text);
}

/// Reads a class as a class, as a registrator and as the core's registry.
fn read_class(bytes: &[u8]) {
    if let Ok(class) = ClassFile::read(bytes.to_vec()) {
        let _ = class.calls();
        for (name, descriptor) in class.methods() {
            let _ = class.code(name, descriptor);
        }
    }
    let source = |_: &str| Some(bytes.to_vec());
    registrator::read(&source, "Everything");
    core_registry::read(&source);
}

fn jar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn whole_lpkg() -> Vec<u8> {
    let description = b"<component name=\"x\"><implementation class=\"Everything\"/><service><provide \
        interface=\"com.liferay.portal.upgrade.registry.UpgradeStepRegistrator\"/></service></component>";
    let bundle = jar(&[
        (
            "META-INF/MANIFEST.MF",
            b"Bundle-SymbolicName: a.b;singleton:=true\nService-Component: OSGI-INF/*.xml\n",
        ),
        ("OSGI-INF/x.xml", description),
        ("Everything.class", CLASS),
    ]);
    jar(&[
        ("a.b-1.0.0.jar", &bundle),
        ("liferay-marketplace.properties", b"title=x\n"),
    ])
}

/// Some bytes changed, the end cut off.
fn mutated(original: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    mutated_copy(original.to_vec())
}

fn mutated_copy(original: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let length = original.len();
    let changes = prop::collection::vec((0..length, any::<u8>()), 0..12);
    let kept = prop_oneof![4 => Just(length), 1 => 0..length];
    (changes, kept).prop_map(move |(changes, kept)| {
        let mut bytes = original.clone();
        for (place, byte) in changes {
            bytes[place] = byte;
        }
        bytes.truncate(kept);
        bytes
    })
}

const TEXT: &[u8] = b"Bundle-SymbolicName: a.b;x:=\"y\"\r\n folded\r\nkey=\\u00e4 \\\n  more\nlist=I[\"1\",\"2\"]\n\
    <Server port=\"8005\"><Connector port=\"1\"/></Server> 4711 (a) b) S 1 2 3\n36 35 98:0 / /a\\040b rw - ext3 / rw\n\
    0::/system.slice/a.service\n(&(a=b*c)(!(d>=1.0)))";

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn on_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_everything(&bytes);
        read_class(&bytes);
    }

    #[test]
    fn on_mutated_text(bytes in mutated(TEXT)) {
        read_everything(&bytes);
    }

    #[test]
    fn on_mutated_classes(bytes in mutated(CLASS)) {
        read_class(&bytes);
    }

    #[test]
    fn on_mutated_archives(bytes in mutated_copy(whole_lpkg())) {
        read_everything(&bytes);
    }
}

#[test]
fn the_unchanged_archive_is_read() {
    let content = lpkg::bundles(&whole_lpkg(), &file()).unwrap();
    assert_eq!(content.bundles.len(), 1);
    assert_eq!(content.bundles[0].entry.as_deref(), Some("a.b-1.0.0.jar"));
    assert_eq!(content.bundles[0].upgrades.registrators, ["Everything"]);
    assert!(content.unreadable.is_empty());
}

#[test]
fn archives_in_archives_end() {
    let mut bytes = whole_lpkg();
    for _ in 0..10 {
        bytes = jar(&[("inner.lpkg", &bytes)]);
    }
    let content = lpkg::bundles(&bytes, &file()).unwrap();
    assert!(content.bundles.is_empty());
    assert_eq!(content.too_deep, ["inner.lpkg!/inner.lpkg!/inner.lpkg"]);
}

fn library(component: &str) -> Vec<u8> {
    jar(&[
        (
            "META-INF/MANIFEST.MF",
            b"Bundle-SymbolicName: a.b\nService-Component: OSGI-INF/x.xml\n",
        ),
        ("OSGI-INF/x.xml", component.as_bytes()),
        ("Everything.class", CLASS),
    ])
}

#[test]
fn libraries_of_wars_in_packages_are_read_and_a_broken_one_is_named() {
    let registrator = "<component name='x'><implementation class='Everything'/><service><provide \
        interface='com.liferay.portal.upgrade.registry.UpgradeStepRegistrator'/></service></component>";
    let war = jar(&[
        ("WEB-INF/lib/a.jar", &library(registrator)),
        ("WEB-INF/lib/plain.jar", &library("<component name='y'/>")),
        ("WEB-INF/lib/broken.jar", b"PK no"),
    ]);
    let content = lpkg::bundles(&jar(&[("x.war", &war)]), &file()).unwrap();
    let entries: Vec<_> = content
        .bundles
        .iter()
        .map(|bundle| bundle.entry.as_deref())
        .collect();
    assert_eq!(entries, [Some("x.war!/WEB-INF/lib/a.jar")]);
    assert_eq!(content.wars, ["x.war"]);
    assert_eq!(content.unreadable.len(), 1);
    assert_eq!(content.unreadable[0].0, "x.war!/WEB-INF/lib/broken.jar");
    let alone = lpkg::war(&war, &file()).unwrap();
    assert_eq!(alone.bundles[0].entry.as_deref(), Some("WEB-INF/lib/a.jar"));
}

/// The properties are those that `UpgradeStepRegistratorTracker` publishes (upgrade-internals 2.2).
#[test]
fn a_step_that_is_a_component_is_an_edge() {
    let step = |version: &str| {
        format!(
            "<component name='x'><implementation class='S'/>{version}\
             <property name='upgrade.bundle.symbolic.name' value='c.d'/>\
             <property name='upgrade.to.schema.version' value='1.1.0'/><property name='upgrade.db.type' value='any'/>\
             <service><provide interface='com.liferay.portal.kernel.upgrade.UpgradeStep'/></service></component>"
        )
    };
    let read = |text: &str| {
        read_bundle(&library(text), &file(), None)
            .unwrap()
            .value
            .unwrap()
            .upgrades
    };
    let known = read(&step(
        "<property name='upgrade.from.schema.version' value='1.0.0'/>",
    ));
    assert_eq!(known.undetermined, Vec::<String>::new());
    let [published] = &known.published[..] else {
        panic!("{known:?}")
    };
    assert_eq!(published.name.as_str(), "c.d");
    assert_eq!(
        (published.from.as_str(), published.to.as_str()),
        ("1.0.0", "1.1.0")
    );
    assert_eq!(
        (published.class.as_str(), published.database.as_deref()),
        ("S", Some("any"))
    );
    let doubtful = read(&step(""));
    assert!(doubtful.published.is_empty());
    assert!(doubtful.undetermined[0].contains("upgrade.from.schema.version"));
}

#[test]
fn files_that_are_no_jars_are_errors_and_the_rest_of_a_package_stands() {
    let good = library("<component name='y'/>");
    let mut encrypted = good.clone();
    // Bit 0 of the flags, at offset 6 of the local header and 8 of the one in the directory (APPNOTE 4.3.7, 4.3.12).
    for (signature, flags) in [(&b"PK\x03\x04"[..], 6), (b"PK\x01\x02", 8)] {
        for at in 0..encrypted.len() - 46 {
            if encrypted[at..].starts_with(signature) {
                encrypted[at + flags] |= 1;
            }
        }
    }
    let package = jar(&[
        ("empty.jar", b""),
        ("text.jar", b"not a ZIP file"),
        ("cut.jar", &good[..good.len() / 2]),
        ("encrypted.jar", &encrypted),
        ("good.jar", &good),
        ("cut.war", &good[..good.len() / 2]),
    ]);
    let content = lpkg::bundles(&package, &file()).unwrap();
    let entries: Vec<_> = content
        .bundles
        .iter()
        .map(|bundle| bundle.entry.as_deref())
        .collect();
    assert_eq!(entries, [Some("good.jar")]);
    let unreadable: Vec<_> = content
        .unreadable
        .iter()
        .map(|(entry, _)| entry.as_str())
        .collect();
    assert_eq!(
        unreadable,
        [
            "empty.jar",
            "text.jar",
            "cut.jar",
            "encrypted.jar",
            "cut.war"
        ]
    );
}

#[test]
fn a_class_that_is_cut_short_makes_its_registrator_undetermined() {
    for length in 0..CLASS.len() {
        let source = |name: &str| (name == "Everything").then(|| CLASS[..length].to_vec());
        let read = registrator::read(&source, "Everything");
        assert!(!read.undetermined.is_empty(), "{length}");
        assert!(read.registrations.is_empty(), "{length}");
    }
}
