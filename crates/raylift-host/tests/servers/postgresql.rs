//! What only PostgreSQL has.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use raylift_model::codes;
use raylift_run::host::Host;

use crate::server::{Kind, mortal, shared, tools};
use crate::world::{PASSWORD, World, assert_same};

/// Servers of providers often let a role into its own database only.
#[test]
fn a_server_whose_other_databases_are_closed() {
    let (server, _turn) = mortal(Kind::Postgresql);
    server.sql("", "revoke connect on database postgres from public; revoke connect on database template1 from public;");
    let world = World::on(server);
    let before = world.state();
    world.prove().unwrap();
    assert_eq!(world.sessions(0), [""; 0]);
    world.take();
    world.damage();
    let damaged = world.state();
    world.restore().unwrap();
    assert_same(&world.state(), &before);
    assert_eq!(world.aside().rows, damaged.rows);
    assert_eq!(world.made(), [world.ours("aside")]);
    server.sql("", "grant connect on database postgres to public; grant connect on database template1 to public;");
}

/// A setting that only an administrator may give, an extension that only one may make: the proof says so while the site
/// serves, and with an administrator named both come back.
#[test]
fn what_only_an_administrator_may_is_told_by_the_proof() {
    for statement in [
        "alter database NAME set log_min_duration_statement = '5s';",
        "create extension pageinspect;",
        "create publication everything for all tables;",
    ] {
        let mut world = World::new(Kind::Postgresql);
        let name = world.server.name(&world.database);
        world
            .server
            .sql(&world.database, &statement.replace("NAME", &name));
        let before = world.state();
        let error = world.prove().unwrap_err();
        let shown = format!("{} {error} {:?}", error.code, error.evidence);
        assert_eq!(error.code, codes::DATABASE_RIGHTS, "{shown}");
        let file = world.site.folder.path().join("admin");
        fs::write(&file, "test-bed\n").unwrap();
        let named = world.site.plan.site.database_tools.as_mut().unwrap();
        named.admin_user = Some("postgres".to_owned());
        named.admin_password_file = Some(file);
        world.prove().unwrap();
        world.take();
        world.damage();
        world.restore().unwrap();
        assert_same(&world.state(), &before);
    }
}

/// Whoever is still in the database is named, and keeps it from changing places with nothing changed.
#[test]
fn a_session_of_somebody_else_is_named_and_in_the_way() {
    let world = World::new(Kind::Postgresql);
    let before = world.state();
    world.take();
    world.damage();
    let damaged = world.state();
    assert_eq!(world.sessions(0), [""; 0]);
    let mut session = Command::new(tools(Kind::Postgresql).join("psql"))
        .env("PGPASSWORD", PASSWORD)
        .env("PGAPPNAME", "a report")
        .env("PGDATABASE", &world.database)
        .args([
            "-h",
            "127.0.0.1",
            "-p",
            &shared(Kind::Postgresql).port.to_string(),
        ])
        .args(["-X", "-U", &world.user, "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let sessions = world.sessions(1);
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    assert!(sessions[0].contains(", a report, since"), "{sessions:?}");
    let error = world.restore().unwrap_err();
    assert_eq!(error.code, codes::RESTORE_FAILED);
    assert!(
        error
            .evidence
            .join(" ")
            .contains("being accessed by other users"),
        "{:?}",
        error.evidence
    );
    assert_same(&world.state(), &damaged);
    drop(session.stdin.take());
    session.wait().unwrap();
    world.restore().unwrap();
    assert_same(&world.state(), &before);
}

/// A worker vacuums a large scratch database soon after it was filled. It is a superuser's; the portal's user is not.
#[test]
fn a_scratch_database_that_is_being_vacuumed_can_be_removed() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let world = World::on(server);
    let scratch = world.ours("proof");
    let (name, user) = (server.name(&scratch), server.name(&world.user));
    // So slow that it is at it for minutes.
    for setting in [
        "autovacuum_naptime = '1s'",
        "autovacuum_vacuum_cost_delay = '100ms'",
        "autovacuum_vacuum_cost_limit = 1",
    ] {
        server.sql("", &format!("alter system set {setting};"));
    }
    server.sql("", "select pg_reload_conf();");
    server.sql("", &format!("create database {name} owner {user};"));
    server.sql(
        &scratch,
        "create table Large (id integer);\ninsert into Large select generate_series(1, 200000);\ndelete from Large;",
    );
    let begun = Instant::now();
    let workers = format!(
        "select count(*) from pg_stat_activity where backend_type = 'autovacuum worker' and datname = {};",
        server.text(&scratch)
    );
    while server.sql("", &workers).trim() == "0" {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody vacuums");
        std::thread::sleep(Duration::from_millis(20));
    }
    let removed = world.host.discard_proof(&world.site.plan, &world.scratch());
    server.sql("", "alter system reset all;");
    server.sql("", "select pg_reload_conf();");
    removed.unwrap();
    assert_eq!(world.made(), [""; 0]);
}
