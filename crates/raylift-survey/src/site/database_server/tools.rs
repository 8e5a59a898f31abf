//! The folder with the vendor's tools.

use std::path::{Path, PathBuf};

use raylift_model::facts::{DatabaseKind, FileKind, Ownership, VendorTools};

use crate::machine::Machine;

/// Majors of PostgreSQL that a server may have; the tools of a newer one can dump an older one ("pg_dump", Notes).
const NEWEST_MAJOR: u32 = 30;

/// The first folder that has all tools; of PostgreSQL's those of the server's own major version come first.
pub(super) fn find(
    wanted: &Wanted<'_>,
    set: Option<&Path>,
    server: Option<(u32, u32)>,
) -> Option<VendorTools> {
    let folders = match set {
        Some(folder) => vec![folder.to_owned()],
        None => places(wanted.kind, server),
    };
    folders.iter().find_map(|folder| wanted.read(folder))
}

/// Which tools are looked for, and as whom they are asked.
pub(super) struct Wanted<'a> {
    pub(super) machine: &'a dyn Machine,
    pub(super) owner: &'a Ownership,
    pub(super) kind: DatabaseKind,
    /// The server is a MariaDB.
    pub(super) mariadb: bool,
}

fn places(kind: DatabaseKind, server: Option<(u32, u32)>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    if kind == DatabaseKind::Postgresql {
        let major = server.map_or(NEWEST_MAJOR, |(major, _)| major);
        let majors = std::iter::once(major).chain(major + 1..=NEWEST_MAJOR);
        // Debian's and the PostgreSQL project's packages for Red Hat.
        folders.extend(majors.flat_map(|major| {
            [
                PathBuf::from(format!("/usr/lib/postgresql/{major}/bin")),
                PathBuf::from(format!("/usr/pgsql-{major}/bin")),
            ]
        }));
        folders.push("/usr/local/pgsql/bin".into());
    } else {
        folders.push("/usr/local/mysql/bin".into());
    }
    folders.extend(["/usr/local/bin", "/usr/bin"].map(PathBuf::from));
    folders
}

impl Wanted<'_> {
    fn read(&self, folder: &Path) -> Option<VendorTools> {
        let is_there = |name: &str| {
            let stat = self.machine.stat(&folder.join(name));
            matches!(stat, Ok(Some(stat)) if matches!(stat.kind, FileKind::File | FileKind::Link { .. }))
        };
        let all = |names: &[&str]| names.iter().all(|name| is_there(name));
        let dump = match self.kind {
            DatabaseKind::Postgresql => {
                all(&["pg_dump", "pg_restore", "psql"]).then_some("pg_dump")?
            }
            _ if self.mariadb && all(&["mariadb-dump", "mariadb"]) => "mariadb-dump",
            _ => all(&["mysqldump", "mysql"]).then_some("mysqldump")?,
        };
        let said = self.machine.version_of(&folder.join(dump), self.owner)?;
        Some(VendorTools {
            folder: folder.display().to_string(),
            mariadb: said.contains("MariaDB"),
            version: version(&said),
        })
    }
}

/// Major and minor version out of what a tool or a server says of itself:
/// `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `mysqldump  Ver 8.0.36 for Linux on x86_64`,
/// `mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu`,
/// `mariadb-dump from 11.4.2-MariaDB, client 10.19 for Linux`, `10.11.19-MariaDB-0+deb12u1`, `5.5.5-10.11.19-MariaDB`.
pub(super) fn version(said: &str) -> Option<(u32, u32)> {
    let text = ["Distrib ", " from ", "Ver ", ") "]
        .iter()
        .find_map(|mark| said.split_once(mark).map(|(_, rest)| rest))
        .unwrap_or(said);
    // A MariaDB that pretends to be an old MySQL for the sake of replication.
    let text = text.strip_prefix("5.5.5-").unwrap_or(text);
    let mut numbers = text
        .trim_start()
        .split(|letter: char| !letter.is_ascii_digit())
        .map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_each_tool_says() {
        for (said, wanted) in [
            (
                "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)",
                (15, 18),
            ),
            (
                "mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)",
                (8, 0),
            ),
            (
                "mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)",
                (10, 11),
            ),
            (
                "mariadb-dump from 11.4.2-MariaDB, client 10.19 for Linux (x86_64)",
                (11, 4),
            ),
            ("10.11.19-MariaDB-0+deb12u1", (10, 11)),
            ("5.5.5-10.11.19-MariaDB", (10, 11)),
            ("8.0.36", (8, 0)),
        ] {
            assert_eq!(version(said), Some(wanted), "{said}");
        }
        assert_eq!(version(""), None);
        assert_eq!(version("no tool"), None);
    }
}
