//! The helper's classes, as a JAR that the site's user can read.

use std::io::{self, Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use raylift_model::facts::Ownership;
use tempfile::{Builder, NamedTempFile};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::users;

/// Name and content of every class file, in the order of their names.
const CLASSES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/bridge_classes.rs"));

/// The class with the `main` method.
pub(super) const MAIN_CLASS: &str = "raylift.bridge.Main";

/// Writes the JAR into a file that only the owner can read, and that goes away with the value. Root's own folder for
/// temporary files may be closed to the owner, so that `/tmp` is used for somebody else.
pub(super) fn write(owner: &Ownership) -> io::Result<NamedTempFile> {
    let foreign = owner.uid != users::current_uid();
    let folder = if foreign {
        PathBuf::from("/tmp")
    } else {
        std::env::temp_dir()
    };
    let mut file = Builder::new()
        .prefix("raylift-bridge-")
        .suffix(".jar")
        .tempfile_in(folder)?;
    file.write_all(&bytes().map_err(io::Error::other)?)?;
    file.flush()?;
    file.as_file()
        .set_permissions(std::fs::Permissions::from_mode(0o400))?;
    if foreign {
        std::os::unix::fs::fchown(file.as_file(), Some(owner.uid), Some(owner.gid))?;
    }
    Ok(file)
}

fn bytes() -> zip::result::ZipResult<Vec<u8>> {
    let mut jar = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in CLASSES {
        jar.start_file(*name, options)?;
        jar.write_all(content)?;
    }
    Ok(jar.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_class_is_in_the_jar_for_java_8() {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes().unwrap())).unwrap();
        let mut main = archive
            .by_name(&format!("{}.class", MAIN_CLASS.replace('.', "/")))
            .unwrap();
        let mut class = Vec::new();
        io::Read::read_to_end(&mut main, &mut class).unwrap();
        // Magic number, then minor and major version: 52 is Java 8 (JVM Specification, table 4.1-A).
        assert_eq!(class[..8], [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52]);
    }

    #[test]
    fn only_the_owner_reads_it() {
        let owner = Ownership {
            uid: users::current_uid(),
            gid: rustix::process::getegid().as_raw(),
            user: None,
        };
        let file = write(&owner).unwrap();
        let mode = file.as_file().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o400);
        let path = file.path().to_owned();
        drop(file);
        assert!(!path.exists());
    }
}
