//! A home with any file damaged is still surveyed.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers may panic like the test itself"
)]

mod common;

use std::fs;
use std::path::PathBuf;

use common::{Process, Scratch, TestMachine, request};
use proptest::prelude::*;
use raylift_survey::site::{database_access, survey};

fn files_below(folder: &std::path::Path, found: &mut Vec<PathBuf>) {
    let mut names: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    for path in names {
        match path.is_dir() {
            true => files_below(&path, found),
            false => found.push(path),
        }
    }
}

/// One kind of damage to one file.
#[derive(Debug, Clone)]
enum Damage {
    Flip { at: prop::sample::Index, with: u8 },
    Cut { at: prop::sample::Index },
    Replace { with: Vec<u8> },
    Remove,
    BecomesFolder,
    BecomesLink,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<prop::sample::Index>(), 1..=u8::MAX).prop_map(|(at, with)| Damage::Flip { at, with }),
        2 => any::<prop::sample::Index>().prop_map(|at| Damage::Cut { at }),
        1 => prop::collection::vec(any::<u8>(), 0..64).prop_map(|with| Damage::Replace { with }),
        1 => Just(Damage::Remove),
        1 => Just(Damage::BecomesFolder),
        1 => Just(Damage::BecomesLink),
    ]
}

fn apply(file: &PathBuf, damage: &Damage) {
    let Ok(mut bytes) = fs::read(file) else {
        return;
    };
    match damage {
        Damage::Flip { at, with } => {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] ^= with;
            }
        }
        Damage::Cut { at } => bytes.truncate(at.index(bytes.len() + 1)),
        Damage::Replace { with } => bytes.clone_from(with),
        Damage::Remove | Damage::BecomesFolder | Damage::BecomesLink => {
            fs::remove_file(file).unwrap();
            match damage {
                Damage::BecomesFolder => fs::create_dir(file).unwrap(),
                Damage::BecomesLink => std::os::unix::fs::symlink("nowhere", file).unwrap(),
                _ => {}
            }
            return;
        }
    }
    fs::write(file, bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_damage_makes_the_survey_fail(
        hits in prop::collection::vec((any::<prop::sample::Index>(), damage()), 1..8),
    ) {
        let scratch = Scratch::good();
        scratch.set("jdbc.default.username=sa");
        scratch.write(
            "osgi/configs/com.liferay.portal.store.file.system.configuration.FileSystemStoreConfiguration.config",
            b"rootDir=\"data/document_library\"\n",
        );
        let mut machine = TestMachine::new();
        let java = machine.java(scratch.around());
        machine.run(Process::server(7, &scratch.tomcat()), &java);
        let mut files = Vec::new();
        files_below(&scratch.home, &mut files);
        for (index, damage) in &hits {
            apply(index.get(&files), damage);
        }
        let facts = survey(&machine, &request(&scratch.home)).unwrap();
        prop_assert_eq!(facts.home, scratch.home.display().to_string());
        prop_assert!(facts.app_server.process.is_some() || facts.layout.is_none());
        for pair in facts.files.windows(2) {
            prop_assert!(pair[0].path < pair[1].path, "sorted and without doubles");
        }
        drop(database_access(&machine, &request(&scratch.home)));
    }
}
