//! A bad file among the modules of a site: it has its finding, and the facts about everything else stand.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use common::{jar, request, running, with_code};
use raylift_model::codes;
use raylift_model::finding::Severity::{self, Note, Warning};
use raylift_survey::site::survey;

struct Row {
    name: &'static str,
    file: &'static str,
    bytes: Vec<u8>,
    severity: Severity,
    subject: &'static str,
}

fn bundle(manifest: &[u8]) -> Vec<u8> {
    jar(&[("META-INF/MANIFEST.MF", manifest)])
}

/// Bit 0 of the flags (APPNOTE 4.3.7, 4.3.12, 4.4.4).
fn encrypted() -> Vec<u8> {
    let mut bytes = bundle(b"Bundle-SymbolicName: x\n");
    for (signature, flags) in [(&b"PK\x03\x04"[..], 6), (b"PK\x01\x02", 8)] {
        let at = bytes.windows(4).position(|four| four == signature);
        bytes[at.unwrap() + flags] |= 1;
    }
    bytes
}

/// The end of a zip64 file, its locator and the old end (APPNOTE 4.3.14 to 4.3.16).
fn a_million_entries() -> Vec<u8> {
    let mut bytes = vec![0; 40];
    bytes.extend(b"PK\x06\x06");
    bytes.extend([0; 28]);
    bytes.extend(1_000_000_u64.to_le_bytes());
    bytes.extend([0; 16]);
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(40_u64.to_le_bytes());
    bytes.extend([1, 0, 0, 0]);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([0xff; 12]);
    bytes.extend([0, 0]);
    bytes
}

fn ten_deep() -> Vec<u8> {
    (0..10).fold(jar(&[("x.jar", b"")]), |inner, _| {
        jar(&[("inner.lpkg", &inner)])
    })
}

fn rows() -> Vec<Row> {
    let module = |name, bytes| Row {
        name,
        file: "osgi/modules/bad.jar",
        bytes,
        severity: Warning,
        subject: "osgi/modules/bad.jar",
    };
    let twice = bundle(b"Bundle-SymbolicName: x\nBundle-SymbolicName: y\n");
    vec![
        module("empty", Vec::new()),
        module("no ZIP", b"rubbish".to_vec()),
        module("encrypted", encrypted()),
        module("a million entries", a_million_entries()),
        module(
            "no last line end",
            bundle(b"Bundle-SymbolicName: x\nBundle-Version: 1.0.0"),
        ),
        module(
            "a line that Java refuses",
            bundle(b"Bundle-SymbolicName: x\nBundle-Version:1.0.0\n"),
        ),
        Row {
            name: "a package with a package, ten deep",
            file: "osgi/marketplace/deep.lpkg",
            bytes: ten_deep(),
            severity: Warning,
            subject: "osgi/marketplace/deep.lpkg!/inner.lpkg!/inner.lpkg!/inner.lpkg",
        },
        Row {
            name: "a manifest that says something twice, in a package",
            file: "osgi/marketplace/x.lpkg",
            bytes: jar(&[("y.jar", &twice)]),
            severity: Note,
            subject: "osgi/marketplace/x.lpkg!/y.jar",
        },
        Row {
            name: "a broken library in a WAR",
            file: "osgi/war/x.war",
            bytes: jar(&[("WEB-INF/lib/y.jar", b"PK")]),
            severity: Warning,
            subject: "osgi/war/x.war!/WEB-INF/lib/y.jar",
        },
    ]
}

#[test]
fn a_bad_file_has_its_finding_and_the_rest_stands() {
    let (scratch, machine) = running();
    let good = survey(&machine, &request(&scratch.home)).unwrap();
    for row in rows() {
        let (scratch, machine) = running();
        scratch.write(row.file, &row.bytes);
        let facts = survey(&machine, &request(&scratch.home)).unwrap();
        let found: Vec<_> = with_code(&facts, codes::BUNDLE_UNREADABLE)
            .into_iter()
            .map(|finding| (finding.severity, finding.subject.as_str()))
            .collect();
        assert_eq!(found, [(row.severity, row.subject)], "{}", row.name);
        let others = facts
            .bundles
            .iter()
            .filter(|bundle| bundle.file.as_str() != row.file);
        assert!(others.eq(&good.bundles), "{}", row.name);
        assert_eq!(facts.core, good.core, "{}", row.name);
    }
}

/// The class stands where the description says, and is no class.
#[test]
fn a_registrator_that_cannot_be_read_leaves_its_bundle_undetermined() {
    let description = b"<component name='x'><implementation class='a.Registrator'/><service><provide \
        interface='com.liferay.portal.upgrade.registry.UpgradeStepRegistrator'/></service></component>";
    for class in [
        &b""[..],
        b"\xca\xfe\xba\xbe",
        b"\xca\xfe\xba\xbe\0\0\xff\xff\0\x01",
    ] {
        let (scratch, machine) = running();
        let manifest = b"Bundle-SymbolicName: x\nService-Component: OSGI-INF/x.xml\n";
        let bytes = jar(&[
            ("META-INF/MANIFEST.MF", manifest),
            ("OSGI-INF/x.xml", description),
            ("a/Registrator.class", class),
        ]);
        scratch.write("osgi/modules/bad.jar", &bytes);
        let facts = survey(&machine, &request(&scratch.home)).unwrap();
        let bundle = facts
            .bundles
            .iter()
            .find(|bundle| bundle.symbolic_name.as_str() == "x")
            .unwrap();
        assert_eq!(bundle.upgrades.registrators, ["a.Registrator"]);
        assert!(!bundle.upgrades.undetermined.is_empty());
    }
}
