//! What the survey says about small homes, good ones and strange ones.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use common::{Process, Scratch, TestMachine, jar, request, running, with_code};
use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, ManagedBy, StartupCheck};
use raylift_model::finding::Severity::{self, Blocker, Note, Warning};
use raylift_model::secret::Secret;
use raylift_survey::machine::{Answer, ConfigurationText, DatabaseAnswer, DocumentRow};
use raylift_survey::site::survey;

#[test]
fn a_good_site_has_facts_and_nothing_against_it() {
    let (scratch, mut machine) = running();
    let title = b"<title>Home</title>".to_vec();
    for (page, status) in [("/", 302), ("/c/portal/layout", 200)] {
        let answer = Answer {
            status,
            body: title.clone(),
        };
        machine
            .pages
            .insert(format!("http://127.0.0.1:8080{page}"), answer);
    }
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    let serious: Vec<_> = facts
        .findings
        .iter()
        .filter(|finding| finding.code.as_str() != codes::CORE_UNDETERMINED)
        .collect();
    assert!(serious.is_empty(), "{serious:#?}");
    assert_eq!(facts.identity.version.unwrap().as_str(), "7.2.0");
    assert_eq!(facts.identity.build_number, Some(7200));
    let layout = facts.layout.unwrap();
    assert_eq!(layout.tomcat.as_str(), "tomcat-9.0.19");
    assert_eq!(layout.tomcat_version.as_deref(), Some("9.0.19"));
    assert_eq!(facts.app_server.connectors.len(), 1, "AJP is no HTTP");
    assert_eq!(facts.app_server.shutdown_port, Some(8005));
    let process = facts.app_server.process.unwrap();
    assert_eq!((process.pid, process.started), (4711, 98765));
    assert_eq!(process.managed_by, ManagedBy::Nobody);
    assert_eq!(process.java.major, Some(11));
    let titles: Vec<_> = facts
        .app_server
        .probes
        .iter()
        .map(|probe| (probe.status, probe.title.as_deref()))
        .collect();
    assert_eq!(
        titles,
        [(Some(302), Some("Home")), (Some(200), Some("Home"))]
    );
    let settings = &facts.database.settings;
    assert_eq!(settings.kind, DatabaseKind::HsqldbFile);
    assert_eq!(settings.username.as_deref(), Some("sa"));
    assert!(
        settings
            .url
            .as_ref()
            .unwrap()
            .contains(scratch.home.to_str().unwrap())
    );
    assert_eq!(facts.database.bytes, Some(27));
    let bundles: Vec<&str> = facts
        .bundles
        .iter()
        .map(|bundle| bundle.symbolic_name.as_str())
        .collect();
    assert_eq!(bundles, ["org.eclipse.osgi", "com.liferay.c", "a.b"]);
    let paths: Vec<&str> = facts.files.iter().map(|file| file.path.as_str()).collect();
    assert!(paths.contains(&"data") && paths.contains(&"osgi/modules/a.b.jar"));
    assert!(
        !paths
            .iter()
            .any(|path| path.starts_with("osgi/state") || path.starts_with("data/"))
    );
    let by_liferay = |name: &str| {
        facts
            .files
            .iter()
            .find(|file| file.path.file_name() == name)
            .unwrap()
            .by_liferay
    };
    assert!(by_liferay("Liferay CE C - Impl.lpkg") && by_liferay("portal-kernel.jar"));
    assert!(!by_liferay("a.b.jar") && !by_liferay("hsql.jar"));
    assert!(facts.store.root.unwrap().ends_with("data/document_library"));
    assert_eq!(facts.core.startup_check, StartupCheck::Undetermined);
    assert!(facts.writable);
}

type Change = fn(&Scratch, &mut TestMachine);

type Row = (&'static str, Change, &'static str, Severity, &'static str);

/// What is done to a running site, and the one finding of that code it must give.
#[test]
fn each_trouble_has_its_finding() {
    let table: &[Row] = &[
        (
            "mount in osgi",
            |scratch, machine| {
                let line = format!(
                    "1 0 8:1 / / rw - ext4 a rw\n2 1 8:2 / {}/osgi/modules rw - xfs b rw\n",
                    scratch.home.display()
                );
                machine.file("/proc/self/mountinfo", line.as_bytes());
            },
            codes::MOUNT_INSIDE,
            Blocker,
            "osgi/modules",
        ),
        (
            "mount on lib/ext",
            |scratch, machine| {
                let line = format!(
                    "2 1 8:2 / {}/lib/ext rw - xfs b rw\n",
                    scratch.tomcat().display()
                );
                machine.file("/proc/self/mountinfo", line.as_bytes());
            },
            codes::MOUNT_INSIDE,
            Blocker,
            "lib/ext",
        ),
        (
            "mountinfo closed",
            |_, machine| machine.close("/proc/self/mountinfo"),
            codes::PROC_UNREADABLE,
            Blocker,
            "mountinfo",
        ),
        (
            "properties in the user's home",
            |scratch, machine| {
                fs::create_dir(scratch.beside("user")).unwrap();
                fs::write(scratch.beside("user/portal-ext.properties"), b"").unwrap();
                machine
                    .users
                    .insert(1000, ("liferay".to_owned(), scratch.beside("user")));
            },
            codes::USER_HOME_PROPERTIES,
            Blocker,
            "user/portal-ext.properties",
        ),
        (
            "environment closed",
            |_, machine| machine.close("/proc/4711/environ"),
            codes::PROC_UNREADABLE,
            Blocker,
            "process 4711",
        ),
        (
            "a hidden process",
            |_, machine| {
                machine.file("/proc/12/cmdline", b"java\0");
                machine.close("/proc/12/cmdline");
            },
            codes::PROC_UNREADABLE,
            Blocker,
            "/proc",
        ),
        (
            "unknown entry",
            |scratch, _| scratch.write("dump.sql", b"x"),
            codes::UNKNOWN_ENTRY,
            Note,
            "dump.sql",
        ),
        (
            "damaged LPKG",
            |scratch, _| {
                let file = scratch
                    .home
                    .join("osgi/marketplace/Liferay CE C - Impl.lpkg");
                let bytes = fs::read(&file).unwrap();
                fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
            },
            codes::BUNDLE_UNREADABLE,
            Warning,
            "Impl.lpkg",
        ),
        (
            "rubbish JAR",
            |scratch, _| scratch.write("osgi/modules/bad.jar", b"rubbish"),
            codes::BUNDLE_UNREADABLE,
            Warning,
            "bad.jar",
        ),
        (
            "file closed",
            |scratch, machine| machine.close(scratch.home.join("osgi/modules/a.b.jar")),
            codes::FILE_UNREADABLE,
            Blocker,
            "a.b.jar",
        ),
        (
            "folder closed",
            |scratch, machine| machine.close(scratch.home.join("osgi/modules")),
            codes::FILE_UNREADABLE,
            Blocker,
            "osgi/modules",
        ),
        (
            "name that is no text",
            |scratch, _| {
                let name = std::ffi::OsString::from_vec(b"bad\xff.jar".to_vec());
                fs::write(scratch.home.join("osgi/modules").join(name), b"").unwrap();
            },
            codes::FILE_UNREADABLE,
            Blocker,
            "bad",
        ),
        (
            "impl and kernel disagree",
            |scratch, _| {
                let manifest =
                    b"Liferay-Portal-Build-Number: 7201\r\nLiferay-Portal-Version: 7.2.1\r\n\r\n";
                scratch.write(
                    "tomcat-9.0.19/lib/ext/portal-kernel.jar",
                    &jar(&[("META-INF/MANIFEST.MF", manifest)]),
                );
            },
            codes::VERSION_DISAGREES,
            Warning,
            "version",
        ),
        (
            "two Tomcats",
            |scratch, _| {
                scratch.write("tomcat-10/conf/server.xml", b"<Server/>");
                scratch.write("tomcat-10/webapps/ROOT/index.jsp", b"");
            },
            codes::APP_SERVER_UNCLEAR,
            Blocker,
            "liferay",
        ),
        (
            "JNDI",
            |scratch, _| scratch.set("jdbc.default.jndi.name=jdbc/LiferayPool"),
            codes::DATABASE_SOURCE,
            Blocker,
            "jndi.name",
        ),
        (
            "Oracle",
            |scratch, _| {
                scratch.set("jdbc.default.url=jdbc:oracle:thin:u/s3cr3t@//localhost:1521/lportal");
                scratch.set("jdbc.default.driverClassName=org.hsqldb.jdbc.JDBCDriver");
            },
            codes::DATABASE_UNSUPPORTED,
            Blocker,
            "jdbc:oracle:thin:***@//localhost:1521/lportal",
        ),
        (
            "osgi is a link",
            |scratch, _| {
                fs::rename(scratch.home.join("osgi"), scratch.beside("osgi")).unwrap();
                symlink(scratch.beside("osgi"), scratch.home.join("osgi")).unwrap();
            },
            codes::HOME_THROUGH_LINK,
            Blocker,
            "osgi",
        ),
        (
            "no kernel",
            |scratch, _| {
                fs::remove_file(scratch.tomcat().join("lib/ext/portal-kernel.jar")).unwrap()
            },
            codes::FILE_UNREADABLE,
            Blocker,
            "portal-kernel.jar",
        ),
        (
            "no such driver",
            |scratch, _| scratch.set("jdbc.default.driverClassName=org.example.Driver"),
            codes::DATABASE_UNREACHABLE,
            Blocker,
            "org.example.Driver",
        ),
        (
            "properties closed",
            |scratch, machine| {
                scratch.set("a=b");
                machine.close(scratch.home.join("portal-ext.properties"));
            },
            codes::DATABASE_SOURCE,
            Blocker,
            "portal-ext.properties",
        ),
        (
            "properties the portal leaves out",
            |scratch, _| scratch.set("a=\\u12xy"),
            codes::PROPERTIES_REFUSED,
            Blocker,
            "portal-ext.properties:1",
        ),
        (
            "URL set twice",
            |scratch, _| {
                scratch.set("jdbc.default.url=jdbc:hsqldb:/a");
                scratch.set("jdbc.default.url=jdbc:hsqldb:/b");
            },
            codes::DATABASE_SOURCE,
            Blocker,
            "jdbc.default.url",
        ),
        (
            "URL with an unknown placeholder",
            |scratch, _| scratch.set("jdbc.default.url=jdbc:hsqldb:${nowhere}/x"),
            codes::DATABASE_SOURCE,
            Blocker,
            "jdbc.default.url",
        ),
        (
            "no HSQLDB files",
            |scratch, _| fs::remove_dir_all(scratch.home.join("data")).unwrap(),
            codes::DATABASE_SOURCE,
            Blocker,
            "jdbc.default.url",
        ),
        (
            "settings inside a JAR",
            |scratch, _| {
                scratch.write(
                    "tomcat-9.0.19/webapps/ROOT/WEB-INF/lib/ext-a.jar",
                    &jar(&[("portal-ext.properties", b"a=b")]),
                );
            },
            codes::DATABASE_SOURCE,
            Blocker,
            "ext-a.jar!/portal-ext.properties",
        ),
        (
            "database down",
            |_, machine| machine.database = Err((codes::DATABASE_REFUSED, "no".to_owned())),
            codes::DATABASE_REFUSED,
            Blocker,
            "jdbc:hsqldb:",
        ),
        (
            "another home in the properties",
            |scratch, _| scratch.set("liferay.home=/srv/other"),
            codes::HOME_NOT_FOUND,
            Blocker,
            "liferay.home",
        ),
        (
            "S3",
            |scratch, _| scratch.set("dl.store.impl=com.liferay.portal.store.s3.S3Store"),
            codes::STORE_NOT_FILES,
            Warning,
            "S3Store",
        ),
        (
            "store configuration damaged",
            |scratch, _| {
                scratch.write("osgi/configs/com.liferay.portal.store.file.system.configuration.FileSystemStoreConfiguration.config", b"rootDir=/no/quotes\n");
            },
            codes::STORE_NOT_FILES,
            Blocker,
            "FileSystemStoreConfiguration",
        ),
        (
            "configuration without file",
            |scratch, machine| {
                let row = |pid: &str| {
                    let folder = scratch.home.join("osgi/configs");
                    let name = format!("file:{}/{pid}.config", folder.display());
                    ConfigurationText {
                        pid: pid.to_owned(),
                        dictionary: Some(Secret::new(format!(
                            "felix.fileinstall.filename=\"{name}\"\r\n"
                        ))),
                    }
                };
                scratch.write("osgi/configs/there.config", b"");
                machine.database = Ok(DatabaseAnswer {
                    configurations: vec![row("there"), row("gone")],
                    ..DatabaseAnswer::default()
                });
            },
            codes::CONFIGURATION_ORPHAN,
            Warning,
            "gone",
        ),
        (
            "not writable",
            |scratch, machine| {
                machine.read_only.insert(scratch.home.clone());
            },
            codes::HOME_NOT_WRITABLE,
            Warning,
            "liferay",
        ),
        (
            "PID file absent",
            |scratch, machine| {
                let mut server = Process::server(4711, &scratch.tomcat());
                server
                    .environment
                    .push(("CATALINA_PID", "/nowhere/catalina.pid".to_owned()));
                let java = machine.java(scratch.around());
                machine.run(server, &java);
            },
            codes::PID_FILE_ABSENT,
            Warning,
            "catalina.pid",
        ),
        (
            "PID file stale",
            |scratch, machine| {
                fs::write(scratch.beside("catalina.pid"), b"99\n").unwrap();
                let mut server = Process::server(4711, &scratch.tomcat());
                server.environment.push((
                    "CATALINA_PID",
                    scratch.beside("catalina.pid").display().to_string(),
                ));
                let java = machine.java(scratch.around());
                machine.run(server, &java);
            },
            codes::PID_FILE_STALE,
            Warning,
            "catalina.pid",
        ),
        (
            "stranger with an open file",
            |scratch, machine| {
                let mut stranger = Process::server(5000, &PathBuf::from("/opt/other/tomcat"));
                stranger
                    .open
                    .push(scratch.home.join("data/hypersonic/lportal.log"));
                let java = machine.java(scratch.around());
                machine.run(stranger, &java);
            },
            codes::SERVER_FOREIGN,
            Blocker,
            "process 5000",
        ),
        (
            "stranger by liferay.home",
            |scratch, machine| {
                let mut stranger = Process::server(5000, &PathBuf::from("/opt/other/tomcat"));
                stranger
                    .arguments
                    .insert(0, format!("-Dliferay.home={}", scratch.home.display()));
                let java = machine.java(scratch.around());
                machine.run(stranger, &java);
            },
            codes::SERVER_FOREIGN,
            Blocker,
            "process 5000",
        ),
        (
            "tool that works in the home",
            |scratch, machine| {
                let mut stranger = Process::server(5000, &PathBuf::from("/"));
                stranger.arguments = vec!["-jar".to_owned(), "tool.jar".to_owned()];
                stranger.folder = scratch.home.join("tools");
                let java = machine.java(scratch.around());
                machine.run(stranger, &java);
            },
            codes::SERVER_FOREIGN,
            Blocker,
            "process 5000",
        ),
        (
            "two servers",
            |scratch, machine| {
                let java = machine.java(scratch.around());
                machine.run(Process::server(5000, &scratch.tomcat()), &java);
            },
            codes::SERVER_FOREIGN,
            Blocker,
            "process 4711",
        ),
        (
            "server.xml damaged",
            |scratch, _| scratch.write("tomcat-9.0.19/conf/server.xml", b"<Server"),
            codes::FILE_UNREADABLE,
            Warning,
            "server.xml",
        ),
        (
            "documents without files",
            |scratch, machine| {
                scratch.write("data/document_library/20099/20121/1/1.0", b"abc");
                let row = |id: i64, name: &str| DocumentRow {
                    file_version_id: id,
                    company_id: 20099,
                    data_repository_id: 20121,
                    name: name.to_owned(),
                    version: "1.0".to_owned(),
                    size: 3,
                };
                machine.database = Ok(DatabaseAnswer {
                    documents: vec![row(1, "1"), row(2, "2")],
                    ..DatabaseAnswer::default()
                });
            },
            codes::DOCUMENTS_MISSING,
            Warning,
            "document_library",
        ),
    ];
    for (name, change, code, severity, subject) in table {
        let (scratch, mut machine) = running();
        change(&scratch, &mut machine);
        let facts = survey(&machine, &request(&scratch.home)).unwrap();
        let found = with_code(&facts, code);
        assert_eq!(found.len(), 1, "{name}: {:#?}", facts.findings);
        assert_eq!(found[0].severity, *severity, "{name}");
        assert!(
            found[0].subject.contains(subject),
            "{name}: {}",
            found[0].subject
        );
        assert!(!found[0].remedy.is_empty(), "{name}");
        let text = format!("{facts:?}");
        assert!(
            !text.contains("s3cr3t"),
            "{name}: a password is in the facts"
        );
    }
}
