//! What the new release would make of the site's OSGi configurations: one file for each rule.

mod carry;
mod cfg;
mod encoding;
mod key;
mod known;
mod line;
mod name;
mod pid;
mod place;
mod renamed;
mod rows;
mod twice;
mod unreadable;
mod value;

use std::collections::BTreeSet;

use raylift_model::facts::{
    BundleFacts, ConfigurationEntry, ConfigurationFile, ConfigurationKind, ConfigurationReading,
    ReleaseFacts, SiteFacts,
};
use raylift_model::finding::Finding;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, FileDecision};

pub(crate) use carry::{Renewed, carry};
pub use known::Known;
pub use renamed::{RenamedPid, renamed_pid};

/// The folder whose files, those in it itself, are configurations.
const CONFIGS: &str = "osgi/configs";
/// Names that one finding shows.
const SHOWN: usize = 20;

/// What every rule goes by.
struct Case<'a> {
    site: &'a SiteFacts,
    release: &'a ReleaseFacts,
    /// Lines of the installed and of the new release.
    from: (u32, u32),
    to: (u32, u32),
    /// What the site's bundles describe.
    before: Known<'a>,
    /// What those of the new release and the carried ones describe.
    after: Known<'a>,
    /// The site's files that are there after the update as they are now.
    files: Vec<&'a ConfigurationFile>,
    /// Those that are there in another form or under another name, each with its PID there.
    renewed: &'a [(&'a ConfigurationFile, String)],
}

/// Entries of one configuration.
struct Described<'a> {
    /// What findings call it.
    subject: &'a str,
    /// The PID that the new release's metatypes know.
    pid: &'a str,
    /// The same of the installed release.
    before: &'a str,
    entries: &'a [ConfigurationEntry],
}

impl<'a> Case<'a> {
    /// Files that the new release reads, with what it reads.
    fn read_files(
        &self,
    ) -> impl Iterator<Item = (&'a ConfigurationFile, &'a ConfigurationReading)> {
        self.files
            .iter()
            .copied()
            .filter(|file| is_in_configs(&file.path))
            .filter_map(|file| Some((file, file.reading(self.to)?)))
    }
}

impl<'a> Case<'a> {
    /// Files that the new release reads, and rows without a file.
    fn described(&self) -> impl Iterator<Item = Described<'a>> {
        let files = self.read_files().map(|(file, reading)| {
            let pid = described_pid(&reading.pid);
            Described {
                subject: file.path.as_str(),
                pid,
                before: pid,
                entries: &reading.entries,
            }
        });
        let from = self.from;
        let renewed = self.renewed.iter().filter_map(move |(file, pid)| {
            let reading = file.reading(from)?;
            Some(Described {
                subject: file.path.as_str(),
                pid,
                before: described_pid(&reading.pid),
                entries: &reading.entries,
            })
        });
        let rows = self
            .site
            .database
            .configurations
            .iter()
            .filter(|row| row.file_there != Some(true))
            .map(|row| {
                let pid = described_pid(row.known_as());
                Described {
                    subject: row.pid.as_str(),
                    pid,
                    before: pid,
                    entries: &row.entries,
                }
            });
        files.chain(renewed).chain(rows)
    }
}

/// Everything that is to be said about files and rows. `decisions` tell which files stay as they are, `carried` are the
/// site's bundles that go along, `renewed` its files that are carried in another way.
pub(crate) fn findings<'a>(
    site: &'a SiteFacts,
    release: &'a ReleaseFacts,
    lines: ((u32, u32), (u32, u32)),
    decisions: &[FileDecision],
    carried: &[&'a BundleFacts],
    renewed: &'a Renewed<'a>,
) -> Vec<Finding> {
    let replaced: BTreeSet<&RelativePath> = decisions
        .iter()
        .filter(|decision| {
            matches!(
                decision.decision,
                Decision::Release { .. } | Decision::Drop | Decision::Write { .. }
            )
        })
        .map(|decision| &decision.path)
        .collect();
    let case = Case {
        site,
        release,
        from: lines.0,
        to: lines.1,
        before: Known::of(&site.bundles),
        after: Known::of(release.bundles.iter().chain(carried.iter().copied())),
        files: site
            .configurations
            .iter()
            .filter(|file| !replaced.contains(&file.path))
            .collect(),
        renewed: &renewed.files,
    };
    [
        unreadable::findings(&case),
        line::findings(&case),
        encoding::findings(&case),
        cfg::findings(&case),
        place::findings(&case),
        name::findings(&case),
        twice::findings(&case),
        pid::findings(&case),
        key::findings(&case),
        value::findings(&case),
        rows::findings(&case),
    ]
    .concat()
}

/// Only files in the folder itself are read (`ConfigurationFileInstaller.canTransformURL`; 7.2 skips folders in it by
/// `felix.fileinstall.subdir.mode=skip` of its `portal.properties`).
fn is_in_configs(path: &RelativePath) -> bool {
    path.parent() == CONFIGS
}

/// What a file that ends in `.config` or `.cfg` is called in texts.
fn is_configuration(file: &ConfigurationFile) -> bool {
    file.kind != ConfigurationKind::Other
}

/// The PID that metatypes know: that of the portal's scoped configurations is another's with an ending
/// (layout-and-artifacts 5).
fn described_pid(pid: &str) -> &str {
    pid.strip_suffix(".scoped").unwrap_or(pid)
}
