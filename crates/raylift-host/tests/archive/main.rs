//! Release archives: good ones come out whole, bad ones are refused before anything is written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod bad;
mod cut;
mod make;
mod oracle;

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use make::{file, good};
use raylift_host::archive::{Check, Unpacked, Unpacking, open, unpack};
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{FileKind, ReleaseForm};
use raylift_survey::source::{SourceEntry, SourceError};
use zip::CompressionMethod;

/// Kind, mode and content of each entry, by path.
pub(crate) type Entries = BTreeMap<String, (FileKind, u32, Vec<u8>)>;

/// Reads everything.
pub(crate) fn read(path: &Path) -> Result<Entries, SourceError> {
    let mut entries = BTreeMap::new();
    open(path)?.visit(&mut |entry, content| {
        let mut bytes = Vec::new();
        // The archive's own fault is reported by the visit.
        let _ = content.read_to_end(&mut bytes);
        entries.insert(entry.path.clone(), (entry.kind.clone(), entry.mode, bytes));
        Ok(())
    })?;
    Ok(entries)
}

/// Unpacks below a folder.
pub(crate) fn unpack_below(path: &Path, folder: &Path) -> Result<Unpacked, SourceError> {
    unpack(
        open(path)?.as_ref(),
        Unpacking {
            mapping: &mut |entry| Some(folder.join(&entry.path)),
            expected: &mut |_| None,
            owner: None,
            check: Check::First,
        },
    )
}

/// The good release in every form, with the name of its file.
pub(crate) fn every_form() -> Vec<(&'static str, ReleaseForm, Vec<u8>)> {
    let items = good();
    vec![
        (
            "deflated.zip",
            ReleaseForm::Zip,
            make::zip(&items, CompressionMethod::Deflated, false),
        ),
        (
            "stored.zip",
            ReleaseForm::Zip,
            make::zip(&items, CompressionMethod::Stored, false),
        ),
        (
            "large.zip",
            ReleaseForm::Zip,
            make::zip(&items, CompressionMethod::Deflated, true),
        ),
        (
            "release.tar.gz",
            ReleaseForm::TarGz,
            make::gzip(&make::tar(&items)),
        ),
        ("release.7z", ReleaseForm::SevenZ, make::seven_z(&items)),
    ]
}

pub(crate) fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn expected() -> Entries {
    good()
        .into_iter()
        .map(|item| {
            let (kind, content) = match item.kind {
                make::Kind::File(content) => (FileKind::File, content),
                make::Kind::Link(target) => (
                    FileKind::Link {
                        target: target.to_owned(),
                    },
                    Vec::new(),
                ),
                _ => (FileKind::Directory, Vec::new()),
            };
            let path = String::from_utf8(item.name).unwrap();
            (
                path.trim_end_matches('/').to_owned(),
                (kind, item.mode, content),
            )
        })
        .collect()
}

fn without_link_modes(mut entries: Entries) -> Entries {
    for (kind, mode, _) in entries.values_mut() {
        if matches!(kind, FileKind::Link { .. }) {
            *mode = 0o777;
        }
    }
    entries
}

#[test]
fn every_form_gives_the_same_entries() {
    let folder = tempfile::tempdir().unwrap();
    for (name, form, bytes) in every_form() {
        let path = put(folder.path(), name, &bytes);
        let source = open(&path).unwrap();
        assert_eq!(source.form(), form);
        assert_eq!(source.place(), path.display().to_string());
        assert_eq!(source.digest().unwrap(), Some(Digest::of(&bytes)));
        assert_eq!(
            without_link_modes(read(&path).unwrap()),
            without_link_modes(expected()),
            "{name}"
        );
    }
}

#[test]
fn the_content_decides_and_not_the_name() {
    let folder = tempfile::tempdir().unwrap();
    for (name, form, bytes) in every_form() {
        let path = put(folder.path(), &format!("{name}.zip.tar.gz"), &bytes);
        assert_eq!(open(&path).unwrap().form(), form);
    }
}

#[test]
fn unpacked_files_have_content_mode_and_links() {
    for (name, _, bytes) in every_form() {
        let folder = tempfile::tempdir().unwrap();
        let path = put(folder.path(), name, &bytes);
        let target = folder.path().join("out");
        let done = unpack_below(&path, &target).unwrap();
        let contents: Vec<_> = expected()
            .into_values()
            .filter(|(kind, ..)| *kind == FileKind::File)
            .collect();
        assert_eq!(done.files, contents.len() as u64);
        assert_eq!(
            done.bytes,
            contents
                .iter()
                .map(|(_, _, content)| content.len() as u64)
                .sum::<u64>()
        );
        // The unpacked folder is a release too, with other eyes.
        assert_eq!(
            without_link_modes(read(&target).unwrap())
                .into_iter()
                .filter(|(path, _)| path != "top/bin")
                .collect::<BTreeMap<_, _>>(),
            without_link_modes(expected()),
            "{name}"
        );
        let followed = std::fs::read(target.join("top/current")).unwrap();
        assert_eq!(followed, b"#!/bin/sh\n");
    }
}

#[test]
fn a_mapping_leaves_out_and_moves() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(
        folder.path(),
        "a.zip",
        &make::zip(
            &[file("top/a", b"1"), file("top/b", b"2")],
            CompressionMethod::Stored,
            false,
        ),
    );
    let target = folder.path().join("out");
    let mut asked = Vec::new();
    let done = unpack(
        open(&path).unwrap().as_ref(),
        Unpacking {
            mapping: &mut |entry: &SourceEntry| {
                (entry.path == "top/b").then(|| target.join("deep/er/c"))
            },
            expected: &mut |entry| {
                asked.push(entry.path.clone());
                Some(Digest::of(b"2"))
            },
            owner: None,
            check: Check::DoneBefore,
        },
    )
    .unwrap();
    assert_eq!((done.files, done.bytes), (1, 1));
    assert_eq!(asked, ["top/b"]);
    assert_eq!(std::fs::read(target.join("deep/er/c")).unwrap(), b"2");
    let mode = target.join("deep").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[test]
fn another_content_than_planned_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, _, bytes) in every_form() {
        let path = put(folder.path(), name, &bytes);
        let error = unpack(
            open(&path).unwrap().as_ref(),
            Unpacking {
                mapping: &mut |entry| Some(folder.path().join("out").join(name).join(&entry.path)),
                expected: &mut |entry| {
                    (entry.path == "top/noise.bin").then(|| Digest::of(b"something else"))
                },
                owner: None,
                check: Check::DoneBefore,
            },
        )
        .unwrap_err();
        assert_eq!(error.code, codes::ARCHIVE_UNREADABLE, "{name}");
        assert!(error.message.contains("top/noise.bin"), "{}", error.message);
    }
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(
        folder.path(),
        "a.tar.gz",
        &make::gzip(&make::tar(&[file("a", b"new")])),
    );
    let target = folder.path().join("out");
    std::fs::create_dir(&target).unwrap();
    std::fs::write(target.join("a"), "old").unwrap();
    let error = unpack_below(&path, &target).unwrap_err();
    assert_eq!(error.code, codes::WRITE_FAILED);
    assert_eq!(std::fs::read(target.join("a")).unwrap(), b"old");

    // A link at the target's place is not followed, above it neither.
    std::fs::remove_file(target.join("a")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), target.join("a")).unwrap();
    assert_eq!(
        unpack_below(&path, &target).unwrap_err().code,
        codes::WRITE_FAILED
    );
    assert!(!folder.path().join("elsewhere").exists());
}

/// As root files go to the owner; an ordinary user can give nothing away.
#[test]
fn files_belong_to_the_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(
        folder.path(),
        "a.tar.gz",
        &make::gzip(&make::tar(&make::good())),
    );
    let own = folder.path().metadata().unwrap();
    let owner = raylift_model::facts::Ownership {
        uid: if own.uid() == 0 { 65_534 } else { own.uid() },
        gid: if own.uid() == 0 { 65_534 } else { own.gid() },
        user: None,
    };
    let target = folder.path().join("out");
    unpack(
        open(&path).unwrap().as_ref(),
        Unpacking {
            mapping: &mut |entry| Some(target.join(&entry.path)),
            expected: &mut |_| None,
            owner: Some(&owner),
            check: Check::First,
        },
    )
    .unwrap();
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(&target) {
        let metadata = entry.unwrap().path().symlink_metadata().unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (owner.uid, owner.gid));
        seen += 1;
    }
    assert_eq!(seen, expected().len() + 2);
}

#[test]
fn what_is_no_release_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let code = |path: &Path| open(path).map(|_| ()).unwrap_err().code;
    assert_eq!(
        code(&folder.path().join("missing.zip")),
        codes::NO_SUCH_RELEASE
    );
    assert_eq!(
        code(&put(folder.path(), "notes.txt", b"hello")),
        codes::NOT_A_RELEASE
    );
    assert_eq!(
        code(&put(folder.path(), "empty", b"")),
        codes::NOT_A_RELEASE
    );
    for name in ["empty.zip", "empty.tar.gz", "empty.7z"] {
        assert_eq!(
            code(&put(folder.path(), name, b"")),
            codes::ARCHIVE_UNREADABLE
        );
    }
    assert_eq!(
        code(&put(folder.path(), "page.zip", b"<html>")),
        codes::ARCHIVE_UNREADABLE
    );
    assert_eq!(code(Path::new("/dev/null")), codes::NOT_A_RELEASE);
}

#[test]
fn checksums_beside_the_archive_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "a.zip", &every_form()[0].2);
    let said = std::process::Command::new("sha512sum")
        .arg(&path)
        .output()
        .unwrap();
    std::fs::write(folder.path().join("a.zip.sha512"), said.stdout).unwrap();
    std::fs::write(folder.path().join("a.zip.MD5"), "0".repeat(32)).unwrap();
    assert_eq!(
        open(&path).unwrap().checksums().unwrap(),
        [
            ("a.zip.sha512".to_owned(), true),
            ("a.zip.MD5".to_owned(), false)
        ]
    );
}

/// What a visitor does not read is checked all the same.
#[test]
fn damage_is_seen_by_a_visitor_that_reads_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (name, _, mut bytes) in every_form() {
        // In the middle of the first large content.
        let middle = bytes.len() / 3;
        bytes[middle] ^= 0x55;
        let path = put(folder.path(), name, &bytes);
        let error = open(&path).unwrap().visit(&mut |_, _| Ok(())).unwrap_err();
        assert_eq!(
            error.code,
            codes::ARCHIVE_UNREADABLE,
            "{name}: {}",
            error.message
        );
    }
}

#[test]
fn a_visitors_own_error_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    for (name, _, bytes) in every_form() {
        let path = put(folder.path(), name, &bytes);
        let error = open(&path)
            .unwrap()
            .visit(&mut |_, content| {
                content.read_exact(&mut [0; 0]).unwrap();
                Err(SourceError {
                    code: codes::NOT_NEWER,
                    message: "enough".to_owned(),
                    source: None,
                })
            })
            .unwrap_err();
        assert_eq!(
            (error.code, error.message.as_str()),
            (codes::NOT_NEWER, "enough")
        );
    }
}
