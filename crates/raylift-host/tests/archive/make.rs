//! Archives made by the usual libraries, and by hand where those refuse to make bad ones.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use sevenz_rust2::{ArchiveEntry, ArchiveWriter};
use tar::{EntryType, Header};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What an entry is.
#[derive(Clone)]
pub(crate) enum Kind {
    File(Vec<u8>),
    Folder,
    Link(&'static str),
    HardLink(&'static str),
    /// A tar type or the type bits of a Unix mode.
    Special(EntryType, u32),
}

/// One entry: name as raw bytes, kind, permission bits.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) name: Vec<u8>,
    pub(crate) kind: Kind,
    pub(crate) mode: u32,
}

pub(crate) fn file(name: &str, content: &[u8]) -> Item {
    Item {
        name: name.into(),
        kind: Kind::File(content.to_vec()),
        mode: 0o644,
    }
}

pub(crate) fn item(name: &[u8], kind: Kind) -> Item {
    Item {
        name: name.to_vec(),
        kind,
        mode: 0o755,
    }
}

/// Content that does not pack well, the same each time.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect()
}

/// A small release without anything wrong.
pub(crate) fn good() -> Vec<Item> {
    let inner = zip(
        &[file("inner.class", &noise(700))],
        CompressionMethod::Stored,
        false,
    );
    vec![
        item(b"top/", Kind::Folder),
        file("top/portal.properties", b"a=b\n"),
        file("top/noise.bin", &noise(3000)),
        file("top/empty", b""),
        file("top/zeros", &[0; 5000]),
        Item {
            mode: 0o750,
            ..file("top/bin/start.sh", b"#!/bin/sh\n")
        },
        item(b"top/current", Kind::Link("bin/start.sh")),
        item(b"top/bin/up", Kind::Link("../portal.properties")),
        file("top/stored.jar", &inner),
    ]
}

/// By the zip crate.
pub(crate) fn zip(items: &[Item], method: CompressionMethod, large: bool) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in items {
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .large_file(large)
            .unix_permissions(entry.mode);
        let name = String::from_utf8(entry.name.clone()).unwrap();
        match &entry.kind {
            Kind::File(content) => {
                writer.start_file(name, options).unwrap();
                writer.write_all(content).unwrap();
            }
            Kind::Folder => writer.add_directory(name, options).unwrap(),
            Kind::Link(target) => writer.add_symlink(name, *target, options).unwrap(),
            Kind::HardLink(_) | Kind::Special(..) => panic!("zip has no such entry"),
        }
    }
    writer.finish().unwrap().into_inner()
}

/// The unpacked tar with its end mark, names and types as they stand.
pub(crate) fn tar(items: &[Item]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in items {
        let (entry_type, content, target) = match &entry.kind {
            Kind::File(content) => (EntryType::Regular, content.as_slice(), ""),
            Kind::Folder => (EntryType::Directory, [].as_slice(), ""),
            Kind::Link(target) => (EntryType::Symlink, [].as_slice(), *target),
            Kind::HardLink(target) => (EntryType::Link, [].as_slice(), *target),
            Kind::Special(entry_type, _) => (*entry_type, [].as_slice(), ""),
        };
        push(
            &mut bytes,
            &entry.name,
            entry_type,
            content,
            target,
            entry.mode,
        );
    }
    bytes.extend([0; 1024]);
    bytes
}

/// One header and its content.
pub(crate) fn push(
    bytes: &mut Vec<u8>,
    name: &[u8],
    entry_type: EntryType,
    content: &[u8],
    target: &str,
    mode: u32,
) {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
    header.set_entry_type(entry_type);
    header.set_size(content.len() as u64);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    bytes.extend(header.as_bytes());
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_by(bytes, Compression::fast())
}

pub(crate) fn gzip_tightly(bytes: &[u8]) -> Vec<u8> {
    gzip_by(bytes, Compression::best())
}

fn gzip_by(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// By the 7z crate; modes and links the way p7zip keeps them.
pub(crate) fn seven_z(items: &[Item]) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    for entry in items {
        let name = String::from_utf8(entry.name.clone()).unwrap();
        let (mut header, content, type_bits) = match &entry.kind {
            Kind::File(content) => (ArchiveEntry::new_file(&name), content.as_slice(), 0o100_000),
            Kind::Folder => (
                ArchiveEntry::new_directory(name.trim_end_matches('/')),
                [].as_slice(),
                0o040_000,
            ),
            Kind::Link(target) => (ArchiveEntry::new_file(&name), target.as_bytes(), 0o120_000),
            Kind::Special(_, type_bits) => {
                (ArchiveEntry::new_file(&name), [].as_slice(), *type_bits)
            }
            Kind::HardLink(_) => panic!("7z has no hard links"),
        };
        header.has_windows_attributes = true;
        header.windows_attributes = 0x8000 | (type_bits | entry.mode) << 16;
        if matches!(entry.kind, Kind::Folder) {
            writer.push_archive_entry::<&[u8]>(header, None).unwrap();
        } else {
            writer.push_archive_entry(header, Some(content)).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

/// One entry of a zip file made by hand: what the directory says and what lies in the file need not agree.
#[derive(Clone)]
pub(crate) struct RawEntry {
    pub(crate) name: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) packed: Vec<u8>,
    pub(crate) declared: u64,
    /// Upper half: Unix mode.
    pub(crate) attributes: u32,
}

impl RawEntry {
    /// A stored file that is as it says.
    pub(crate) fn stored(name: &[u8], content: &[u8]) -> Self {
        Self {
            name: name.to_vec(),
            flags: 0x800,
            method: 0,
            crc: crc32fast::hash(content),
            packed: content.to_vec(),
            declared: content.len() as u64,
            attributes: 0o100_644 << 16,
        }
    }

    /// A deflated file that declares another size.
    pub(crate) fn deflated(name: &[u8], content: &[u8], declared: u64) -> Self {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        Self {
            method: 8,
            packed: encoder.finish().unwrap(),
            declared,
            ..Self::stored(name, content)
        }
    }

    /// The numbers that do not fit become a zip64 field (APPNOTE.TXT 4.5.3).
    fn extra(&self) -> (u32, Vec<u8>) {
        match u32::try_from(self.declared) {
            Ok(size) if size < u32::MAX => (size, Vec::new()),
            _ => {
                let mut extra = vec![1, 0, 8, 0];
                extra.extend(self.declared.to_le_bytes());
                (u32::MAX, extra)
            }
        }
    }

    fn common(&self, extra: &(u32, Vec<u8>)) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(20_u16.to_le_bytes());
        bytes.extend(self.flags.to_le_bytes());
        bytes.extend(self.method.to_le_bytes());
        bytes.extend([0, 0, 0x21, 0x4e]);
        bytes.extend(self.crc.to_le_bytes());
        bytes.extend((self.packed.len() as u32).to_le_bytes());
        bytes.extend(extra.0.to_le_bytes());
        bytes.extend((self.name.len() as u16).to_le_bytes());
        bytes.extend((extra.1.len() as u16).to_le_bytes());
        bytes
    }
}

/// A zip file made by hand.
pub(crate) fn raw_zip(entries: &[RawEntry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let at = bytes.len() as u32;
        let extra = entry.extra();
        let common = entry.common(&extra);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(&entry.name);
        bytes.extend(&extra.1);
        bytes.extend(&entry.packed);
        directory.extend(b"PK\x01\x02");
        directory.extend([20, 3]);
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend(entry.attributes.to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(&entry.name);
        directory.extend(&extra.1);
    }
    let start = bytes.len() as u32;
    bytes.extend(&directory);
    if entries.len() > 65_534 {
        let end = bytes.len() as u64;
        bytes.extend(b"PK\x06\x06");
        bytes.extend(44_u64.to_le_bytes());
        bytes.extend([45, 3, 45, 0]);
        bytes.extend([0; 8]);
        bytes.extend((entries.len() as u64).to_le_bytes());
        bytes.extend((entries.len() as u64).to_le_bytes());
        bytes.extend((directory.len() as u64).to_le_bytes());
        bytes.extend(u64::from(start).to_le_bytes());
        bytes.extend(b"PK\x06\x07\0\0\0\0");
        bytes.extend(end.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
    }
    let count = u16::try_from(entries.len())
        .unwrap_or(u16::MAX)
        .to_le_bytes();
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(count);
    bytes.extend(count);
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}
