//! The cache of release facts: taken when nothing changed, left alone when anything did.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may panic like the test itself"
)]

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use raylift_host::archive::{open, open_with};
use raylift_host::cache::Cache;
use raylift_model::facts::ReleaseFacts;
use raylift_model::settings::Settings;
use raylift_run::host::Host as _;
use raylift_survey::release::{survey, survey_with};
use raylift_survey::source::SourceError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The bundle's version, in the JAR and in the archive uncompressed, so that it can be changed without another size.
const VERSION: &str = "Bundle-Version: 1.0.0";

/// A small release as archive and as folder, and a cache that believes it was made long ago.
struct Scene {
    scratch: tempfile::TempDir,
    cache: Cache,
}

fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(10)
}

fn zip(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in entries {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn files(version: &str) -> Vec<(&'static str, Vec<u8>)> {
    let manifest = |text: String| zip(&[("META-INF/MANIFEST.MF", text.into_bytes())]);
    let portal = "Bundle-Vendor: Liferay, Inc.\r\nLiferay-Portal-Version: 7.2.1\r\n\r\n";
    vec![
        ("tomcat-9/conf/server.xml", b"<Server/>".to_vec()),
        ("tomcat-9/webapps/ROOT/index.jsp", b"<html/>".to_vec()),
        (
            "tomcat-9/webapps/ROOT/WEB-INF/lib/portal-impl.jar",
            manifest(portal.to_owned()),
        ),
        (
            "tomcat-9/lib/ext/portal-kernel.jar",
            manifest(portal.to_owned()),
        ),
        (
            "osgi/core/a.b.jar",
            manifest(format!("Bundle-SymbolicName: a.b\r\n{version}\r\n\r\n")),
        ),
    ]
}

fn archive_of(version: &str) -> Vec<u8> {
    let below: Vec<(String, Vec<u8>)> = files(version)
        .into_iter()
        .map(|(name, bytes)| (format!("top/{name}"), bytes))
        .collect();
    let entries: Vec<(&str, Vec<u8>)> = below
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    zip(&entries)
}

impl Scene {
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("release.zip"), archive_of(VERSION)).unwrap();
        for (name, bytes) in files(VERSION) {
            let path = scratch.path().join("release").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        // So that no later change can fall into the same tick of the file system's clock.
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        for file in walkdir::WalkDir::new(scratch.path()) {
            let file = fs::File::open(file.unwrap().path()).unwrap();
            file.set_modified(long_ago).unwrap();
        }
        let cache = Cache::open(&scratch.path().join("cache"), "reader")
            .unwrap()
            .with_clock(later);
        Self { scratch, cache }
    }

    fn archive(&self) -> PathBuf {
        self.scratch.path().join("release.zip")
    }

    fn folder(&self) -> PathBuf {
        self.scratch.path().join("release")
    }

    fn entries(&self, kind: &str) -> Vec<PathBuf> {
        let folder = self.scratch.path().join("cache/raylift");
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.file_name()
                    .unwrap()
                    .to_string_lossy()
                    .starts_with(kind)
            })
            .collect()
    }
}

fn with(cache: &Cache, release: &Path) -> Result<ReleaseFacts, SourceError> {
    let source = open_with(release, Some(cache))?;
    survey_with(source.as_ref(), Some(cache))
}

fn fresh(release: &Path) -> ReleaseFacts {
    survey(open(release).unwrap().as_ref()).unwrap()
}

/// The version of the only bundle, which tells which reading the facts are of.
fn version(facts: &ReleaseFacts) -> String {
    facts.bundles[0].version.to_string()
}

/// Puts another version into the kept facts, so that they can be told from facts that were read.
fn mark(scene: &Scene) {
    use raylift_survey::release::FactsStore as _;
    for release in [scene.archive(), scene.folder()] {
        let source = open_with(&release, Some(&scene.cache)).unwrap();
        let key = source.content_key().unwrap().unwrap();
        let mut facts = scene.cache.recall(&key).unwrap();
        facts.bundles[0].version = "7.7.7".parse().unwrap();
        scene.cache.keep(&key, &facts);
    }
}

/// A cache with marked facts of both.
fn marked() -> Scene {
    let scene = Scene::new();
    with(&scene.cache, &scene.archive()).unwrap();
    with(&scene.cache, &scene.folder()).unwrap();
    mark(&scene);
    scene
}

#[test]
fn kept_facts_are_equal_to_facts_that_were_read() {
    let scene = Scene::new();
    for release in [scene.archive(), scene.folder()] {
        let first = with(&scene.cache, &release).unwrap();
        let second = with(&scene.cache, &release).unwrap();
        assert_eq!(first, fresh(&release));
        assert_eq!(second, first);
    }
    assert_eq!(scene.entries("facts-").len(), 2);
    assert_eq!(scene.entries("hashes-").len(), 1);
}

#[test]
fn the_second_time_nothing_is_read() {
    let scene = marked();
    for release in [scene.archive(), scene.folder()] {
        assert_eq!(version(&with(&scene.cache, &release).unwrap()), "7.7.7");
    }
}

#[test]
fn a_copy_elsewhere_has_the_same_content_and_its_own_place() {
    let scene = marked();
    let copy = scene.scratch.path().join("copy.zip");
    fs::copy(scene.archive(), &copy).unwrap();
    let facts = with(&scene.cache, &copy).unwrap();
    assert_eq!(version(&facts), "7.7.7");
    assert_eq!(facts.place, copy.display().to_string());
    assert!(
        facts
            .findings
            .iter()
            .all(|finding| !finding.subject.ends_with("release.zip"))
    );
}

#[test]
fn a_changed_byte_is_seen_at_the_same_size() {
    let scene = marked();
    let changed = VERSION.replace("1.0.0", "1.0.1");
    let archive = archive_of(&changed);
    assert_eq!(
        archive.len() as u64,
        fs::metadata(scene.archive()).unwrap().len()
    );
    fs::write(scene.archive(), archive).unwrap();
    let (name, bytes) = files(&changed).pop().unwrap();
    fs::write(scene.folder().join(name), bytes).unwrap();
    for release in [scene.archive(), scene.folder()] {
        assert_eq!(version(&with(&scene.cache, &release).unwrap()), "1.0.1");
    }
}

#[test]
fn what_was_changed_a_moment_ago_is_not_remembered() {
    let scene = Scene::new();
    let cache = scene.cache.clone().with_clock(SystemTime::now);
    for release in [scene.archive(), scene.folder()] {
        assert_eq!(with(&cache, &release).unwrap(), fresh(&release));
    }
    assert_eq!(scene.entries(""), Vec::<PathBuf>::new());
}

#[test]
fn facts_of_another_reader_are_not_taken_and_are_replaced() {
    let scene = marked();
    let base = scene.scratch.path().join("cache");
    let other = Cache::open(&base, "reader 2").unwrap().with_clock(later);
    for release in [scene.archive(), scene.folder()] {
        assert_eq!(version(&with(&other, &release).unwrap()), "1.0.0");
        assert_eq!(version(&with(&scene.cache, &release).unwrap()), "1.0.0");
    }
    assert_eq!(scene.entries("facts-").len(), 2);
}

#[test]
fn a_cut_entry_is_read_past_and_written_anew() {
    let scene = marked();
    for path in scene.entries("") {
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    }
    for release in [scene.archive(), scene.folder()] {
        assert_eq!(version(&with(&scene.cache, &release).unwrap()), "1.0.0");
    }
    mark(&scene);
    assert_eq!(
        version(&with(&scene.cache, &scene.archive()).unwrap()),
        "7.7.7"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_no_error() {
    let scene = Scene::new();
    let folder = scene.scratch.path().join("cache/raylift");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
    let facts = with(&scene.cache, &scene.archive()).unwrap();
    assert_eq!(facts, fresh(&scene.archive()));
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let facts = with(&scene.cache, &scene.archive()).unwrap();
    assert_eq!(facts, fresh(&scene.archive()));
}

#[test]
fn checksum_files_are_compared_anew_each_time() {
    let scene = marked();
    let archive = scene.archive();
    let beside = scene.scratch.path().join("release.zip.sha256");
    let right = open(&archive).unwrap().digest().unwrap().unwrap();
    fs::write(&beside, right.as_str()).unwrap();
    let good = with(&scene.cache, &archive).unwrap();
    assert_eq!(version(&good), "7.7.7");
    assert!(
        good.findings
            .iter()
            .all(|finding| finding.code.as_str() != raylift_model::codes::NO_CHECKSUM)
    );
    fs::write(&beside, "0".repeat(64)).unwrap();
    let refused = with(&scene.cache, &archive).unwrap_err();
    assert_eq!(refused.code, raylift_model::codes::ARCHIVE_CHECKSUM);
    fs::remove_file(&beside).unwrap();
    let without = with(&scene.cache, &archive).unwrap();
    assert_eq!(
        without
            .findings
            .iter()
            .filter(|finding| finding.code.as_str() == raylift_model::codes::NO_CHECKSUM)
            .count(),
        1
    );
}

#[test]
fn facts_of_another_archive_are_not_taken() {
    use raylift_survey::release::FactsStore as _;
    let scene = marked();
    let archive = scene.archive();
    let old = with(&scene.cache, &archive).unwrap();
    fs::write(&archive, archive_of("Bundle-Version: 2.0.0")).unwrap();
    let key = open(&archive).unwrap().digest().unwrap().unwrap();
    scene.cache.keep(&key, &old);
    assert_eq!(version(&with(&scene.cache, &archive).unwrap()), "2.0.0");
}

/// A run compares the release with its plan by this digest, whatever the plan was made from.
#[test]
fn the_digest_a_run_checks_is_that_of_the_bytes() {
    let scene = Scene::new();
    let (archive, folder) = (scene.archive(), scene.folder());
    let planned = [&archive, &folder].map(|release| with(&scene.cache, release).unwrap().digest);
    let host = raylift_host::site::host(
        scene.scratch.path().to_owned(),
        Settings::default(),
        Arc::new(AtomicBool::new(false)),
    );
    let digest = |release: &Path| host.release_digest(release, &mut |_| {}).unwrap();
    assert_eq!([digest(&archive), digest(&folder)], planned);
    let changed = VERSION.replace("1.0.0", "1.0.1");
    fs::write(&archive, archive_of(&changed)).unwrap();
    let (name, bytes) = files(&changed).pop().unwrap();
    fs::write(folder.join(name), bytes).unwrap();
    assert_ne!(digest(&archive), planned[0]);
    assert_ne!(digest(&folder), planned[1]);
}
