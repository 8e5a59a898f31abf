//! Making and changing JARs so that the same input gives the same bytes.

use std::io::{Cursor, Read, Seek, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::LabError;
use crate::manifest::Manifest;

/// Path of the manifest in a JAR.
const MANIFEST: &str = "META-INF/MANIFEST.MF";

/// Filler entry of a JAR that is as heavy as the real one.
const FILLER: &str = "META-INF/filler.bin";

/// Options of every entry that the lab writes: one fixed time, ordinary permissions.
pub(crate) fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}

/// An archive in memory from names and bytes, stored without compression, in the given order.
pub(crate) fn stored_archive<'entries>(
    name: &Path,
    entries: impl IntoIterator<Item = (&'entries str, &'entries [u8])>,
) -> Result<Vec<u8>, LabError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in entries {
        writer
            .start_file(path, options(CompressionMethod::Stored))
            .map_err(LabError::archive(name))?;
        writer
            .write_all(bytes)
            .map_err(LabError::io("write into", name))?;
    }
    writer
        .finish()
        .map(Cursor::into_inner)
        .map_err(LabError::archive(name))
}

/// A JAR that does nothing: the manifest, empty files, and filler up to `size` bytes when one is given.
pub(crate) fn inert(
    name: &Path,
    manifest: &Manifest,
    empty_files: &[&'static str],
    size: Option<u64>,
) -> Result<Vec<u8>, LabError> {
    let text = manifest.text();
    let mut entries = vec![(MANIFEST, text.as_bytes())];
    entries.extend(empty_files.iter().map(|file| (*file, [].as_slice())));
    let plain = stored_archive(name, entries.iter().copied())?;
    let Some(missing) = size
        .and_then(|size| usize::try_from(size).ok())
        .and_then(|size| size.checked_sub(plain.len() + 2 * FILLER.len() + 76))
    else {
        return Ok(plain);
    };
    let filler = incompressible(&name.to_string_lossy(), missing);
    entries.push((FILLER, &filler));
    stored_archive(name, entries)
}

/// `length` bytes that depend on `seed` only and that no compressor makes smaller
/// (xorshift64*, Marsaglia 2003 and Vigna 2016).
fn incompressible(seed: &str, length: usize) -> Vec<u8> {
    let mut state = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// The manifest of a JAR; an empty one when it has none.
pub(crate) fn manifest_of(path: &Path) -> Result<Manifest, LabError> {
    let file = std::fs::File::open(path).map_err(LabError::io("open", path))?;
    let mut archive = ZipArchive::new(file).map_err(LabError::archive(path))?;
    manifest_in(path, &mut archive)
}

fn manifest_in(
    name: &Path,
    archive: &mut ZipArchive<impl Read + Seek>,
) -> Result<Manifest, LabError> {
    let mut text = String::new();
    match archive.by_name(MANIFEST) {
        Ok(mut entry) => {
            entry
                .read_to_string(&mut text)
                .map_err(LabError::io("read the manifest of", name))?;
        }
        Err(zip::result::ZipError::FileNotFound) => {}
        Err(error) => return Err(LabError::archive(name)(error)),
    }
    Ok(Manifest::parse(&text))
}

/// A copy of a JAR with some of its main manifest attributes set anew. Named sections of the
/// manifest are dropped.
pub(crate) fn with_attributes<'values>(
    path: &Path,
    attributes: impl IntoIterator<Item = (&'values str, &'values str)>,
) -> Result<Vec<u8>, LabError> {
    let file = std::fs::File::open(path).map_err(LabError::io("open", path))?;
    with_manifest(path, file, |manifest| {
        for (name, value) in attributes {
            manifest.set(name, value);
        }
    })
}

/// A copy of a JAR with a changed manifest, of whose sections the main one is kept.
pub(crate) fn with_manifest(
    name: &Path,
    jar: impl Read + Seek,
    change: impl FnOnce(&mut Manifest),
) -> Result<Vec<u8>, LabError> {
    let mut archive = ZipArchive::new(jar).map_err(LabError::archive(name))?;
    let mut manifest = manifest_in(name, &mut archive)?;
    change(&mut manifest);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file(MANIFEST, options(CompressionMethod::Deflated))
        .map_err(LabError::archive(name))?;
    writer
        .write_all(manifest.text().as_bytes())
        .map_err(LabError::io("change", name))?;
    for index in 0..archive.len() {
        let entry = archive
            .by_index_raw(index)
            .map_err(LabError::archive(name))?;
        let inner = entry.name().map_err(LabError::archive(name))?;
        if inner != MANIFEST && !entry.is_dir() {
            writer
                .raw_copy_file(entry)
                .map_err(LabError::archive(name))?;
        }
    }
    writer
        .finish()
        .map(Cursor::into_inner)
        .map_err(LabError::archive(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let mut manifest = Manifest::default();
        manifest.set("Bundle-SymbolicName", "com.example");
        manifest
    }

    #[test]
    fn a_heavy_jar_has_the_wanted_size() {
        let name = Path::new("a.jar");
        let jar = inert(name, &manifest(), &[], Some(50_000)).expect("jar");
        assert_eq!(jar.len(), 50_000);
        assert_eq!(
            jar,
            inert(name, &manifest(), &[], Some(50_000)).expect("jar")
        );
    }

    #[test]
    fn attributes_can_be_replaced() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.jar");
        std::fs::write(&path, inert(&path, &manifest(), &[], None).expect("jar")).expect("write");
        let changed = with_attributes(&path, [("Bundle-SymbolicName", "org.example")]);
        std::fs::write(&path, changed.expect("changed")).expect("write");
        assert_eq!(
            manifest_of(&path)
                .expect("manifest")
                .get("Bundle-SymbolicName"),
            Some("org.example")
        );
    }
}
