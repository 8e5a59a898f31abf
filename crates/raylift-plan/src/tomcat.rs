//! Files of Tomcat that the site and the release both change: merged three ways, in either direction.
//!
//! Where the site keeps its Tomcat, only what is Liferay's in the release's files goes into the site's ([`rules`]); what a
//! newer Tomcat brought stays out, since an older one may not know it. Where the bundle's Tomcat is taken, everything that
//! the site changed goes into the bundle's files.

mod findings;
mod formats;
mod heap;
mod java;
mod needed;
mod options;
mod rules;
mod support;
mod texts;

use std::collections::BTreeMap;

use raylift_formats::merge::{Sides, applied};
use raylift_model::facts::{FileKind, ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Base, Decision, Edit, FileDecision, Piece, Splice};

use crate::splices;
use crate::tomcat::formats::Format;
use crate::wishes::{AppServer, Side, Wishes};

pub(crate) use texts::bundle;

/// Files in which a release has something of Liferay's (layout-and-artifacts 1.3), below Tomcat's folder.
const FILES: [&str; 7] = [
    "bin/setenv.bat",
    "bin/setenv.sh",
    "conf/Catalina/localhost/ROOT.xml",
    "conf/catalina.properties",
    "conf/logging.properties",
    "conf/server.xml",
    "conf/web.xml",
];

/// The changed files of a site that keeps its Tomcat, and what the reader must know.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) edits: BTreeMap<RelativePath, (Edit, &'static str)>,
    pub(crate) findings: Vec<Finding>,
}

/// What everything here is decided from.
pub(crate) struct Parts<'a> {
    pub(crate) site: &'a SiteFacts,
    /// The site's Tomcat folder.
    pub(crate) tomcat: &'a RelativePath,
    pub(crate) release: &'a ReleaseFacts,
    pub(crate) old: Option<&'a ReleaseFacts>,
    pub(crate) wishes: &'a Wishes,
}

impl Parts<'_> {
    fn of_release(&self, name: &str) -> Option<&str> {
        texts::of(self.release, name)
    }

    fn of_old(&self, name: &str) -> Option<&str> {
        self.old.and_then(|old| texts::of(old, name))
    }

    /// Nothing below a link is read or written.
    fn has_linked_conf(&self) -> bool {
        let conf = self.tomcat.join("conf");
        self.site
            .files
            .iter()
            .any(|file| file.path == conf && matches!(file.kind, FileKind::Link { .. }))
    }

    /// The update goes to another line, whose release does not start with the files of the one before.
    fn crosses(&self) -> bool {
        let line = |version: &Option<raylift_model::version::ReleaseVersion>| {
            version.as_ref().map(|version| version.line())
        };
        line(&self.site.identity.version) != line(&self.release.identity.version)
    }
}

/// Puts what the new release needs into the files of the Tomcat that the site keeps. `decisions` tell what stays in
/// `lib/ext`.
pub(crate) fn keep(parts: &Parts<'_>, decisions: &[FileDecision]) -> Kept {
    let folder = parts.tomcat.join("lib/ext");
    let uses_lib_ext = decisions.iter().any(|file| {
        matches!(
            file.decision,
            Decision::Carry { .. } | Decision::Keep | Decision::Release { .. }
        ) && file
            .path
            .below(&folder)
            .is_some_and(|name| name.ends_with(".jar"))
    });
    let mut kept = Kept::default();
    for name in FILES {
        one(parts, name, uses_lib_ext, &mut kept);
    }
    kept
}

/// What must be known about Java, its options, and the folder's name, whosever Tomcat it will be.
pub(crate) fn findings(parts: &Parts<'_>) -> Vec<Finding> {
    let mut findings = options::check(parts);
    findings.extend(java::level(parts.site, parts.release));
    if parts.wishes.app_server == AppServer::Bundle {
        findings.extend(findings::folder(parts));
    }
    findings
}

fn one(parts: &Parts<'_>, name: &str, uses_lib_ext: bool, kept: &mut Kept) {
    let path = parts.tomcat.join(name);
    let Some(new) = parts.of_release(name) else {
        return;
    };
    let old = parts.of_old(name);
    let fact = parts.site.files.iter().find(|file| file.path == path);
    let text = parts.site.texts.get(&path).map(|text| text.expose());
    let wish = parts.wishes.resolution(&RelativePath::new(name));
    if text == Some(new.as_bytes()) || wish == Some(Side::Site) {
        return;
    }
    let (Some(fact), Some(text)) = (fact, text) else {
        let in_link = name.starts_with("conf/") && parts.has_linked_conf();
        let is_link = in_link || fact.is_some_and(|fact| fact.kind != FileKind::File);
        // A script for Windows is no loss, and without setenv.sh the options are looked at.
        let is_loader = name == "conf/catalina.properties";
        let needed = is_loader || name.ends_with("ROOT.xml");
        let unset = needed::missing(parts, name, text.unwrap_or_default());
        if let Some(unset) = unset {
            let told = findings::not_readable(&path, name, is_link, Severity::Blocker);
            kept.findings.push(unset.blocker(Some(told), parts));
        } else if old != Some(new) && (needed || is_link) {
            // A context may be described elsewhere; then nothing here is known to be missing.
            let severity = match fact {
                None if !is_loader && !in_link => Severity::Warning,
                _ => parts.severity(name),
            };
            kept.findings
                .push(findings::not_readable(&path, name, is_link, severity));
        }
        return;
    };
    let Some(digest) = fact.digest.clone() else {
        return;
    };
    let base = Base::Site {
        path: path.clone(),
        digest,
    };
    if wish == Some(Side::Release) {
        let whole = Splice {
            at: 0,
            remove: text.len() as u64,
            insert: vec![Piece::Text {
                text: new.to_owned(),
            }],
        };
        let edit = splices::edit(parts.site, &path, base, vec![whole]);
        kept.edits
            .insert(path, (edit, "the release's, as you said"));
        return;
    }
    let sides = Sides {
        old: old.map(str::as_bytes),
        base: text,
        other: new.as_bytes(),
    };
    let format = Format::of(name);
    let java = parts.site.java.as_ref().and_then(|java| java.major);
    let judge = rules::Rules {
        name,
        has_old: old.is_some(),
        uses_lib_ext,
        java,
        heap_follows: heap::follows(format, text, old),
    };
    let merged = format
        .merge(sides, &|item| judge.rule(item))
        .and_then(|merged| {
            let result = applied(text, new.as_bytes(), &merged.splices);
            let result = result.unwrap_or_else(|| text.to_vec());
            heap::fits(format, text, &result)?;
            Ok((merged, result))
        });
    let severity = parts.severity(name);
    let told = match &merged {
        Ok((merged, _)) => findings::conflicts(&path, name, merged, text, new.as_bytes(), severity),
        Err(refused) => {
            let told = findings::refused(&path, name, refused, severity);
            (old != Some(new)).then_some(told)
        }
    };
    let result = merged.as_ref().map_or(text, |(_, result)| result);
    kept.findings
        .extend(match needed::missing(parts, name, result) {
            Some(unset) => Some(unset.blocker(told, parts)),
            None => told,
        });
    let Ok((merged, result)) = merged else {
        return;
    };
    if name.ends_with("ROOT.xml") && merged.conflicts.is_empty() {
        kept.findings.extend(findings::gone_classes(
            &path,
            name,
            support::gone(&result, new),
            severity,
        ));
    }
    if merged.splices.is_empty() {
        return;
    }
    kept.findings.push(findings::merged(
        &path,
        &merged,
        "what the new release needs is put into the site's file",
    ));
    let pieces = merged
        .splices
        .iter()
        .map(|splice| texts::with_text(splice, new));
    let edit = splices::edit(parts.site, &path, base, pieces.collect());
    kept.edits
        .insert(path, (edit, "the site's, with what the new release needs"));
}

impl Parts<'_> {
    /// What it means when a file does not get what the release needs: without the right loader and context a release
    /// of another line does not start (layout-and-artifacts 1.3, real-homes); the rest is of less weight.
    fn severity(&self, name: &str) -> Severity {
        match name {
            "conf/catalina.properties" | "conf/Catalina/localhost/ROOT.xml" if self.crosses() => {
                Severity::Blocker
            }
            "conf/server.xml" | "conf/logging.properties" | "bin/setenv.bat" => Severity::Note,
            _ => Severity::Warning,
        }
    }
}
