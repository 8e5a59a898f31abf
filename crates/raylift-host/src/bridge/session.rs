//! One connection to a site's database.

use std::time::Duration;

use raylift_backup::Stop;
use raylift_model::codes;
use raylift_model::facts::{DatabaseSchema, ReleaseRow, TableFacts};
use raylift_run::host::{NewDocument, Write};
use raylift_survey::machine::{
    ConfigurationText, DatabaseAccess, DatabaseAnswer, DatabaseError, DocumentRow,
};
use serde_json::{Value, json};

use super::failure;
use super::helper::{self, Helper};
use super::lock;
use super::rows::{self, CoreRow, Product, TableDigest};
use super::snapshot::Snapshot;
use super::target::Target;
use crate::users;

/// A database of some gigabytes is read into memory first, and the log of a killed server replayed.
const CONNECT_LIMIT: Duration = Duration::from_secs(180);
const REQUEST_LIMIT: Duration = Duration::from_secs(120);
/// A `SHUTDOWN` writes the whole script.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(180);
/// A table of hundreds of gigabytes is read once.
const DIGEST_LIMIT: Duration = Duration::from_secs(6 * 3600);
/// Every table with a date is looked through, mostly without an index.
const WRITES_LIMIT: Duration = Duration::from_secs(1800);
/// Rows that one query may answer: what people are to read is short.
pub const MOST_ROWS: u64 = 10_000;
const READER_PATIENCE: Duration = Duration::ZERO;
const WRITER_PATIENCE: Duration = Duration::from_secs(30);

/// What the connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Reads only. Of an embedded HSQLDB a private copy is read, also while a server has the files open; it may miss
    /// what was written in the last half second (HSQLDB's `WRITE DELAY`) and does not see later changes.
    ReadOnly,
    /// Reads and writes. An embedded HSQLDB must not be in use.
    ReadWrite,
}

/// A connection through the helper. Dropping it ends the helper; an embedded HSQLDB opened for writing is shut down first,
/// also when raylift itself is killed, because the helper's input ends then.
pub struct Bridge {
    helper: Helper,
    access: DatabaseAccess,
    shown: String,
    product: (String, String),
    /// Goes away after the helper that reads it.
    _snapshot: Option<Snapshot>,
}

impl Bridge {
    /// Starts the helper and connects.
    ///
    /// # Errors
    /// `RL0501` when the database is not there or not reachable, `RL0502` when it refuses user or password, `RL0503` when
    /// another program has its files open (for writing only; takes up to twelve seconds, because the lock of a killed JVM is
    /// told by its silence), `RL0508` when the helper or the driver does not start.
    pub fn open(access: &DatabaseAccess, mode: Mode) -> Result<Self, DatabaseError> {
        users::allowed("the database helper", &access.owner)
            .map_err(|error| helper::broken(error.to_string()))?;
        let target = Target::of(access, mode)?;
        let path = target.path.clone();
        match (Self::connect(access, mode, target), path) {
            (Err(error), Some(path))
                if error.code == codes::DATABASE_LOCKED && lock::is_abandoned(&path) =>
            {
                Self::connect(access, mode, Target::of(access, mode)?)
            }
            (result, _) => result,
        }
    }

    fn connect(access: &DatabaseAccess, mode: Mode, target: Target) -> Result<Self, DatabaseError> {
        let patience = match mode {
            Mode::ReadOnly => READER_PATIENCE,
            Mode::ReadWrite => WRITER_PATIENCE,
        };
        let mut helper = Helper::start(access, &target, patience)?;
        let request = json!({
            "request": "connect",
            "driver": access.driver_class,
            "url": target.url,
            "user": access.username,
            "password": access.password.expose(),
            "readOnly": mode == Mode::ReadOnly,
        });
        let product: Product = match helper.ask(&request, CONNECT_LIMIT)? {
            Ok(value) => rows::parse(value)?,
            Err(failed) => return Err(failure::of_connect(&failed, access, &target.shown)),
        };
        Ok(Self {
            helper,
            access: access.clone(),
            shown: target.shown,
            _snapshot: target.snapshot,
            product: (product.name, product.version),
        })
    }

    /// The same connection; a request that waits for its answer ends with `RL0906` when `stop` is asked for, and nothing
    /// more is answered. What the database server works on by then it may work on to its end.
    #[must_use]
    pub fn stopping(mut self, stop: &Stop) -> Self {
        self.helper.stop = stop.clone();
        self
    }

    /// Name and version of the database product (`DatabaseMetaData`).
    pub fn product(&self) -> &(String, String) {
        &self.product
    }

    /// Everything the survey wants to know, with at most `documents` document versions.
    ///
    /// # Errors
    /// As the single methods.
    pub fn ask(&mut self, documents: usize) -> Result<DatabaseAnswer, DatabaseError> {
        Ok(DatabaseAnswer {
            product: Some(self.product.clone()),
            release_rows: self.release_rows()?,
            tables: self.tables()?,
            configurations: self.configurations()?,
            documents: self.documents(documents, None)?,
        })
    }

    /// Rows of `Release_` by name; `None` when there is no such table.
    ///
    /// # Errors
    /// `RL0501` when the connection is lost, `RL0508` for everything else.
    pub fn release_rows(&mut self) -> Result<Option<Vec<ReleaseRow>>, DatabaseError> {
        rows::release_rows(self.request(json!({"request": "release-rows"}))?)
    }

    /// Every table of the connection's schema with its number of rows, by name.
    ///
    /// # Errors
    /// As [`Bridge::release_rows`].
    pub fn tables(&mut self) -> Result<Vec<TableFacts>, DatabaseError> {
        rows::tables(self.request(json!({"request": "tables"}))?)
    }

    /// Rows of `Configuration_`, by PID.
    ///
    /// # Errors
    /// As [`Bridge::release_rows`].
    pub fn configurations(&mut self) -> Result<Vec<ConfigurationText>, DatabaseError> {
        rows::configurations(self.request(json!({"request": "configurations"}))?)
    }

    /// The newest `most` versions of stored documents, the newest first; of those below the version `below`, when given.
    ///
    /// # Errors
    /// As [`Bridge::release_rows`].
    pub fn documents(
        &mut self,
        most: usize,
        below: Option<i64>,
    ) -> Result<Vec<DocumentRow>, DatabaseError> {
        let request = json!({"request": "documents", "most": most, "below": below});
        rows::documents(self.request(request)?)
    }

    /// The pre-image of the core's row; `None` when there is no such row.
    ///
    /// # Errors
    /// As [`Bridge::release_rows`].
    pub fn core_row(&mut self) -> Result<Option<CoreRow>, DatabaseError> {
        rows::parse(self.request(json!({"request": "core-row"}))?)
    }

    /// Puts the columns of the core's row back, and reads them again. An embedded HSQLDB has them on the disk for sure
    /// after [`Bridge::shut_down`].
    ///
    /// # Errors
    /// As [`Bridge::release_rows`]; `RL0508` and nothing changed when there is not exactly one row for the core, and when
    /// the row does not hold afterwards what was written.
    pub fn put_core_row(&mut self, row: &CoreRow) -> Result<(), DatabaseError> {
        let written: CoreRow = rows::parse(self.request(json!({
            "request": "put-core-row",
            "buildNumber": row.build_number,
            "buildDate": row.build_date,
            "verified": row.verified,
        }))?)?;
        if written == *row {
            Ok(())
        } else {
            Err(helper::broken(format!(
                "the database {} keeps another core row than was written",
                self.shown
            )))
        }
    }

    /// Columns and indexes of every table, by table. HSQLDB gives the indexes of constraints names of its own, which are
    /// others after each start.
    ///
    /// # Errors
    /// As [`Bridge::release_rows`].
    pub fn schema(&mut self) -> Result<DatabaseSchema, DatabaseError> {
        rows::parse(self.request(json!({"request": "schema"}))?)
    }

    /// What was written since a moment and by whom, in the tables that say so, by table. `since` is RFC 3339 in UTC, in
    /// which Liferay keeps its times.
    ///
    /// # Errors
    /// As [`Bridge::release_rows`].
    pub fn writes(&mut self, since: &str) -> Result<Vec<Write>, DatabaseError> {
        let request = json!({"request": "writes", "since": moment(since)});
        let writes = self.request_within(request, WRITES_LIMIT)?;
        rows::writes(writes)
    }

    /// Documents that were made since a moment, the newest first, at most [`MOST_ROWS`]: rows of `DLFileEntry` by
    /// columns that stand in the `tables.sql` of 7.2.0 (inferred for other releases). `since` as in [`Bridge::writes`].
    ///
    /// # Errors
    /// As [`Bridge::query`].
    pub fn new_documents(&mut self, since: &str) -> Result<Vec<NewDocument>, DatabaseError> {
        // What is quoted below must not end the quotes.
        let moment: String = moment(since).chars().filter(|one| *one != '\'').collect();
        let rows = self.query(&format!(
            "select title, userName, createDate from DLFileEntry where createDate > timestamp '{moment}' order by createDate desc"
        ))?;
        Ok(rows.into_iter().map(rows::new_document).collect())
    }

    /// The rows of one statement as texts, at most [`MOST_ROWS`], NULL as `None`.
    ///
    /// # Errors
    /// As [`Bridge::release_rows`], also when the database does not understand the statement.
    pub fn query(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, DatabaseError> {
        rows::parse(self.request(json!({"request": "query", "sql": sql, "most": MOST_ROWS}))?)
    }

    /// Rows of one table, named as [`Bridge::tables`] names it, and a digest of them that does not depend on their order;
    /// `None` when there is no such table. Reads the whole table.
    ///
    /// # Errors
    /// As [`Bridge::release_rows`].
    pub fn digest(&mut self, table: &str) -> Result<Option<TableDigest>, DatabaseError> {
        let request = json!({"request": "digest", "table": table});
        rows::parse(self.request_within(request, DIGEST_LIMIT)?)
    }

    /// Ends the connection; an embedded HSQLDB opened for writing is shut down, which leaves neither log nor lock file.
    ///
    /// # Errors
    /// As [`Bridge::release_rows`].
    pub fn shut_down(mut self) -> Result<(), DatabaseError> {
        let request = json!({"request": "shut-down"});
        let _: bool = rows::parse(self.request_within(request, SHUTDOWN_LIMIT)?)?;
        Ok(())
    }

    fn request(&mut self, request: Value) -> Result<Value, DatabaseError> {
        self.request_within(request, REQUEST_LIMIT)
    }

    fn request_within(&mut self, request: Value, limit: Duration) -> Result<Value, DatabaseError> {
        let name = request
            .get("request")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        self.helper
            .ask(&request, limit)?
            .map_err(|failed| failure::of_request(&failed, &self.access, &self.shown, &name))
    }
}

/// A moment of RFC 3339 in SQL's words, without fractions and zone.
fn moment(since: &str) -> String {
    since.get(..19).unwrap_or(since).replace('T', " ")
}
