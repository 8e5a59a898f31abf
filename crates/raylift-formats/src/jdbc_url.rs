//! JDBC URLs: which database they name, and which parts of them are secret.

mod secrets;
mod server;

pub use secrets::{secrets, without_secrets};
pub use server::{ServerPlace, with_database};

use raylift_model::facts::DatabaseKind;

/// A URL taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JdbcUrl {
    /// The part after `jdbc:`, in lower case: `hsqldb`, `postgresql`, `mysql`, `mariadb`, `oracle`, `sqlserver`, `db2`.
    pub vendor: String,
    /// What the URL means for raylift.
    pub kind: DatabaseKind,
    /// The files of an embedded HSQLDB.
    pub hsqldb: Option<HsqldbFiles>,
    /// The server of a PostgreSQL, MySQL or MariaDB; `None` where the URL names several, a socket, or none that is
    /// understood.
    pub server: Option<ServerPlace>,
}

/// Where an embedded HSQLDB keeps its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HsqldbFiles {
    /// Path without extension, as written: `${liferay.home}/data/hypersonic/lportal`. The files beside it end in
    /// `.script`, `.properties`, `.log`, `.lck`, `.data`, `.lobs` and `.tmp`.
    pub path: String,
    /// Options after semicolons, in order; names in lower case.
    pub options: Vec<(String, String)>,
}

impl HsqldbFiles {
    /// The value of an option.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Reads a JDBC URL; `None` for a text that is none.
///
/// Only positive evidence makes an embedded HSQLDB (HyperSQL guide, "Properties", connection URL):
/// `jdbc:hsqldb:PATH` and `jdbc:hsqldb:file:PATH`. In memory (`mem:`), inside a JAR (`res:`) and on a server (`hsql:`,
/// `hsqls:`, `http:`, `https:`) it is another database. A path that starts with a placeholder is a file.
pub fn read(url: &str) -> Option<JdbcUrl> {
    let url = url.trim();
    let rest = strip_prefix_ignoring_case(url, "jdbc:")?;
    let vendor_length = rest.find(':')?;
    let vendor = rest.get(..vendor_length)?.to_ascii_lowercase();
    let place = rest.get(vendor_length + 1..)?;
    if vendor.is_empty() {
        return None;
    }
    let hsqldb = if vendor == "hsqldb" {
        hsqldb_files(place)
    } else {
        None
    };
    let kind = match (&hsqldb, vendor.as_str(), place.is_empty()) {
        (Some(_), _, _) => DatabaseKind::HsqldbFile,
        (None, "hsqldb", true) => DatabaseKind::Undetermined,
        (None, "postgresql", _) => DatabaseKind::Postgresql,
        (None, "mysql", _) => DatabaseKind::Mysql,
        (None, "mariadb", _) => DatabaseKind::Mariadb,
        _ => DatabaseKind::Other,
    };
    let server = server::place(kind, place);
    Some(JdbcUrl {
        vendor,
        kind,
        hsqldb,
        server,
    })
}

fn hsqldb_files(place: &str) -> Option<HsqldbFiles> {
    const ELSEWHERE: &[&str] = &["mem:", "res:", "hsql:", "hsqls:", "http:", "https:"];
    if ELSEWHERE
        .iter()
        .any(|kind| strip_prefix_ignoring_case(place, kind).is_some())
        || place == "."
    {
        return None;
    }
    let place = strip_prefix_ignoring_case(place, "file:").unwrap_or(place);
    let mut parts = place.split(';');
    let path = parts.next()?.trim();
    if path.is_empty() {
        return None;
    }
    let options = parts
        .filter(|part| !part.trim().is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (name.trim().to_ascii_lowercase(), value.trim().to_owned())
        })
        .collect();
    Some(HsqldbFiles {
        path: path.to_owned(),
        options,
    })
}

fn strip_prefix_ignoring_case<'text>(text: &'text str, prefix: &str) -> Option<&'text str> {
    let head = text.get(..prefix.len())?;
    if head.eq_ignore_ascii_case(prefix) {
        text.get(prefix.len()..)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(url: &str) -> Option<String> {
        read(url).and_then(|url| url.hsqldb).map(|files| files.path)
    }

    #[test]
    fn liferays_default_is_a_file() {
        let url = read("jdbc:hsqldb:${liferay.home}/data/hypersonic/lportal").unwrap();
        assert_eq!(url.kind, DatabaseKind::HsqldbFile);
        assert_eq!(
            url.hsqldb.unwrap().path,
            "${liferay.home}/data/hypersonic/lportal"
        );
    }

    #[test]
    fn options_are_taken_off_the_path() {
        let files = read("jdbc:hsqldb:file:/a/b;readonly=true;HSQLDB.write_delay=false")
            .unwrap()
            .hsqldb
            .unwrap();
        assert_eq!(files.path, "/a/b");
        assert_eq!(files.option("readonly"), Some("true"));
        assert_eq!(files.option("hsqldb.write_delay"), Some("false"));
    }

    #[test]
    fn other_places_of_hsqldb_are_other_databases() {
        for url in [
            "jdbc:hsqldb:mem:x",
            "jdbc:hsqldb:hsql://localhost/x",
            "jdbc:hsqldb:res:x",
            "jdbc:hsqldb:https://h/x",
            "jdbc:hsqldb:.",
        ] {
            let read = read(url).unwrap();
            assert_eq!(
                (read.kind, read.hsqldb),
                (DatabaseKind::Other, None),
                "{url}"
            );
        }
        assert_eq!(
            read("jdbc:hsqldb:").unwrap().kind,
            DatabaseKind::Undetermined
        );
    }

    #[test]
    fn other_vendors_are_named() {
        for (url, vendor, kind) in [
            (
                "jdbc:postgresql://localhost:5432/lportal",
                "postgresql",
                DatabaseKind::Postgresql,
            ),
            (
                "JDBC:MySQL://localhost/lportal?useUnicode=true",
                "mysql",
                DatabaseKind::Mysql,
            ),
            (
                "jdbc:mariadb://localhost/lportal",
                "mariadb",
                DatabaseKind::Mariadb,
            ),
            (
                "jdbc:oracle:thin:@host:1521:xe",
                "oracle",
                DatabaseKind::Other,
            ),
        ] {
            let read = read(url).unwrap();
            assert_eq!((read.vendor.as_str(), read.kind), (vendor, kind));
        }
    }

    #[test]
    fn rubbish_is_no_url() {
        for url in [
            "",
            "jdbc:",
            "jdbc::x",
            "java:comp/env/jdbc/LiferayPool",
            "jdbä",
        ] {
            assert_eq!(read(url), None, "{url}");
        }
        assert_eq!(path("jdbc:hsqldb:file:"), None);
    }
}
