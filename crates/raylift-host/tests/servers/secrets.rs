//! The password stands in no argument and in no error.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::common::give_all;
use crate::server::{Kind, tools};
use crate::world::{PASSWORD, World};

/// A folder of tools that note how they were called, and then are the real ones.
pub fn noting_tools(world: &World, more: &str) -> (PathBuf, PathBuf) {
    let folder = world.site.folder.path().join("tools");
    let notes = folder.join("notes");
    fs::create_dir_all(&notes).unwrap();
    let names: &[&str] = match world.server.kind {
        Kind::Postgresql => &["pg_dump", "pg_restore", "psql"],
        Kind::Mariadb => &["mariadb-dump", "mariadb"],
    };
    for name in names {
        let real = tools(world.server.kind).join(name);
        let script = format!(
            "#!/bin/bash\ntool={name} real={real} notes={notes}\n\
             printf '%s\\n' \"$0\" \"$@\" >> $notes/arguments.{name}\n/usr/bin/env >> $notes/environment.{name}\n\
             {more}\nexec \"$real\" \"$@\"\n",
            real = real.display(),
            notes = notes.display()
        );
        let path = folder.join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    give_all(&folder);
    (folder, notes)
}

fn password_stays_secret(kind: Kind) {
    let mut world = World::new(kind);
    let (folder, notes) = noting_tools(&world, "");
    world.site.plan.site.database_tools.as_mut().unwrap().folder = folder;
    let mut said = world.prove().unwrap();
    world.take();
    world.damage();
    said.extend(world.restore().unwrap());
    let mut noted = 0;
    for entry in fs::read_dir(notes).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        noted += 1;
        if name.starts_with("arguments") {
            assert!(!text.contains(PASSWORD), "{name}");
        } else {
            let holds = text.lines().filter(|line| line.contains(PASSWORD));
            assert!(holds.count() > 0, "{name}");
            let odd: Vec<&str> = text
                .lines()
                .filter(|line| line.contains(PASSWORD))
                .filter(|line| !line.starts_with("PGPASSWORD=") && !line.starts_with("MYSQL_PWD="))
                .collect();
            assert_eq!(odd, [""; 0], "{name}");
        }
    }
    assert!(noted >= 4, "{noted}");
    assert!(!said.join("\n").contains(PASSWORD));
    // Errors of the tools, too.
    let (folder, _) = noting_tools(&world, "env >&2; exit 7");
    world.site.plan.site.database_tools.as_mut().unwrap().folder = folder;
    let error = world.prove().unwrap_err();
    assert!(!error.evidence.is_empty());
    let shown = format!("{error} {:?} {:?}", error.evidence, error.source);
    assert!(!shown.contains(PASSWORD), "{shown}");
}

#[test]
fn postgresql_tools_get_the_password_in_the_environment_only() {
    password_stays_secret(Kind::Postgresql);
}

#[test]
fn mariadb_tools_get_the_password_in_the_environment_only() {
    password_stays_secret(Kind::Mariadb);
}
