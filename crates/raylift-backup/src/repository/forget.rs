//! Forgets backups, and frees what only they needed.

use std::collections::HashSet;

use rustic_core::jiff::{Span, Zoned};
use rustic_core::repofile::{SnapshotFile, SnapshotId};
use rustic_core::{KeepOptions, LimitOption, OpenStatus, PruneOptions, RusticError};
use serde::{Deserialize, Serialize};

use super::bring_back::one_of;
use super::error::RepositoryError;
use super::open::{Engine, Repository};
use super::snapshot::{PROOF, Snapshot, TAG, WITHOUT_DATABASE, has_tag, is_whole};
use super::storage::{Access, FileType};

/// Which backups of a site are kept. The newest one always is; everything that a number keeps is kept, and the rest is
/// forgotten. The documents of proofs and return points count as none: of proofs the newest is kept, of return points what
/// a run needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The newest so many.
    pub last: u32,
    /// The newest of each of so many days that have one.
    pub daily: u32,
    /// The newest of each of so many weeks.
    pub weekly: u32,
    /// The newest of each of so many months.
    pub monthly: u32,
}

impl Retention {
    /// True when nothing is set: then nothing is forgotten.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Which backups to forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forget {
    /// These, by id or the beginning of one.
    Named(Vec<String>),
    /// What the retention does not keep, of this host and site.
    ByRetention {
        /// The numbers.
        retention: Retention,
        /// The machine.
        host: String,
        /// The site.
        site: String,
    },
}

/// When space is freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Free {
    /// What nothing needs is marked now and removed by a later call, 23 hours on: a reader that began before, such as
    /// `restic mount`, still finds it.
    InTwoSteps,
    /// At once.
    Now,
}

/// What was forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// The backups, oldest first.
    pub backups: Vec<Snapshot>,
    /// Bytes that the repository had before and has now.
    pub bytes_before: u64,
    /// Bytes now.
    pub bytes_after: u64,
}

impl Repository {
    /// Forgets backups and frees what only they needed. Never the newest of a site, never one in `protected`.
    ///
    /// # Errors
    /// With [`RepositoryError::Kept`] or [`RepositoryError::Needed`] for a named backup that is never forgotten, [`RepositoryError::NoSuchBackup`], and
    /// when the repository is locked, cannot be read or cannot be written.
    pub fn forget(
        &self,
        what: &Forget,
        protected: &[String],
        free: Free,
    ) -> Result<Forgotten, RepositoryError> {
        let _lock = self.storage().lock(Access::Write)?;
        let engine = self.opened()?;
        let snapshots = self.snapshots(&engine)?;
        let gone = match what {
            Forget::Named(ids) => {
                let files: Result<Vec<_>, _> =
                    ids.iter().map(|id| one_of(&snapshots, id)).collect();
                may_go(&snapshots, files?, protected)?
            }
            Forget::ByRetention {
                retention,
                host,
                site,
            } => {
                let of_site: Vec<&SnapshotFile> = snapshots
                    .iter()
                    .filter(|file| is_of(file, host, site))
                    .collect();
                let (whole, partial): (Vec<_>, Vec<_>) =
                    of_site.into_iter().partition(|file| is_whole(file));
                // One without a database takes no place of one with it.
                let (without, with): (Vec<_>, Vec<_>) = whole
                    .into_iter()
                    .partition(|file| has_tag(file, WITHOUT_DATABASE));
                let mut gone = Vec::new();
                for group in [with, without] {
                    gone.extend(
                        outside(&group, *retention, protected, &Zoned::now())
                            .map_err(|error| self.explain("apply the retention", error))?,
                    );
                }
                gone.extend(unneeded(&partial, protected));
                gone.sort_by(|one, other| (&one.time, one.id).cmp(&(&other.time, other.id)));
                gone
            }
        };
        let bytes_before = self.bytes()?;
        let ids: Vec<SnapshotId> = gone.iter().map(|file| file.id).collect();
        engine
            .delete_snapshots(&ids)
            .map_err(|error| self.explain("forget the backups", error))?;
        self.prune(&engine, free)?;
        Ok(Forgotten {
            backups: gone.into_iter().map(Snapshot::of).collect(),
            bytes_before,
            bytes_after: self.bytes()?,
        })
    }

    /// Forgets backups that a later one made superfluous. What only they needed is freed when something is forgotten the
    /// next time. Unknown ids are none.
    ///
    /// # Errors
    /// When the repository is locked, cannot be read or cannot be written.
    pub fn supersede(&self, ids: &[String]) -> Result<(), RepositoryError> {
        let _lock = self.storage().lock(Access::Write)?;
        let engine = self.opened()?;
        let gone: Vec<SnapshotId> = self
            .snapshots(&engine)?
            .iter()
            .map(|file| file.id)
            .filter(|id| ids.iter().any(|old| id.to_hex().as_str() == old))
            .collect();
        engine
            .delete_snapshots(&gone)
            .map_err(|error| self.explain("forget the backups", error))
    }

    fn prune(&self, engine: &Engine<OpenStatus>, free: Free) -> Result<(), RepositoryError> {
        let mut options = PruneOptions::default();
        options.max_repack = LimitOption::Unlimited;
        if free == Free::Now {
            options.keep_delete = Span::new();
            options.instant_delete = true;
        }
        let plan = engine
            .prune_plan(&options)
            .map_err(|error| self.explain("find what no backup needs", error))?;
        engine
            .prune(&options, plan)
            .map_err(|error| self.explain("remove what no backup needs", error))
    }

    fn bytes(&self) -> Result<u64, RepositoryError> {
        let mut bytes = 0;
        for kind in [FileType::Pack, FileType::Index, FileType::Snapshot] {
            let files = self.storage().list(kind)?;
            bytes += files.iter().map(|(_, size)| u64::from(*size)).sum::<u64>();
        }
        Ok(bytes)
    }
}

/// What was named, when all of it may be forgotten.
fn may_go<'a>(
    snapshots: &[SnapshotFile],
    named: Vec<&'a SnapshotFile>,
    protected: &[String],
) -> Result<Vec<&'a SnapshotFile>, RepositoryError> {
    for file in &named {
        let id = file.id.to_hex().as_str().to_owned();
        if is_protected(file, protected) {
            return Err(RepositoryError::Needed { id });
        }
        let newest = snapshots
            .iter()
            .filter(|other| {
                is_whole(other)
                    // One with the database has all that one without it has; not the other way round.
                    && (has_tag(file, WITHOUT_DATABASE) || !has_tag(other, WITHOUT_DATABASE))
                    && other.hostname == file.hostname
                    && other.paths == file.paths
            })
            .max_by(|one, other| (&one.time, one.id).cmp(&(&other.time, other.id)));
        if newest.is_some_and(|newest| newest.id == file.id) {
            return Err(RepositoryError::Kept { id });
        }
    }
    Ok(named)
}

/// What the retention does not keep.
fn outside<'a>(
    of_site: &[&'a SnapshotFile],
    retention: Retention,
    protected: &[String],
    now: &Zoned,
) -> Result<Vec<&'a SnapshotFile>, Box<RusticError>> {
    if retention.is_empty() || of_site.is_empty() {
        return Ok(Vec::new());
    }
    let number = |count: u32| Some(i32::try_from(count).unwrap_or(i32::MAX));
    let mut keep = KeepOptions::default();
    // The newest is kept whatever else is set.
    keep.keep_last = number(retention.last.max(1));
    keep.keep_daily = number(retention.daily);
    keep.keep_weekly = number(retention.weekly);
    keep.keep_monthly = number(retention.monthly);
    let all = of_site.iter().map(|file| (*file).clone()).collect();
    let kept: HashSet<SnapshotId> = keep
        .apply(all, now)?
        .into_iter()
        .filter(|decided| decided.keep)
        .map(|decided| decided.snapshot.id)
        .collect();
    Ok(of_site
        .iter()
        .copied()
        .filter(|file| !kept.contains(&file.id) && !is_protected(file, protected))
        .collect())
}

/// Documents of proofs, but the newest's, and of return points that no run needs; the oldest comes first in `of_site`.
fn unneeded<'a>(of_site: &[&'a SnapshotFile], protected: &[String]) -> Vec<&'a SnapshotFile> {
    let newest = of_site.iter().rfind(|file| has_tag(file, PROOF));
    of_site
        .iter()
        .copied()
        .filter(|file| newest.is_none_or(|newest| newest.id != file.id))
        .filter(|file| !is_protected(file, protected))
        .collect()
}

/// What raylift took of a site.
fn is_of(file: &SnapshotFile, host: &str, site: &str) -> bool {
    file.hostname == host && file.paths.iter().eq([site]) && has_tag(file, TAG)
}

fn is_protected(file: &SnapshotFile, protected: &[String]) -> bool {
    let id = file.id.to_hex();
    protected.iter().any(|one| one == id.as_str())
}

#[cfg(test)]
mod tests {
    use rustic_core::Id;
    use rustic_core::jiff::civil::date;
    use rustic_core::jiff::tz::TimeZone;

    use super::super::snapshot::RETURN_POINT;
    use super::*;

    fn noon(month: i8, day: i8) -> Zoned {
        date(2026, month, day)
            .at(12, 0, 0, 0)
            .to_zoned(TimeZone::UTC)
            .unwrap()
    }

    /// The ids are those of the days: 2026-11-03 is `1103` and zeros.
    fn snapshot(month: i8, day: i8) -> SnapshotFile {
        let id = format!("{:0<64}", format!("{month:02}{day:02}"));
        SnapshotFile {
            time: noon(month, day),
            hostname: "here".to_owned(),
            id: id.parse::<Id>().unwrap().into(),
            ..SnapshotFile::default()
        }
    }

    fn days(files: &[&SnapshotFile]) -> Vec<(i8, i8)> {
        files
            .iter()
            .map(|file| (file.time.month(), file.time.day()))
            .collect()
    }

    fn retention(last: u32, daily: u32, weekly: u32, monthly: u32) -> Retention {
        Retention {
            last,
            daily,
            weekly,
            monthly,
        }
    }

    #[test]
    fn a_retention_keeps_the_newest_of_each_period() {
        // 2026-11-02, 09 and 16 are Mondays.
        let all: Vec<SnapshotFile> = [
            (9, 10),
            (10, 1),
            (10, 30),
            (11, 2),
            (11, 8),
            (11, 9),
            (11, 16),
            (11, 17),
        ]
        .into_iter()
        .map(|(month, day)| snapshot(month, day))
        .collect();
        let all: Vec<&SnapshotFile> = all.iter().collect();
        let gone = |retention| {
            let files = outside(&all, retention, &[], &noon(11, 18)).unwrap();
            days(&files)
        };
        assert_eq!(gone(retention(0, 0, 0, 0)), []);
        assert_eq!(
            gone(retention(3, 0, 0, 0)),
            [(9, 10), (10, 1), (10, 30), (11, 2), (11, 8)]
        );
        // Weeks of 11-16, 11-09, 11-02: their newest are 11-17, 11-09, 11-08.
        assert_eq!(
            gone(retention(0, 0, 3, 0)),
            [(9, 10), (10, 1), (10, 30), (11, 2), (11, 16)]
        );
        assert_eq!(
            gone(retention(0, 0, 0, 3)),
            [(10, 1), (11, 2), (11, 8), (11, 9), (11, 16)]
        );
        assert_eq!(gone(retention(0, 2, 0, 2)).len(), 5);
    }

    #[test]
    fn what_a_run_needs_is_kept() {
        let all = [snapshot(11, 1), snapshot(11, 2), snapshot(11, 3)];
        let needed = [all[0].id.to_hex().as_str().to_owned()];
        let refs: Vec<&SnapshotFile> = all.iter().collect();
        let gone = outside(&refs, retention(1, 0, 0, 0), &needed, &noon(11, 4)).unwrap();
        assert_eq!(days(&gone), [(11, 2)]);
        assert!(may_go(&all, vec![&all[0]], &needed).is_err());
        assert!(may_go(&all, vec![&all[0]], &[]).is_ok());
        assert!(may_go(&all, vec![&all[2]], &[]).is_err(), "the newest");
    }

    /// A drill each night after the backup must not push the backups out.
    #[test]
    fn documents_of_proofs_and_return_points_are_no_backups() {
        let tagged = |day, tag: &str| {
            let mut file = snapshot(11, day);
            file.tags.add(tag.to_owned());
            file
        };
        let all = [
            snapshot(11, 1),
            tagged(2, PROOF),
            tagged(3, RETURN_POINT),
            tagged(4, RETURN_POINT),
            tagged(5, PROOF),
        ];
        let refs: Vec<&SnapshotFile> = all.iter().collect();
        let needed = [all[3].id.to_hex().as_str().to_owned()];
        assert_eq!(days(&unneeded(&refs[1..], &needed)), [(11, 2), (11, 3)]);
        assert!(
            may_go(&all, vec![&all[0]], &[]).is_err(),
            "the newest that stands for itself"
        );
        assert!(may_go(&all, vec![&all[4]], &[]).is_ok());
        assert_eq!(one_of(&all, "latest").unwrap().id, all[0].id);
    }

    #[test]
    fn the_newest_with_a_database_is_kept_whatever_came_without_one() {
        let mut without = snapshot(11, 2);
        without.tags.add(WITHOUT_DATABASE.to_owned());
        let all = [snapshot(11, 1), without];
        assert!(may_go(&all, vec![&all[0]], &[]).is_err());
        assert!(may_go(&all, vec![&all[1]], &[]).is_err());
        let all = [&all[..], &[snapshot(11, 3)]].concat();
        assert!(may_go(&all, vec![&all[1]], &[]).is_ok());
        assert!(may_go(&all, vec![&all[2]], &[]).is_err());
    }

    #[test]
    fn a_site_is_told_by_machine_home_and_tag() {
        let mut file = snapshot(11, 1);
        file.paths.add("/srv/liferay".to_owned());
        assert!(!is_of(&file, "here", "/srv/liferay"));
        file.tags.add(TAG.to_owned());
        assert!(is_of(&file, "here", "/srv/liferay"));
        assert!(!is_of(&file, "there", "/srv/liferay"));
        assert!(!is_of(&file, "here", "/srv/other"));
    }
}
