//! Sites for the claims, one at a time.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use raylift_lab::{Lab, NewDocument, ReleaseVersion, Scenario, Site};
use tempfile::TempDir;

/// Longer than any start on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// The document in the data of [`ga1_data`].
pub(crate) const DOCUMENT: (&str, &str) = ("House rules", "Be kind.\n");

/// A site in a folder of its own, and the turn: sites run one after the other, because two at a
/// time make each other slow.
pub(crate) struct Stage {
    pub(crate) site: Site,
    _folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

pub(crate) fn lab() -> Lab {
    Lab::open(None).expect("lab")
}

pub(crate) fn scenario(version: ReleaseVersion, trouble: &[(&str, &str)]) -> Scenario {
    let mut scenario = Scenario::of(version);
    for (key, value) in trouble {
        scenario
            .trouble
            .insert((*key).to_owned(), (*value).to_owned());
    }
    scenario
}

/// A new site, not started.
pub(crate) fn site(scenario: &Scenario) -> Stage {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let lab = lab();
    let folder = lab.scratch().expect("folder");
    let site = Site::create(&lab, scenario, &folder.path().join("site")).expect("site");
    Stage {
        site,
        _folder: folder,
        _turn: turn,
    }
}

/// A new site that has the data of a 7.2.0 site, and the scenario's trouble.
pub(crate) fn site_on_ga1_data(scenario: &Scenario) -> Stage {
    let data = ga1_data();
    let stage = site(scenario);
    stage.site.replace_data(data).expect("data");
    stage.site.set_trouble(scenario).expect("trouble");
    stage
}

/// The `data` folder of a 7.2.0 site after its first start, one document and a stop.
fn ga1_data() -> &'static Path {
    static DATA: OnceLock<PathBuf> = OnceLock::new();
    DATA.get_or_init(|| {
        let mut scenario = Scenario::of(ReleaseVersion::Ga1);
        scenario.site.documents.push(NewDocument {
            title: DOCUMENT.0.to_owned(),
            text: DOCUMENT.1.to_owned(),
        });
        let stage = site(&scenario);
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lab-ga1-data");
        if data.exists() {
            std::fs::remove_dir_all(&data).expect("old data");
        }
        stage.site.save_data(&data).expect("data");
        data
    })
}

/// `schemaVersion` of a row of `Release_`, or a dash for none.
pub(crate) fn schema_version(site: &Site, name: &str) -> String {
    site.release_rows()
        .expect("rows")
        .into_iter()
        .find(|row| row.name == name)
        .map_or_else(
            || "-".to_owned(),
            |row| row.schema_version.unwrap_or_default(),
        )
}

/// Asserts that a row gets a schema version: HSQLDB writes what is committed up to half a second later
/// (`hsqldb.write_delay_millis`), and a started site is read from its files.
pub(crate) fn assert_becomes(site: &Site, name: &str, version: &str) {
    let begun = Instant::now();
    while schema_version(site, name) != version && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(schema_version(site, name), version, "{name}");
}

/// Number of rows of a table.
pub(crate) fn count(site: &Site, table: &str) -> u64 {
    let rows = site
        .query(&format!("select count(*) from {table}"))
        .expect("count");
    rows[0][0]
        .as_deref()
        .expect("value")
        .parse()
        .expect("number")
}

/// Everything that the server printed.
pub(crate) fn printed(site: &Site) -> String {
    let log = site.tomcat().expect("tomcat").join("logs/catalina.out");
    std::fs::read_to_string(log).expect("catalina.out")
}

/// Writes a bundle with these headers and nothing else, owned like the site.
pub(crate) fn write_bundle(site: &Site, path: &str, headers: &[(&str, &str)]) {
    let file = site.home().join(path);
    std::fs::create_dir_all(file.parent().expect("folder")).expect("folder");
    std::fs::write(&file, bundle(headers)).expect("bundle");
    site.facts()
        .owner
        .take(file.parent().expect("folder"))
        .expect("owner");
}

/// The bytes of a bundle with these headers.
pub(crate) fn bundle(headers: &[(&str, &str)]) -> Vec<u8> {
    let mut manifest = "Manifest-Version: 1.0\r\nBundle-ManifestVersion: 2\r\n".to_owned();
    for (name, value) in headers {
        manifest.push_str(&format!("{name}: {value}\r\n"));
    }
    manifest.push_str("\r\n");
    archive(&[("META-INF/MANIFEST.MF", manifest.as_bytes())])
}

/// The bytes of a ZIP archive.
pub(crate) fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .expect("entry");
        writer.write_all(bytes).expect("bytes");
    }
    writer.finish().expect("archive").into_inner()
}

/// State of a bundle as `version state`, from the page of the modules.
pub(crate) fn bundle_state(site: &Site, name: &str) -> Option<String> {
    let text = site.get("/lab/modules").expect("modules");
    text.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?.strip_prefix('\t')?;
        Some(rest.replace('\t', " "))
    })
}

/// Liferay's own log, of all days.
pub(crate) fn liferay_log(site: &Site) -> String {
    std::fs::read_dir(site.home().join("logs"))
        .expect("logs")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .map(|path| std::fs::read_to_string(path).expect("log"))
        .collect()
}
