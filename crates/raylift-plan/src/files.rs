//! What happens to every file, and what is exchanged.
//!
//! Exchanged is what Liferay's own hot-fix builder calls in scope: `osgi` (without `state`), the web application,
//! `lib/ext`, `tools`, the licence texts, the search engine's programs and the marker files. Everything else stays where
//! it is.

mod app_server;
mod configuration;
mod drivers;
mod edited;
mod links;
mod origin;
mod overrides;
mod replaced;
mod roots;
mod single;
mod themes;
mod twice;
mod without_content;

use std::collections::BTreeMap;
use std::path::Path;

use raylift_model::codes;
use raylift_model::facts::{
    AutomaticSwitch, FileFact, FileKind, ReleaseFacts, ReleaseLayout, SiteFacts,
};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, Edit, Exchange, ExchangeProbe, FileDecision};

use crate::files::app_server::{Merge, SingleFiles};
use crate::files::origin::{Sides, Treatment, treat};
use crate::files::replaced::{Known, Replaced};
use crate::files::roots::roots;
use crate::files::single::{alone, markers, single};
use crate::origin::Origins;
use crate::tomcat::Parts;
use crate::wishes::{AppServer, Wishes};

/// Where the run will put things.
pub(crate) struct Places<'a> {
    /// The staging folder.
    pub(crate) staging: &'a Path,
    /// Where the start script lies while the fence is up.
    pub(crate) stash: &'a Path,
}

/// The decisions, the exchanges that carry them out, and what the reader must know about them.
pub(crate) struct Files {
    pub(crate) decisions: Vec<FileDecision>,
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) findings: Vec<Finding>,
}

impl Files {
    /// Puts changed files in the place of what was decided about them. One outside every exchanged folder is exchanged by
    /// itself; it is told by its old content, since the new one is known only when it is staged. Only files that would
    /// stay as they are are changed; what is decided otherwise about one is told.
    pub(crate) fn apply(
        &mut self,
        site: &SiteFacts,
        staging: &Path,
        edits: BTreeMap<RelativePath, (Edit, &'static str)>,
    ) {
        for (path, (edit, reason)) in edits {
            let place = self.decisions.partition_point(|other| other.path < path);
            let here = site.files.iter().find(|file| file.path == path);
            let stays = |decision: &Decision| match decision {
                Decision::Carry { .. } | Decision::Keep => true,
                Decision::Release { digest, .. } => {
                    here.is_some_and(|here| here.digest.as_ref() == Some(digest))
                }
                _ => false,
            };
            let decided = self
                .decisions
                .get(place)
                .filter(|other| other.path == path && !stays(&other.decision));
            if let Some(decided) = decided {
                self.findings.push(changes_meet(decided, reason));
                continue;
            }
            let covered = self
                .exchanges
                .iter()
                .any(|exchange| path == exchange.root || path.below(&exchange.root).is_some());
            if !covered {
                let probe = here
                    .and_then(|file| file.digest.clone())
                    .map_or(ExchangeProbe::Added, ExchangeProbe::Replaced);
                self.exchanges
                    .push(single(site, staging, &path, here.is_some(), probe));
            }
            let decision = FileDecision {
                path: path.clone(),
                decision: Decision::Edit(edit),
                reason: reason.to_owned(),
            };
            match self.decisions.get_mut(place) {
                Some(other) if other.path == path => *other = decision,
                _ => self.decisions.insert(place, decision),
            }
        }
    }
}

fn changes_meet(decided: &FileDecision, reason: &str) -> Finding {
    Finding::new(
        Severity::Blocker,
        codes::CHANGES_MEET,
        decided.path.to_string(),
        "two changes of this file meet, and raylift does not mix them",
        "carry one of the two out by hand before the update, then plan anew",
    )
    .because(format!("decided: {}", decided.reason))
    .because(format!("wanted: {reason}"))
}

/// The name of raylift's own file that switches automatic module upgrades off in 7.2.
pub(crate) const RELEASE_MANAGER: &str = "osgi/configs/com.liferay.portal.upgrade.internal.configuration.ReleaseManagerConfiguration.config";

/// Decides about every file. `old` is the installed release, when its archive is at hand; `switch` is what the new release
/// goes by when it upgrades modules by itself.
pub(crate) fn decide(
    site: &SiteFacts,
    site_tomcat: &RelativePath,
    release: &ReleaseFacts,
    old: Option<&ReleaseFacts>,
    places: &Places<'_>,
    switch: AutomaticSwitch,
    wishes: &Wishes,
) -> Files {
    let staging = places.staging;
    let roots = roots(site_tomcat, wishes.app_server, site, release);
    let parts = Parts {
        site,
        tomcat: site_tomcat,
        release,
        old,
        wishes,
    };
    let merge = Merge {
        parts: &parts,
        tomcat: site_tomcat,
        wishes,
    };
    let in_scope = |path: &RelativePath| roots.iter().any(|root| path.below(root).is_some());
    let new_files = translated(release, site_tomcat);
    let old_files = old.map(|old| translated(old, site_tomcat));
    let every_file: BTreeMap<&RelativePath, &FileFact> =
        site.files.iter().map(|file| (&file.path, file)).collect();
    let (mut specials, site_files) = without_content::apart(site);
    specials.retain(|special| in_scope(&special.path) && !is_state(&special.path));
    let origins = Origins::new(site, site_tomcat, old);

    let mut decisions: BTreeMap<RelativePath, FileDecision> = BTreeMap::new();
    let mut findings = roots::findings(site, release);
    findings.extend(
        specials
            .iter()
            .map(|special| without_content::finding(special)),
    );
    let mut replaced = Replaced::default();
    for (path, (from, file)) in &new_files {
        if !in_scope(path) || file.kind.without_content().is_some() || is_state(path) {
            continue;
        }
        let here = site_files.get(path).copied();
        let before = old_files
            .as_ref()
            .and_then(|files| files.get(path))
            .filter(|_| !specials.iter().any(|special| special.path == *path))
            .map(|(_, file)| *file);
        let decision = if wishes.app_server == AppServer::Bundle && merge.covers(path) {
            Some(merge.decide(path, from, file, here, before, &mut findings))
        } else if configuration::is_site_data(path) {
            configuration::decide(path, from, file, here, before, old.is_some(), &mut findings)
        } else {
            let known = Known {
                here,
                removed: here.is_none() && before.is_some(),
                origin: here.map(|here| origins.of(here).origin),
                old_release: old.is_some(),
                side: edited::resolved(path, site_tomcat, wishes),
            };
            Some(replaced.decide(path, from, file, &known))
        };
        if let Some(decision) = decision {
            decisions.insert(path.clone(), decision);
        }
    }
    findings.extend(replaced.findings(&origins, site_tomcat));
    let sides = Sides {
        origins: &origins,
        release,
        tomcat: site_tomcat,
        crosses: is_shielded(&release.layout) && !site.layout.as_ref().is_some_and(is_shielded),
        drivers: drivers::Wanted::by(site),
        old_known: old.is_some(),
    };
    findings.extend(drivers::lost(&sides));
    let mut dropped = Vec::new();
    for (path, file) in &site_files {
        if !in_scope(path) || decisions.contains_key(*path) || is_state(path) {
            continue;
        }
        if file.kind == FileKind::Directory {
            if is_empty_directory(path, &site_files) {
                decisions.insert((*path).clone(), carry(file, "an empty folder of the site"));
            }
            continue;
        }
        let treated = treat(file, &sides);
        findings.extend(treated.finding);
        let decision = match treated.treatment {
            Treatment::Carry => carry(file, treated.reason),
            Treatment::Drop(gone) => {
                dropped.push((path.to_string(), gone));
                FileDecision {
                    path: (*path).clone(),
                    decision: Decision::Drop,
                    reason: treated.reason,
                }
            }
            Treatment::Move(target) => {
                decisions.insert(target.clone(), moved(file, target, &treated.reason));
                FileDecision {
                    path: (*path).clone(),
                    decision: Decision::Drop,
                    reason: "carried to another place".to_owned(),
                }
            }
        };
        decisions.insert((*path).clone(), decision);
    }
    for special in &specials {
        let decision = || without_content::decision(special);
        decisions
            .entry(special.path.clone())
            .or_insert_with(decision);
    }
    findings.extend(origin::dropped(&dropped));
    if switch != AutomaticSwitch::AutoRun {
        automatic_upgrades_off(&site_files, &mut decisions, &mut findings);
    }
    findings.extend(links::above(&site_files, &decisions));
    findings.extend(twice::findings(site, release, &decisions));
    findings.extend(themes::findings(site, release, &decisions));
    let mut exchanges: Vec<Exchange> = roots
        .iter()
        .filter_map(|root| exchange(root, site, &decisions, staging, wishes))
        .collect();
    if wishes.app_server == AppServer::Bundle {
        let files = SingleFiles {
            release: &new_files,
            old: &old_files,
            site: &every_file,
            home: Path::new(&site.home),
            staging,
            stash: places.stash,
        };
        merge.single_files(&files, &mut decisions, &mut exchanges, &mut findings);
    }
    exchanges.extend(alone(site, &roots, &decisions, staging));
    markers(
        site,
        (site_tomcat, release.identity.version.as_ref()),
        &new_files,
        &every_file,
        staging,
        &mut decisions,
        &mut exchanges,
    );
    Files {
        decisions: decisions.into_values().collect(),
        exchanges,
        findings,
    }
}

/// The release's files under the names they get at the site: its Tomcat folder becomes the site's.
fn translated<'a>(
    release: &'a ReleaseFacts,
    site_tomcat: &RelativePath,
) -> BTreeMap<RelativePath, (RelativePath, &'a FileFact)> {
    release
        .files
        .iter()
        .filter(|file| file.kind != FileKind::Directory)
        .map(|file| {
            let path = match file.path.below(&release.layout.tomcat) {
                Some(rest) => site_tomcat.join(rest),
                None => file.path.clone(),
            };
            (path, (file.path.clone(), file))
        })
        .collect()
}

fn is_state(path: &RelativePath) -> bool {
    path.below(&RelativePath::new("osgi/state")).is_some()
}

fn is_empty_directory(path: &RelativePath, files: &BTreeMap<&RelativePath, &FileFact>) -> bool {
    !files.keys().any(|other| other.below(path).is_some())
}

/// The layout of 7.4, in which the portal's classes lie behind a shield (layout-and-artifacts 0.4).
fn is_shielded(layout: &ReleaseLayout) -> bool {
    layout
        .portal_impl
        .as_str()
        .contains("/shielded-container-lib/")
}

fn take(
    path: &RelativePath,
    from: &RelativePath,
    file: &FileFact,
    replaces: bool,
    reason: &str,
) -> FileDecision {
    FileDecision {
        path: path.clone(),
        decision: Decision::Release {
            from: from.clone(),
            digest: file
                .digest
                .clone()
                .unwrap_or_else(|| raylift_model::digest::Digest::from_hex("")),
            mode: file.mode,
            replaces,
        },
        reason: reason.to_owned(),
    }
}

fn carry(file: &FileFact, reason: impl Into<String>) -> FileDecision {
    FileDecision {
        path: file.path.clone(),
        decision: Decision::Carry {
            digest: file.digest.clone(),
        },
        reason: reason.into(),
    }
}

fn moved(file: &FileFact, target: RelativePath, reason: &str) -> FileDecision {
    FileDecision {
        path: target,
        decision: Decision::Move {
            from: file.path.clone(),
            digest: file.digest.clone(),
        },
        reason: format!("{reason}, from {}", file.path),
    }
}

/// Step 6 of the manual: optional module upgrades must not run by themselves at the start. Releases of 7.3 and later go by
/// a property that is off unless the site sets it, and do not read this file.
fn automatic_upgrades_off(
    site_files: &BTreeMap<&RelativePath, &FileFact>,
    decisions: &mut BTreeMap<RelativePath, FileDecision>,
    findings: &mut Vec<Finding>,
) {
    let path = RelativePath::new(RELEASE_MANAGER);
    let replaces = site_files.contains_key(&path);
    if replaces {
        findings.push(configuration::release_manager_replaced());
    }
    decisions.insert(
        path.clone(),
        FileDecision {
            path,
            decision: Decision::Write {
                content: "autoUpgrade=B\"false\"\n".to_owned(),
                mode: 0o644,
                replaces,
            },
            reason: "automatic module upgrades are off, so that nothing optional runs by itself; yours to change after the commit"
                .to_owned(),
        },
    );
}

fn exchange(
    root: &RelativePath,
    site: &SiteFacts,
    decisions: &BTreeMap<RelativePath, FileDecision>,
    staging: &Path,
    wishes: &Wishes,
) -> Option<Exchange> {
    let something = decisions.values().any(|decision| {
        decision.path.below(root).is_some() && !matches!(decision.decision, Decision::Keep)
    });
    let live_exists = site
        .files
        .iter()
        .any(|file| file.path == *root || file.path.below(root).is_some());
    let probe = ExchangeProbe::Marker(wishes.run.to_string());
    something.then(|| single(site, staging, root, live_exists, probe))
}
