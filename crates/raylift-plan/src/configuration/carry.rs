//! Configuration files that are carried in another form or under another name, because the new release reads them so.

use raylift_formats::config;
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{
    BundleFacts, ConfigurationFile, ConfigurationKind, ReleaseFacts, SiteFacts,
};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Base, CfgKey, Decision, FileDecision, Piece, Splice};

use crate::configuration::{CONFIGS, Known, cfg, described_pid, is_in_configs, renamed_pid};
use crate::splices::edit;

/// What is needed to decide about one file.
struct Carrier<'a> {
    site: &'a SiteFacts,
    from: (u32, u32),
    to: (u32, u32),
    before: Known<'a>,
    after: Known<'a>,
    /// The new release leaves `.cfg` files alone and the installed one does not.
    cfg_is_lost: bool,
}

/// A file's new place and what it is there.
struct Carried {
    path: RelativePath,
    pid: String,
    decision: Decision,
    because: String,
}

/// What became of files that are not carried as they are.
pub(crate) struct Renewed<'a> {
    pub(crate) finding: Option<Finding>,
    /// The files, each with the PID that the new release knows.
    pub(crate) files: Vec<(&'a ConfigurationFile, String)>,
}

/// Changes what was decided about files that are carried as they are: `.cfg` becomes `.config` where the new release reads
/// no `.cfg`, with the types of its metatypes, and a file whose PID is known to have another name gets it. What would lose
/// something stays as it is; the rules beside this file say so.
pub(crate) fn carry<'a>(
    site: &'a SiteFacts,
    release: &'a ReleaseFacts,
    lines: ((u32, u32), (u32, u32)),
    decisions: &mut Vec<FileDecision>,
    carried: &[&'a BundleFacts],
) -> Renewed<'a> {
    let carrier = Carrier {
        site,
        from: lines.0,
        to: lines.1,
        before: Known::of(&site.bundles),
        after: Known::of(release.bundles.iter().chain(carried.iter().copied())),
        cfg_is_lost: cfg::is_lost(site, release, lines),
    };
    let mut evidence = Vec::new();
    let mut files = Vec::new();
    for file in site
        .configurations
        .iter()
        .filter(|file| is_in_configs(&file.path))
    {
        let Ok(at) = decisions.binary_search_by(|decision| decision.path.cmp(&file.path)) else {
            continue;
        };
        let is_carried = decisions
            .get(at)
            .is_some_and(|decision| matches!(decision.decision, Decision::Carry { .. }));
        let Some(new) = is_carried.then(|| carrier.carried(file)).flatten() else {
            continue;
        };
        let Err(place) = decisions.binary_search_by(|decision| decision.path.cmp(&new.path)) else {
            continue;
        };
        evidence.push(format!("{} → {}: {}", file.path, new.path, new.because));
        files.push((file, new.pid));
        if let Some(old) = decisions.get_mut(at) {
            old.decision = Decision::Drop;
            old.reason = format!("carried as {}", new.path);
        }
        decisions.insert(
            place,
            FileDecision {
                path: new.path,
                decision: new.decision,
                reason: format!("the site's {}", file.path),
            },
        );
    }
    let mut finding = Finding::new(
        Severity::Note,
        codes::CONFIGURATION_CARRIED,
        format!("{} configuration files", evidence.len()),
        "are carried in the form and under the name that the new release reads, .cfg files without their comments; the old ones are kept until commit",
        "after the update, look at these configurations in System Settings",
    );
    finding.evidence = evidence;
    Renewed {
        finding: (!finding.evidence.is_empty()).then_some(finding),
        files,
    }
}

impl Carrier<'_> {
    fn carried(&self, file: &ConfigurationFile) -> Option<Carried> {
        let pid = &file.reading(self.from)?.pid;
        let renamed = renamed_pid(described_pid(pid), &self.before, &self.after)
            .filter(|renamed| !renamed.inferred);
        let is_cfg = file.kind == ConfigurationKind::Cfg;
        if (is_cfg && !self.cfg_is_lost) || (!is_cfg && renamed.is_none()) {
            return None;
        }
        // The rules beside this file see the old name; what the new reader takes otherwise must reach them.
        if !self.is_read_alike(file, is_cfg) {
            return None;
        }
        let (stem, _) = file.path.file_name().rsplit_once('.')?;
        let known_as = described_pid(pid);
        let new_pid = renamed
            .as_ref()
            .map_or(known_as, |renamed| renamed.pid.as_str());
        let rest = stem.strip_prefix(known_as)?;
        if renamed.is_some() && rest.is_empty() && self.is_made_in_the_portal(new_pid) {
            return None;
        }
        let path = RelativePath::new(format!("{CONFIGS}/{new_pid}{rest}.config"));
        let decision = if is_cfg {
            self.converted(file, new_pid, &path)?
        } else {
            Decision::Move {
                from: file.path.clone(),
                digest: file.digest.clone(),
            }
        };
        let mut because = Vec::new();
        if is_cfg {
            because.push("the new release does not read .cfg files".to_owned());
        }
        because.extend(
            renamed
                .as_ref()
                .map(|renamed| format!("renamed, by {}", renamed.because)),
        );
        Some(Carried {
            path,
            pid: new_pid.to_owned(),
            decision,
            because: because.join("; "),
        })
    }

    /// A file of this name would take the place of what somebody saved in System Settings.
    fn is_made_in_the_portal(&self, pid: &str) -> bool {
        let rows = &self.site.database.configurations;
        rows.iter()
            .any(|row| row.pid == pid && row.file_name.is_none())
    }

    /// Both releases take a file's name for the same, and the same keys out of it; what is in a `.cfg` file is converted.
    fn is_read_alike(&self, file: &ConfigurationFile, is_cfg: bool) -> bool {
        let (Some(old), Some(new)) = (file.reading(self.from), file.reading(self.to)) else {
            return false;
        };
        let has_all = || {
            !new.refused
                && old
                    .entries
                    .iter()
                    .all(|entry| new.entry(&entry.key).is_some())
        };
        (&old.pid, &old.name) == (&new.pid, &new.name) && (is_cfg || has_all())
    }

    /// The edit that makes a `.config` file; `None` when something would not be the same in it.
    fn converted(
        &self,
        file: &ConfigurationFile,
        pid: &str,
        path: &RelativePath,
    ) -> Option<Decision> {
        let bytes = self.site.texts.get(&file.path)?.expose();
        let keys: Vec<CfgKey> = file
            .reading(self.from)?
            .entries
            .iter()
            .filter_map(|entry| {
                let attribute = self.after.attribute(pid, &entry.key)?;
                Some(CfgKey {
                    key: entry.key.clone(),
                    value_type: attribute.value_type,
                    shape: attribute.shape(),
                })
            })
            .collect();
        let before_7_3 = self.from < (7, 3);
        if config::cfg_as_planned(bytes, before_7_3, &keys).has_errors() {
            return None;
        }
        let piece = Piece::CfgAsConfig {
            path: file.path.clone(),
            digest: Digest::of(bytes),
            before_7_3,
            keys,
        };
        let splice = Splice {
            at: 0,
            remove: 0,
            insert: vec![piece],
        };
        let mut made = edit(self.site, path, Base::Nothing, vec![splice]);
        let old = self.site.files.iter().find(|known| known.path == file.path);
        made.mode = old.map_or(made.mode, |old| old.mode);
        Some(Decision::Edit(made))
    }
}
