//! PIDs that the new release calls otherwise.

use crate::configuration::Known;

/// Pairs of old and new PIDs that are known by name, with the source.
const RENAMED: [(&str, &str, &str); 2] = [
    (
        "com.liferay.portal.search.elasticsearch6.configuration.ElasticsearchConfiguration",
        "com.liferay.portal.search.elasticsearch7.configuration.ElasticsearchConfiguration",
        "Liferay's documentation of the Elasticsearch connectors of 7.2 and 7.3",
    ),
    (
        "com.liferay.portal.bundle.blacklist.internal.BundleBlacklistConfiguration",
        "com.liferay.portal.bundle.blacklist.internal.configuration.BundleBlacklistConfiguration",
        "Liferay has an upgrade step for this configuration; its old name is an inference",
    ),
];

/// The new name of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenamedPid {
    /// The PID that the new release describes.
    pub pid: String,
    /// Why it should be the same configuration.
    pub because: String,
    /// It was concluded from the names alone and can be wrong.
    pub inferred: bool,
}

/// The PID by which the new release knows what the installed one called `old`; `None` when it still knows that name, or
/// no certain successor is there.
///
/// Two renamings are known. Any other is an inference: the installed release described `old`, the new one does not, and
/// of the PIDs that only the new one describes exactly one has the same simple class name and the same vendor (the first
/// two parts of the package). `before` is what the site's bundles describe, `after` what there will be.
pub fn renamed_pid(old: &str, before: &Known<'_>, after: &Known<'_>) -> Option<RenamedPid> {
    if after.has(old) {
        return None;
    }
    if let Some((_, new, source)) = RENAMED
        .iter()
        .find(|(known, new, _)| *known == old && after.has(new))
    {
        return Some(RenamedPid {
            pid: (*new).to_owned(),
            because: (*source).to_owned(),
            inferred: false,
        });
    }
    if !before.has(old) {
        return None;
    }
    let simple = simple_name(old);
    let mut candidates = after
        .pids()
        .filter(|pid| simple_name(pid) == simple && vendor(pid) == vendor(old) && !before.has(pid));
    let pid = candidates.next()?;
    candidates.next().is_none().then(|| RenamedPid {
        pid: pid.to_owned(),
        because: format!("{simple} is the one new configuration of that name; concluded from it"),
        inferred: true,
    })
}

fn simple_name(pid: &str) -> &str {
    pid.rsplit_once('.').map_or(pid, |(_, name)| name)
}

fn vendor(pid: &str) -> Option<&str> {
    let mut dots = pid.match_indices('.').map(|(at, _)| at);
    dots.next()?;
    pid.get(..dots.next()?)
}
