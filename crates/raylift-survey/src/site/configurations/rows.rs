//! Rows of `Configuration_`, and whether their files say the same.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use raylift_formats::config::{self, Config, ConfigEntry, Dialect};
use raylift_formats::{Level, Parsed};
use raylift_model::facts::{ConfigurationKind, ConfigurationRow};
use raylift_model::names::RelativePath;
use rayon::prelude::*;

use super::{content, name, orphans};
use crate::machine::{ConfigurationText, Machine};

/// Keys that the framework and file install put into every dictionary (OSGi Compendium, section 104.4.5;
/// `FileInstallConstants`, `ConfigurationAdminImpl`).
const OF_THE_FRAMEWORK: [&str; 6] = [
    FILE_NAME,
    FACTORY,
    "service.pid",
    "service.bundleLocation",
    "configuration.cleaner.ignore",
    "_felix_.cm.newConfiguration",
];
/// `ConfigurationImpl` of Felix's Configuration Admin 1.9 (seen in rows that it wrote).
const REVISION: &str = ":org.apache.felix.configadmin.revision:=";
const FILE_NAME: &str = "felix.fileinstall.filename";
const FACTORY: &str = "service.factoryPid";
/// The largest file that is compared with its row, in bytes.
const LARGEST: u64 = 16 << 20;

/// Reads every row. `is_older` says that the installed release is of 7.2 or before, whose reader made the row from its
/// file.
pub(crate) fn read(
    machine: &dyn Machine,
    home: &Path,
    texts: &[ConfigurationText],
    is_older: bool,
) -> Vec<ConfigurationRow> {
    texts
        .par_iter()
        .map(|text| row(machine, home, text, is_older))
        .collect()
}

/// The single text of a key in a row's dictionary; it may be a secret.
pub(crate) fn text_of(row: &ConfigurationText, key: &str) -> Option<String> {
    let dictionary = row.dictionary.as_ref()?;
    let read = dictionary_of(dictionary.expose());
    read.value.get(key)?.text().map(str::to_owned)
}

/// A row holds what Felix's `ConfigurationHandler` wrote: of the two readers of files, the later one takes its escapes
/// and collections as they are meant.
/// The Configuration Admin's own count of changes is left out, because its key is none of a file's: the reader would stop.
fn dictionary_of(text: &str) -> Parsed<Config> {
    let lines: Vec<&str> = text
        .split_inclusive('\n')
        .filter(|line| !line.starts_with(REVISION))
        .collect();
    config::read_as(lines.concat().as_bytes(), Dialect::Liferay)
}

fn row(
    machine: &dyn Machine,
    home: &Path,
    text: &ConfigurationText,
    is_older: bool,
) -> ConfigurationRow {
    let mut row = ConfigurationRow {
        pid: text.pid.clone(),
        ..ConfigurationRow::default()
    };
    let Some(dictionary) = &text.dictionary else {
        return row;
    };
    let read = dictionary_of(dictionary.expose());
    if let Some(error) = read
        .diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == Level::Error)
    {
        row.undetermined = Some(error.to_string());
    }
    let given = |key: &str| read.value.get(key).and_then(ConfigEntry::text);
    row.factory_pid = given(FACTORY).map(str::to_owned);
    row.stays_without_file =
        given("configuration.cleaner.ignore").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    row.entries = content::entries(&read.value);
    row.entries
        .retain(|entry| !OF_THE_FRAMEWORK.contains(&entry.key.as_str()));
    for entry in &mut row.entries {
        entry.line = 0;
    }
    row.entries.sort_by(|left, right| left.key.cmp(&right.key));
    if let Some(file_name) = given(FILE_NAME) {
        row.file_name = Some(file_name.to_owned());
        let file = orphans::file_of(home, file_name);
        row.file_there = machine.stat(&file).ok().map(|stat| stat.is_some());
        row.file = below(&file, home);
        if row.file_there == Some(false) {
            row.made_again_from = namesake(machine, home, &file);
        }
        if row.file_there == Some(true) {
            row.differs_in = differences(machine, &file, &read.value, is_older);
        }
    }
    row
}

fn namesake(machine: &dyn Machine, home: &Path, file: &Path) -> Option<RelativePath> {
    let name = file.file_name()?.to_str()?;
    let path = RelativePath::new(format!("osgi/configs/{name}"));
    let stat = machine.stat(&home.join(path.as_str())).ok().flatten();
    stat.is_some().then_some(path)
}

fn below(file: &Path, home: &Path) -> Option<RelativePath> {
    let path: PathBuf = file.strip_prefix(home).ok()?.components().collect();
    Some(RelativePath::new(path.to_str()?))
}

/// A file that cannot be read differs in nothing that could be named.
fn differences(machine: &dyn Machine, file: &Path, row: &Config, is_older: bool) -> Vec<String> {
    let file_name = file.file_name().and_then(|name| name.to_str());
    let kind = file_name.map_or(ConfigurationKind::Other, name::kind);
    let Ok(bytes) = machine.read(file, LARGEST) else {
        return Vec::new();
    };
    let read = match (kind, is_older) {
        (ConfigurationKind::Other, _) => return Vec::new(),
        (_, true) => content::older(&bytes, kind),
        (_, false) => content::later(&bytes, kind),
    };
    let of_file = &read.parsed.value;
    let keys: BTreeSet<&str> = of_file
        .entries
        .iter()
        .chain(&row.entries)
        .map(|entry| entry.key.as_str())
        .filter(|key| !OF_THE_FRAMEWORK.contains(key))
        .collect();
    keys.into_iter()
        .filter(|key| !same(of_file.get(key), row.get(key)))
        .map(str::to_owned)
        .collect()
}

/// A value with a variable of the machine is taken for the same: what it means is not known here.
fn same(left: Option<&ConfigEntry>, right: Option<&ConfigEntry>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => {
            content::texts(&left.shape)
                .iter()
                .any(|text| text.contains("${"))
                || (left.value_type, &left.shape) == (right.value_type, &right.shape)
        }
        (left, right) => left.is_none() && right.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_the_real_configuration_admin_wrote_is_read() {
        // Row of the lab's 7.3.6, written by Felix's Configuration Admin 1.9.16.
        let text = ":org.apache.felix.configadmin.revision:=L\"1\"\r\n\
                    felix.fileinstall.filename=\"file:/home/osgi/configs/a.config\"\r\n\
                    hosts=[ \\\r\n  \"north\", \\\r\n  \"south\", \\\r\n  ]\r\n\
                    service.pid=\"a\"\r\n";
        let read = dictionary_of(text);
        assert_eq!(read.diagnostics, Vec::new());
        let keys: Vec<&str> = read
            .value
            .entries
            .iter()
            .map(|entry| entry.key.as_str())
            .collect();
        assert_eq!(keys, [FILE_NAME, "hosts", "service.pid"]);
    }
}
