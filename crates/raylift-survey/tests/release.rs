//! What the survey says about releases: odd ones in memory, damaged ones, and none at all.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use std::io::Read;

use common::jar;
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{FileKind, ReleaseForm};
use raylift_survey::release::survey;
use raylift_survey::source::{ReleaseSource, SourceEntry, SourceError, Visitor};

/// A release in memory.
struct Memory {
    form: ReleaseForm,
    entries: Vec<(SourceEntry, Vec<u8>)>,
    checksums: Vec<(String, bool)>,
}

impl ReleaseSource for Memory {
    fn place(&self) -> String {
        "/depot/release.zip".to_owned()
    }

    fn form(&self) -> ReleaseForm {
        self.form
    }

    fn digest(&self) -> Result<Option<Digest>, SourceError> {
        Ok((self.form != ReleaseForm::Folder).then(|| Digest::of(b"archive")))
    }

    fn checksums(&self) -> Result<Vec<(String, bool)>, SourceError> {
        Ok(self.checksums.clone())
    }

    fn content_key(&self) -> Result<Option<Digest>, SourceError> {
        Ok(None)
    }

    fn was_read_as(&self, _: &Digest) -> bool {
        false
    }

    fn visit(&self, visitor: Visitor<'_>) -> Result<(), SourceError> {
        for (entry, content) in &self.entries {
            let mut reader: &[u8] = content;
            visitor(entry, &mut reader as &mut dyn Read)?;
        }
        Ok(())
    }
}

fn portal(version: &str, build: &str) -> Vec<u8> {
    let manifest = format!(
        "Bundle-Vendor: Liferay, Inc.\r\nLiferay-Portal-Build-Number: {build}\r\nLiferay-Portal-Version: {version}\r\n\r\n"
    );
    jar(&[("META-INF/MANIFEST.MF", manifest.as_bytes())])
}

impl Memory {
    fn good(form: ReleaseForm) -> Self {
        let mut release = Self {
            form,
            entries: Vec::new(),
            checksums: vec![("release.zip.sha512".to_owned(), true)],
        };
        release.add("tomcat-9.0.33/conf/server.xml", b"<Server/>");
        release.add(
            "tomcat-9.0.33/RELEASE-NOTES",
            b"Apache Tomcat Version 9.0.33\n",
        );
        release.add("tomcat-9.0.33/webapps/ROOT/index.jsp", b"<html/>");
        release.add(
            "tomcat-9.0.33/webapps/ROOT/WEB-INF/lib/portal-impl.jar",
            &portal("7.2.1", "7201"),
        );
        release.add(
            "tomcat-9.0.33/lib/ext/portal-kernel.jar",
            &portal("7.2.1", "7201"),
        );
        let bundle = b"Bundle-SymbolicName: a.b;singleton:=true\r\nBundle-Version: 1.0.0\r\n\r\n";
        release.add(
            "osgi/core/a.b.jar",
            &jar(&[("META-INF/MANIFEST.MF", bundle)]),
        );
        release
    }

    fn add(&mut self, path: &str, content: &[u8]) {
        let path = match self.form {
            ReleaseForm::Folder => path.to_owned(),
            _ => format!("liferay-ce-portal-7.2.1-ga2/{path}"),
        };
        let entry = SourceEntry {
            path,
            kind: FileKind::File,
            size: content.len() as u64,
            mode: 0o644,
        };
        self.entries.push((entry, content.to_vec()));
    }

    fn remove(&mut self, end: &str) {
        self.entries.retain(|(entry, _)| !entry.path.ends_with(end));
    }
}

fn codes_of(release: &Memory) -> Vec<String> {
    let facts = survey(release).unwrap();
    facts
        .findings
        .iter()
        .map(|finding| finding.code.to_string())
        .collect()
}

#[test]
fn archive_and_folder_give_the_same_files() {
    let archive = survey(&Memory::good(ReleaseForm::Zip)).unwrap();
    let folder = survey(&Memory::good(ReleaseForm::Folder)).unwrap();
    assert_eq!(archive.files, folder.files);
    assert_eq!(archive.layout.top, "liferay-ce-portal-7.2.1-ga2");
    assert_eq!(folder.layout.top, "");
    assert_eq!(archive.layout.tomcat, folder.layout.tomcat);
    assert_eq!(archive.layout.tomcat_version.as_deref(), Some("9.0.33"));
    assert_eq!(archive.digest, Digest::of(b"archive"));
    assert_eq!(archive.bundles.len(), 1);
    let server = archive
        .files
        .iter()
        .find(|file| file.path.file_name() == "server.xml")
        .unwrap();
    assert_eq!(server.digest, Some(Digest::of(b"<Server/>")));
    let sizes: u64 = archive.files.iter().map(|file| file.size).sum();
    assert_eq!(archive.unpacked_size, sizes);
    let folders: Vec<&str> = archive
        .files
        .iter()
        .filter(|file| file.kind == FileKind::Directory)
        .map(|file| file.path.as_str())
        .collect();
    assert!(
        folders.contains(&"tomcat-9.0.33/webapps/ROOT"),
        "{folders:?}"
    );
}

#[test]
fn the_digest_of_a_folder_tells_every_change() {
    let digest = |release: &Memory| survey(release).unwrap().digest;
    let good = digest(&Memory::good(ReleaseForm::Folder));
    let mut reversed = Memory::good(ReleaseForm::Folder);
    reversed.entries.reverse();
    assert_eq!(digest(&reversed), good, "the order does not matter");
    let mut changed = Memory::good(ReleaseForm::Folder);
    changed.entries[0].1 = b"<server/>".to_vec();
    let mut more = Memory::good(ReleaseForm::Folder);
    more.add("osgi/core/b.txt", b"");
    let mut linked = Memory::good(ReleaseForm::Folder);
    linked.add("osgi/core/link", b"");
    let link = |target: &str| FileKind::Link {
        target: target.to_owned(),
    };
    linked.entries.last_mut().unwrap().0.kind = link("a");
    let first_link = digest(&linked);
    linked.entries.last_mut().unwrap().0.kind = link("b");
    let all = [
        good,
        digest(&changed),
        digest(&more),
        first_link,
        digest(&linked),
    ];
    let unique: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(unique.len(), all.len());
}

#[test]
fn what_is_wrong_with_a_release_is_a_finding() {
    assert_eq!(
        codes_of(&Memory::good(ReleaseForm::Zip)),
        Vec::<String>::new()
    );
    type Row = (&'static str, fn(&mut Memory), &'static [&'static str]);
    let table: &[Row] = &[
        (
            "no impl",
            |release| release.remove("portal-impl.jar"),
            &[codes::FILE_UNREADABLE],
        ),
        (
            "no kernel",
            |release| release.remove("portal-kernel.jar"),
            &[codes::FILE_UNREADABLE],
        ),
        (
            "no checksum",
            |release| release.checksums.clear(),
            &[codes::NO_CHECKSUM],
        ),
        (
            "rubbish bundle",
            |release| release.add("osgi/static/x.jar", b"rubbish"),
            &[codes::BUNDLE_UNREADABLE],
        ),
        (
            "rubbish package",
            |release| release.add("osgi/marketplace/x.lpkg", b"PK\x03\x04"),
            &[codes::BUNDLE_UNREADABLE],
        ),
        (
            "kernel of another release",
            |release| {
                release.remove("portal-kernel.jar");
                release.add(
                    "tomcat-9.0.33/lib/ext/portal-kernel.jar",
                    &portal("7.2.0", "7200"),
                );
            },
            &[codes::VERSION_DISAGREES],
        ),
        (
            "a file beside the folder",
            |release| {
                release.add("x", b"");
                release.entries.last_mut().unwrap().0.path = "readme.txt".to_owned();
            },
            &[codes::UNKNOWN_ENTRY],
        ),
    ];
    for (name, change, expected) in table {
        let mut release = Memory::good(ReleaseForm::Zip);
        change(&mut release);
        assert_eq!(codes_of(&release), *expected, "{name}");
    }
}

#[test]
fn what_is_no_release_is_refused() {
    type Row = (fn(&mut Memory), &'static str);
    let table: &[Row] = &[
        (
            |release| {
                release
                    .checksums
                    .push(("release.zip.MD5".to_owned(), false))
            },
            codes::ARCHIVE_CHECKSUM,
        ),
        (|release| release.entries.clear(), codes::NOT_A_RELEASE),
        (|release| release.remove("a.b.jar"), codes::NOT_A_RELEASE),
    ];
    for (change, code) in table {
        let mut release = Memory::good(ReleaseForm::Zip);
        change(&mut release);
        assert_eq!(survey(&release).unwrap_err().code, *code);
    }
}

#[test]
fn a_release_of_7_4_is_named_by_the_jars_behind_the_shield() {
    let mut release = Memory::good(ReleaseForm::Zip);
    release.remove("portal-impl.jar");
    release.remove("portal-kernel.jar");
    for name in ["portal-impl.jar", "portal-kernel.jar"] {
        release.add(
            &format!("tomcat-9.0.33/webapps/ROOT/WEB-INF/shielded-container-lib/{name}"),
            &portal("7.4.3.41", "7413"),
        );
    }
    let facts = survey(&release).unwrap();
    assert_eq!(facts.identity.version.unwrap().as_str(), "7.4.3.41");
    // The JAR is an empty stand-in: its registry was looked for, and the JAR is not missing.
    assert!(!facts.core.undetermined[0].contains("missing or cannot"));
    assert!(
        !facts
            .findings
            .iter()
            .any(|finding| finding.message.contains("cannot run without it"))
    );
}

#[test]
fn a_reader_that_breaks_off_is_a_damaged_archive() {
    struct Broken(Memory);
    struct Reader;
    impl Read for Reader {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::UnexpectedEof.into())
        }
    }
    impl ReleaseSource for Broken {
        fn place(&self) -> String {
            self.0.place()
        }
        fn form(&self) -> ReleaseForm {
            self.0.form()
        }
        fn digest(&self) -> Result<Option<Digest>, SourceError> {
            self.0.digest()
        }
        fn checksums(&self) -> Result<Vec<(String, bool)>, SourceError> {
            self.0.checksums()
        }
        fn content_key(&self) -> Result<Option<Digest>, SourceError> {
            self.0.content_key()
        }
        fn was_read_as(&self, key: &Digest) -> bool {
            self.0.was_read_as(key)
        }
        fn visit(&self, visitor: Visitor<'_>) -> Result<(), SourceError> {
            let last = self.0.entries.len() - 1;
            for (number, (entry, content)) in self.0.entries.iter().enumerate() {
                let mut plain: &[u8] = content;
                match number == last {
                    true => visitor(entry, &mut Reader)?,
                    false => visitor(entry, &mut plain)?,
                }
            }
            Ok(())
        }
    }
    let error = survey(&Broken(Memory::good(ReleaseForm::Zip))).unwrap_err();
    assert_eq!(error.code, codes::ARCHIVE_UNREADABLE);
}
