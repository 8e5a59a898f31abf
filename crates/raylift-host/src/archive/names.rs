//! Names of entries: which are accepted, and that none is there twice or lies below a file.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::fault::Fault;

/// The longest path Linux accepts (`PATH_MAX`), and the longest name (`NAME_MAX`).
const LONGEST_PATH: usize = 4095;
const LONGEST_NAME: usize = 255;

/// A name as an archive gives it, as a relative path without a closing slash. `None` for the archive's own root (`./`).
pub(super) fn accepted(raw: &[u8]) -> Result<Option<String>, Fault> {
    let shown = String::from_utf8_lossy(raw);
    let refuse = |detail: &str| Err(Fault::unsafe_entry(&shown, detail));
    let Ok(text) = std::str::from_utf8(raw) else {
        return refuse("its name is not UTF-8");
    };
    if text.is_empty() {
        return refuse("its name is empty");
    }
    if text.contains('\0') {
        return refuse("its name holds a NUL byte");
    }
    if text.contains('\\') {
        return refuse("its name holds a backslash");
    }
    if text.starts_with('/') {
        return refuse("its path is absolute");
    }
    let mut path = text;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() || path == "." {
        return Ok(None);
    }
    if path.len() > LONGEST_PATH {
        return refuse("its path is too long");
    }
    for part in path.split('/') {
        match part {
            ".." => return refuse("its path holds .."),
            "" | "." => return refuse("its path holds an empty part"),
            long if long.len() > LONGEST_NAME => return refuse("its name is too long"),
            _ => {}
        }
    }
    Ok(Some(path.to_owned()))
}

/// What a path is known to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// A folder because something lies below it.
    Implied,
    /// An entry of its own, a folder.
    Folder,
    /// An entry of its own, anything else.
    Leaf,
}

/// Every path seen so far.
#[derive(Default)]
pub(super) struct Names {
    known: HashMap<String, Known>,
}

impl Names {
    /// Takes one more accepted path; nothing may lie below a file or a link, whichever comes first.
    pub(super) fn add(&mut self, path: &str, is_folder: bool) -> Result<(), Fault> {
        for (at, _) in path.match_indices('/') {
            let above = path.get(..at).unwrap_or_default();
            match self.known.get(above) {
                Some(Known::Leaf) => {
                    return Err(Fault::unsafe_entry(
                        path,
                        &format!("{above:?} above it is not a folder"),
                    ));
                }
                Some(_) => {}
                None => {
                    self.known.insert(above.to_owned(), Known::Implied);
                }
            }
        }
        let kind = if is_folder {
            Known::Folder
        } else {
            Known::Leaf
        };
        match self.known.entry(path.to_owned()) {
            Entry::Vacant(free) => {
                free.insert(kind);
                Ok(())
            }
            Entry::Occupied(mut taken) => match (*taken.get(), kind) {
                (Known::Implied, Known::Folder) => {
                    taken.insert(Known::Folder);
                    Ok(())
                }
                (Known::Implied, _) => Err(Fault::unsafe_entry(
                    path,
                    "it is not a folder, but other entries lie below it",
                )),
                _ => Err(Fault::duplicate(path)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use raylift_model::codes;

    #[test]
    fn plain_names_are_accepted() {
        for (raw, path) in [
            ("a", Some("a")),
            ("a/b.jar", Some("a/b.jar")),
            ("a/", Some("a")),
            ("./a/b", Some("a/b")),
            ("././a", Some("a")),
            ("./", None),
            (".", None),
            ("a..b/...", Some("a..b/...")),
            ("größe.txt", Some("größe.txt")),
        ] {
            assert_eq!(accepted(raw.as_bytes()).unwrap().as_deref(), path, "{raw}");
        }
    }

    #[test]
    fn names_that_could_leave_are_refused() {
        let long = "x".repeat(256);
        for raw in [
            b"".as_slice(),
            b"/etc/passwd",
            b"../a",
            b"a/../b",
            b"a/..",
            b"a//b",
            b"a/./b",
            b"a\\b",
            b"a\0b",
            b"\xff\xfe",
            long.as_bytes(),
        ] {
            assert_eq!(
                accepted(raw).unwrap_err().code,
                codes::ARCHIVE_UNSAFE,
                "{raw:?}"
            );
        }
    }

    #[test]
    fn a_name_is_taken_once() {
        let mut names = Names::default();
        names.add("a/b", false).unwrap();
        names.add("a", true).unwrap();
        assert_eq!(
            names.add("a", true).unwrap_err().code,
            codes::ARCHIVE_DUPLICATE
        );
        assert_eq!(
            names.add("a/b", false).unwrap_err().code,
            codes::ARCHIVE_DUPLICATE
        );
        names.add("A/b", false).unwrap();
    }

    #[test]
    fn nothing_lies_below_a_file_in_either_order() {
        let mut names = Names::default();
        names.add("a", false).unwrap();
        assert_eq!(
            names.add("a/b/c", false).unwrap_err().code,
            codes::ARCHIVE_UNSAFE
        );
        let mut names = Names::default();
        names.add("a/b/c", false).unwrap();
        assert_eq!(
            names.add("a/b", false).unwrap_err().code,
            codes::ARCHIVE_UNSAFE
        );
    }

    proptest! {
        #[test]
        fn an_accepted_path_never_leaves(raw in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(Some(path)) = accepted(&raw) {
                let path = std::path::Path::new(&path);
                prop_assert!(path.components().all(|part| matches!(part, std::path::Component::Normal(_))));
            }
        }
    }
}
