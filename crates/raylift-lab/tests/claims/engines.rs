//! Database servers in place of the embedded database: real PostgreSQL and MariaDB under the same portal.

use raylift_lab::{Engine, LabError, NewDocument, ReleaseVersion, Scenario};

use crate::client;
use crate::stage::{DOCUMENT, PATIENCE, Stage, count, printed, schema_version, site};

const SERVERS: [Engine; 2] = [Engine::Postgresql, Engine::Mariadb];

fn on(engine: Engine, version: ReleaseVersion) -> Scenario {
    let mut scenario = Scenario::of(version);
    scenario.site.engine = engine;
    scenario
}

/// A stopped site of 7.2.0 with one document.
fn old_site(engine: Engine) -> Stage {
    let mut scenario = on(engine, ReleaseVersion::Ga1);
    scenario.site.documents.push(NewDocument {
        title: DOCUMENT.0.to_owned(),
        text: DOCUMENT.1.to_owned(),
    });
    site(&scenario)
}

#[test]
fn a_site_on_a_server_serves_and_the_server_outlives_it() {
    for engine in SERVERS {
        let mut stage = old_site(engine);
        let server = stage.site.engine().expect("server");
        let process = server.process().expect("running");
        let server_process = stage.site.start(PATIENCE).expect("start");
        assert!(stage.site.is_up());
        let listed = stage.site.documents().expect("documents");
        assert_eq!(listed[0].title, DOCUMENT.0);
        assert_eq!(count(&stage.site, "DLFileEntry"), 1);
        // real-core.md 2 and 4, observed on both servers: GA1 ends at 5.0.2, build 7200.
        let rows = stage.site.release_rows().expect("rows");
        let portal = rows
            .iter()
            .find(|row| row.name == "portal")
            .expect("portal");
        assert_eq!(portal.schema_version.as_deref(), Some("5.0.2"));
        assert_eq!(portal.build_number, Some(7200));
        assert_eq!(portal.verified, Some(true));
        assert_eq!(
            schema_version(&stage.site, "com.liferay.lab.micro"),
            "1.0.0"
        );
        // Nothing of the embedded database was made.
        let embedded = stage.site.home().join("data/hypersonic/lportal.script");
        assert!(!embedded.exists());

        // A kill of the portal is none of the server.
        stage.site.kill();
        assert!(!server_process.is_alive());
        assert!(process.is_alive());
        stage.site.start(PATIENCE).expect("start after a kill");
        stage.site.stop(PATIENCE).expect("stop");
        assert_eq!(server.process(), Some(process));

        // Without its server the portal does not come up, with it it does.
        server.stop().expect("stop of the server");
        assert!(!process.is_alive());
        let refused = stage.site.start(PATIENCE);
        assert!(
            matches!(refused, Err(LabError::NotUp { .. })),
            "{refused:?}"
        );
        stage.site.kill();
        server.start().expect("start of the server");
        stage.site.start(PATIENCE).expect("start");
        stage.site.stop(PATIENCE).expect("stop");

        let process = server.process().expect("running");
        drop(stage);
        assert!(!process.is_alive(), "a dropped site leaves its server");
    }
}

#[test]
fn the_client_upgrades_the_schema_of_a_server_and_the_way_back_is_refused() {
    for engine in SERVERS {
        let old = old_site(engine);
        let saved = old.site.folder().join("saved");
        old.site.save_data(&saved).expect("data");
        let new = old.site.folder().join("new");
        let lab = crate::stage::lab();
        let mut newer = raylift_lab::Site::create(&lab, &on(engine, ReleaseVersion::Ga2), &new)
            .expect("newer site");
        newer.replace_data(&saved).expect("data");
        assert_eq!(schema_version(&newer, "portal"), "5.0.2");
        // The start-up check, observed on both servers (real-core.md 0).
        newer.start(PATIENCE).expect_err("refused");
        let message = "You must first upgrade the portal to the required schema version 5.1.0";
        assert!(printed(&newer).contains(message));
        newer.kill();

        let ended = client::run(&newer, str::is_empty);
        assert_eq!(ended.code, Some(0), "{}", ended.output);
        assert_eq!(schema_version(&newer, "portal"), "5.1.0", "{}", ended.log);
        // real-core.md 4: step 5.0.3 adds the row of a module at 0.0.1.
        let cmis = "com.liferay.document.library.repository.cmis.impl";
        assert_eq!(schema_version(&newer, cmis), "0.0.1");
        for (name, version) in [("micro", "1.0.1"), ("major", "2.0.0"), ("fresh", "1.0.0")] {
            let full = format!("com.liferay.lab.{name}");
            assert_eq!(schema_version(&newer, &full), version, "{name}");
        }
        newer.start(PATIENCE).expect("start");
        let listed = newer.documents().expect("documents");
        assert_eq!(listed[0].title, DOCUMENT.0);
        newer.stop(PATIENCE).expect("stop");

        let upgraded = newer.folder().join("upgraded");
        newer.save_data(&upgraded).expect("data");
        let mut older = old;
        older.site.replace_data(&upgraded).expect("data");
        older.site.start(PATIENCE).expect_err("refused");
        let message = "Attempting to deploy an older Liferay Portal version. Current build number \
                       is 7201 and attempting to deploy number 7200.";
        assert!(printed(&older.site).contains(message));
    }
}

#[test]
fn a_later_release_has_the_schema_of_real_upgrades_on_a_server() {
    for engine in SERVERS {
        for (version, schema, build) in [
            (ReleaseVersion::Ga7, "8.18.2", 7310),
            (ReleaseVersion::Ga41, "17.0.0", 7413),
        ] {
            let mut stage = site(&on(engine, version));
            // real-core.md 2: the last keys of 5.26.1 and 52.1.1.
            assert_eq!(schema_version(&stage.site, "portal"), schema);
            stage.site.start(PATIENCE).expect("start");
            stage
                .site
                .write_document(DOCUMENT.0, DOCUMENT.1.as_bytes())
                .expect("document");
            assert_eq!(count(&stage.site, "DLFileEntry"), 1);
            stage.site.stop(PATIENCE).expect("stop");
            let rows = stage.site.release_rows().expect("rows");
            let portal = rows
                .iter()
                .find(|row| row.name == "portal")
                .expect("portal");
            assert_eq!(portal.build_number, Some(build));
        }
    }
}

#[test]
fn a_pool_of_tomcats_gives_the_portal_its_database() {
    for (engine, version) in [
        (Engine::Postgresql, ReleaseVersion::Ga1),
        (Engine::Mariadb, ReleaseVersion::Ga41),
        (Engine::Hsqldb, ReleaseVersion::Ga1),
    ] {
        let mut scenario = on(engine, version);
        scenario.site.jndi = true;
        let mut stage = site(&scenario);
        let home = stage.site.home().to_path_buf();
        let text = std::fs::read_to_string(home.join("portal-ext.properties")).expect("file");
        assert!(text.contains("jdbc.default.jndi.name=jdbc/LiferayPool"));
        assert!(!text.contains("jdbc.default.url"), "{text}");
        stage.site.start(PATIENCE).expect("start");
        stage
            .site
            .write_document(DOCUMENT.0, DOCUMENT.1.as_bytes())
            .expect("document");
        stage.site.stop(PATIENCE).expect("stop");
        assert_eq!(count(&stage.site, "DLFileEntry"), 1);
    }
}

#[test]
fn the_portals_user_may_create_databases_only_when_the_scenario_says_so() {
    for engine in SERVERS {
        let mut scenario = on(engine, ReleaseVersion::Ga1);
        let stage = site(&scenario);
        stage
            .site
            .execute(&["create database proof", "drop database proof"])
            .expect("right");
        drop(stage);
        scenario.site.may_create_databases = false;
        let stage = site(&scenario);
        // PostgreSQL 42501, "permission denied to create database"; MariaDB 1044, "Access denied for user".
        let refused = stage.site.execute(&["create database proof"]);
        let Err(LabError::Command { output, .. }) = refused else {
            panic!("not refused: {refused:?}");
        };
        assert!(output.contains("denied"), "{output}");
        // Its own database is its own.
        let own = [
            "create table Mine (id integer)",
            "insert into Mine values (1)",
        ];
        stage.site.execute(&own).expect("own database");
        assert_eq!(count(&stage.site, "Mine"), 1);
    }
}
