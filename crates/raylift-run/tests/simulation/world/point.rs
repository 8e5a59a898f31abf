//! The return point: taken in parts and restored in parts.

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_run::host::{HostError, ReturnPoint};

use super::{Data, Inner, Point, World};

impl World {
    pub(crate) fn copy_to_return_point(&self) -> Result<ReturnPoint, HostError> {
        self.effect("copy database")?;
        self.must_be_quiet("the return point is taken");
        if let Some(point) = self.inner(|inner| inner.return_point()) {
            return Ok(point);
        }
        self.inner(|inner| {
            let mut data = inner.data.clone();
            data.documents.clear();
            let (complete, taken) = (false, inner.clock);
            inner.point = Some(Point {
                complete,
                data,
                taken,
            });
        });
        self.effect("copy documents")?;
        self.must_be_quiet("the return point is taken");
        self.inner(|inner| {
            let documents = inner.data.documents.clone();
            inner.point.as_mut().unwrap().data.documents = documents;
        });
        self.effect("complete return point")?;
        self.inner(|inner| {
            inner.point.as_mut().unwrap().complete = true;
            Ok(inner.return_point().unwrap())
        })
    }

    pub(crate) fn restore_from_return_point(&self) -> Result<(), HostError> {
        self.effect("restore")?;
        self.must_be_quiet("the return point is restored");
        if self.inner(|inner| inner.return_point()).is_none() {
            return Err(HostError::new(
                codes::ACTION_FAILED,
                "there is no return point",
            ));
        }
        let lies = self.inner(|inner| inner.setup.restore_lies);
        self.restore_part("restore database", |data, point| {
            if lies {
                return;
            }
            data.rows = point.rows.clone();
            data.build = point.build;
            data.half = point.half;
            data.schema = point.schema;
        })?;
        self.restore_part("restore documents", |data, point| {
            data.documents = point.documents.clone();
        })?;
        Ok(())
    }

    fn restore_part(
        &self,
        name: &'static str,
        part: impl FnOnce(&mut Data, &Data),
    ) -> Result<(), HostError> {
        self.effect(name)?;
        self.inner(|inner| {
            let data = inner.data.clone();
            inner.aside.keep(&data);
        });
        self.effect(name)?;
        self.inner(|inner| {
            if let Some(point) = &inner.point {
                part(&mut inner.data, &point.data);
            }
        });
        Ok(())
    }
}

impl Inner {
    pub(crate) fn return_point(&self) -> Option<ReturnPoint> {
        let point = self.point.as_ref().filter(|point| point.complete)?;
        Some(ReturnPoint {
            taken: format!("{}", point.taken),
            digest: Digest::of(format!("{:?}", point.data).as_bytes()),
            tables: point.data.tables(),
            release_rows: point.data.release_rows(),
            documents: (point.data.documents.len() as u64, 1),
            snapshot: self.snapshot_id(),
        })
    }
}
