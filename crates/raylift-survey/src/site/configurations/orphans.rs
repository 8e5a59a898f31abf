//! Rows of `Configuration_` whose file is gone.

use std::path::{Path, PathBuf};

use raylift_model::codes;
use raylift_model::facts::ConfigurationRow;
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;

/// A warning for each row that names a file that is not there: the portal deletes such rows at its next start
/// (layout-and-artifacts 0.1, read in `ConfigurationPersistenceManager`), unless the row says that it stays.
pub(crate) fn orphans(home: &Path, rows: &[ConfigurationRow]) -> Vec<Finding> {
    rows.iter()
        .filter_map(|row| {
            let file_name = row.file_name.as_deref()?;
            if row.file_there != Some(false) || row.stays_without_file {
                return None;
            }
            let file = file_of(home, file_name);
            if let Some(path) = &row.made_again_from {
                return Some(made_again(row, file_name, path));
            }
            Some(
                Finding::new(
                    Severity::Warning,
                    codes::CONFIGURATION_ORPHAN,
                    row.pid.as_str(),
                    format!(
                        "its file {} is missing: the portal deletes this configuration at its next start",
                        file.display()
                    ),
                    "export the configuration in System Settings and put the file into osgi/configs, when it is still wanted",
                )
                .because(format!("felix.fileinstall.filename is {file_name}")),
            )
        })
        .collect()
}

/// Nothing is lost: the installer finds no configuration of that file and makes one
/// (`ConfigurationFileInstaller._getConfiguration`, `ConfigInstaller.getConfiguration`).
fn made_again(row: &ConfigurationRow, file_name: &str, path: &RelativePath) -> Finding {
    Finding::new(
        Severity::Note,
        codes::CONFIGURATION_ORPHAN,
        row.pid.as_str(),
        format!(
            "its row names a file that is not there: the portal deletes the row at its next start and makes the configuration again from {path}"
        ),
        "nothing, when the home was moved; else look whether that file is what you want",
    )
    .because(format!("felix.fileinstall.filename is {file_name}"))
}

/// 7.2 writes a `file:` URL, 7.4 the bare name of a file in `osgi/configs` (layout-and-artifacts 5, "Life cycle").
pub(super) fn file_of(home: &Path, name: &str) -> PathBuf {
    let path = match name.strip_prefix("file:") {
        Some(rest) => {
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            PathBuf::from(decoded(rest))
        }
        None => PathBuf::from(name),
    };
    home.join("osgi/configs").join(path)
}

/// Percent signs of a URL (RFC 3986, section 2.1).
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match digits {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_naming_the_file_is_understood() {
        let home = Path::new("/opt/liferay");
        for (name, expected) in [
            (
                "file:/opt/liferay/osgi/configs/a.b.config",
                "/opt/liferay/osgi/configs/a.b.config",
            ),
            ("file:///srv/my%20home/a.config", "/srv/my home/a.config"),
            ("a.b~one.config", "/opt/liferay/osgi/configs/a.b~one.config"),
            ("file:/x/100%.config", "/x/100%.config"),
        ] {
            assert_eq!(file_of(home, name), Path::new(expected), "{name}");
        }
    }
}
