//! Archives that are wrong, or that were made to be slow: each is named, the rest stands, and none takes long or much
//! memory.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "common/limits.rs"]
#[allow(unreachable_pub, reason = "shared between tests")]
mod limits;

use std::io::{Cursor, Write};

use limits::bounded;
use raylift_formats::bundle::{Jar, JarError, bundle_facts};
use raylift_formats::lpkg;
use raylift_model::facts::BundleFacts;
use raylift_model::names::RelativePath;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

fn file() -> RelativePath {
    RelativePath::new("a.jar")
}

fn zip<'entries>(entries: impl IntoIterator<Item = (&'entries str, &'entries [u8])>) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let method = if content.len() > 1_000 {
            CompressionMethod::Deflated
        } else {
            CompressionMethod::Stored
        };
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A directory of so many headers, each for an empty entry of its own name whose local header is the one at the
/// beginning (APPNOTE 4.3.7, 4.3.12, 4.3.14 to 4.3.16).
fn of_entries(count: u64) -> Vec<u8> {
    let name = |number: u64| format!("{number:08}");
    let mut bytes = [&b"PK\x03\x04\x14\0\0\0\0\0"[..], &[0; 16], &[8, 0, 0, 0]].concat();
    bytes.extend(name(0).as_bytes());
    let start = bytes.len() as u64;
    for number in 0..count {
        bytes.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0");
        bytes.extend([0; 16]);
        bytes.extend([8, 0]);
        bytes.extend([0; 16]);
        bytes.extend(name(number).as_bytes());
    }
    let end = bytes.len() as u64;
    bytes.extend(b"PK\x06\x06");
    bytes.extend(44_u64.to_le_bytes());
    bytes.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [count, count, end - start, start] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(end.to_le_bytes());
    bytes.extend([1, 0, 0, 0]);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([0xff; 12]);
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn a_million_entries_are_too_many_and_fifty_thousand_are_not() {
    let few = of_entries(50_000);
    let jar = bounded("50,000 entries", || Jar::open(&few)).unwrap();
    assert_eq!(jar.names().len(), 50_000);
    let many = of_entries(1_000_000);
    match bounded("a million entries", || Jar::open(&many)) {
        Err(JarError::TooMany { entries: 1_000_000 }) => {}
        other => panic!("{other:?}"),
    }
    assert!(bundle_facts(&many, &file(), None).is_err());
    assert!(lpkg::bundles(&many, &file()).is_err());
    assert!(lpkg::war(&many, &file()).is_err());
}

/// The number in the end is for readers that trust it; the directory itself may hold more or fewer.
#[test]
fn a_wrong_number_of_entries_is_harmless() {
    let good = of_entries(3);
    let end_64 = good.len() - 22 - 20 - 56;
    for promised in [0, 1, 2, 4, 1_000, u64::MAX] {
        let mut wrong = good.clone();
        for at in [24, 32] {
            wrong[end_64 + at..end_64 + at + 8].copy_from_slice(&promised.to_le_bytes());
        }
        if let Ok(jar) = bounded("a wrong number", || Jar::open(&wrong)) {
            assert!(jar.names().len() <= 3);
        }
    }
}

#[test]
fn files_that_are_no_zip_or_empty_are_errors() {
    for bytes in [&b""[..], b"P", b"PK\x05\x06", b"text", &[0; 4_096]] {
        assert!(matches!(Jar::open(bytes), Err(JarError::NotZip(_))));
    }
    // An archive without entries is one (APPNOTE 4.3.6), and no bundle.
    let empty = [&b"PK\x05\x06"[..], &[0; 18]].concat();
    assert_eq!(bundle_facts(&empty, &file(), None).unwrap(), None);
}

#[test]
fn an_encrypted_entry_is_an_error_and_the_others_are_read() {
    let mut bytes = zip([("a", &b"1"[..]), ("META-INF/MANIFEST.MF", b"A: 1\n")]);
    // Bit 0 of the flags of the second entry (APPNOTE 4.4.4).
    let local = bytes
        .windows(4)
        .rposition(|four| four == b"PK\x03\x04")
        .unwrap();
    let central = bytes
        .windows(4)
        .rposition(|four| four == b"PK\x01\x02")
        .unwrap();
    bytes[local + 6] |= 1;
    bytes[central + 8] |= 1;
    let mut jar = Jar::open(&bytes).unwrap();
    assert_eq!(jar.read("a", 10).unwrap().unwrap(), b"1");
    let error = jar.read("META-INF/MANIFEST.MF", 10).unwrap_err();
    assert!(matches!(error, JarError::Entry { .. }), "{error:?}");
    assert!(bundle_facts(&bytes, &file(), None).is_err());
}

#[test]
fn an_entry_that_holds_more_than_the_directory_says_is_damaged() {
    let zeros = vec![0; 100 << 20];
    let mut bytes = zip([("a", &zeros[..])]);
    let central = bytes
        .windows(4)
        .rposition(|four| four == b"PK\x01\x02")
        .unwrap();
    // Uncompressed size: offset 24 in the directory, 22 in the local header.
    for at in [central + 24, 22] {
        bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    let mut jar = Jar::open(&bytes).unwrap();
    let read = bounded("a bomb", || jar.read("a", 100));
    assert!(matches!(read, Err(JarError::Entry { .. })), "{read:?}");
}

#[test]
fn of_many_unreadable_entries_the_first_are_named() {
    let names: Vec<String> = (0..3_000).map(|number| format!("{number}.jar")).collect();
    let package = zip(names.iter().map(|name| (name.as_str(), &b"no"[..])));
    let content = bounded("many bad JARs", || lpkg::bundles(&package, &file())).unwrap();
    assert_eq!(content.unreadable.len(), 100);
    assert_eq!(content.unreadable[0].0, "0.jar");
    assert_eq!(content.further_unreadable, 2_900);
}

#[test]
fn packages_that_unpack_to_more_than_is_read_end() {
    // 40 entries of 100 MB each, a tenth of a megabyte in the file.
    let names: Vec<String> = (0..40).map(|number| format!("{number}.lpkg")).collect();
    let inner = zip([("large.jar", &vec![0; 100 << 20][..])]);
    let package = zip(names.iter().map(|name| (name.as_str(), &inner[..])));
    let content = bounded("a bomb in packages", || lpkg::bundles(&package, &file())).unwrap();
    assert!(content.bundles.is_empty());
    assert_eq!(content.unreadable.len(), 40);
    let refused = content
        .unreadable
        .iter()
        .filter(|(_, error)| error.to_string().contains("is larger than"));
    assert!(refused.count() > 25);
}

fn bundle(manifest: &str, description: &[u8]) -> Vec<u8> {
    let manifest = format!("Bundle-SymbolicName: a\n{manifest}\n");
    zip([
        ("META-INF/MANIFEST.MF", manifest.as_bytes()),
        ("OSGI-INF/a.xml", description),
    ])
}

fn facts(bytes: &[u8]) -> BundleFacts {
    let facts = bounded("a bundle", || bundle_facts(bytes, &file(), None));
    facts.unwrap().unwrap()
}

#[test]
fn component_headers_that_are_too_long_are_said() {
    let patterns: String = (0..100_000)
        .map(|number| format!("OSGI-INF/*{number},"))
        .collect();
    let stars = format!("OSGI-INF/{}", "*".repeat(1 << 20));
    for header in [patterns, stars] {
        let facts = facts(&bundle(&format!("Service-Component: {header}"), b""));
        assert!(facts.upgrades.undetermined[0].contains("patterns"));
    }
    let names: String = (0..200_000)
        .map(|number| format!("OSGI-INF/{number}.xml,"))
        .collect();
    let facts = facts(&bundle(&format!("Service-Component: {names}"), b""));
    assert!(!facts.upgrades.undetermined.is_empty());
}

/// The word without which no description is looked at.
const WORD: &str = "<!--UpgradeStep-->";

#[test]
fn component_descriptions_that_are_too_much_are_said() {
    let deep = format!("{WORD}{}", "<a>".repeat(1 << 20));
    let deep_and_closed = format!("{WORD}{}{}", "<a>".repeat(1 << 17), "</a>".repeat(1 << 17));
    for description in [deep, deep_and_closed] {
        let bytes = bundle("Service-Component: OSGI-INF/*.xml", description.as_bytes());
        bounded("deep XML", || bundle_facts(&bytes, &file(), None)).unwrap();
    }
    // Each attribute is compared with those before it, each element with the namespaces around it.
    let attributes: String = (0..200_000)
        .map(|number| format!(" a{number}=''"))
        .collect();
    let namespaces: String = (0..50_000)
        .map(|number| format!("<a xmlns:a{number}='u{number}'>"))
        .collect();
    for description in [format!("<component{attributes}/>"), namespaces] {
        let bytes = bundle(
            "Service-Component: OSGI-INF/*.xml",
            format!("{WORD}{description}").as_bytes(),
        );
        let undetermined = facts(&bytes).upgrades.undetermined;
        assert_eq!(undetermined.len(), 1);
    }
    let many: String = (0..30_000)
        .map(|number| {
            format!(
                "<component name='a'><implementation class='A{number}'/><service><provide \
                 interface='com.liferay.portal.upgrade.registry.UpgradeStepRegistrator'/></service></component>"
            )
        })
        .collect();
    let description = format!("<components>{many}</components>");
    let facts = facts(&bundle(
        "Service-Component: OSGI-INF/a.xml",
        description.as_bytes(),
    ));
    assert!(
        facts
            .upgrades
            .undetermined
            .last()
            .unwrap()
            .contains("too many operations")
    );
}
