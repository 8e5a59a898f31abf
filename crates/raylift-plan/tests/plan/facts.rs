//! Facts of a small 7.2.0 site and of a 7.2.1 release, as the survey would write them.

use std::collections::BTreeMap;

use raylift_model::digest::Digest;
use raylift_model::facts::{
    AppServerFacts, BundleFacts, Connector, CoreRegistry, CoreStep, DatabaseFacts, DatabaseKind,
    DatabaseSettings, DiskFacts, FileFact, FileKind, Identity, JavaFacts, ManagedBy,
    ModuleRegistrations, Ownership, PidFile, ProbeFact, ProcessFacts, Registration, ReleaseFacts,
    ReleaseForm, ReleaseLayout, ReleaseRow, SiteFacts, StartupCheck, StoreFacts, TableFacts,
};
use raylift_model::names::{BundleSymbolicName, RelativePath, RunId};
use raylift_model::settings::Settings;
use raylift_model::version::{OsgiVersion, SchemaVersion};
use raylift_plan::Wishes;

pub(crate) fn wishes() -> Wishes {
    Wishes {
        run: RunId::new("0001-7.2.1"),
        micro: false,
        same_release: false,
        app_server: raylift_plan::AppServer::Keep,
        move_migrated_keys: false,
        waive_proof: false,
        resolutions: std::collections::BTreeMap::new(),
        settings: Settings::default(),
    }
}

pub(crate) fn file(path: &str, content: &str) -> FileFact {
    FileFact {
        path: RelativePath::new(path),
        kind: FileKind::File,
        size: content.len() as u64,
        mode: 0o644,
        digest: Some(Digest::of(content.as_bytes())),
        by_liferay: false,
    }
}

pub(crate) fn row(name: &str, version: &str) -> ReleaseRow {
    ReleaseRow {
        name: BundleSymbolicName::new(name),
        schema_version: SchemaVersion::new(version),
        build_number: Some(7200),
        state: Some(0),
        verified: Some(true),
    }
}

/// A bundle that registers `steps` of `(from, to, number of classes)`.
pub(crate) fn bundle(name: &str, steps: &[(&str, &str, usize)]) -> BundleFacts {
    BundleFacts {
        file: RelativePath::new(format!("osgi/marketplace/{name}.lpkg")),
        entry: Some(format!("{name}-1.0.0.jar")),
        symbolic_name: BundleSymbolicName::new(name),
        version: OsgiVersion::new(1, 0, 0),
        vendor: None,
        require_schema_version: None,
        liferay_service: false,
        fragment: false,
        upgrades: ModuleRegistrations {
            registrators: vec![format!("{name}.Registrator")],
            registrations: steps
                .iter()
                .map(|(from, to, classes)| Registration {
                    name: None,
                    from: SchemaVersion::new(*from),
                    to: SchemaVersion::new(*to),
                    classes: (0..*classes).map(|index| format!("Step{index}")).collect(),
                })
                .collect(),
            ..ModuleRegistrations::default()
        },
        release_filters: Vec::new(),
        metatypes: Default::default(),
        sql: Default::default(),
        executor: None,
    }
}

/// The registries of CE 7.2.0 GA1 and 7.2.1 GA2 (real-core facts, section 2).
fn core(last: &str, required: &str, check: StartupCheck) -> CoreRegistry {
    let all = [
        ("0.1.0", "DummyUpgradeProcess"),
        ("5.0.0", "UpgradeB"),
        ("5.0.1", "UpgradePersonalMenu"),
        ("5.0.2", "UpgradeCountry"),
        ("5.0.3", "com.liferay.portal.upgrade.v7_2_x.UpgradeModules"),
        ("5.0.4", "com.liferay.portal.upgrade.v7_2_x.UpgradeLayout"),
        ("5.0.5", "com.liferay.portal.upgrade.v7_2_x.UpgradeThemeId"),
        (
            "5.1.0",
            "com.liferay.portal.upgrade.v7_2_x.UpgradeMVCCVersion",
        ),
    ];
    let end = all
        .iter()
        .position(|(version, _)| *version == last)
        .unwrap();
    CoreRegistry {
        steps: all[..=end]
            .iter()
            .map(|(version, class)| CoreStep {
                schema_version: SchemaVersion::new(*version),
                class: (*class).to_owned(),
                arguments: Vec::new(),
                log_text: None,
                module_rows: raylift_model::facts::ModuleRows::default(),
                may_be_skipped: false,
                asks: Vec::new(),
                creates: Vec::new(),
                undetermined: None,
            })
            .collect(),
        latest_schema_version: Some(SchemaVersion::new(last)),
        required_schema_version: Some(SchemaVersion::new(required)),
        startup_check: check,
        assumed: None,
        undetermined: Vec::new(),
    }
}

fn identity(version: &str, build: u32) -> Identity {
    Identity {
        version: Some(version.parse().unwrap()),
        build_number: Some(build),
        build_date: None,
        release_info: None,
        evidence: Vec::new(),
    }
}

fn layout(tomcat: &str, top: &str) -> ReleaseLayout {
    let tomcat = RelativePath::new(tomcat);
    ReleaseLayout {
        top: top.to_owned(),
        tomcat_version: None,
        portal_impl: tomcat.join("webapps/ROOT/WEB-INF/lib/portal-impl.jar"),
        portal_kernel: tomcat.join("lib/ext/portal-kernel.jar"),
        tomcat,
    }
}

fn sorted(mut files: Vec<FileFact>) -> Vec<FileFact> {
    files.sort_by(|one, two| one.path.cmp(&two.path));
    files
}

pub(crate) fn release() -> ReleaseFacts {
    ReleaseFacts {
        place: "/archives/ga2.zip".to_owned(),
        form: ReleaseForm::Zip,
        digest: Digest::of(b"ga2"),
        identity: identity("7.2.1", 7201),
        layout: layout("tomcat-9.0.33", "liferay-ce-portal-7.2.1-ga2"),
        files: sorted(vec![
            file("osgi/core/bootstrap.jar", "new"),
            file("osgi/configs/shipped.config", "shipped"),
            file("osgi/marketplace/Liferay CE Blogs - API.lpkg", "blogs 2"),
            file("tomcat-9.0.33/lib/ext/portal-kernel.jar", "kernel 2"),
            file("tomcat-9.0.33/lib/ext/hsql.jar", "hsql"),
            file(
                "tomcat-9.0.33/webapps/ROOT/WEB-INF/lib/portal-impl.jar",
                "impl 2",
            ),
            file("tomcat-9.0.33/conf/server.xml", "server"),
            file("tomcat-9.0.33/.githash", "hash 2"),
            file(
                "tools/portal-tools-db-upgrade-client/com.liferay.portal.tools.db.upgrade.client.jar",
                "client",
            ),
            file("license/copyright.txt", "copyright"),
        ]),
        unpacked_size: 1000,
        core: core("5.1.0", "5.1.0", StartupCheck::SchemaVersion),
        core_sql: Default::default(),
        defaults: Default::default(),
        property_tables: Default::default(),
        bundles: Vec::new(),
        texts: BTreeMap::new(),
        archives: Vec::new(),
        findings: Vec::new(),
    }
}

pub(crate) fn site() -> SiteFacts {
    SiteFacts {
        home: "/srv/liferay".to_owned(),
        given: None,
        identity: identity("7.2.0", 7200),
        layout: Some(layout("tomcat-9.0.19", "")),
        app_server: AppServerFacts {
            home: "/srv/liferay/tomcat-9.0.19".to_owned(),
            base: "/srv/liferay/tomcat-9.0.19".to_owned(),
            version: Some("9.0.19".to_owned()),
            connectors: vec![Connector {
                address: None,
                port: 8080,
                tls: false,
            }],
            shutdown_port: Some(8005),
            process: Some(ProcessFacts {
                pid: 42,
                started: 4242,
                owner: owner(),
                java: java(11),
                jvm_options: Vec::new(),
                java_options: Vec::new(),
                managed_by: ManagedBy::Nobody,
                environment_readable: true,
            }),
            pid_file: PidFile::NotUsed,
            probes: vec![ProbeFact {
                url: "http://127.0.0.1:8080/".to_owned(),
                host: None,
                status: Some(200),
                title: Some("Welcome".to_owned()),
                expect_text: None,
                text_found: false,
            }],
        },
        owner: owner(),
        java: Some(java(11)),
        mounts: Vec::new(),
        database: DatabaseFacts {
            settings: DatabaseSettings {
                kind: DatabaseKind::HsqldbFile,
                driver_class: Some("org.hsqldb.jdbc.JDBCDriver".to_owned()),
                url: Some("jdbc:hsqldb:/srv/liferay/data/hypersonic/lportal".to_owned()),
                username: Some("sa".to_owned()),
                password_set: false,
                jndi_name: None,
                sources: Vec::new(),
            },
            product: None,
            product_version: None,
            server: None,
            checks: Vec::new(),
            collations: Vec::new(),
            schema: None,
            bytes: Some(1000),
            release_rows: vec![row("portal", "5.0.2")],
            tables: vec![TableFacts {
                name: "DLFILEENTRY".to_owned(),
                rows: 3,
            }],
            configurations: Vec::new(),
        },
        store: StoreFacts {
            implementation: "com.liferay.portal.store.file.system.FileSystemStore".to_owned(),
            root: Some("/srv/liferay/data/document_library".to_owned()),
            configured_by: None,
            configured_in_database: false,
            census: None,
            files: 3,
            bytes: 300,
            samples: Vec::new(),
            checks: Vec::new(),
        },
        properties: Vec::new(),
        cluster_link: false,
        auto_run: false,
        verifiers: Default::default(),
        console: None,
        core: core("5.0.2", "5.0.0", StartupCheck::BuildNumber),
        core_sql: Default::default(),
        defaults: Default::default(),
        property_tables: Default::default(),
        bundles: Vec::new(),
        archives: Vec::new(),
        files: sorted(vec![
            file("osgi/core/bootstrap.jar", "old"),
            file("osgi/configs/shipped.config", "shipped"),
            file("osgi/marketplace/Liferay CE Blogs - API.lpkg", "blogs 1"),
            file("tomcat-9.0.19/bin/catalina.sh", "start"),
            file("tomcat-9.0.19/lib/ext/portal-kernel.jar", "kernel 1"),
            file("tomcat-9.0.19/lib/ext/hsql.jar", "hsql"),
            file(
                "tomcat-9.0.19/webapps/ROOT/WEB-INF/lib/portal-impl.jar",
                "impl 1",
            ),
        ]),
        configurations: Vec::new(),
        disks: vec![DiskFacts {
            path: "/srv/liferay".to_owned(),
            device: "8:1".to_owned(),
            free: 1 << 40,
        }],
        listening: Vec::new(),
        writable: true,
        last_proof: None,
        last_snapshot: None,
        texts: BTreeMap::new(),
        findings: Vec::new(),
    }
}

fn owner() -> Ownership {
    Ownership {
        uid: 1000,
        gid: 1000,
        user: Some("liferay".to_owned()),
    }
}

pub(crate) fn java(major: u32) -> JavaFacts {
    JavaFacts {
        home: format!("/opt/java-{major}"),
        version: None,
        major: Some(major),
    }
}
