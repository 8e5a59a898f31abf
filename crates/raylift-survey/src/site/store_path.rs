//! Where the file-system stores keep a version of a document.

use raylift_model::names::RelativePath;

use crate::machine::DocumentRow;

/// The two stores that keep documents in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// `FileSystemStore`.
    Simple,
    /// `AdvancedFileSystemStore`.
    Advanced,
}

/// Stands for the ending that a name does not have (`AdvancedFileSystemStore._HOOK_EXTENSION`).
const NO_ENDING: &str = "afsh";
/// Folders of two characters, at most (`AdvancedFileSystemStore.buildPath`).
const LEVELS: usize = 4;

/// The store that a portal has by itself.
pub(super) const SIMPLE: &str = "com.liferay.portal.store.file.system.FileSystemStore";
const ADVANCED: &str = "com.liferay.portal.store.file.system.AdvancedFileSystemStore";

impl Rule {
    /// The rule of a store by its class, the value of `dl.store.impl`; `None` for others.
    pub fn of(implementation: &str) -> Option<Self> {
        match implementation {
            SIMPLE => Some(Self::Simple),
            ADVANCED => Some(Self::Advanced),
            _ => None,
        }
    }

    /// The file of a version, below the root. That both stores put the company and the repository first was read in
    /// Liferay's stores; that the repository is the data repository of the joined rows is an inference.
    pub fn path(self, row: &DocumentRow) -> RelativePath {
        let repository = format!("{}/{}", row.company_id, row.data_repository_id);
        let (name, version) = (row.name.as_str(), row.version.as_str());
        RelativePath::new(match self {
            Self::Simple => format!("{repository}/{name}/{version}"),
            Self::Advanced => format!("{repository}/{}", advanced(name, version)),
        })
    }
}

fn advanced(name: &str, version: &str) -> String {
    if let Some((_, last)) = name.rsplit_once('/') {
        let (stem, ending) = parts(last);
        return format!("{name}/{stem}_{version}.{ending}");
    }
    let (stem, ending) = parts(name);
    let (prefix, stem) = match stem.strip_prefix("DLFE-") {
        Some(rest) => ("DLFE/", rest),
        None => ("", stem),
    };
    let characters: Vec<char> = stem.chars().collect();
    // Two characters for each folder, and at least one is left for the name. The prefix counts as a level.
    let levels = LEVELS - usize::from(!prefix.is_empty());
    let folders: String = characters
        .chunks(2)
        .take(characters.len().saturating_sub(1) / 2)
        .take(levels)
        .map(|pair| pair.iter().collect::<String>() + "/")
        .collect();
    format!("{prefix}{folders}{stem}.{ending}/{stem}_{version}.{ending}")
}

/// Name and ending as `FileUtil.getExtension` and `stripExtension` tell them: the ending in small letters, and none where
/// the only dot stands first.
fn parts(name: &str) -> (&str, String) {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && !ending.is_empty() => {
            (stem, ending.to_lowercase())
        }
        _ => (name, NO_ENDING.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand from `AdvancedFileSystemStore.getFileNameVersionFile` and `buildPath`.
    #[test]
    fn the_advanced_store_spreads_names_over_folders() {
        for (name, expected) in [
            ("1", "1.afsh/1_1.0.afsh"),
            ("12", "12.afsh/12_1.0.afsh"),
            ("123", "12/123.afsh/123_1.0.afsh"),
            ("1234", "12/1234.afsh/1234_1.0.afsh"),
            ("32401", "32/40/32401.afsh/32401_1.0.afsh"),
            (
                "1234567890123",
                "12/34/56/78/1234567890123.afsh/1234567890123_1.0.afsh",
            ),
            ("DLFE-32401.PDF", "DLFE/32/40/32401.pdf/32401_1.0.pdf"),
            ("a/b.txt", "a/b.txt/b_1.0.txt"),
        ] {
            assert_eq!(advanced(name, "1.0"), expected, "{name}");
        }
    }

    #[test]
    fn both_stores_begin_with_company_and_repository() {
        let row = DocumentRow {
            file_version_id: 1,
            company_id: 20099,
            data_repository_id: 20121,
            name: "501".to_owned(),
            version: "1.1~a-b".to_owned(),
            size: 3,
        };
        assert_eq!(Rule::Simple.path(&row).as_str(), "20099/20121/501/1.1~a-b");
        assert_eq!(
            Rule::Advanced.path(&row).as_str(),
            "20099/20121/50/501.afsh/501_1.1~a-b.afsh"
        );
    }
}
