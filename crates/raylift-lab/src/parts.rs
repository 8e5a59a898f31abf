//! The list of parts (`java/lab/parts.txt`), their pinned digests and the cache of their files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::LabError;
use crate::hash;
use crate::maven::{self, Coordinate};

/// Pinned digests: name (a coordinate as in `parts.txt`, or `pypi:name:version`) to SHA-256.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pins {
    path: PathBuf,
    digests: BTreeMap<String, String>,
}

impl Pins {
    /// Reads lines of `<64 hexadecimal digits>  <name>`; an absent file is an empty list.
    pub(crate) fn read(path: &Path) -> Result<Self, LabError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(LabError::io("read", path)(source)),
        };
        let mut digests = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let (digest, name) = line.split_once("  ").ok_or_else(|| {
                LabError::data("parts.sha256", index + 1, "expected digest, blanks, name")
            })?;
            digests.insert(name.to_owned(), digest.to_owned());
        }
        Ok(Self {
            path: path.to_path_buf(),
            digests,
        })
    }

    /// Compares a file with its pinned digest. A name without a pin is an error as well.
    pub(crate) fn check(&self, name: &str, file: &Path) -> Result<(), LabError> {
        let found = hash::sha256_of_file(file)?;
        match self.digests.get(name) {
            Some(expected) if *expected == found => Ok(()),
            expected => Err(LabError::Checksum {
                name: name.to_owned(),
                expected: expected
                    .cloned()
                    .unwrap_or_else(|| "none pinned (raylift-lab parts --pin)".to_owned()),
                found,
            }),
        }
    }

    /// Adds a pin for `file` when `name` has none.
    pub(crate) fn add(&mut self, name: &str, file: &Path) -> Result<(), LabError> {
        if !self.digests.contains_key(name) {
            let digest = hash::sha256_of_file(file)?;
            self.digests.insert(name.to_owned(), digest);
        }
        Ok(())
    }

    /// Writes the list back, sorted by name, keeping only the `wanted` names.
    pub(crate) fn write(&self, wanted: &[String]) -> Result<(), LabError> {
        let text: String = self
            .digests
            .iter()
            .filter(|(name, _)| wanted.contains(name))
            .map(|(name, digest)| format!("{digest}  {name}\n"))
            .collect();
        std::fs::write(&self.path, text).map_err(LabError::io("write", &self.path))
    }
}

/// All parts, fetched and checked.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    files: BTreeMap<String, PathBuf>,
}

impl Parts {
    /// Reads the list, fetches what is missing with one Maven call, checks every fetched file.
    ///
    /// A file that lies in the cache was checked when it came; a stamp beside it, which holds the
    /// digest that was found, spares reading 100 MB again on every call.
    pub(crate) fn open(list: &Path, pins: &Pins, folder: &Path) -> Result<Self, LabError> {
        let coordinates = read_list(list)?;
        let unchecked: Vec<&Coordinate> = coordinates
            .iter()
            .filter(|coordinate| !is_checked(coordinate, pins, folder))
            .collect();
        let missing: Vec<&Coordinate> = unchecked
            .iter()
            .copied()
            .filter(|coordinate| {
                let file = folder.join(coordinate.file_name());
                !file.is_file() || pins.check(&coordinate.to_string(), &file).is_err()
            })
            .collect();
        maven::fetch(&missing, folder)?;
        for coordinate in unchecked {
            let name = coordinate.to_string();
            let file = folder.join(coordinate.file_name());
            pins.check(&name, &file)?;
            let stamp = stamp_of(&file);
            let digest = pins.digests.get(&name).cloned().unwrap_or_default();
            std::fs::write(&stamp, digest).map_err(LabError::io("write", &stamp))?;
        }
        Ok(Self::of(&coordinates, folder))
    }

    /// Fetches everything without checking, for pinning.
    pub(crate) fn fetch_unchecked(list: &Path, folder: &Path) -> Result<Self, LabError> {
        let coordinates = read_list(list)?;
        let missing: Vec<&Coordinate> = coordinates
            .iter()
            .filter(|coordinate| !folder.join(coordinate.file_name()).is_file())
            .collect();
        maven::fetch(&missing, folder)?;
        Ok(Self::of(&coordinates, folder))
    }

    fn of(coordinates: &[Coordinate], folder: &Path) -> Self {
        Self {
            files: coordinates
                .iter()
                .map(|coordinate| (coordinate.to_string(), folder.join(coordinate.file_name())))
                .collect(),
        }
    }

    /// The cached file of a coordinate as written in `parts.txt`.
    pub(crate) fn file(&self, coordinate: &str) -> Result<&Path, LabError> {
        self.files
            .get(coordinate)
            .map(PathBuf::as_path)
            .ok_or_else(|| LabError::data("parts.txt", 0, format!("{coordinate} is not listed")))
    }

    /// Coordinate and file of every part, in order of coordinates.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.files
            .iter()
            .map(|(name, path)| (name.as_str(), path.as_path()))
    }
}

fn stamp_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".checked");
    PathBuf::from(name)
}

fn is_checked(coordinate: &Coordinate, pins: &Pins, folder: &Path) -> bool {
    let file = folder.join(coordinate.file_name());
    let stamp = std::fs::read_to_string(stamp_of(&file)).ok();
    file.is_file() && stamp.is_some() && stamp.as_ref() == pins.digests.get(&coordinate.to_string())
}

fn read_list(path: &Path) -> Result<Vec<Coordinate>, LabError> {
    let text = std::fs::read_to_string(path).map_err(LabError::io("read", path))?;
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            Coordinate::parse(line).ok_or_else(|| {
                LabError::data(
                    "parts.txt",
                    number,
                    "expected group:artifact:version[:packaging[:classifier]]",
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_the_pinned_one_is_an_error() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("part.jar");
        std::fs::write(&file, b"abc").expect("write");
        let pins_file = folder.path().join("parts.sha256");
        // FIPS 180-2, appendix B.1: SHA-256 of "abc".
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        std::fs::write(&pins_file, format!("{digest}  a:b:1\n")).expect("write");
        let pins = Pins::read(&pins_file).expect("pins");
        assert!(pins.check("a:b:1", &file).is_ok());
        std::fs::write(&file, b"abd").expect("write");
        assert!(matches!(
            pins.check("a:b:1", &file),
            Err(LabError::Checksum { expected, .. }) if expected == digest
        ));
        assert!(matches!(
            pins.check("a:b:2", &file),
            Err(LabError::Checksum { name, .. }) if name == "a:b:2"
        ));
    }

    #[test]
    fn a_wrong_line_of_the_list_is_named() {
        let folder = tempfile::tempdir().expect("folder");
        let list = folder.path().join("parts.txt");
        std::fs::write(&list, "# comment\n\na:b:1\nbroken\n").expect("write");
        assert!(matches!(
            read_list(&list),
            Err(LabError::Data { line: 4, .. })
        ));
    }
}
