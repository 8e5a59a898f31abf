//! Return points that are no copies of raylift's: the owner's snapshots, and notes.
//!
//! The owner's command lives on when raylift dies, and dies with the machine.

use raylift_model::codes;
use raylift_run::host::{HostError, ReturnPoint};

use super::{Data, Inner, Means, Point, World};

/// What the owner's command keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Snapshot {
    /// The command is at work.
    AtWork,
    /// It has ended well.
    Kept(Data),
}

impl World {
    pub(crate) fn take_snapshot(&self) -> Result<ReturnPoint, HostError> {
        self.effect("note database")?;
        self.must_be_quiet("the database is noted");
        if let Some(point) = self.inner(|inner| inner.return_point()) {
            return Ok(point);
        }
        self.effect("run command")?;
        self.must_be_quiet("a snapshot is taken");
        self.inner(|inner| inner.snapshot.get_or_insert(Snapshot::AtWork).clone());
        self.effect("wait for command")?;
        if self.inner(|inner| inner.setup.command_fails) {
            self.inner(|inner| inner.snapshot = None);
            return Err(HostError::new(codes::SNAPSHOT_FAILED, "no space"));
        }
        self.inner(|inner| {
            if inner.snapshot == Some(Snapshot::AtWork) {
                inner.snapshot = Some(Snapshot::Kept(inner.data.clone()));
                inner.snapshots += 1;
            }
        });
        self.complete_point()
    }

    pub(crate) fn note_return_point(&self) -> Result<ReturnPoint, HostError> {
        self.effect("note database")?;
        self.must_be_quiet("the database is noted");
        self.complete_point()
    }

    fn complete_point(&self) -> Result<ReturnPoint, HostError> {
        self.effect("complete return point")?;
        self.inner(|inner| {
            inner.point = Some(Point {
                complete: true,
                data: inner.data.clone(),
                taken: inner.clock,
            });
            Ok(inner.return_point().unwrap())
        })
    }

    pub(crate) fn restore_snapshot(&self, by_command: bool) -> Result<(), HostError> {
        self.effect("restore command")?;
        self.must_be_quiet("a snapshot is brought back");
        if !by_command {
            return Err(HostError::new(codes::RESTORE_BY_HAND, "restore snap-1"));
        }
        if !self.inner(|inner| inner.setup.restore_lies) {
            self.inner(|inner| inner.bring_back(|data, kept| data.rows = kept.rows.clone()));
            self.effect("restore command")?;
            self.inner(|inner| inner.bring_back(|data, kept| *data = kept.clone()));
        }
        Ok(())
    }

    /// A person does it while raylift waits.
    pub(crate) fn restore_by_hand(&self) {
        self.must_be_quiet("a person brings a snapshot back");
        self.inner(|inner| inner.bring_back(|data, kept| *data = kept.clone()));
    }
}

impl Inner {
    /// What the owner's means overwrite is the owner's matter; it is kept so that the checks look at raylift alone.
    fn bring_back(&mut self, part: impl FnOnce(&mut Data, &Data)) {
        if let Some(Snapshot::Kept(kept)) = self.snapshot.clone() {
            let data = self.data.clone();
            self.aside.keep(&data);
            part(&mut self.data, &kept);
        }
    }

    pub(crate) fn lose_command(&mut self) {
        self.snapshot.take_if(|found| *found == Snapshot::AtWork);
    }

    pub(crate) fn snapshot_id(&self) -> Option<String> {
        matches!(self.setup.means, Means::Command | Means::ByHand).then(|| "snap-1".to_owned())
    }
}
