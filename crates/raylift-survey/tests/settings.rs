//! Which of the many places wins when they set the database, and what is not known of a stopped site.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use std::fs;

use common::{Process, Scratch, TestMachine, blockers, only, request, with_code};
use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, JavaFacts, Ownership, SiteFacts};
use raylift_survey::site::{RememberedProcess, database_access, remember, survey};

/// Makes the files of an HSQLDB so that a URL which names them is evidence.
fn database(scratch: &Scratch, name: &str) -> String {
    scratch.write(&format!("data/hypersonic/{name}.script"), b"");
    format!(
        "jdbc:hsqldb:{}/data/hypersonic/{name}",
        scratch.home.display()
    )
}

fn url_of(facts: &SiteFacts) -> &str {
    facts.database.settings.url.as_deref().unwrap_or_default()
}

fn places(facts: &SiteFacts) -> Vec<&str> {
    facts
        .database
        .settings
        .sources
        .iter()
        .filter(|source| source.key == "jdbc.default.url")
        .map(|source| source.place.as_str())
        .collect()
}

#[test]
fn each_place_wins_over_those_before_it() {
    let scratch = Scratch::good();
    let classes = "tomcat-9.0.19/webapps/ROOT/WEB-INF/classes";
    let external = scratch.beside("external.properties").display().to_string();
    let line = |name: &str| format!("jdbc.default.url={}\n", database(&scratch, name));
    let mut options: Vec<String> = Vec::new();
    let mut environment = Vec::new();
    let mut seen = vec!["portal.properties".to_owned()];
    let steps = [
        "bundle-classes",
        "bundle-home",
        "ext-classes",
        "ext-home",
        "included",
        "wizard-home",
        "external",
        "environment",
        "options",
    ];
    for step in steps {
        let file = match step {
            "bundle-classes" => format!("{classes}/portal-bundle.properties"),
            "bundle-home" => "portal-bundle.properties".to_owned(),
            "ext-classes" => format!("{classes}/portal-ext.properties"),
            "ext-home" => "portal-ext.properties".to_owned(),
            "included" => {
                let text = fs::read_to_string(scratch.home.join("portal-ext.properties")).unwrap();
                let include = format!(
                    "include-and-override={}/included.properties\n",
                    scratch.home.display()
                );
                scratch.write(
                    "portal-ext.properties",
                    format!("{text}{include}").as_bytes(),
                );
                "included.properties".to_owned()
            }
            "wizard-home" => "portal-setup-wizard.properties".to_owned(),
            "external" => {
                options.push(format!("-Dexternal-properties={external}"));
                external.clone()
            }
            "environment" => {
                let url = line(step).trim().replace("jdbc.default.url=", "");
                environment.push(("LIFERAY_JDBC_PERIOD_DEFAULT_PERIOD_URL", url));
                "environment".to_owned()
            }
            _ => {
                options.push(format!("-Dportal:{}", line(step).trim()));
                "JVM options".to_owned()
            }
        };
        if file.ends_with(".properties") {
            let path = scratch.home.join(&file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let before = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, format!("{before}{}", line(step))).unwrap();
        }
        seen.push(file);
        let mut machine = TestMachine::new();
        let java = machine.java(scratch.around());
        let mut server = Process::server(7, &scratch.tomcat());
        server.arguments.splice(0..0, options.clone());
        server.environment.extend(environment.clone());
        machine.run(server, &java);
        let facts = survey(&machine, &request(&scratch.home)).unwrap();
        assert!(url_of(&facts).ends_with(step), "{step}: {}", url_of(&facts));
        let places = places(&facts);
        assert_eq!(places.len(), seen.len(), "{step}: {places:?}");
        for (place, expected) in places.iter().zip(&seen) {
            assert!(
                place.ends_with(expected),
                "{step}: {place} is not {expected}"
            );
        }
        assert_eq!(
            facts.database.settings.kind,
            DatabaseKind::HsqldbFile,
            "{step}"
        );
    }
}

#[test]
fn system_properties_of_the_web_application_come_after_the_options() {
    let scratch = Scratch::good();
    let mut machine = TestMachine::new();
    let java = machine.java(scratch.around());
    let mut server = Process::server(7, &scratch.tomcat());
    let option = format!("-Dportal:jdbc.default.url={}", database(&scratch, "option"));
    server.arguments.insert(0, option);
    machine.run(server, &java);
    let set = format!("portal:jdbc.default.url={}\n", database(&scratch, "system"));
    scratch.write(
        "tomcat-9.0.19/webapps/ROOT/WEB-INF/classes/system-ext.properties",
        set.replacen(':', "\\:", 1).as_bytes(),
    );
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert!(url_of(&facts).ends_with("system"), "{}", url_of(&facts));
}

#[test]
fn passwords_reach_the_access_and_not_the_facts() {
    let scratch = Scratch::good();
    let mut machine = TestMachine::new();
    let java = machine.java(scratch.around());
    let mut server = Process::server(7, &scratch.tomcat());
    server
        .arguments
        .insert(0, "-Dportal:jdbc.default.password=s3cr3t".to_owned());
    machine.run(server, &java);
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert!(facts.database.settings.password_set);
    assert!(!format!("{facts:?}").contains("s3cr3t"));
    let access = database_access(&machine, &request(&scratch.home)).unwrap();
    assert_eq!(access.password.expose(), "s3cr3t");
    assert_eq!(access.username, "sa");
    assert!(access.class_path[0].ends_with("lib/ext/hsql.jar"));
    assert_eq!(access.java.major, Some(11));
    let process = facts.app_server.process.unwrap();
    let remembered = remember(&machine, &process).unwrap();
    assert!(
        remembered
            .jvm_options
            .iter()
            .any(|option| option.contains("s3cr3t"))
    );
    let mut other = process;
    other.started += 1;
    assert!(
        remember(&machine, &other).is_none(),
        "the pid is another process's by now"
    );
}

#[test]
fn a_stopped_site_is_known_from_its_files() {
    let scratch = Scratch::good();
    let mut machine = TestMachine::new();
    let java = machine.java(scratch.around());
    machine
        .variables
        .insert("JAVA_HOME".to_owned(), java.display().to_string());
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert_eq!(facts.app_server.process, None);
    assert_eq!(facts.database.settings.kind, DatabaseKind::HsqldbFile);
    assert_eq!(facts.java.as_ref().unwrap().major, Some(11));
    assert_eq!(facts.owner.uid, 1000);
    assert_eq!(blockers(&facts), Vec::<&str>::new());
}

#[test]
fn a_start_script_that_may_set_anything_is_a_source_that_cannot_be_read() {
    for line in [
        "export LIFERAY_JDBC_PERIOD_DEFAULT_PERIOD_URL=jdbc:x",
        "CATALINA_OPTS=\"$CATALINA_OPTS -Dportal:jdbc.default.url=jdbc:x\"",
        "CATALINA_OPTS=\"-Dexternal-properties=/etc/portal.properties\"",
        "export LIFERAY_DL_PERIOD_STORE_PERIOD_IMPL=x",
        "CATALINA_OPTS=\"-Dportal:$KEY=1\"",
        "OURS=\"-Dportal:jdbc.default.url=jdbc:x\"\nCATALINA_OPTS=\"$OURS\"",
        "ulimit -n 9999\nexport LIFERAY_SESSION_PERIOD_TIMEOUT=60",
    ] {
        let scratch = Scratch::good();
        scratch.write("tomcat-9.0.19/bin/setenv.sh", line.as_bytes());
        let facts = survey(&TestMachine::new(), &request(&scratch.home)).unwrap();
        assert_eq!(facts.database.settings.kind, DatabaseKind::Undetermined);
        let finding = only(&facts, codes::DATABASE_SOURCE);
        assert!(finding.subject.ends_with("setenv.sh"));
        // The file was read, and more rights would not help.
        assert!(!finding.message.contains("cannot be read"), "{finding:?}");
        assert!(finding.remedy.starts_with("start the site"), "{finding:?}");

        let mut closed = TestMachine::new();
        let java = closed.java(scratch.around());
        closed.run(Process::server(7, &scratch.tomcat()), &java);
        closed.close("/proc/7/environ");
        let facts = survey(&closed, &request(&scratch.home)).unwrap();
        let finding = only(&facts, codes::DATABASE_SOURCE);
        assert!(finding.remedy.contains("as root"), "{finding:?}");

        let mut machine = TestMachine::new();
        let java = machine.java(scratch.around());
        machine.run(Process::server(7, &scratch.tomcat()), &java);
        let facts = survey(&machine, &request(&scratch.home)).unwrap();
        assert_eq!(
            facts.database.settings.kind,
            DatabaseKind::HsqldbFile,
            "the running server says what the script set"
        );
    }
}

/// A script that is understood shows which keys it sets: where none of them decides what raylift goes by, nothing is in
/// the way.
#[test]
fn a_start_script_that_sets_other_keys_is_no_doubt_about_the_database() {
    for (script, keys) in [
        (
            "CATALINA_OPTS=\"$CATALINA_OPTS -Dportal:session.timeout=60\"",
            "session.timeout",
        ),
        (
            "export LIFERAY_SESSION_PERIOD_TIMEOUT=60",
            "session.timeout",
        ),
        (
            "# -Dportal:jdbc.default.url=jdbc:x\nexport LIFERAY_HOME=/opt/liferay\nCATALINA_OPTS=\"$CATALINA_OPTS -Dlogs=$LIFERAY_HOME/logs\"",
            "home",
        ),
        ("# LIFERAY_ variables: none\nCATALINA_OPTS=\"-Xmx1g\"", ""),
    ] {
        let scratch = Scratch::good();
        scratch.write("tomcat-9.0.19/bin/setenv.sh", script.as_bytes());
        let mut machine = TestMachine::new();
        let java = machine.java(scratch.around());
        let java = java.display().to_string();
        machine.variables.insert("JAVA_HOME".to_owned(), java);
        let facts = survey(&machine, &request(&scratch.home)).unwrap();
        assert_eq!(blockers(&facts), Vec::<&str>::new(), "{script}");
        assert_eq!(facts.database.settings.kind, DatabaseKind::HsqldbFile);
        let told = with_code(&facts, codes::PROPERTIES_OF_SCRIPT);
        let told: Vec<&str> = told
            .iter()
            .flat_map(|finding| finding.evidence.iter().map(String::as_str))
            .collect();
        assert_eq!(told.join(" "), keys, "{script}");
    }
    // A key that the URL leads to decides as the URL does.
    let scratch = Scratch::good();
    scratch.set("jdbc.default.url=jdbc:hsqldb:${a}/hypersonic/lportal");
    scratch.set("a=${b}");
    scratch.set(&format!("b={}/data", scratch.home.display()));
    let script = b"CATALINA_OPTS=\"$CATALINA_OPTS -Dportal:b=/elsewhere\"";
    scratch.write("tomcat-9.0.19/bin/setenv.sh", script);
    let facts = survey(&TestMachine::new(), &request(&scratch.home)).unwrap();
    assert_eq!(only(&facts, codes::DATABASE_SOURCE).evidence, ["it sets b"]);
}

/// What `java` puts before its arguments is seen as well, without its secrets.
#[test]
fn the_options_in_the_environment_of_java_are_known() {
    let scratch = Scratch::good();
    let mut machine = TestMachine::new();
    let java = machine.java(scratch.around());
    let mut server = Process::server(7, &scratch.tomcat());
    let options = "--add-opens=a/b=ALL-UNNAMED  '-Da.password=s3cr3t'";
    server
        .environment
        .push(("JDK_JAVA_OPTIONS", options.to_owned()));
    machine.run(server, &java);
    let facts = survey(&machine, &request(&scratch.home)).unwrap();
    assert_eq!(
        facts.app_server.process.unwrap().java_options,
        ["--add-opens=a/b=ALL-UNNAMED", "-Da.password=***"]
    );
}

#[test]
fn what_raylift_remembers_stands_in_for_the_server_it_stopped() {
    let scratch = Scratch::good();
    scratch.write("tomcat-9.0.19/bin/setenv.sh", b"export LIFERAY_A=b\n");
    let url = database(&scratch, "remembered");
    let mut request = request(&scratch.home);
    request.remembered = Some(RememberedProcess {
        environment: vec![("LIFERAY_JDBC_PERIOD_DEFAULT_PERIOD_URL".to_owned(), url)],
        jvm_options: Vec::new(),
        java: JavaFacts {
            home: "/opt/java".to_owned(),
            version: Some("11.0.13".to_owned()),
            major: Some(11),
        },
        owner: Ownership {
            uid: 77,
            gid: 77,
            user: None,
        },
    });
    let facts = survey(&TestMachine::new(), &request).unwrap();
    assert!(url_of(&facts).ends_with("remembered"));
    assert_eq!(facts.database.settings.kind, DatabaseKind::HsqldbFile);
    assert_eq!(facts.owner.uid, 77);
    assert_eq!(facts.java.unwrap().home, "/opt/java");
}

#[test]
fn a_lock_that_somebody_keeps_alive_is_noticed_while_the_site_is_down() {
    let beat = |age_seconds: u64| {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_millis();
        let time = i64::try_from(now).unwrap() - i64::try_from(age_seconds).unwrap() * 1000;
        [b"HSQLLOCK".as_slice(), &time.to_be_bytes()].concat()
    };
    for (age_seconds, runs, expected) in [(3, false, 1), (3600, false, 0), (3, true, 0)] {
        let scratch = Scratch::good();
        scratch.write("data/hypersonic/lportal.lck", &beat(age_seconds));
        let mut machine = TestMachine::new();
        let java = machine.java(scratch.around());
        if runs {
            machine.run(Process::server(7, &scratch.tomcat()), &java);
        }
        let facts = survey(&machine, &request(&scratch.home)).unwrap();
        let found = common::with_code(&facts, codes::DATABASE_LOCKED).len();
        assert_eq!(
            found, expected,
            "heartbeat {age_seconds} s old, site runs: {runs}"
        );
    }
}

#[test]
fn clusters_and_consoles_are_told() {
    let scratch = Scratch::good();
    scratch.set("cluster.link.enabled=true");
    scratch.set("module.framework.properties.osgi.console=localhost:11311");
    let facts = survey(&TestMachine::new(), &request(&scratch.home)).unwrap();
    assert!(facts.cluster_link);
    assert_eq!(facts.console.as_deref(), Some("localhost:11311"));
}

#[test]
fn the_store_follows_its_configuration() {
    let scratch = Scratch::good();
    let name =
        "com.liferay.portal.store.file.system.configuration.FileSystemStoreConfiguration.config";
    let root = scratch.beside("documents");
    fs::create_dir_all(root.join("1/2/3")).unwrap();
    fs::write(root.join("1/2/3/1.0"), b"12345").unwrap();
    scratch.write(
        &format!("osgi/configs/{name}"),
        format!("rootDir=\"{}\"\n", root.display()).as_bytes(),
    );
    let facts = survey(&TestMachine::new(), &request(&scratch.home)).unwrap();
    assert_eq!(facts.store.root.as_deref(), root.to_str());
    assert_eq!((facts.store.files, facts.store.bytes), (1, 5));
    assert!(facts.store.configured_by.unwrap().as_str().ends_with(name));
    assert!(
        facts
            .disks
            .iter()
            .any(|disk| Some(disk.path.as_str()) == root.to_str())
    );
}
