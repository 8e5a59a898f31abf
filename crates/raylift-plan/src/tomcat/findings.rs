//! What the reader must know about merged files.

use std::ops::Range;

use raylift_formats::merge::{Conflict, Dialect, Merged, Refused, Verb, script};
use raylift_formats::secrecy::shown_lines;
use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};
use raylift_model::names::RelativePath;

use super::Parts;

pub(super) fn merged(path: &RelativePath, merged: &Merged, message: &str) -> Finding {
    let finding = Finding::new(
        Severity::Note,
        codes::APP_SERVER_MERGED,
        path.to_string(),
        message,
        "read the difference in the plan",
    );
    merged.changes.iter().fold(finding, |finding, change| {
        let verb = match change.verb {
            Verb::Added => "added",
            Verb::Changed => "changed",
            Verb::Removed => "removed",
        };
        finding.because(format!("{verb}: {}", change.place))
    })
}

/// The release needs options of the Java machine that the site's script is not seen to set.
pub(super) fn not_seen(path: &RelativePath) -> Finding {
    Finding::new(
        Severity::Blocker,
        codes::APP_SERVER_CONFLICT,
        path.to_string(),
        "the new release needs options that this script does not set in any case, as far as raylift reads it",
        "",
    )
}

/// One finding for all conflicts of a file that the site keeps.
pub(super) fn conflicts(
    path: &RelativePath,
    name: &str,
    merged: &Merged,
    site: &[u8],
    release: &[u8],
    severity: Severity,
) -> Option<Finding> {
    let finding = Finding::new(
        severity,
        codes::APP_SERVER_CONFLICT,
        path.to_string(),
        "the site has something else where the new release changes this file; the site's stays",
        format!(
            "compare the two and put into the file what the release needs, or say whose to take: --resolve {name}=site or --resolve {name}=release"
        ),
    );
    (!merged.conflicts.is_empty()).then(|| both(finding, &merged.conflicts, site, release, false))
}

pub(super) fn bundle_conflicts(
    path: &RelativePath,
    name: &str,
    merged: &Merged,
    release: &[u8],
    site: &[u8],
) -> Finding {
    let finding = Finding::new(
        Severity::Blocker,
        codes::APP_SERVER_BLOCKED,
        path.to_string(),
        "the site and the bundle changed the same places of this file",
        format!("say whose file to take: --resolve {name}=site or --resolve {name}=release"),
    );
    both(finding, &merged.conflicts, site, release, true)
}

/// Both versions of each conflict, one below the other. `base_is_release` says which of its ranges is whose.
fn both(
    finding: Finding,
    conflicts: &[Conflict],
    site: &[u8],
    release: &[u8],
    base_is_release: bool,
) -> Finding {
    let site = Shown::of(site);
    let release = Shown::of(release);
    conflicts.iter().fold(finding, |finding, conflict| {
        let (here, there) = if base_is_release {
            (&conflict.other, &conflict.base)
        } else {
            (&conflict.base, &conflict.other)
        };
        let lines = if conflict.lacks.is_empty() {
            [site.lines("site", here), release.lines("release", there)].concat()
        } else if base_is_release {
            lacks(conflict, ("site", &site), ("release", &release))
        } else {
            lacks(conflict, ("release", &release), ("site", &site))
        };
        lines.into_iter().fold(
            finding.because(format!("{}: {}", conflict.place, conflict.why)),
            Finding::because,
        )
    })
}

/// Of files that are compared as a whole: what one has and the other lacks, then what keeps the other from being read.
fn lacks(conflict: &Conflict, other: (&str, &Shown), base: (&str, &Shown)) -> Vec<String> {
    let mut lines: Vec<String> = conflict
        .lacks
        .iter()
        .flat_map(|range| other.1.lines(other.0, range))
        .collect();
    lines.dedup();
    let read = script(base.1.text.as_bytes(), Dialect::Sh);
    lines.extend(base.1.numbered(base.0, &read.not_understood));
    lines
}

/// A file with its secrets hidden.
struct Shown {
    text: String,
    lines: Vec<String>,
}

impl Shown {
    fn of(bytes: &[u8]) -> Self {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        };
        Self {
            lines: shown_lines(&text),
            text,
        }
    }

    fn lines(&self, whose: &str, range: &Range<usize>) -> Vec<String> {
        if range.is_empty() {
            return vec![format!("{whose}: nothing")];
        }
        let line = |at: usize| {
            let before = self.text.as_bytes().get(..at).unwrap_or_default();
            before.iter().filter(|byte| **byte == b'\n').count()
        };
        let (first, last) = (line(range.start), line(range.end.saturating_sub(1)));
        let shown = self.lines.get(first..=last);
        shown
            .unwrap_or_default()
            .iter()
            .zip(first + 1..)
            .map(|(text, number)| format!("{whose}, line {number}: {text}"))
            .collect()
    }

    /// Lines by their numbers, from one.
    fn numbered(&self, whose: &str, numbers: &[u32]) -> Vec<String> {
        numbers
            .iter()
            .filter_map(|number| {
                let at = usize::try_from(*number).ok()?.checked_sub(1)?;
                let text = self.lines.get(at)?;
                Some(format!("{whose}, line {number}: {text}"))
            })
            .collect()
    }
}

pub(super) fn refused(
    path: &RelativePath,
    name: &str,
    refused: &Refused,
    severity: Severity,
) -> Finding {
    Finding::new(
        severity,
        codes::APP_SERVER_NOT_MERGED,
        path.to_string(),
        "the file cannot be merged and stays as it is",
        format!(
            "compare it with the release's and put in by hand what that needs; then say --resolve {name}=site"
        ),
    )
    .because(refused.to_string())
}

pub(super) fn bundle_refused(path: &RelativePath, name: &str, refused: &Refused) -> Finding {
    Finding::new(
        Severity::Blocker,
        codes::APP_SERVER_BLOCKED,
        path.to_string(),
        "the site and the bundle have different files here, and they cannot be merged",
        format!("say whose to take: --resolve {name}=site or --resolve {name}=release"),
    )
    .because(refused.to_string())
}

/// Liferay's classes that the site's context goes on naming, though the release's does not.
pub(super) fn gone_classes(
    path: &RelativePath,
    name: &str,
    classes: Vec<String>,
    severity: Severity,
) -> Option<Finding> {
    Finding::new(
        severity,
        codes::APP_SERVER_NOT_MERGED,
        path.to_string(),
        "the file names classes of Liferay's that the new release's does not; where one is gone, the portal does not start",
        format!(
            "give the archive of the installed release with --old-release, or take out by hand what names them and then say --resolve {name}=site, or take the release's: --resolve {name}=release"
        ),
    )
    .if_any(classes)
}

pub(super) fn not_readable(
    path: &RelativePath,
    name: &str,
    is_link: bool,
    severity: Severity,
) -> Finding {
    let what = if is_link {
        "the file is a link, or lies below one, and is left alone"
    } else {
        "the site has no such file that could be read, and the new release needs something in it"
    };
    Finding::new(
        severity,
        codes::APP_SERVER_NOT_MERGED,
        path.to_string(),
        what,
        format!(
            "compare with the release's file and put in by hand what that needs; then say --resolve {name}=site"
        ),
    )
}

/// The bundle's Tomcat gets the folder and the name of the site's.
pub(super) fn folder(parts: &Parts<'_>) -> Option<Finding> {
    let new = &parts.release.layout.tomcat;
    (parts.tomcat.file_name() != new.file_name()).then(|| {
        Finding::new(
            Severity::Note,
            codes::TOMCAT_FOLDER_KEPT,
            parts.tomcat.to_string(),
            format!(
                "the bundle's Tomcat ({}) takes this place and this name, so that units, PID files, log rotation and cron jobs that mention it go on working",
                new.file_name()
            ),
            "nothing; the name may say an older version than the folder holds",
        )
    })
}
