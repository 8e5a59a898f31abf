//! Sites on database servers: where the coordinates come from, and what the server and its tools say.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use std::path::PathBuf;

use common::{Scratch, TestMachine, jar, request, running, with_code};
use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, ServerDisk, SiteFacts};
use raylift_survey::machine::DatabaseAnswer;
use raylift_survey::site::{database_access, survey};

const POOL: &str = "<Resource name=\"jdbc/LiferayPool\" auth=\"Container\" type=\"javax.sql.DataSource\" \
    driverClassName=\"org.postgresql.Driver\" url=\"jdbc:postgresql://db:5433/lportal?a=b&amp;c=d\" \
    username=\"liferay\" password=\"s3cr3t\"/>";

fn on_postgresql() -> (Scratch, TestMachine) {
    let (scratch, mut machine) = running();
    scratch.write(
        "tomcat-9.0.19/lib/ext/postgresql.jar",
        &jar(&[("org/postgresql/Driver.class", b"")]),
    );
    machine.database = Ok(DatabaseAnswer {
        product: Some(("PostgreSQL".to_owned(), "15.18".to_owned())),
        ..DatabaseAnswer::default()
    });
    (scratch, machine)
}

fn with_properties() -> (Scratch, TestMachine) {
    let (scratch, machine) = on_postgresql();
    for line in [
        "jdbc.default.driverClassName=org.postgresql.Driver",
        "jdbc.default.url=jdbc:postgresql://db:5433/lportal",
        "jdbc.default.username=liferay",
        "jdbc.default.password=s3cr3t",
    ] {
        scratch.set(line);
    }
    (scratch, machine)
}

fn context(scratch: &Scratch, place: &str, content: &str) {
    let text = format!("<Context>{content}</Context>");
    scratch.write(&format!("tomcat-9.0.19/{place}"), text.as_bytes());
}

fn tools(scratch: &Scratch, machine: &mut TestMachine, names: &[&str], said: &str) -> PathBuf {
    for name in names {
        scratch.write(&format!("../tools/{name}"), b"");
        let path = scratch.beside("tools").join(name);
        machine.programs.insert(path, said.to_owned());
    }
    scratch.beside("tools")
}

fn cells<const COUNT: usize>(texts: [&str; COUNT]) -> Vec<Vec<Option<String>>> {
    vec![texts.map(|text| Some(text.to_owned())).to_vec()]
}

#[test]
fn a_server_says_its_version_its_size_and_what_the_user_may() {
    let (scratch, mut machine) = with_properties();
    let folder = tools(
        &scratch,
        &mut machine,
        &["pg_dump", "pg_restore", "psql"],
        "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)",
    );
    machine.queries = vec![("server_version_num", cells(["150018", "t", "123456789"]))];
    let mut request = request(&scratch.home);
    request.settings.database.tools = Some(folder.clone());
    let facts = survey(&machine, &request).unwrap();
    assert_eq!(facts.database.settings.kind, DatabaseKind::Postgresql);
    assert_eq!(facts.database.bytes, Some(123_456_789));
    let server = facts.database.server.unwrap();
    assert_eq!(server.place, "db:5433");
    assert_eq!(server.database, "lportal");
    assert_eq!(server.version, Some((15, 18)));
    assert_eq!((server.mariadb, server.may_create), (false, Some(true)));
    let tools = server.tools.unwrap();
    assert_eq!(tools.folder, folder.display().to_string());
    assert_eq!((tools.mariadb, tools.version), (false, Some((15, 18))));

    machine.queries = vec![("server_version_num", cells(["150018", "f", "1"]))];
    std::fs::remove_file(folder.join("psql")).unwrap();
    let server = survey(&machine, &request).unwrap().database.server.unwrap();
    assert_eq!(server.may_create, Some(false));
    assert_eq!(server.tools, None, "one of the tools is missing");

    // A server that says nothing is not an empty database.
    machine.queries = Vec::new();
    let facts = survey(&machine, &request).unwrap();
    assert_eq!(facts.database.bytes, None);
    assert_eq!(facts.database.server.unwrap().place, "db:5433");
}

#[test]
fn mariadb_is_told_by_its_own_words_whatever_the_driver_is() {
    let (scratch, mut machine) = on_postgresql();
    scratch.write(
        "tomcat-9.0.19/lib/ext/mysql.jar",
        &jar(&[("com/mysql/cj/jdbc/Driver.class", b"")]),
    );
    scratch.set("jdbc.default.driverClassName=com.mysql.cj.jdbc.Driver");
    scratch.set("jdbc.default.url=jdbc:mysql://db/lportal?useUnicode=true");
    let folder = tools(
        &scratch,
        &mut machine,
        &["mariadb-dump", "mariadb"],
        "mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)",
    );
    machine.queries = vec![(
        "VERSION()",
        cells(["10.11.19-MariaDB-0+deb12u1", "1", "4096.0000"]),
    )];
    let mut request = request(&scratch.home);
    request.settings.database.tools = Some(folder);
    let facts = survey(&machine, &request).unwrap();
    assert_eq!(facts.database.settings.kind, DatabaseKind::Mysql);
    assert_eq!(facts.database.bytes, Some(4096));
    let server = facts.database.server.unwrap();
    assert_eq!((server.mariadb, server.version), (true, Some((10, 11))));
    assert_eq!(server.tools.unwrap().version, Some((10, 11)));
}

#[test]
fn a_pool_of_tomcats_is_found_where_the_name_leads() {
    for (place, content, server) in [
        ("conf/Catalina/localhost/ROOT.xml", POOL, None),
        ("conf/context.xml", POOL, None),
        ("webapps/ROOT/META-INF/context.xml", POOL, None),
        (
            "conf/Catalina/localhost/ROOT.xml",
            "<ResourceLink name=\"jdbc/LiferayPool\" global=\"jdbc/shared\"/>",
            Some(POOL.replace("jdbc/LiferayPool", "jdbc/shared")),
        ),
    ] {
        let (scratch, machine) = on_postgresql();
        scratch.set("jdbc.default.jndi.name=java:comp/env/jdbc/LiferayPool");
        context(&scratch, place, content);
        if let Some(pool) = server {
            let text = format!(
                "<Server port=\"8005\"><GlobalNamingResources>{pool}</GlobalNamingResources>\
                 <Service name=\"Catalina\"><Connector port=\"8080\"/></Service></Server>"
            );
            scratch.write("tomcat-9.0.19/conf/server.xml", text.as_bytes());
        }
        let facts = survey(&machine, &request(&scratch.home)).unwrap();
        let settings = &facts.database.settings;
        assert_eq!(settings.kind, DatabaseKind::Postgresql, "{place}");
        assert_eq!(
            settings.url.as_deref(),
            Some("jdbc:postgresql://db:5433/lportal?a=b&c=d")
        );
        assert_eq!(settings.username.as_deref(), Some("liferay"));
        assert!(settings.password_set);
        let text = serde_json::to_string(&facts).unwrap();
        assert!(!text.contains("s3cr3t"), "{place}");
        let access = database_access(&machine, &request(&scratch.home))
            .map_err(|finding| finding.message.clone())
            .unwrap();
        assert_eq!(access.password.expose(), "s3cr3t");
        assert_eq!(access.driver_class, "org.postgresql.Driver");
    }
}

/// What raylift says when it cannot be sure which database the portal uses.
fn doubt(facts: &SiteFacts) -> String {
    assert_eq!(facts.database.settings.kind, DatabaseKind::Undetermined);
    let found = with_code(facts, codes::DATABASE_SOURCE);
    found
        .first()
        .map(|finding| finding.message.clone())
        .unwrap_or_default()
}

#[test]
fn a_pool_that_is_not_certain_is_not_guessed() {
    let name = "jdbc.default.jndi.name=jdbc/LiferayPool";
    let (scratch, machine) = on_postgresql();
    scratch.set(name);
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert!(doubt(&facts).contains("no file of Tomcat's defines the resource"));

    context(&scratch, "conf/context.xml", POOL);
    let other = POOL.replace("5433", "5434");
    context(&scratch, "conf/Catalina/localhost/ROOT.xml", &other);
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert!(doubt(&facts).contains("define jdbc/LiferayPool differently"));

    context(&scratch, "conf/Catalina/localhost/ROOT.xml", POOL);
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert_eq!(facts.database.settings.kind, DatabaseKind::Postgresql);

    let encrypted = POOL.replace("auth=", "factory=\"com.example.Decrypting\" auth=");
    context(&scratch, "conf/context.xml", "");
    context(&scratch, "conf/Catalina/localhost/ROOT.xml", &encrypted);
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert!(doubt(&facts).contains("com.example.Decrypting"));
}

fn disk(scratch: &Scratch, machine: &mut TestMachine, said: [&str; 5]) -> Option<ServerDisk> {
    machine.queries = vec![
        ("server_version_num", cells(said)),
        ("@@global.datadir", cells(said)),
    ];
    let facts = survey(machine, &request(&scratch.home)).unwrap();
    facts.database.server.unwrap().data
}

/// What PostgreSQL tells an ordinary user is NULL, and leaves it open.
#[test]
fn the_disk_of_a_postgresql_on_this_machine() {
    let (scratch, mut machine) = with_properties();
    let folder = scratch.beside("main");
    std::fs::create_dir(&folder).unwrap();
    let folder = folder.display().to_string();
    let mut at = |folder: &str, address: &str| {
        let said = ["150018", "t", "1", folder, address];
        disk(&scratch, &mut machine, said)
    };
    let found = at(&folder, "127.0.0.1").unwrap();
    assert_eq!(found.folder, folder);
    assert_eq!(found.free, 1 << 30);
    assert!(at(&folder, "::1").is_some());
    assert_eq!(at(&folder, "10.0.0.7"), None, "another machine");
    assert_eq!(at("/of/a/container", "127.0.0.1"), None);
    machine.queries = vec![("server_version_num", cells(["150018", "t", "1"]))];
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert_eq!(facts.database.server.unwrap().data, None);
}

#[test]
fn the_disk_of_a_mariadb_on_this_machine() {
    let (scratch, mut machine) = on_postgresql();
    scratch.write(
        "tomcat-9.0.19/lib/ext/mysql.jar",
        &jar(&[("com/mysql/cj/jdbc/Driver.class", b"")]),
    );
    scratch.set("jdbc.default.driverClassName=com.mysql.cj.jdbc.Driver");
    scratch.set("jdbc.default.url=jdbc:mysql://db/lportal");
    let folder = scratch.beside("mysql");
    std::fs::create_dir(&folder).unwrap();
    let folder = format!("{}/", folder.display());
    machine.file("/proc/sys/kernel/hostname", b"portal-1\n");
    let mut at = |name: &str| {
        let said = ["10.11.6-MariaDB", "1", "1", folder.as_str(), name];
        disk(&scratch, &mut machine, said)
    };
    let found = at("portal-1").unwrap();
    assert_eq!(format!("{}/", found.folder), folder);
    assert_eq!(at("db-1"), None);
    assert_eq!(at(""), None);
}
