//! A copy that is no longer what was copied: refused by the check and by the way back, and the live database is as it was.

use raylift_model::codes;
use raylift_run::host::Host;

use super::{copying, shown};
use crate::server::Kind;
use crate::world::{World, assert_same};

fn refused(world: &World, words: &str) {
    let live = world.state();
    let made = world.made();
    for error in [world.verify().unwrap_err(), world.restore().unwrap_err()] {
        assert_eq!(error.code, codes::PROOF_FAILED, "{}", shown(&error));
        assert!(error.message.contains("damaged"), "{}", shown(&error));
        assert!(shown(&error).contains(words), "{}", shown(&error));
    }
    assert_same(&world.state(), &live);
    assert_eq!(world.made(), made);
}

/// Who does that has to let himself in before.
#[test]
fn somebody_wrote_to_the_copy() {
    let world = copying();
    let before = world.state();
    world.take();
    world.damage();
    let role = world.server.name(&world.user);
    assert!(world.is_closed());
    let in_point = |statement: &str| {
        world.admit(true);
        world
            .server
            .sql(&world.point(), &format!("set role {role};\n{statement}"));
    };
    in_point("insert into Bytes values (77, null);");
    refused(&world, "table bytes: 3 rows before, 4 in the copy");
    in_point("delete from Bytes where bytesId = 77; update Release_ set schemaVersion = '9';");
    refused(&world, "the rows of Release_ differ");
    in_point(
        "update Release_ set schemaVersion = case releaseId when 1 then '5.0.2' else '2.0.0' end;",
    );
    world.restore().unwrap();
    assert!(world.is_closed());
    assert_eq!(world.state().rows.len(), before.rows.len());
    assert_same(&world.state(), &before);
}

/// The list of the return point lies where others may write.
#[test]
fn the_list_names_another_database() {
    let world = copying();
    world.take();
    world.damage();
    let live = world.state();
    let list = world.place().join("manifest.json");
    let text = std::fs::read_to_string(&list).unwrap();
    let forged = text.replace(&world.point(), &world.database);
    assert!(forged != text);
    std::fs::write(&list, forged).unwrap();
    for error in [world.verify().unwrap_err(), world.restore().unwrap_err()] {
        assert_eq!(error.code, codes::PROOF_FAILED, "{}", shown(&error));
        assert!(error.message.contains("not one of this plan"), "{error}");
    }
    assert_same(&world.state(), &live);
    assert_eq!(world.made(), [world.point()]);
}

#[test]
fn somebody_dropped_the_copy() {
    let world = copying();
    world.take();
    world.damage();
    let name = world.server.name(&world.point());
    world.server.sql("", &format!("drop database {name};"));
    refused(&world, &world.point());
    let looked = world
        .host
        .return_point(&world.site.plan, &world.place())
        .unwrap_err();
    assert_eq!(looked.code, codes::PROOF_FAILED);
    // What is left of it goes all the same.
    world.forget().unwrap();
    assert!(!world.place().exists());
}

/// A dump by the setting's default is what it was, and the setting of another run is nothing to it.
#[test]
fn a_dump_is_brought_back_where_a_dump_was_taken() {
    let world = World::new(Kind::Postgresql);
    let before = world.state();
    world.take();
    assert!(world.place().join("database").is_dir());
    let world = world.copying();
    world.damage();
    world.restore().unwrap();
    assert_same(&world.state(), &before);
    assert_eq!(world.made(), [world.ours("aside")]);
}
