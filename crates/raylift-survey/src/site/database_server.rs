//! What a database server says of itself, and the vendor's tools at hand.

mod disk;
mod tools;

use std::path::Path;

use raylift_formats::jdbc_url::{self, ServerPlace};
use raylift_model::facts::{DatabaseKind, DatabaseServer};
use raylift_model::secret::Secret;
use raylift_model::settings::DatabaseToolSettings;

use crate::machine::{DatabaseAccess, Machine, QueryRows};

/// The longest file with a password.
const LONGEST_PASSWORD: u64 = 64 << 10;

/// PostgreSQL: version, whether the user may make a database of the same owner, bytes, the data folder (which it tells
/// superusers and members of `pg_read_all_settings` only) and the server's address. `pg_has_role` because a database
/// is made for its owner and renamed by him only ("CREATE DATABASE", "ALTER DATABASE").
const POSTGRESQL: &str = "SELECT current_setting('server_version_num'), \
    rolsuper OR (rolcreatedb AND pg_has_role(current_user, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE')), \
    pg_database_size(current_database()), \
    (SELECT setting FROM pg_settings WHERE name = 'data_directory'), host(inet_server_addr()) FROM pg_roles WHERE rolname = current_user";

/// MariaDB and MySQL: version, whether the user may make databases that are named as raylift names them, bytes, the data
/// folder and the name of the server's machine.
const MYSQL: &str = "SELECT VERSION(), \
    (SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'CREATE' AND GRANTEE = \
    CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')) + \
    (SELECT COUNT(*) FROM information_schema.SCHEMA_PRIVILEGES WHERE PRIVILEGE_TYPE = 'CREATE' AND TABLE_SCHEMA LIKE 'raylift%' AND GRANTEE = \
    CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')), \
    (SELECT SUM(DATA_LENGTH + INDEX_LENGTH) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()), \
    @@global.datadir, @@global.hostname";

/// A server and the size of the database on it.
pub(crate) struct Found {
    pub(crate) server: DatabaseServer,
    /// `None` where it did not tell.
    pub(crate) bytes: Option<u64>,
}

/// Asks the server; `None` for another kind of database and for a URL that does not name one server.
pub(crate) fn look(
    machine: &dyn Machine,
    settings: &DatabaseToolSettings,
    kind: DatabaseKind,
    access: &DatabaseAccess,
) -> Option<Found> {
    let query = match kind {
        DatabaseKind::Postgresql => POSTGRESQL,
        DatabaseKind::Mysql | DatabaseKind::Mariadb => MYSQL,
        DatabaseKind::HsqldbFile | DatabaseKind::Other | DatabaseKind::Undetermined => return None,
    };
    let place = jdbc_url::read(&access.url)?.server?;
    let rows = machine
        .query_database(&worker(machine, settings, access), &[query])
        .ok()
        .and_then(|mut answers| answers.pop())
        .and_then(Result::ok)
        .unwrap_or_default();
    let said = cell(&rows, 0).unwrap_or_default();
    let mariadb = said.contains("MariaDB");
    let version = match kind {
        DatabaseKind::Postgresql => numbered(&said),
        _ => tools::version(&said),
    };
    let may_create = cell(&rows, 1).map(|text| !matches!(text.as_str(), "0" | "f" | "false"));
    let bytes = cell(&rows, 2)
        .and_then(|text| text.parse::<f64>().ok())
        .map(|bytes| bytes as u64);
    Some(Found {
        server: DatabaseServer {
            place: shown(&place),
            database: place.database.unwrap_or_else(|| access.username.clone()),
            version,
            mariadb,
            may_create,
            tools: tools::find(
                &tools::Wanted {
                    machine,
                    owner: &access.owner,
                    kind,
                    mariadb,
                },
                settings.tools.as_deref(),
                version,
            ),
            data: cell(&rows, 3)
                .zip(cell(&rows, 4))
                .and_then(|(folder, place)| disk::find(machine, kind, &folder, &place)),
        },
        bytes,
    })
}

/// Access as the user that the tools work as.
fn worker(
    machine: &dyn Machine,
    settings: &DatabaseToolSettings,
    access: &DatabaseAccess,
) -> DatabaseAccess {
    let Some(user) = &settings.admin_user else {
        return access.clone();
    };
    let password = settings
        .admin_password_file
        .as_deref()
        .and_then(|file: &Path| machine.read(file, LONGEST_PASSWORD).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default();
    DatabaseAccess {
        username: user.clone(),
        password: Secret::new(password.lines().next().unwrap_or_default()),
        ..access.clone()
    }
}

fn cell(rows: &QueryRows, column: usize) -> Option<String> {
    rows.first()?.get(column)?.clone()
}

/// `server_version_num`: 150018 is 15.18, 90624 is 9.6.24 (PostgreSQL, "Preset Options").
fn numbered(text: &str) -> Option<(u32, u32)> {
    let number: u32 = text.parse().ok()?;
    if number >= 100_000 {
        Some((number / 10_000, number % 10_000))
    } else {
        Some((number / 10_000, number / 100 % 100))
    }
}

fn shown(place: &ServerPlace) -> String {
    if place.host.contains(':') {
        format!("[{}]:{}", place.host, place.port)
    } else {
        format!("{}:{}", place.host, place.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgresqls_number_is_a_version() {
        assert_eq!(numbered("150018"), Some((15, 18)));
        assert_eq!(numbered("90624"), Some((9, 6)));
        assert_eq!(numbered("x"), None);
    }
}
