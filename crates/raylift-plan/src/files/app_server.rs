//! Taking the bundle's Tomcat: what the site changed in its files goes into the bundle's; what cannot be merged has to be
//! resolved by name.
//!
//! `conf` and `lib` are exchanged whole. `bin` is not, because the fence stands in it: each of its files is exchanged by
//! itself, and the start script at the place where it lies while the fence is up.

use std::collections::BTreeMap;
use std::path::Path;

use raylift_model::codes;
use raylift_model::facts::{FileFact, FileKind};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, Exchange, ExchangeProbe, FileDecision};

use crate::files::single::probe;
use crate::files::{carry, edited, take};
use crate::tomcat::{self, Parts};
use crate::wishes::{Side, Wishes};

/// Where Tomcat lies, at the site.
pub(crate) struct Merge<'a> {
    pub(crate) parts: &'a Parts<'a>,
    pub(crate) tomcat: &'a RelativePath,
    pub(crate) wishes: &'a Wishes,
}

impl Merge<'_> {
    /// True for files of Tomcat that the site may have changed: all of `conf` and `lib` but Liferay's own `lib/ext`.
    pub(crate) fn covers(&self, path: &RelativePath) -> bool {
        path.below(self.tomcat).is_some_and(|rest| {
            rest.starts_with("conf/") || (rest.starts_with("lib/") && !rest.starts_with("lib/ext/"))
        })
    }

    /// The release's file where the site has none, the same, or an unchanged one of the old release; else what was
    /// resolved by name.
    pub(crate) fn decide(
        &self,
        path: &RelativePath,
        from: &RelativePath,
        file: &FileFact,
        here: Option<&FileFact>,
        before: Option<&FileFact>,
        findings: &mut Vec<Finding>,
    ) -> FileDecision {
        let Some(here) = here else {
            if before.is_some() {
                findings.push(edited::comes_back(path));
            }
            return take(path, from, file, false, "new with the bundle's Tomcat");
        };
        if here.digest == file.digest {
            return take(path, from, file, true, "the same in both");
        }
        if before.is_some_and(|before| before.digest == here.digest) {
            return take(
                path,
                from,
                file,
                true,
                "the bundle's; the site had not changed it",
            );
        }
        match edited::resolved(path, self.tomcat, self.wishes) {
            Some(Side::Site) => carry(here, "the site's, as you said"),
            Some(Side::Release) => take(path, from, file, true, "the bundle's, as you said"),
            None => {
                let finding = match tomcat::bundle(self.parts, path, from, file, here) {
                    Ok((decision, finding)) => {
                        findings.push(finding);
                        return decision;
                    }
                    Err(finding) => finding.map_or_else(|| self.unresolved(path), |found| *found),
                };
                findings.push(finding);
                carry(here, "differs: to be resolved by name")
            }
        }
    }

    fn unresolved(&self, path: &RelativePath) -> Finding {
        let name = path.below(self.tomcat).unwrap_or_default();
        Finding::new(
            Severity::Blocker,
            codes::APP_SERVER_BLOCKED,
            path.to_string(),
            "the site and the bundle have different files here, and raylift does not mix them",
            format!("say whose to take: --resolve {name}=site or --resolve {name}=release"),
        )
    }

    /// Decisions and exchanges for the files directly in Tomcat's folder and in its `bin`.
    pub(crate) fn single_files(
        &self,
        files: &SingleFiles<'_>,
        decisions: &mut BTreeMap<RelativePath, FileDecision>,
        exchanges: &mut Vec<Exchange>,
        findings: &mut Vec<Finding>,
    ) {
        for (path, (from, file)) in files.release {
            let Some(rest) = path.below(self.tomcat) else {
                continue;
            };
            let single = rest.strip_prefix("bin/").unwrap_or(rest);
            if single.contains('/') || file.kind != FileKind::File || decisions.contains_key(path) {
                continue;
            }
            let here = files.site.get(path).copied();
            let in_bin = rest.starts_with("bin/");
            // What the survey does not list beside `bin` may still be there, so that it stays.
            if !in_bin && here.is_none() {
                continue;
            }
            let before = files
                .old
                .as_ref()
                .and_then(|old| old.get(path))
                .map(|(_, file)| *file);
            let mut decision = self.decide(path, from, file, here, before, findings);
            let same = here.is_some_and(|here| here.digest == file.digest);
            let told = match &decision.decision {
                Decision::Release { digest, .. } if !same => Some(probe(here, digest.clone())),
                Decision::Edit(_) => here
                    .and_then(|here| here.digest.clone())
                    .map(ExchangeProbe::Replaced),
                _ => None,
            };
            let Some(probe) = told else {
                decision.decision = Decision::Keep;
                decisions.insert(path.clone(), decision);
                continue;
            };
            decisions.insert(path.clone(), decision);
            let live = if rest == "bin/catalina.sh" {
                files.stash.to_owned()
            } else {
                files.home.join(path.as_str())
            };
            exchanges.push(Exchange {
                root: path.clone(),
                live,
                staged: files.staging.join(path.as_str()),
                live_exists: here.is_some(),
                probe,
            });
        }
    }
}

/// Everything known about files, by the path at the site.
pub(crate) struct SingleFiles<'a> {
    pub(crate) release: &'a BTreeMap<RelativePath, (RelativePath, &'a FileFact)>,
    pub(crate) old: &'a Option<BTreeMap<RelativePath, (RelativePath, &'a FileFact)>>,
    pub(crate) site: &'a BTreeMap<&'a RelativePath, &'a FileFact>,
    pub(crate) home: &'a Path,
    pub(crate) staging: &'a Path,
    /// Where the start script lies while the fence is up.
    pub(crate) stash: &'a Path,
}
