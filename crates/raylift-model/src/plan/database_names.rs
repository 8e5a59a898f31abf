//! Names of the databases that raylift makes on a server.

use std::path::Path;

use crate::digest::Digest;
use crate::plan::PlannedSite;

/// All databases of raylift's begin so.
const PREFIX: &str = "raylift_";
/// PostgreSQL cuts a name off after 63 bytes (`NAMEDATALEN`), MySQL refuses more than 64 characters.
const LONGEST: usize = 63;

/// The names of one run. Two sites on one server have different ones, whatever their runs are called and even when their
/// homes on two machines have one path: the site's own database is part of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseNames {
    stem: String,
}

impl DatabaseNames {
    /// For the run whose folder, or one named after it, is `folder`.
    pub fn of(site: &PlannedSite, folder: &Path) -> Self {
        let url = site.database.url.as_deref().unwrap_or_default();
        Self::new(&site.home, url, folder)
    }

    fn new(home: &Path, url: &str, folder: &Path) -> Self {
        let site = [home.as_os_str().as_encoded_bytes(), url.as_bytes()].join(&0);
        let site = Digest::of(&site);
        let site = site.as_str().get(..8).unwrap_or_default().to_owned();
        let run: String = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .chars()
            .map(|letter| match letter {
                'a'..='z' | '0'..='9' => letter,
                'A'..='Z' => letter.to_ascii_lowercase(),
                _ => '_',
            })
            .take(LONGEST - PREFIX.len() - site.len() - "_".len() - "_proof".len())
            .collect();
        Self {
            stem: format!("{PREFIX}{site}_{run}"),
        }
    }

    /// The database that the proof restores into.
    pub fn scratch(&self) -> String {
        format!("{}_proof", self.stem)
    }

    /// The copy of the restored database, by which a proof tries how a return point is copied.
    pub fn scratch_copy(&self) -> String {
        format!("{}_copy", self.stem)
    }

    /// The database that is the return point's copy of the live one.
    pub fn return_point(&self) -> String {
        format!("{}_point", self.stem)
    }

    /// The database that is to take the live one's place.
    pub fn back(&self) -> String {
        format!("{}_back", self.stem)
    }

    /// The database that the live one becomes on the way back.
    pub fn aside(&self) -> String {
        format!("{}_aside", self.stem)
    }

    /// True for a name that only raylift gives: nothing else is ever removed.
    pub fn is_ours(name: &str) -> bool {
        name.starts_with(PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_differ_by_site_run_and_purpose() {
        let run = Path::new("/opt/liferay/.raylift/runs/0001-7.2.1");
        let url = "jdbc:postgresql://db/lportal";
        let of = |home: &str, url: &str, run: &Path| DatabaseNames::new(Path::new(home), url, run);
        let names = of("/opt/liferay", url, run);
        assert!(names.scratch().ends_with("_0001_7_2_1_proof"), "{names:?}");
        let all = |names: &DatabaseNames| {
            [
                names.scratch(),
                names.scratch_copy(),
                names.return_point(),
                names.back(),
                names.aside(),
            ]
        };
        assert!(all(&names).iter().all(|name| DatabaseNames::is_ours(name)));
        assert!(!DatabaseNames::is_ours("lportal"));
        let different: std::collections::BTreeSet<String> = all(&names).into();
        assert_eq!(different.len(), 5);
        assert_ne!(names, of("/opt/other", url, run));
        assert_ne!(
            names,
            of("/opt/liferay", "jdbc:postgresql://db/second", run)
        );
        let long = format!("/x/{}", "9".repeat(200));
        let long = of("/opt/liferay", url, Path::new(&long));
        assert_eq!(long.scratch().len(), LONGEST);
        assert!(all(&long).iter().all(|name| name.len() <= LONGEST));
    }
}
