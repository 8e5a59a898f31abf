//! The return point's database as a copy on the server itself: `CREATE DATABASE … TEMPLATE`, on PostgreSQL only.

mod damaged;
mod interrupted;
mod refused;
mod sessions;

use std::io::Write;
use std::process::{Child, Command, Stdio};

use raylift_model::plan::DatabaseMeans;
use raylift_model::proof::ProofRecord;
use raylift_run::host::{Host, HostError};

use crate::server::{Kind, Server, mortal, shared, tools};
use crate::world::{PASSWORD, State, World, assert_same, unique};

impl World {
    /// The same site with the setting.
    fn copying(mut self) -> Self {
        let tools = self.site.plan.site.database_tools.as_mut().unwrap();
        tools.return_point = DatabaseMeans::Template;
        self
    }

    fn point(&self) -> String {
        self.ours("point")
    }

    /// Whether anybody may connect to the copy: nobody but by a decision of the owner's.
    fn admit(&self, anybody: bool) {
        let name = self.server.name(&self.point());
        self.server.sql(
            "",
            &format!("alter database {name} allow_connections {anybody};"),
        );
    }

    fn is_closed(&self) -> bool {
        let name = self.server.text(&self.point());
        let query = format!("select datallowconn from pg_database where datname = {name};");
        self.server.sql("", &query).trim() == "f"
    }

    fn state_of_point(&self) -> State {
        assert!(self.is_closed());
        self.admit(true);
        let state = self.state_of(&self.point());
        self.admit(false);
        state
    }

    fn forget(&self) -> Result<Vec<String>, HostError> {
        self.host
            .forget_return_point(&self.site.plan, &self.place())
    }
}

fn copying() -> World {
    World::new(Kind::Postgresql).copying()
}

fn copying_on(server: &'static Server) -> World {
    World::on(server).copying()
}

fn shown(error: &HostError) -> String {
    format!("{} {error} {:?}", error.code, error.evidence)
}

/// There, back, and gone: what `world` has is what comes back, and nothing but what was set aside stays.
fn there_and_back(world: &World) {
    let before = world.state();
    let proof = world.prove().unwrap();
    assert!(
        proof
            .iter()
            .any(|line| line.contains("copied on its server and compared, every row")),
        "{proof:?}"
    );
    assert_eq!(world.made(), [""; 0], "the proof leaves nothing");
    let file = world.site.plan.site.state.join(ProofRecord::FILE);
    let record: ProofRecord = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let copy = record.copy.unwrap();
    assert!(copy.milliseconds > 0 && copy.bytes > 1_000_000 && copy.site_bytes > 1_000_000);

    let point = world.take();
    assert_eq!(point.release_rows.len(), 2);
    assert!(!world.place().join("database").exists(), "no dump");
    assert_eq!(world.made(), [world.point()]);
    assert_same(&world.state_of_point(), &before);
    assert_same(&world.state(), &before);
    world.verify().unwrap();
    let again = world.take();
    assert_eq!(again, point, "taken once");

    world.damage();
    let damaged = world.state();
    assert!(damaged != before);
    let lines = world.restore().unwrap();
    assert!(lines[0].contains(&world.ours("aside")), "{lines:?}");
    assert_same(&world.state(), &before);
    assert_eq!(
        world.aside().rows,
        damaged.rows,
        "the damaged state is kept"
    );
    assert_same(&world.state_of_point(), &before);
    assert_eq!(world.made(), [world.ours("aside"), world.point()]);

    // The site may have been started on what came back: a second call must not take that away.
    world.sql("update Release_ set buildNumber = 7333 where releaseId = 1;");
    let newer = world.state();
    world.restore().unwrap();
    assert_same(&world.state(), &newer);

    for _ in 0..2 {
        assert_eq!(world.forget().unwrap(), [""; 0]);
    }
    assert_eq!(world.made(), [world.ours("aside")]);
    assert!(!world.place().exists());
}

#[test]
fn there_and_back_on_the_server() {
    there_and_back(&copying());
}

#[test]
fn names_with_quotes_blanks_backslashes_and_upper_case() {
    let database = r#"My "Portal" \ it's Größe on it"#;
    let user = r#"Lief'e\ray: "2" 100%"#;
    let server = shared(Kind::Postgresql);
    there_and_back(&World::named(server, database, user, PASSWORD, true).copying());
}

/// Then the statement comes from a session of the original itself, which PostgreSQL lets pass.
#[test]
fn a_server_whose_other_databases_are_closed() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let databases = "database postgres, template1";
    server.sql("", &format!("revoke connect on {databases} from public;"));
    there_and_back(&copying_on(server));
    server.sql("", &format!("grant connect on {databases} to public;"));
}

/// A return of the code alone needs what was noted, not the copy.
#[test]
fn the_cores_row_is_put_back_without_the_copy() {
    let world = copying();
    let before = world.state();
    world.take();
    let name = world.server.name(&world.point());
    world.server.sql("", &format!("drop database {name};"));
    world.sql("update Release_ set buildNumber = 7333 where releaseId = 1;");
    world
        .host
        .put_back_core_row(&world.site.plan, &world.place())
        .unwrap();
    assert_same(&world.state(), &before);
    world.forget().unwrap();
}

/// On another server the setting is refused in the plan; a plan that was changed by hand copies nothing.
#[test]
fn mariadb_copies_nothing() {
    let world = World::new(Kind::Mariadb).copying();
    let before = world.state();
    for error in [world.prove().unwrap_err(), world.try_take().unwrap_err()] {
        assert_eq!(
            error.code,
            raylift_model::codes::DATABASE_UNSUPPORTED,
            "{}",
            shown(&error)
        );
    }
    assert_same(&world.state(), &before);
    assert_eq!(world.made(), [""; 0]);
}

/// A client that reads statements until it is ended.
fn psql(world: &World, user: &str, database: &str, password: &str) -> Child {
    Command::new(tools(Kind::Postgresql).join("psql"))
        .env("PGPASSWORD", password)
        .env("PGDATABASE", database)
        .args(["-h", "127.0.0.1", "-p", &world.server.port.to_string()])
        .args(["-X", "-q", "-U", user, "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn tell(client: &mut Child, statements: &str) {
    let input = client.stdin.as_mut().unwrap();
    input.write_all(statements.as_bytes()).unwrap();
    input.flush().unwrap();
}

/// A user of the server's who may not make databases.
fn modest() -> World {
    let (database, user) = (unique("lportal"), unique("portal"));
    World::named(shared(Kind::Postgresql), &database, &user, PASSWORD, false).copying()
}
