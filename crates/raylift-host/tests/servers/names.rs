//! Names and passwords with everything that some place on the way could take for syntax.

use crate::server::{Kind, shared};
use crate::world::{World, assert_same};

fn odd_names(kind: Kind, database: &str, user: &str, password: &str) {
    let server = shared(kind);
    let world = World::named(server, database, user, password, true);
    let before = world.state();
    let lines = world.prove().unwrap();
    assert!(lines[0].contains("every row of them"), "{lines:?}");
    world.take();
    world.damage();
    let damaged = world.state();
    assert_eq!(world.sessions(0), [""; 0]);
    world.restore().unwrap();
    assert_same(&world.state(), &before);
    assert_eq!(world.aside().rows, damaged.rows);
    assert!(server.databases().contains(&database.to_owned()));
}

#[test]
fn postgresql_takes_names_with_quotes_blanks_backslashes_and_umlauts() {
    let database = r#"My "Portal" \ it's Größe"#;
    let user = r#"Lief'e\ray: "1" 100%"#;
    let password = r#"p'w" \d:%41 $x ü\\"#;
    odd_names(Kind::Postgresql, database, user, password);
}

/// The driver takes the name from the URL as it stands there, without decoding it.
#[test]
fn mariadb_takes_names_with_quotes_blanks_and_umlauts() {
    let user = r#"Lief'e\ray: "1" 100%"#;
    let password = r#"p'w" \d:%41 $x ü\\"#;
    odd_names(Kind::Mariadb, "My `Portal` + Größe", user, password);
}
