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

pub(crate) use carry::carry;
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
    /// Files that the new release reads, and rows without a file: what findings call it, the PID that metatypes know, the
    /// entries.
    fn described(&self) -> impl Iterator<Item = (&'a str, &'a str, &'a [ConfigurationEntry])> {
        let files = self.read_files().map(|(file, reading)| {
            let pid = described_pid(&reading.pid);
            (file.path.as_str(), pid, reading.entries.as_slice())
        });
        let rows = self
            .site
            .database
            .configurations
            .iter()
            .filter(|row| row.file_there != Some(true))
            .map(|row| {
                let pid = described_pid(row.known_as());
                (row.pid.as_str(), pid, row.entries.as_slice())
            });
        files.chain(rows)
    }
}

/// Everything that is to be said about files and rows. `decisions` tell which files stay as they are, `carried` are the
/// site's bundles that go along.
pub(crate) fn findings<'a>(
    site: &'a SiteFacts,
    release: &'a ReleaseFacts,
    lines: ((u32, u32), (u32, u32)),
    decisions: &[FileDecision],
    carried: &[&'a BundleFacts],
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
