//! One snapshot out of what was stored in several turns.

use std::cmp::Ordering::Equal;

use rustic_core::repofile::{SnapshotFile, SnapshotSummary};
use rustic_core::{IndexedIdsStatus, TreeId};

use super::error::RepositoryError;
use super::open::{Engine, Repository};

impl Repository {
    /// One snapshot of several, which have no folder in common but the first.
    pub(super) fn merge(
        &self,
        engine: &Engine<IndexedIdsStatus>,
        taken: Vec<SnapshotFile>,
    ) -> Result<SnapshotFile, RepositoryError> {
        let trees: Vec<TreeId> = taken.iter().map(|snapshot| snapshot.tree).collect();
        let mut all = taken.into_iter();
        let mut snapshot = all.next().unwrap_or_default();
        if trees.len() > 1 {
            let mut summary = snapshot.summary.take().unwrap_or_default();
            for other in all.filter_map(|snapshot| snapshot.summary) {
                add(&mut summary, &other);
            }
            snapshot.summary = Some(summary);
            snapshot.tree = engine
                .merge_trees(&trees, &|_, _| Equal, &mut SnapshotSummary::default())
                .map_err(|error| self.explain("write the backup's folders", error))?;
            if let Some(failure) = self.guard.take_failure() {
                return Err(failure.into());
            }
        }
        Ok(snapshot)
    }
}

/// What restic and raylift tell of a backup.
fn add(summary: &mut SnapshotSummary, other: &SnapshotSummary) {
    summary.files_new += other.files_new;
    summary.files_changed += other.files_changed;
    summary.files_unmodified += other.files_unmodified;
    summary.total_files_processed += other.total_files_processed;
    summary.total_bytes_processed += other.total_bytes_processed;
    summary.dirs_new += other.dirs_new;
    summary.dirs_changed += other.dirs_changed;
    summary.dirs_unmodified += other.dirs_unmodified;
    summary.total_dirs_processed += other.total_dirs_processed;
    summary.total_dirsize_processed += other.total_dirsize_processed;
    summary.data_blobs += other.data_blobs;
    summary.tree_blobs += other.tree_blobs;
    summary.data_added += other.data_added;
    summary.data_added_packed += other.data_added_packed;
    summary.data_added_files += other.data_added_files;
    summary.data_added_files_packed += other.data_added_files_packed;
    summary.data_added_trees += other.data_added_trees;
    summary.data_added_trees_packed += other.data_added_trees_packed;
    summary.backup_end.clone_from(&other.backup_end);
    summary.total_duration += other.total_duration;
    summary.backup_duration += other.backup_duration;
}
