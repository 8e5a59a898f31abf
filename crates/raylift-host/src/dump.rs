//! What a dump is that came back from a backup, told by its files: the one who loads it need not be the one who took it.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use raylift_run::host::HostError;

use crate::effects::engine::{EVENTS, TABLES};
use crate::effects::error::{exists, read_failed};

/// Who can load a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DumpFormat {
    /// `pg_dump` in directory format, for `pg_restore`.
    Postgresql,
    /// SQL of `mariadb-dump`, for `mariadb`.
    Mariadb,
    /// SQL of `mysqldump`, for `mysql`.
    Mysql,
    /// Files of an embedded HSQLDB.
    Hsqldb,
    /// What the owner's `dump_command` left.
    Own,
}

/// The files of a dump that SQL is read from, in their order.
pub const SQL_FILES: [&str; 2] = [TABLES, EVENTS];

/// Bytes at the beginning of a dump that say which tool wrote it.
const HEAD: u64 = 1024;

/// What lies in a folder that a database was dumped or copied into.
///
/// # Errors
/// When something there cannot be read.
pub fn format_of(folder: &Path) -> Result<DumpFormat, HostError> {
    if exists(&folder.join("toc.dat"))? {
        return Ok(DumpFormat::Postgresql);
    }
    let tables = folder.join(TABLES);
    if exists(&tables)? {
        let mut head = Vec::new();
        File::open(&tables)
            .and_then(|file| file.take(HEAD).read_to_end(&mut head))
            .map_err(|error| read_failed(&tables, error))?;
        let head = String::from_utf8_lossy(&head);
        if head.contains("MariaDB") {
            return Ok(DumpFormat::Mariadb);
        }
        if head.contains("MySQL dump") {
            return Ok(DumpFormat::Mysql);
        }
    }
    let entries = fs::read_dir(folder).map_err(|error| read_failed(folder, error))?;
    let is_hsqldb = entries
        .flatten()
        .any(|entry| Path::new(&entry.file_name()).extension() == Some("script".as_ref()));
    Ok(if is_hsqldb {
        DumpFormat::Hsqldb
    } else {
        DumpFormat::Own
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First lines of Debian's `mariadb-dump` 10.11, of `mysqldump` of MariaDB 10.2 and of MySQL 8.0.
    #[test]
    fn a_dump_says_by_its_files_who_loads_it() {
        for (file, content, format) in [
            ("toc.dat", "PGDMP", DumpFormat::Postgresql),
            (
                TABLES,
                "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11.11-MariaDB, for debian-linux-gnu (x86_64)\n",
                DumpFormat::Mariadb,
            ),
            (
                TABLES,
                "-- MySQL dump 10.16  Distrib 10.2.44-MariaDB, for Linux (x86_64)\n",
                DumpFormat::Mariadb,
            ),
            (
                TABLES,
                "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n",
                DumpFormat::Mysql,
            ),
            (TABLES, "-- PostgreSQL database dump\n", DumpFormat::Own),
            ("lportal.script", "SET DATABASE", DumpFormat::Hsqldb),
            ("export.dmp", "", DumpFormat::Own),
        ] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(file), content).unwrap();
            assert_eq!(format_of(folder.path()).unwrap(), format, "{content}");
        }
    }
}
