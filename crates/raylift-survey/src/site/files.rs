//! The files of the product's part of a home, with digests and with what their contents say.

use std::collections::BTreeMap;
use std::path::Path;

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{ArchiveFacts, BundleFacts, FileFact, FileKind};
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;
use raylift_model::text::SiteText;
use rayon::prelude::*;

use super::tomcat::Tomcat;
use super::walk::{Choice, Found, Walked, walk};
use crate::budget::Budget;
use crate::content::{self, Content, Part};
use crate::core_registry::CoreParts;
use crate::identity::{Clue, Strength};
use crate::machine::{Machine, ReadError, Stat};
use crate::property_parts::PropertyParts;

/// Bytes of JARs and LPKGs that are in memory at once.
const HELD: u64 = 32 << 20;
/// A larger file is digested and not scanned.
const LARGEST_SCANNED: u64 = 512 << 20;
/// Endings of files at the top of the home or of Tomcat that do not change by themselves; logs, dumps and PID files do.
const SETTLED: [&str; 7] = ["html", "md", "properties", "sh", "toml", "txt", "xml"];
/// Endings of files in Tomcat's folder and its `bin` that come and go with the server; they are no part of it.
const TRANSIENT: [&str; 4] = ["hprof", "log", "out", "pid"];
/// Tomcat's folders with product files (layout-and-artifacts 1.3).
const TOMCAT_FOLDERS: [&str; 3] = ["lib", "bin", "conf"];
/// The home's folders with product files; `osgi/state` is a cache.
const HOME_FOLDERS: [&str; 3] = ["osgi", "tools", "license"];
/// How many names a finding about many files shows.
const SHOWN: usize = 20;

/// What the product's part of a home holds.
#[derive(Debug, Default)]
pub(crate) struct Product {
    /// Every file and folder, sorted by path.
    pub(crate) files: Vec<FileFact>,
    /// Every bundle, sorted by file and entry.
    pub(crate) bundles: Vec<BundleFacts>,
    /// Contents of its configuration files.
    pub(crate) texts: BTreeMap<RelativePath, SiteText>,
    /// What other JARs, and WARs, say of themselves, by file.
    pub(crate) archives: Vec<ArchiveFacts>,
    /// What says which release it is.
    pub(crate) clues: Vec<Clue>,
    /// The core's registry.
    pub(crate) core: CoreParts,
    /// The properties that the release ships, and what it says about older keys.
    pub(crate) properties: PropertyParts,
    /// What could not be read.
    pub(crate) findings: Vec<Finding>,
}

/// Reads the product's part of a home. `own` are raylift's own folders and the PID file: they change without meaning
/// anything.
pub(crate) fn scan(
    machine: &dyn Machine,
    home: &Path,
    tomcat: Option<&Tomcat>,
    own: &[&Path],
) -> Product {
    let walked = list(machine, home, tomcat, own);
    let mut product = Product::default();
    product
        .findings
        .extend(aggregate(&walked.nameless, "has a name that is not UTF-8"));
    product.findings.extend(linked(&walked, tomcat));
    let budget = Budget::new(HELD);
    let mut found = walked.found;
    // The largest first, so that no thread ends up alone with one.
    found.sort_by(|left, right| (right.stat.size, &left.path).cmp(&(left.stat.size, &right.path)));
    let looked_at: Vec<(FileFact, Content, Option<ReadError>)> = found
        .par_iter()
        .with_max_len(1)
        .map(|entry| look_at(machine, entry, tomcat, &budget))
        .collect();
    let mut unreadable = walked.unreadable;
    for (fact, content, error) in looked_at {
        unreadable.extend(error.map(|error| error.to_string()));
        product.bundles.extend(content.bundles);
        product.archives.extend(content.archive);
        product.clues.extend(content.clue);
        product.core.add(content.core);
        product
            .texts
            .extend(content.text.map(|text| (fact.path.clone(), text)));
        product.properties.add(content.properties);
        product.findings.extend(content.findings);
        product.files.push(fact);
    }
    unreadable.sort();
    product
        .findings
        .extend(aggregate(&unreadable, "cannot be read"));
    product
        .files
        .sort_by(|left, right| left.path.cmp(&right.path));
    product
        .archives
        .sort_by(|left, right| left.file.cmp(&right.file));
    product
        .bundles
        .sort_by(|left, right| (&left.file, &left.entry).cmp(&(&right.file, &right.entry)));
    product
}

fn list(machine: &dyn Machine, home: &Path, tomcat: Option<&Tomcat>, own: &[&Path]) -> Walked {
    let is_own = |place: &Path| own.contains(&place);
    let top = |path: &RelativePath, _: &Stat| {
        if is_own(&home.join(path.as_str())) {
            Choice::Skip
        } else if HOME_FOLDERS.contains(&path.as_str()) {
            Choice::Enter
        } else if path.as_str() == "osgi/state" {
            Choice::Skip
        } else if path.as_str().contains('/') {
            Choice::Enter
        } else {
            Choice::Name
        }
    };
    let mut walked = walk(machine, home, &RelativePath::new(""), &top);
    if let Some(tomcat) = tomcat {
        let choose = |path: &RelativePath, stat: &Stat| {
            let Some(below) = path.below(&tomcat.relative) else {
                return Choice::Name;
            };
            let mut parts = below.split('/');
            match (parts.next(), parts.next()) {
                _ if stat.kind == FileKind::File && is_transient(below) => Choice::Skip,
                _ if is_own(&tomcat.path.join(below)) => Choice::Skip,
                (Some("webapps"), None | Some("ROOT")) => Choice::Enter,
                (Some(folder), _) if TOMCAT_FOLDERS.contains(&folder) => Choice::Enter,
                _ => Choice::Name,
            }
        };
        walked.add(walk(machine, &tomcat.path, &tomcat.relative, &choose));
    }
    walked
}

fn is_transient(below_tomcat: &str) -> bool {
    let name = below_tomcat.strip_prefix("bin/").unwrap_or(below_tomcat);
    !name.contains('/')
        && name
            .rsplit_once('.')
            .is_some_and(|(_, ending)| TRANSIENT.contains(&ending))
}

fn look_at(
    machine: &dyn Machine,
    entry: &Found,
    tomcat: Option<&Tomcat>,
    budget: &std::sync::Arc<Budget>,
) -> (FileFact, Content, Option<ReadError>) {
    let mut fact = FileFact {
        path: entry.path.clone(),
        kind: entry.stat.kind.clone(),
        size: 0,
        mode: entry.stat.mode,
        digest: None,
        by_liferay: false,
    };
    if entry.stat.kind != FileKind::File {
        return (fact, Content::default(), None);
    }
    fact.size = entry.stat.size;
    let part = Part::of(entry.path.as_str());
    if part != Part::Text && may_change(&entry.path, tomcat) {
        return (fact, Content::default(), None);
    }
    let read = if part == Part::Plain || entry.stat.size > LARGEST_SCANNED {
        machine
            .digest(&entry.place)
            .map(|digest| (digest, Content::default()))
    } else {
        let _share = budget.take(entry.stat.size);
        let read = match part {
            Part::Text => machine.read_settled(&entry.place, LARGEST_SCANNED),
            _ => machine.read(&entry.place, LARGEST_SCANNED),
        };
        read.map(|bytes| (Digest::of(&bytes), contents(&entry.path, part, &bytes)))
    };
    match read {
        Ok((digest, content)) => {
            fact.digest = Some(digest);
            fact.by_liferay = content.by_liferay;
            (fact, content, None)
        }
        Err(error) => (fact, Content::default(), Some(error)),
    }
}

/// A file beside the product's folders that a running server or its user may write at any time (`nohup.out`, a heap
/// dump). It stays in place, so that its content need not be known.
fn may_change(path: &RelativePath, tomcat: Option<&Tomcat>) -> bool {
    let folder = path.parent();
    let beside =
        folder.is_empty() || tomcat.is_some_and(|tomcat| tomcat.relative.as_str() == folder);
    let settled = path
        .file_name()
        .rsplit_once('.')
        .is_none_or(|(name, ending)| name.is_empty() || SETTLED.contains(&ending));
    beside && !settled
}

/// A blocker for each folder of the product that is a link: raylift exchanges the folder itself, and what lies behind
/// a link would be left out.
fn linked(walked: &Walked, tomcat: Option<&Tomcat>) -> Vec<Finding> {
    let mut folders: Vec<RelativePath> = HOME_FOLDERS.map(RelativePath::new).to_vec();
    if let Some(tomcat) = tomcat {
        let names = ["bin", "lib", "lib/ext", "webapps", "webapps/ROOT"];
        folders.extend(names.map(|name| tomcat.relative.join(name)));
    }
    walked
        .found
        .iter()
        .filter(|entry| folders.contains(&entry.path))
        .filter_map(|entry| match &entry.stat.kind {
            FileKind::Link { target } => Some((entry, target)),
            _ => None,
        })
        .map(|(entry, target)| {
            Finding::new(
                Severity::Blocker,
                codes::HOME_THROUGH_LINK,
                entry.path.as_str(),
                format!("is a link to {target}, and raylift exchanges this folder as a whole"),
                "put the folder itself in the place of the link",
            )
        })
        .collect()
}

fn contents(path: &RelativePath, part: Part, bytes: &[u8]) -> Content {
    let text = || String::from_utf8_lossy(bytes);
    let clue = match path.file_name() {
        ".githash" => Some(Clue::git_hash(path.as_str(), &text())),
        ".liferay-version" => Some(Clue::text(Strength::VersionFile, path.as_str(), &text())),
        _ => None,
    };
    let mut content = content::read(path, part, bytes);
    content.clue = content.clue.or(clue);
    content
}

/// One finding for many files: a home read by an ordinary user may hold thousands that are closed to him.
fn aggregate(names: &[String], what: &str) -> Option<Finding> {
    let first = names.first()?;
    let message = match names.len() {
        1 => format!("a file or folder of the product {what}"),
        count => format!("{count} files or folders of the product {what}"),
    };
    let finding = Finding::new(
        Severity::Blocker,
        codes::FILE_UNREADABLE,
        first.as_str(),
        message,
        "run raylift as the site's user or as root; rename files whose names are not text, or move them out of the home",
    );
    Some(
        names
            .iter()
            .take(SHOWN)
            .fold(finding, |finding, name| finding.because(name.as_str())),
    )
}
