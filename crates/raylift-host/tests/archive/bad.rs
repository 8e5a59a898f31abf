//! Every bad input, made by hand. After each nothing is written.

use raylift_model::codes::{ARCHIVE_BOMB, ARCHIVE_DUPLICATE, ARCHIVE_UNREADABLE, ARCHIVE_UNSAFE};
use tar::EntryType;
use zip::CompressionMethod;

use crate::make::{
    Item, Kind, RawEntry, file, good, gzip, gzip_tightly, item, noise, push, raw_zip, seven_z, tar,
    zip,
};
use crate::{put, unpack_below};

const CHARACTER_DEVICE: u32 = 0o020_000;
const PIPE: u32 = 0o010_000;

/// What every form can express: entries and the code they must get.
fn bad_entries() -> Vec<(&'static str, Vec<Item>, &'static str)> {
    vec![
        ("up", vec![file("../x", b"1")], ARCHIVE_UNSAFE),
        ("up within", vec![file("a/../../x", b"1")], ARCHIVE_UNSAFE),
        (
            "absolute",
            vec![file("/etc/raylift-test", b"1")],
            ARCHIVE_UNSAFE,
        ),
        ("backslash", vec![file("a\\..\\x", b"1")], ARCHIVE_UNSAFE),
        (
            "absolute link",
            vec![item(b"t/a", Kind::Link("/etc"))],
            ARCHIVE_UNSAFE,
        ),
        (
            "link up",
            vec![item(b"t/a", Kind::Link("../.."))],
            ARCHIVE_UNSAFE,
        ),
        (
            "link up late",
            vec![item(b"t/a", Kind::Link("b/../../.."))],
            ARCHIVE_UNSAFE,
        ),
        (
            "through a link",
            vec![item(b"t/a", Kind::Link("b")), file("t/a/x", b"1")],
            ARCHIVE_UNSAFE,
        ),
        (
            "below a file",
            vec![file("t/a", b"1"), file("t/a/x", b"1")],
            ARCHIVE_UNSAFE,
        ),
        (
            "above a file",
            vec![file("t/a/x", b"1"), file("t/a", b"1")],
            ARCHIVE_UNSAFE,
        ),
        (
            "twice",
            vec![file("t/a", b"1"), file("t/b", b"1"), file("t/a", b"2")],
            ARCHIVE_DUPLICATE,
        ),
        (
            "twice in two spellings",
            vec![file("t/a", b"1"), file("./t/a", b"2")],
            ARCHIVE_DUPLICATE,
        ),
    ]
}

fn as_raw(items: &[Item]) -> Vec<RawEntry> {
    items
        .iter()
        .map(|item| match &item.kind {
            Kind::Link(target) => RawEntry {
                attributes: 0o120_777 << 16,
                ..RawEntry::stored(&item.name, target.as_bytes())
            },
            Kind::File(content) => RawEntry::stored(&item.name, content),
            _ => panic!("not used here"),
        })
        .collect()
}

fn refused(name: &str, bytes: &[u8], code: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), name.rsplit(' ').next().unwrap(), bytes);
    let target = folder.path().join("out");
    std::fs::create_dir(&target).unwrap();
    match unpack_below(&path, &target) {
        Ok(done) => panic!("{name}: accepted, {done:?}"),
        Err(error) => assert_eq!(error.code, code, "{name}: {}", error.message),
    }
    assert_eq!(std::fs::read_dir(&target).unwrap().count(), 0, "{name}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "{name}"
    );
}

#[test]
fn bad_entries_are_refused_in_every_form() {
    for (name, items, code) in bad_entries() {
        // Something good comes first: it must not be written either.
        let mut with_good = vec![file("t/good", b"good")];
        with_good.extend(items);
        refused(
            &format!("{name} a.zip"),
            &raw_zip(&as_raw(&with_good)),
            code,
        );
        refused(&format!("{name} a.tar.gz"), &gzip(&tar(&with_good)), code);
        refused(&format!("{name} a.7z"), &seven_z(&with_good), code);
    }
}

fn raw(name: &[u8], change: impl FnOnce(&mut RawEntry)) -> Vec<u8> {
    let mut entry = RawEntry::stored(name, b"content");
    change(&mut entry);
    raw_zip(&[RawEntry::stored(b"good", b"good"), entry])
}

#[test]
fn bad_zip_files_are_refused() {
    let inner = zip(&good(), CompressionMethod::Stored, false);
    let whole = raw_zip(&[
        RawEntry::stored(b"t/a", b"1"),
        RawEntry::stored(b"t/inner.zip", &inner),
    ]);
    let inner_end = whole
        .windows(inner.len())
        .position(|bytes| bytes == inner)
        .unwrap()
        + inner.len();
    let mut with_tail = inner.clone();
    with_tail.extend(b"more");
    let mut with_head = b"PK\x03\x04more".to_vec();
    with_head.extend(&inner);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("NUL", raw(b"a\0b", |_| ()), ARCHIVE_UNSAFE),
        ("not UTF-8", raw(b"\xff\xfe", |_| ()), ARCHIVE_UNSAFE),
        ("no name", raw(b"", |_| ()), ARCHIVE_UNSAFE),
        (
            "device",
            raw(b"a", |entry| {
                entry.attributes = (CHARACTER_DEVICE | 0o666) << 16
            }),
            ARCHIVE_UNSAFE,
        ),
        (
            "pipe",
            raw(b"a", |entry| entry.attributes = (PIPE | 0o666) << 16),
            ARCHIVE_UNSAFE,
        ),
        ("folder with content", raw(b"a/", |_| ()), ARCHIVE_UNSAFE),
        (
            "encrypted",
            raw(b"a", |entry| entry.flags |= 1),
            ARCHIVE_UNREADABLE,
        ),
        (
            "unknown method",
            raw(b"a", |entry| entry.method = 14),
            ARCHIVE_UNREADABLE,
        ),
        (
            "wrong checksum",
            raw(b"a", |entry| entry.crc ^= 1),
            ARCHIVE_UNREADABLE,
        ),
        (
            "declared 5 GiB",
            raw(b"a", |entry| entry.declared = 5 << 30),
            ARCHIVE_BOMB,
        ),
        (
            "declares less than it is",
            raw_zip(&[RawEntry::deflated(b"a", &noise(100_000), 10)]),
            ARCHIVE_UNREADABLE,
        ),
        (
            "declares more than it is",
            raw_zip(&[RawEntry::deflated(b"a", &noise(1000), 1001)]),
            ARCHIVE_UNREADABLE,
        ),
        (
            "cut after a stored zip file",
            whole[..inner_end].to_vec(),
            ARCHIVE_UNREADABLE,
        ),
        ("something behind", with_tail, ARCHIVE_UNREADABLE),
        ("something before", with_head, ARCHIVE_UNREADABLE),
    ];
    for (name, bytes, code) in cases {
        refused(&format!("{name} a.zip"), &bytes, code);
    }
}

#[test]
fn bad_tar_files_are_refused() {
    let whole = tar(&good());
    let end = whole.len() - 1024;
    let mut behind = whole.clone();
    push(&mut behind, b"hidden", EntryType::Regular, b"1", "", 0o644);
    let mut damaged = whole.clone();
    damaged[0] ^= 1;
    let packed = gzip(&whole);
    let mut wrong_sum = packed.clone();
    let at = wrong_sum.len() - 8;
    wrong_sum[at] ^= 1;
    let mut garbage = packed.clone();
    garbage.extend(b"more");
    let single = |kind| gzip(&tar(&[file("good", b"1"), item(b"a", kind)]));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("hard link", single(Kind::HardLink("good")), ARCHIVE_UNSAFE),
        (
            "hard link out",
            single(Kind::HardLink("/etc/passwd")),
            ARCHIVE_UNSAFE,
        ),
        (
            "device",
            single(Kind::Special(EntryType::Char, 0)),
            ARCHIVE_UNSAFE,
        ),
        (
            "block device",
            single(Kind::Special(EntryType::Block, 0)),
            ARCHIVE_UNSAFE,
        ),
        (
            "pipe",
            single(Kind::Special(EntryType::Fifo, 0)),
            ARCHIVE_UNSAFE,
        ),
        (
            "unknown type",
            single(Kind::Special(EntryType::new(b'V'), 0)),
            ARCHIVE_UNSAFE,
        ),
        (
            "not UTF-8",
            gzip(&tar(&[item(b"\xff", Kind::Folder)])),
            ARCHIVE_UNSAFE,
        ),
        ("no end mark", gzip(&whole[..end]), ARCHIVE_UNREADABLE),
        (
            "half an end mark",
            gzip(&whole[..end + 512]),
            ARCHIVE_UNREADABLE,
        ),
        (
            "something behind the end mark",
            gzip(&behind),
            ARCHIVE_UNREADABLE,
        ),
        ("wrong header", gzip(&damaged), ARCHIVE_UNREADABLE),
        ("empty", gzip(b""), ARCHIVE_UNREADABLE),
        ("not a tar file", gzip(&noise(5000)), ARCHIVE_UNREADABLE),
        (
            "no trailer",
            packed[..packed.len() - 8].to_vec(),
            ARCHIVE_UNREADABLE,
        ),
        ("wrong sum", wrong_sum, ARCHIVE_UNREADABLE),
        ("garbage behind", garbage, ARCHIVE_UNREADABLE),
    ];
    for (name, bytes, code) in cases {
        refused(&format!("{name} a.tar.gz"), &bytes, code);
    }
}

/// A NUL cannot stand in a header's name, but in that of an extended header.
#[test]
fn a_nul_in_an_extended_name_is_refused() {
    let mut bytes = Vec::new();
    push(
        &mut bytes,
        b"pax",
        EntryType::XHeader,
        b"12 path=a\0b\n",
        "",
        0o644,
    );
    push(&mut bytes, b"a", EntryType::Regular, b"1", "", 0o644);
    bytes.extend([0; 1024]);
    refused("NUL a.tar.gz", &gzip(&bytes), ARCHIVE_UNSAFE);
}

#[test]
fn a_device_in_a_7z_file_is_refused() {
    for type_bits in [CHARACTER_DEVICE, PIPE] {
        let special = item(b"a", Kind::Special(EntryType::Char, type_bits));
        refused(
            "device a.7z",
            &seven_z(&[file("good", b"1"), special]),
            ARCHIVE_UNSAFE,
        );
    }
}

/// 150 MB of zeros from some hundred kilobytes.
#[test]
fn bombs_are_refused_in_every_form() {
    let zeros = vec![0; 150_000_000];
    let bomb = [file("good", b"1"), file("zeros", &zeros)];
    refused(
        "bomb a.zip",
        &zip(&bomb, CompressionMethod::Deflated, false),
        ARCHIVE_BOMB,
    );
    refused("bomb a.tar.gz", &gzip_tightly(&tar(&bomb)), ARCHIVE_BOMB);
    refused("bomb a.7z", &seven_z(&bomb), ARCHIVE_BOMB);
}

/// The same bomb that says it is small, and one in many entries, each of them small enough.
#[test]
fn hidden_bombs_are_refused() {
    let zeros = vec![0; 150_000_000];
    let mut lying = RawEntry::deflated(b"zeros", &zeros, 1000);
    lying.crc = 0;
    refused("lying a.zip", &raw_zip(&[lying]), ARCHIVE_UNREADABLE);
    let part = RawEntry::deflated(b"", &zeros[..10_000_000], 10_000_000);
    let parts: Vec<_> = (0..15)
        .map(|number| RawEntry {
            name: format!("part{number}").into_bytes(),
            ..part.clone()
        })
        .collect();
    refused("parts a.zip", &raw_zip(&parts), ARCHIVE_BOMB);
}

#[test]
fn too_many_entries_are_refused() {
    let names = 0..300_001;
    let entries: Vec<_> = names
        .clone()
        .map(|number: u32| RawEntry::stored(format!("{number}").as_bytes(), b""))
        .collect();
    refused("many a.zip", &raw_zip(&entries), ARCHIVE_BOMB);
    let items: Vec<_> = names
        .map(|number| file(&format!("{number}"), b""))
        .collect();
    refused("many a.tar.gz", &gzip(&tar(&items)), ARCHIVE_BOMB);
}

/// Long names are held in memory by the tar reader.
#[test]
fn an_endless_name_is_refused() {
    let mut bytes = Vec::new();
    push(
        &mut bytes,
        b"././@LongLink",
        EntryType::GNULongName,
        &[b'x'; 1 << 20],
        "",
        0o644,
    );
    push(&mut bytes, b"a", EntryType::Regular, b"1", "", 0o644);
    bytes.extend([0; 1024]);
    refused("long a.tar.gz", &gzip(&bytes), ARCHIVE_BOMB);
}

#[test]
fn a_folder_with_links_that_leave_is_refused() {
    for target in ["/etc", "..", "a/../.."] {
        let folder = tempfile::tempdir().unwrap();
        let release = folder.path().join("release");
        std::fs::create_dir_all(release.join("b")).unwrap();
        std::os::unix::fs::symlink(target, release.join("b/link")).unwrap();
        let good = target == "..";
        let result = crate::read(&release).map(|entries| entries.len());
        if good {
            assert_eq!(result.unwrap(), 2);
        } else {
            assert_eq!(result.unwrap_err().code, ARCHIVE_UNSAFE);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("pipe"))
        .status()
        .unwrap();
    assert!(made.success());
    assert_eq!(crate::read(folder.path()).unwrap_err().code, ARCHIVE_UNSAFE);
}
