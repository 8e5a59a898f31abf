//! Files that are exchanged by themselves, because they lie beside folders that must not be exchanged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use raylift_model::digest::Digest;
use raylift_model::facts::{FileFact, SiteFacts};
use raylift_model::names::RelativePath;
use raylift_model::plan::{Decision, Exchange, ExchangeProbe, FileDecision};
use raylift_model::version::ReleaseVersion;

use crate::files::roots::MARKERS;
use crate::files::take;

/// The version, in releases of the newer builder (layout-and-artifacts 1.1).
const VERSION_FILE: &str = ".liferay-version";

/// The exchange of one path of the home.
pub(crate) fn single(
    site: &SiteFacts,
    staging: &Path,
    path: &RelativePath,
    live_exists: bool,
    probe: ExchangeProbe,
) -> Exchange {
    Exchange {
        root: path.clone(),
        live: Path::new(&site.home).join(path.as_str()),
        staged: staging.join(path.as_str()),
        live_exists,
        probe,
    }
}

/// How it is told which side of a single file's exchange is live: by the site's file, since the new one may be changed
/// while it burns in.
pub(crate) fn probe(here: Option<&FileFact>, new: Digest) -> ExchangeProbe {
    match here.map(|here| here.digest.clone()) {
        None => ExchangeProbe::Added,
        Some(Some(old)) => ExchangeProbe::Replaced(old),
        Some(None) => ExchangeProbe::Content(new),
    }
}

/// What is carried to a place outside every exchanged folder is exchanged by itself.
pub(crate) fn alone(
    site: &SiteFacts,
    roots: &[RelativePath],
    decisions: &BTreeMap<RelativePath, FileDecision>,
    staging: &Path,
) -> Vec<Exchange> {
    decisions
        .values()
        .filter(|decision| !roots.iter().any(|root| decision.path.below(root).is_some()))
        .filter_map(|decision| match &decision.decision {
            Decision::Move {
                digest: Some(_), ..
            } => {
                let probe = ExchangeProbe::Added;
                Some(single(site, staging, &decision.path, false, probe))
            }
            _ => None,
        })
        .collect()
}

/// The release's version where the site's file names the old one and the release has no such file: left as it is, it
/// would say for ever that the old release is installed.
fn version_file(
    path: RelativePath,
    here: &FileFact,
    version: Option<&ReleaseVersion>,
    site: &SiteFacts,
    staging: &Path,
) -> (FileDecision, Exchange) {
    let content = format!("{}\n", version.map_or("", ReleaseVersion::as_str));
    let probe = probe(Some(here), Digest::of(content.as_bytes()));
    let exchange = single(site, staging, &path, true, probe);
    let decision = FileDecision {
        path,
        decision: Decision::Write {
            content,
            mode: 0o644,
            replaces: true,
        },
        reason: "names the release, which has no such file of its own".to_owned(),
    };
    (decision, exchange)
}

/// Marker files lie beside folders that must not be exchanged, so each is exchanged by itself.
pub(crate) fn markers(
    site: &SiteFacts,
    (site_tomcat, version): (&RelativePath, Option<&ReleaseVersion>),
    new_files: &BTreeMap<RelativePath, (RelativePath, &FileFact)>,
    site_files: &BTreeMap<&RelativePath, &FileFact>,
    staging: &Path,
    decisions: &mut BTreeMap<RelativePath, FileDecision>,
    exchanges: &mut Vec<Exchange>,
) {
    let names: BTreeSet<RelativePath> = MARKERS
        .iter()
        .flat_map(|name| [RelativePath::new(*name), site_tomcat.join(name)])
        .collect();
    for path in names {
        let here = site_files.get(&path).copied();
        let Some((from, file)) = new_files.get(&path) else {
            if let Some(here) = here
                && path.as_str() == VERSION_FILE
            {
                let (decision, exchange) = version_file(path, here, version, site, staging);
                decisions.insert(decision.path.clone(), decision);
                exchanges.push(exchange);
            }
            continue;
        };
        let Some(digest) = file.digest.clone() else {
            continue;
        };
        if here.is_some_and(|here| here.digest.as_ref() == Some(&digest))
            || decisions.contains_key(&path)
        {
            continue;
        }
        decisions.insert(
            path.clone(),
            take(&path, from, file, here.is_some(), "names the release"),
        );
        let probe = probe(here, digest);
        exchanges.push(single(site, staging, &path, here.is_some(), probe));
    }
}
