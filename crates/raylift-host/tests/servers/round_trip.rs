//! There and back.

use raylift_run::host::Host;

use crate::server::Kind;
use crate::world::{World, assert_same};

const NEXT_VALUE: [&str; 2] = [
    "select last_value from Counter_;",
    "select next_not_cached_value from Counter_;",
];

fn there_and_back(kind: Kind) {
    let world = World::new(kind);
    let before = world.state();
    let lines = world.prove().unwrap();
    assert!(
        lines[0].contains("dumped, restored and compared, every row of them"),
        "{lines:?}"
    );
    assert!(!world.scratch().exists());
    assert_eq!(
        world.made(),
        [""; 0],
        "the proof leaves nothing on the server"
    );
    let point = world.take();
    assert_eq!(point.release_rows.len(), 2);
    world.verify().unwrap();
    assert_same(&world.state(), &before);

    world.damage();
    let damaged = world.state();
    assert!(damaged != before);
    let lines = world.restore().unwrap();
    assert!(lines[0].contains(&world.ours("aside")), "{lines:?}");
    assert_same(&world.state(), &before);
    let aside = world.aside();
    assert_eq!(aside.rows, damaged.rows, "the damaged state is kept");
    assert_eq!(aside.shapes, damaged.shapes);
    assert_eq!(world.made(), [world.ours("aside")]);
    let counted = match kind {
        Kind::Postgresql => "41",
        // A sequence of MariaDB that was stopped goes on after what it had in memory.
        Kind::Mariadb => "1041",
    };
    assert_eq!(world.sql(NEXT_VALUE[kind as usize]).trim(), counted);

    // The site may have been started on what came back: a second call must not take that away.
    world.sql("update Release_ set buildNumber = 7333 where releaseId = 1;");
    let newer = world.state();
    world.restore().unwrap();
    assert_same(&world.state(), &newer);
    for _ in 0..2 {
        world
            .host
            .put_back_core_row(&world.site.plan, &world.place())
            .unwrap();
    }
    assert_same(&world.state(), &before);
}

#[test]
fn postgresql_there_and_back() {
    there_and_back(Kind::Postgresql);
}

#[test]
fn mariadb_there_and_back() {
    there_and_back(Kind::Mariadb);
}

/// The tools name each table as they come to it; what the plan knew of their rows says how far they are.
fn tables_are_counted(kind: Kind) {
    let mut world = World::new(kind);
    world.site.plan.site.tables = world.host.tables(&world.site.plan).unwrap();
    let count = world.site.plan.site.tables.len();
    let mut lines = Vec::new();
    world
        .host
        .prove_restore_point(&world.site.plan, &world.scratch(), &mut |line| {
            lines.push(line);
        })
        .unwrap();
    let dumped: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("dumping the database: table "))
        .collect();
    // MariaDB names views, too, which have no number.
    let begun = |number: usize| format!("dumping the database: table {number} of {count}, ");
    assert!(dumped[0].starts_with(&begun(1)), "{lines:?}");
    assert!(
        dumped.last().unwrap().starts_with(&begun(count)),
        "{lines:?}"
    );
    assert_eq!(dumped.len(), count, "{lines:?}");
}

#[test]
fn postgresql_tells_each_table() {
    tables_are_counted(Kind::Postgresql);
}

#[test]
fn mariadb_tells_each_table() {
    tables_are_counted(Kind::Mariadb);
}
