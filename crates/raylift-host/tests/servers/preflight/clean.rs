//! Nothing wrong, and nothing said.

use raylift_host::machine::RealMachine;
use raylift_survey::site::preflight::look;

use super::{checks, kind_of, sound};
use crate::server::Kind;

/// Asked everywhere.
const BOTH: [&str; 14] = [
    "administrators",
    "character-set",
    "connections",
    "counters",
    "foreign-keys",
    "generated-columns",
    "guest-users",
    "privileges",
    "read-only",
    "replication",
    "table-names",
    "transactions",
    "triggers",
    "views",
];

fn clean(kind: Kind, only_here: &[&str]) {
    let world = sound(kind);
    let checks = checks(&world);
    let mut names: Vec<&str> = BOTH.iter().chain(only_here).copied().collect();
    names.sort_unstable();
    assert_eq!(checks.keys().collect::<Vec<_>>(), names);
    for (name, check) in &checks {
        match (name.as_str(), &check.refused) {
            // A user without the right PROCESS is shown no transaction, not even his own.
            ("transactions", Some(said)) if kind == Kind::Mariadb => {
                assert!(said.contains("PROCESS"), "{said}");
            }
            (_, refused) => assert_eq!(*refused, None, "{name}: {}", check.query),
        }
        assert_eq!(check.rows, [""; 0], "{name}: {}", check.query);
        assert_eq!(check.found, 0, "{name}");
    }
}

#[test]
fn postgresql_says_nothing_of_a_sound_database() {
    clean(Kind::Postgresql, &["hidden-sessions", "owners"]);
}

#[test]
fn mariadb_says_nothing_of_a_sound_database() {
    clean(
        Kind::Mariadb,
        &[
            "collations",
            "index-limits",
            "packets",
            "row-format",
            "table-collations",
            "three-bytes",
            "user-connections",
        ],
    );
}

/// Later releases mark guests and regular users by `type_`, and have no `defaultUser`.
fn later_columns(kind: Kind) {
    let world = sound(kind);
    world.sql(
        "alter table User_ add type_ integer;\n\
        update User_ set type_ = case when defaultUser then 0 else 1 end;\n\
        alter table User_ drop column defaultUser;",
    );
    let before = checks(&world);
    for name in ["administrators", "guest-users"] {
        assert_eq!(super::said(&before, name), [""; 0], "{name}");
    }
    // The administrator of one becomes a service account, the guest of the other a regular user.
    world.sql(
        "update User_ set type_ = 3 where userId = 20130;\n\
        update User_ set type_ = 1 where userId = 30002;",
    );
    let after = checks(&world);
    assert_eq!(super::said(&after, "administrators"), ["liferay.com"]);
    assert_eq!(super::said(&after, "guest-users"), ["other.com"]);
}

#[test]
fn postgresql_has_the_columns_of_later_releases() {
    later_columns(Kind::Postgresql);
}

#[test]
fn mariadb_has_the_columns_of_later_releases() {
    later_columns(Kind::Mariadb);
}

#[test]
fn the_companies_are_told_without_the_system() {
    for kind in [Kind::Postgresql, Kind::Mariadb] {
        let world = sound(kind);
        let looked = look(&RealMachine, kind_of(&world), &world.access());
        assert_eq!(looked.companies.unwrap(), ["20097", "30001"]);
    }
}
