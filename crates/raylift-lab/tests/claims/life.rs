//! A site's ordinary life: first start, users, configuration, stop.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use raylift_lab::{ConfigFile, LabError, ReleaseVersion, Scenario};
use sha2::{Digest, Sha256};

use crate::stage::{
    PATIENCE, archive, bundle, bundle_state, count, printed, schema_version, site,
    site_on_ga1_data, write_bundle,
};

fn files_below(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("entry"))
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// Listening TCP ports of the machine's IPv4 addresses that belong to a process (proc(5)).
fn listening_ports(pid: i32) -> Vec<u16> {
    let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .expect("descriptors")
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|target| {
            let target = target.to_string_lossy().into_owned();
            Some(
                target
                    .strip_prefix("socket:[")?
                    .strip_suffix(']')?
                    .to_owned(),
            )
        })
        .collect();
    let mut ports = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in std::fs::read_to_string(table)
            .expect("table")
            .lines()
            .skip(1)
        {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if fields[3] == "0A" && sockets.iter().any(|socket| socket == fields[9]) {
                let port = fields[1].rsplit(':').next().expect("port");
                ports.push(u16::from_str_radix(port, 16).expect("number"));
            }
        }
    }
    ports.sort_unstable();
    ports
}

#[test]
fn the_first_start_makes_the_real_schema_and_an_ordinary_user_owns_everything() {
    let mut stage = site(&Scenario::of(ReleaseVersion::Ga1));
    let server = stage.site.start(PATIENCE).expect("start");

    let page = stage.site.get("/").expect("page");
    assert!(page.contains("<title>"), "{page}");
    assert!(stage.site.is_up());

    // real-core.md 2: GA1 ends at 5.0.2, build 7200; the verify phase of a normal start (int 1.3)
    // writes build number and verified.
    let rows = stage.site.release_rows().expect("rows");
    let portal = rows
        .iter()
        .find(|row| row.name == "portal")
        .expect("portal");
    assert_eq!(portal.schema_version.as_deref(), Some("5.0.2"));
    assert_eq!(portal.build_number, Some(7200));
    // The real schema's own tables, from portal-tables.sql of the real portal-impl.
    for table in [
        "User_",
        "Layout",
        "DLFileEntry",
        "Counter",
        "Configuration_",
    ] {
        count(&stage.site, table);
    }

    // The console is closed unless configured (int 6.1): only HTTP and shutdown listen.
    let facts = stage.site.facts().clone();
    let mut expected = vec![facts.http_port, facts.shutdown_port];
    expected.sort_unstable();
    assert_eq!(listening_ports(server.pid), expected);

    // The process and every file belong to the owner.
    let status = std::fs::metadata(format!("/proc/{}", server.pid)).expect("process");
    assert_eq!(status.uid(), facts.owner.user);
    stage.site.stop(PATIENCE).expect("stop");
    assert!(!server.is_alive());
    for entry in walkdir::WalkDir::new(stage.site.home()) {
        let entry = entry.expect("entry");
        let owner = entry.metadata().expect("metadata").uid();
        assert_eq!(owner, facts.owner.user, "{}", entry.path().display());
    }

    // After a normal stop the database's files are closed (test-bed.md 4).
    let names: Vec<String> = files_below(&stage.site.home().join("data/hypersonic"))
        .iter()
        .map(|path| {
            path.file_name()
                .expect("name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.ends_with(".lck") || name.ends_with(".log")),
        "{names:?}"
    );
    assert!(
        !stage
            .site
            .tomcat()
            .expect("tomcat")
            .join("catalina.pid")
            .exists()
    );
}

#[test]
fn the_older_release_registers_its_modules() {
    let mut stage = site(&Scenario::of(ReleaseVersion::Ga1));
    stage.site.start(PATIENCE).expect("start");
    for (name, version) in [
        ("micro", "1.0.0"),
        ("micro2", "1.0.0"),
        ("minor", "1.0.0"),
        ("major", "1.1.0"),
        ("service", "1.0.0"),
        ("slow", "1.0.0"),
        ("bulk", "1.0.0"),
        ("loop", "1.0.0"),
        ("unchanged", "1.0.0"),
        ("fresh", "-"),
        ("web", "-"),
        ("throwing", "-"),
    ] {
        let full = format!("com.liferay.lab.{name}");
        assert_eq!(schema_version(&stage.site, &full), version, "{name}");
    }
}

#[test]
fn a_written_document_is_one_row_in_two_tables_and_one_file() {
    let mut stage = site(&Scenario::of(ReleaseVersion::Ga1));
    let store = stage.site.home().join("data/document_library");
    stage.site.start(PATIENCE).expect("start");
    assert_eq!(stage.site.documents().expect("documents"), []);
    let before = (
        count(&stage.site, "DLFileEntry"),
        count(&stage.site, "DLFileVersion"),
    );
    let files = if store.exists() {
        files_below(&store).len()
    } else {
        0
    };

    let content = b"Be kind.\n";
    stage
        .site
        .write_document("House rules & more", content)
        .expect("write");

    let listed = stage.site.documents().expect("documents");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].title, "House rules & more");
    assert_eq!(listed[0].size, 9);
    let digest: String = Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(listed[0].sha256, digest);

    stage.site.stop(PATIENCE).expect("stop");
    assert_eq!(count(&stage.site, "DLFileEntry"), before.0 + 1);
    assert_eq!(count(&stage.site, "DLFileVersion"), before.1 + 1);
    let stored = files_below(&store);
    assert_eq!(stored.len(), files + 1);
    // The file-system store: <companyId>/<repositoryId>/<name>/1.0.
    let row = stage
        .site
        .query("select companyId, repositoryId, name from DLFileEntry")
        .expect("row");
    let column = |index: usize| row[0][index].clone().expect("value");
    let path = store
        .join(column(0))
        .join(column(1))
        .join(column(2))
        .join("1.0");
    assert_eq!(std::fs::read(&path).expect("content"), content);

    stage.site.start(PATIENCE).expect("second start");
    assert_eq!(stage.site.documents().expect("documents"), listed);
}

#[test]
fn a_configuration_whose_file_is_gone_is_deleted_at_the_next_start() {
    let mut scenario = Scenario::of(ReleaseVersion::Ga1);
    for (name, extra) in [
        ("Going", ""),
        ("Ignored", "configuration.cleaner.ignore=\"true\"\n"),
    ] {
        scenario.site.configs.push(ConfigFile {
            name: format!("com.example.{name}Configuration.config"),
            text: format!("greeting=\"Hello\"\n{extra}"),
        });
    }
    let mut stage = site(&scenario);
    stage.site.start(PATIENCE).expect("start");
    stage.site.stop(PATIENCE).expect("stop");
    let stored = |pid: &str| {
        let sql = format!("select dictionary from Configuration_ where configurationId = '{pid}'");
        let rows = stage.site.query(&sql).expect("rows");
        rows.first().map(|row| row[0].clone().expect("dictionary"))
    };
    let dictionary = stored("com.example.GoingConfiguration").expect("a row");
    assert!(
        dictionary.contains("felix.fileinstall.filename"),
        "{dictionary}"
    );
    assert!(dictionary.contains("Hello"));
    assert!(stored("com.example.IgnoredConfiguration").is_some());

    for name in ["Going", "Ignored"] {
        let file = format!("osgi/configs/com.example.{name}Configuration.config");
        std::fs::remove_file(stage.site.home().join(file)).expect("remove");
    }
    let home = stage.site.home().to_path_buf();
    stage.site.start(PATIENCE).expect("second start");
    stage.site.stop(PATIENCE).expect("stop");
    let stored = |pid: &str| {
        let sql = format!("select 1 from Configuration_ where configurationId = '{pid}'");
        !stage.site.query(&sql).expect("rows").is_empty()
    };
    // layout-and-artifacts.md 0.1.
    assert!(!stored("com.example.GoingConfiguration"));
    assert!(stored("com.example.IgnoredConfiguration"));
    assert!(home.join("osgi/configs").is_dir());
}

#[test]
fn liferays_log_has_the_real_layout() {
    let mut stage = site(&Scenario::of(ReleaseVersion::Ga1));
    stage.site.start(PATIENCE).expect("start");
    stage.site.stop(PATIENCE).expect("stop");
    let logs: Vec<PathBuf> = files_below(&stage.site.home().join("logs"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    assert_eq!(logs.len(), 1);
    let name = logs[0].file_name().expect("name").to_string_lossy();
    assert_eq!(name.len(), "liferay.2026-11-23.log".len(), "{name}");
    let text = std::fs::read_to_string(&logs[0]).expect("log");
    // real-core.md 5: `yyyy-MM-dd HH:mm:ss.SSS LEVEL [thread][Class:line] text`.
    let line = text.lines().next().expect("a line");
    let (stamp, rest) = line.split_at(23);
    assert_eq!(&stamp[4..5], "-", "{line}");
    assert_eq!(&stamp[19..20], ".", "{line}");
    let level = rest.trim_start().split(' ').next().expect("level");
    assert!(["INFO", "WARN", "ERROR"].contains(&level), "{line}");
    assert!(rest.contains("][") && rest.contains(":"), "{line}");
    assert!(printed(&stage.site).contains(line));
}

#[test]
fn a_second_server_on_the_same_home_does_not_come_up() {
    let mut stage = site(&Scenario::of(ReleaseVersion::Ga1));
    stage.site.start(PATIENCE).expect("start");
    // Tomcat's own script refuses while the process of the PID file lives.
    assert!(matches!(stage.site.launch(), Err(LabError::Command { .. })));
    assert!(stage.site.is_up());
}

#[test]
fn inner_jars_are_bundles_and_their_containers_are_not() {
    let mut stage = site(&Scenario::of(ReleaseVersion::Ga2));
    stage.site.start(PATIENCE).expect("start");
    let text = stage.site.get("/lab/modules").expect("modules");
    assert!(
        text.lines()
            .any(|line| line.starts_with("com.liferay.blogs.web\t4.0.35\t"))
    );
    assert!(!text.contains("Liferay CE Collaboration"), "{text}");
}

#[test]
fn an_override_shadows_the_bundle_of_an_lpkg() {
    let mut stage = site(&Scenario::of(ReleaseVersion::Ga2));
    for (path, name) in [
        (
            "osgi/marketplace/override/com.liferay.blogs.web.jar",
            "com.liferay.blogs.web",
        ),
        (
            "osgi/static/com.liferay.portal.profile.api.jar",
            "com.liferay.portal.profile.api",
        ),
    ] {
        let headers = [("Bundle-SymbolicName", name), ("Bundle-Version", "99.0.0")];
        write_bundle(&stage.site, path, &headers);
    }
    stage.site.start(PATIENCE).expect("start");
    for name in ["com.liferay.blogs.web", "com.liferay.portal.profile.api"] {
        let state = bundle_state(&stage.site, name).expect("bundle");
        assert_eq!(state, "99.0.0 ACTIVE", "{name}");
    }
}

#[test]
fn a_broken_static_bundle_ends_the_start() {
    let mut stage = site(&Scenario::of(ReleaseVersion::Ga2));
    write_bundle(
        &stage.site,
        "osgi/static/com.example.broken.jar",
        &[
            ("Bundle-SymbolicName", "com.example.broken"),
            ("Bundle-Version", "1.0.0"),
            ("Import-Package", "com.example.missing"),
        ],
    );
    let refused = stage.site.start(PATIENCE);
    assert!(
        matches!(&refused, Err(LabError::NotUp { status, .. }) if status == "404"),
        "{refused:?}"
    );
    let folder = stage.site.tomcat().expect("tomcat").join("logs");
    let text: String = files_below(&folder)
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("log"))
        .collect();
    assert!(text.contains("BundleException") && text.contains("com.example.missing"));
}

#[test]
fn a_kept_state_hides_a_changed_bundle() {
    let mut stage = site(&Scenario::of(ReleaseVersion::Ga2));
    let package = stage.site.home().join("osgi/marketplace/Example.lpkg");
    let write = |import: &str| {
        let jar = bundle(&[
            ("Bundle-SymbolicName", "com.example.kept"),
            ("Bundle-Version", "1.0.0"),
            ("Import-Package", import),
        ]);
        let properties: &[u8] = b"title=Example\nversion=1.0.0\n";
        let bytes = archive(&[
            ("liferay-marketplace.properties", properties),
            ("com.example.kept-1.0.0.jar", &jar),
        ]);
        std::fs::write(&package, bytes).expect("LPKG");
    };
    write("org.osgi.framework");
    stage.site.start(PATIENCE).expect("start");
    let state = |site: &raylift_lab::Site| bundle_state(site, "com.example.kept");
    assert_eq!(state(&stage.site).as_deref(), Some("1.0.0 ACTIVE"));
    stage.site.stop(PATIENCE).expect("stop");

    write("com.example.missing");
    stage.site.start(PATIENCE).expect("second start");
    assert_eq!(state(&stage.site).as_deref(), Some("1.0.0 ACTIVE"));
    stage.site.stop(PATIENCE).expect("stop");

    let kept = stage.site.home().join("osgi/state");
    std::fs::remove_dir_all(kept).expect("state");
    stage.site.start(PATIENCE).expect("third start");
    assert_eq!(state(&stage.site).as_deref(), Some("1.0.0 INSTALLED"));
}

#[test]
fn deleting_the_auto_upgrade_file_starts_upgrades() {
    let name =
        "com.liferay.portal.upgrade.internal.configuration.ReleaseManagerConfiguration.config";
    let mut scenario = Scenario::of(ReleaseVersion::Ga1Respin);
    scenario.site.configs.push(ConfigFile {
        name: name.to_owned(),
        text: "autoUpgrade=\"false\"\n".to_owned(),
    });
    let mut stage = site_on_ga1_data(&scenario);
    stage.site.start(PATIENCE).expect("start");
    let micro = "com.liferay.lab.micro";
    assert_eq!(schema_version(&stage.site, micro), "1.0.0");
    std::fs::remove_file(stage.site.home().join("osgi/configs").join(name)).expect("remove");
    let deadline = Instant::now() + PATIENCE;
    while schema_version(&stage.site, micro) != "1.0.1" {
        assert!(Instant::now() < deadline, "nothing runs");
    }
}
