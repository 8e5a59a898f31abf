//! What a fuzz target does with its input. The workspace's tests replay the corpus through the same functions.

use std::io::{Cursor, Write};

use raylift_formats::bundle::{Jar, Manifest, clauses, portal_identity, read_bundle};
use raylift_formats::class::ClassFile;
use raylift_formats::config::{self, Dialect, ValueType};
use raylift_formats::osgi_filter::Filter;
use raylift_formats::properties::{self, Encoding};
use raylift_formats::version_range::VersionRange;
use raylift_formats::{
    components, core_registry, environment, lpkg, metatype, portal_properties, property_tables,
    registrator, release_info, secret_names,
};
use raylift_model::facts::AttributeShape;
use raylift_model::names::RelativePath;
use zip::write::SimpleFileOptions;

/// A class file that answers for every class, or for every one outside the JDK and the kernel: so it is the registry,
/// its own superclass, a registrator and each of the steps.
pub fn class_reader(bytes: &[u8]) {
    if let Ok(class) = ClassFile::read(bytes.to_vec()) {
        let _ = class.calls();
        let _ = class.text_constants();
        for (name, descriptor) in class.methods().iter().take(100) {
            let _ = class.code(name, descriptor);
        }
    }
    let _ = release_info::read(bytes.to_vec());
    let every = |_: &str| Some(bytes.to_vec());
    registrator::read(&every, "a.Registrator");
    core_registry::read(&every);
    property_tables::read(&every);
    let own = |name: &str| {
        let foreign = ["java/", "com/liferay/portal/kernel/"]
            .iter()
            .any(|package| name.starts_with(package));
        (!foreign).then(|| bytes.to_vec())
    };
    registrator::read(&own, "a.Registrator");
    core_registry::read(&own);
}

/// A manifest, the values of its headers, and the input as a component description and as a metatype.
pub fn manifest_reader(bytes: &[u8]) {
    let manifest = Manifest::read(bytes).value;
    let mut line = 0;
    for header in manifest.headers() {
        assert!(header.line > line, "headers stand in the order of the file");
        line = header.line;
        assert!(
            !header.value.contains(['\r', '\n']),
            "a line end is no part of a value"
        );
        assert!(manifest.get(&header.name).is_some(), "a header is found");
        for clause in clauses(&header.value).value {
            for (_, value) in clause.attributes.iter().chain(&clause.directives) {
                let _ = value.parse::<VersionRange>();
                let _ = Filter::parse(value);
            }
        }
    }
    portal_identity(&manifest);
    let _ = components::read(bytes);
    let _ = metatype::read(bytes);
}

/// A configuration file: read in both dialects and as `.cfg`, edited, converted; what is written is read again.
pub fn config_reader(bytes: &[u8]) {
    let _ = config::read(bytes);
    for dialect in [Dialect::Felix, Dialect::Liferay] {
        let read = config::read_as(bytes, dialect).value;
        assert!(
            !read.refused || read.entries.is_empty(),
            "nothing is taken out of a refused file"
        );
        for entry in read
            .entries
            .iter()
            .take(20)
            .filter(|entry| config::is_key(&entry.key))
        {
            let same = config::set(bytes, dialect, &entry.key, entry.value_type, &entry.shape);
            assert!(
                same.is_ok_and(|same| same == bytes),
                "nothing is to be changed"
            );
            if let Ok(less) = config::remove(bytes, dialect, &entry.key) {
                let less = config::read_as(&less, dialect).value;
                assert_eq!(
                    less.entries.len() + 1,
                    read.entries.len(),
                    "one key is gone"
                );
            }
        }
        if let Some(entry) = read
            .entries
            .iter()
            .find(|entry| read.variables_of(&entry.key).is_empty())
        {
            let key = "a.new.key".to_owned();
            let known = config::ConfigEntry {
                key,
                line: 1,
                ..entry.clone()
            };
            let written = config::write(std::slice::from_ref(&known));
            let again = config::read_as(written.as_bytes(), Dialect::Liferay).value;
            assert_eq!(again.entries, [known], "what is written is read");
        }
        let array = |_: &str| Some((ValueType::Integer, AttributeShape::Array));
        config::cfg_to_config(bytes, dialect, Encoding::Utf8, &array);
    }
}

/// A properties file as Java and as the portal read it, and edits of it.
pub fn properties_reader(bytes: &[u8]) {
    for encoding in [Encoding::Utf8, Encoding::Latin1] {
        let read = properties::read(bytes, encoding).value;
        let mut end = 0;
        for entry in read.entries() {
            let line = &entry.line_bytes;
            assert!(end <= line.start && line.start <= entry.key_bytes.start);
            assert!(entry.key_bytes.end <= entry.value_bytes.start);
            assert!(entry.value_bytes.end <= line.end && line.end <= bytes.len());
            end = line.end;
        }
    }
    let before = properties::read(bytes, Encoding::Utf8).value;
    let key = before
        .entries()
        .first()
        .map_or("key", |entry| entry.key.as_str());
    let set = properties::set(bytes, key, "a b");
    let after = properties::read(&set, Encoding::Utf8).value;
    assert_eq!(after.get(key), Some("a b"), "what is set is there");
    for reason in [None, Some("reason")] {
        let removed = properties::remove(bytes, key, reason);
        let after = properties::read(&removed, Encoding::Utf8).value;
        assert!(after.get(key).is_none(), "what is removed is not");
    }
    let _ = properties::rename(bytes, key, "new key");
    for item in portal_properties::read(bytes).value {
        let first = item.values.first().cloned();
        for value in &item.values {
            let _ = portal_properties::interpolate(value, &|name| {
                first.clone().filter(|_| name != "none")
            });
            secret_names::shown(&item.key, value);
        }
        environment::decode(&format!("LIFERAY_{}", item.key));
    }
}

/// A ZIP file, or a recipe for one when it does not begin like one.
pub fn archive_walker(bytes: &[u8]) {
    let made;
    let bytes = if bytes.starts_with(b"PK") {
        bytes
    } else {
        made = archive(bytes, 0);
        &made
    };
    let file = RelativePath::new("osgi/modules/a.jar");
    if let Ok(mut jar) = Jar::open(bytes) {
        for name in jar.names().iter().take(100) {
            assert!(jar.has(name), "a name that is listed is there");
            if let Ok(content) = jar.read(name, 1 << 20) {
                assert!(content.is_some_and(|content| content.len() <= 1 << 20));
            }
        }
    }
    let _ = read_bundle(bytes, &file, None);
    let _ = lpkg::war(bytes, &file);
    let _ = lpkg::bundles(bytes, &file);
}

/// Names of entries in a recipe.
const NAMES: [&str; 10] = [
    "META-INF/MANIFEST.MF",
    "OSGI-INF/a.xml",
    "OSGI-INF/b.xml",
    "a/Registrator.class",
    "a/Step.class",
    "META-INF/sql/tables.sql",
    "inner.jar",
    "inner.lpkg",
    "inner.war",
    "WEB-INF/lib/inner.jar",
];

/// A recipe is a sequence of entries: a byte that names it, its length as a big-endian `u16`, and its content; what
/// is an archive itself may be a recipe again. Checksums, which no fuzzer guesses, are made here.
pub fn archive(recipe: &[u8], depth: usize) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut rest = recipe;
    while let [name, high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(after.len());
        let (content, after) = after.split_at(length);
        rest = after;
        let number = usize::from(*name) % NAMES.len();
        let name = NAMES.get(number).copied().unwrap_or_default();
        let inner;
        let content = if number >= 6 && depth < 3 && !content.starts_with(b"PK") {
            inner = archive(content, depth + 1);
            &inner
        } else {
            content
        };
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        // A name that is taken is no entry.
        if writer.start_file(name, options).is_ok() {
            let _ = writer.write_all(content);
        }
    }
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}
