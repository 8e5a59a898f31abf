//! A return point that is no longer what was taken, and a disk that is full.

use std::fs;
use std::path::PathBuf;

use raylift_model::codes;

use crate::server::Kind;
use crate::world::{World, assert_same};

fn dump_files(world: &World) -> Vec<PathBuf> {
    let folder = world.place().join("database");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Cut off, one bit changed, gone: refused by the check and by the way back, and the server is as it was.
fn damaged_dump(kind: Kind) {
    let world = World::new(kind);
    let before = world.state();
    world.take();
    world.damage();
    let damaged = world.state();
    for file in dump_files(&world) {
        let whole = fs::read(&file).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        let spoilt = [Some(whole[..whole.len() - 1].to_vec()), Some(flipped), None];
        for content in spoilt {
            match &content {
                Some(content) => fs::write(&file, content).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            let shown = format!("{} {:?}", file.display(), content.map(|bytes| bytes.len()));
            for error in [world.verify().unwrap_err(), world.restore().unwrap_err()] {
                assert_eq!(error.code, codes::PROOF_FAILED, "{shown}: {error}");
            }
            fs::write(&file, &whole).unwrap();
        }
    }
    assert_same(&world.state(), &damaged);
    assert_eq!(world.made(), [""; 0]);
    world.restore().unwrap();
    assert_same(&world.state(), &before);
}

#[test]
fn postgresql_dump_is_damaged() {
    damaged_dump(Kind::Postgresql);
}

#[test]
fn mariadb_dump_is_damaged() {
    damaged_dump(Kind::Mariadb);
}

/// The copies go to a small file system of its own, which only root can make: for an ordinary user there is no disk that
/// can be filled without filling everybody's, and a limit of the child alone would need unsafe code.
fn disk_is_full(kind: Kind) {
    if raylift_host::users::current_uid() != 0 {
        return;
    }
    let world = World::new(kind);
    fill_up(&world);
    let before = world.state();
    let folder = world.place().parent().unwrap().to_owned();
    let scratch = world.scratch().parent().unwrap().to_owned();
    for (folder, proof) in [(folder, false), (scratch, true)] {
        fs::create_dir_all(&folder).unwrap();
        let mount = Mounted::new(folder);
        let error = match proof {
            true => world.prove().unwrap_err(),
            false => world.try_take().unwrap_err(),
        };
        drop(mount);
        assert_eq!(
            error.code,
            codes::DISK_TOO_SMALL,
            "{error} {:?}",
            error.evidence
        );
    }
    assert_same(&world.state(), &before);
    assert_eq!(world.made(), [""; 0]);
    world.take();
}

/// Three MiB that do not get smaller.
fn fill_up(world: &World) {
    world.sql(match world.server.kind {
        Kind::Postgresql => "create table Large (id integer, words text); insert into Large select n, sha512(n::text::bytea)::text from generate_series(1, 24000) n;",
        Kind::Mariadb => "create table Large (id integer, words text); insert into Large select seq, sha2(seq, 512) from seq_1_to_24000;",
    });
}

struct Mounted(PathBuf);

impl Mounted {
    fn new(folder: PathBuf) -> Self {
        let status = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(&folder)
            .status()
            .unwrap();
        assert!(status.success());
        Self(folder)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg("-l")
            .arg(&self.0)
            .status();
    }
}

#[test]
fn postgresql_dump_on_a_full_disk() {
    disk_is_full(Kind::Postgresql);
}

#[test]
fn mariadb_dump_on_a_full_disk() {
    disk_is_full(Kind::Mariadb);
}
