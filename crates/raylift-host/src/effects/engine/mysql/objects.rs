//! Tables, and what lies in a database beside them.
//!
//! `RENAME TABLE` moves tables from one database to another, and refuses those with triggers; views, routines and events
//! do not move at all. So their SQL is kept in a file, and they are dropped; the dump brings those of the restore point.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;

use raylift_model::codes;
use raylift_run::host::HostError;

use super::files::is_complete;
use super::{Mysql, identifier, literal};
use crate::effects::error::{exists, write_failed};
use crate::effects::exchange::sync_parent;

impl Mysql {
    /// Writes the SQL of triggers, views, routines and events, once.
    pub(super) fn keep_objects(&self, path: &Path) -> Result<(), HostError> {
        if exists(path)? {
            return Ok(());
        }
        let partial = path.with_extension("sql.part");
        let failed = |error: io::Error| write_failed(path, error);
        let mut file = File::create(&partial).map_err(failed)?;
        let mut tool = self.dumper();
        // A view of a table that the failed upgrade dropped cannot be read, and is no loss.
        let options = [
            "--no-data",
            "--routines",
            "--triggers",
            "--events",
            "--force",
        ];
        tool.arguments.extend(options.map(OsString::from));
        tool.arguments.push(OsString::from(&self.reached.database));
        let noted = tool.stream(
            Box::new(|_, _| Ok(())),
            Box::new(move |stdout| {
                io::copy(stdout, &mut file)?;
                file.sync_all()
            }),
            &mut |_| {},
        );
        match noted {
            Err(error) if error.code != codes::DUMP_FAILED || !is_complete(&partial)? => {
                return Err(error);
            }
            _ => {}
        }
        std::fs::rename(&partial, path).map_err(failed)?;
        sync_parent(path)
    }

    /// Drops triggers, views, routines and events of the live database.
    pub(super) fn drop_objects(&self) -> Result<(), HostError> {
        let database = literal(&self.reached.database);
        let live = identifier(&self.reached.database);
        let rows = self.sql(&format!(
            "SELECT 'TRIGGER', TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {database};\n\
             SELECT 'VIEW', TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = {database};\n\
             SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {database};\n\
             SELECT 'EVENT', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {database};"
        ))?;
        let drops: String = rows
            .iter()
            .filter_map(|row| Some((row.first()?, row.get(1)?)))
            .map(|(kind, name)| format!("DROP {kind} IF EXISTS {live}.{};\n", identifier(name)))
            .collect();
        if drops.is_empty() {
            return Ok(());
        }
        self.sql(&drops).map(drop)
    }

    /// Moves every table; one that an attempt that was killed has moved is there no more.
    pub(super) fn move_tables(&self, from: &str, to: &str) -> Result<(), HostError> {
        let moves: Vec<String> = self
            .tables(from)?
            .iter()
            .map(|table| {
                let table = identifier(table);
                format!("{}.{table} TO {}.{table}", identifier(from), identifier(to))
            })
            .collect();
        if moves.is_empty() {
            return Ok(());
        }
        // One statement: a failure in the middle takes back what was renamed before.
        self.sql(&format!("RENAME TABLE {};", moves.join(", ")))
            .map(drop)
    }

    /// Drops every table of the live database.
    pub(super) fn drop_tables(&self) -> Result<(), HostError> {
        let live = identifier(&self.reached.database);
        let tables = self.tables(&self.reached.database)?;
        if tables.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = tables
            .iter()
            .map(|table| format!("{live}.{}", identifier(table)))
            .collect();
        self.sql(&format!(
            "SET FOREIGN_KEY_CHECKS=0; DROP TABLE IF EXISTS {};",
            names.join(", ")
        ))
        .map(drop)
    }

    pub(super) fn tables(&self, database: &str) -> Result<Vec<String>, HostError> {
        let rows = self.sql(&format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_TYPE <> 'VIEW' ORDER BY TABLE_NAME;",
            literal(database)
        ))?;
        Ok(rows
            .into_iter()
            .filter_map(|row| row.into_iter().next())
            .collect())
    }
}
