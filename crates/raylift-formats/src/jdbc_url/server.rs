//! The database server that a URL names.

use raylift_model::facts::DatabaseKind;

/// One server and the database on it, as far as the URL says them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerPlace {
    /// Name or address, without brackets; the driver's default where the URL has none.
    pub host: String,
    /// Port; the driver's default where the URL has none.
    pub port: u16,
    /// Name of the database, decoded where the driver decodes it; `None` where the URL leaves it to the user's name.
    pub database: Option<String>,
    /// Options after the question mark, in order, decoded; names as written.
    pub options: Vec<(String, String)>,
}

impl ServerPlace {
    /// The value of an option; of one that is there twice the last.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Options by which a driver connects otherwise than to the host and port of the URL: PostgreSQL JDBC, "Connection
/// parameters"; MySQL Connector/J, "Networking"; MariaDB Connector/J, "Infrequently used parameters".
const ELSEWHERE: [&str; 7] = [
    "socketFactory",
    "socketFactoryArg",
    "localSocket",
    "localSocketAddress",
    "pipe",
    "namedPipePath",
    "service",
];

/// Reads the part of a URL after `jdbc:VENDOR:`; `None` for several servers, sockets and forms that are not known here.
pub(super) fn place(kind: DatabaseKind, place: &str) -> Option<ServerPlace> {
    if !kind.is_server() {
        return None;
    }
    let (place, options) = place.split_once('?').unwrap_or((place, ""));
    let options = options
        .split('&')
        .filter(|option| !option.is_empty())
        .map(|option| {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            Some((decoded(name)?, decoded(value)?))
        })
        .collect::<Option<Vec<_>>>()?;
    let (authority, database) = match place.strip_prefix("//") {
        Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
        // `jdbc:postgresql:lportal` and `jdbc:postgresql:/` mean the default server.
        None if kind == DatabaseKind::Postgresql => ("", place.strip_prefix('/').unwrap_or(place)),
        None => return None,
    };
    let (host, port) = host_and_port(authority, kind)?;
    let database = match kind {
        // `org.mariadb.jdbc.UrlParser` takes it as it stands.
        DatabaseKind::Mariadb => database.to_owned(),
        _ => decoded(database)?,
    };
    let found = ServerPlace {
        host,
        port,
        database: Some(database).filter(|name| !name.is_empty()),
        options,
    };
    ELSEWHERE
        .iter()
        .all(|name| found.option(name).is_none())
        .then_some(found)
}

/// The URL of another database on the same server, with all options; `None` where the URL names no server.
pub fn with_database(url: &str, database: &str) -> Option<String> {
    let read = super::read(url)?;
    read.server?;
    let name = match read.kind {
        DatabaseKind::Mariadb => database.to_owned(),
        _ => encoded(database),
    };
    let (head, options) = match url.split_once('?') {
        Some((head, options)) => (head, Some(options)),
        None => (url, None),
    };
    let vendor = head.get(..head.get(5..)?.find(':')? + 6)?;
    let rest = head.get(vendor.len()..)?;
    let authority = rest
        .strip_prefix("//")
        .map(|rest| rest.split_once('/').map_or(rest, |(host, _)| host));
    let mut changed = match authority {
        Some(authority) => format!("{vendor}//{authority}/{name}"),
        None => format!("{vendor}{name}"),
    };
    if let Some(options) = options {
        changed.push('?');
        changed.push_str(options);
    }
    Some(changed)
}

fn host_and_port(authority: &str, kind: DatabaseKind) -> Option<(String, u16)> {
    let default = if kind == DatabaseKind::Postgresql {
        5432
    } else {
        3306
    };
    // Lists of servers, `address=(…)`, and MySQL's `user:password@host`.
    if authority.contains([',', '(', '=', '@']) {
        return None;
    }
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        match port.strip_prefix(':') {
            Some(port) => (host, port),
            None if port.is_empty() => (host, ""),
            None => return None,
        }
    } else {
        authority.split_once(':').unwrap_or((authority, ""))
    };
    if host.contains([':', '[', ']']) && !authority.starts_with('[') {
        return None;
    }
    let port = match port {
        "" => default,
        port => port.parse().ok()?,
    };
    let host = if host.is_empty() { "localhost" } else { host };
    Some((host.to_owned(), port))
}

/// Undoes `%XX` and `+`, as `java.net.URLDecoder`, which all three drivers use; `None` for what it refuses.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'%' => {
                let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = tail.get(2..)?;
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok()
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn found(url: &str) -> Option<(String, u16, Option<String>)> {
        let server = read(url)?.server?;
        Some((server.host, server.port, server.database))
    }

    /// PostgreSQL JDBC, "Connecting to the Database"; Connector/J, "Connection URL Syntax"; MariaDB Connector/J,
    /// "Connection strings".
    #[test]
    fn host_port_and_database_are_told() {
        let lportal = Some("lportal".to_owned());
        for (url, host, port, database) in [
            ("jdbc:postgresql://db:5433/lportal", "db", 5433, &lportal),
            ("jdbc:postgresql://db/lportal?a=b", "db", 5432, &lportal),
            ("jdbc:postgresql:lportal", "localhost", 5432, &lportal),
            ("jdbc:postgresql:/", "localhost", 5432, &None),
            (
                "jdbc:postgresql://[::1]:5740/lportal",
                "::1",
                5740,
                &lportal,
            ),
            (
                "jdbc:mysql://localhost/lportal?useUnicode=true",
                "localhost",
                3306,
                &lportal,
            ),
            ("jdbc:mysql:///lportal", "localhost", 3306, &lportal),
            (
                "jdbc:mariadb://10.0.0.1:13306/lportal",
                "10.0.0.1",
                13306,
                &lportal,
            ),
        ] {
            assert_eq!(
                found(url),
                Some((host.to_owned(), port, database.clone())),
                "{url}"
            );
        }
    }

    #[test]
    fn names_and_options_are_decoded() {
        let url = "jdbc:postgresql://db/My%20%22Portal%22?currentSchema=a%2Cb&ssl";
        let server = read(url).unwrap().server.unwrap();
        assert_eq!(server.database.as_deref(), Some("My \"Portal\""));
        assert_eq!(server.option("currentSchema"), Some("a,b"));
        assert_eq!(server.option("ssl"), Some(""));
        assert_eq!(server.option("sslmode"), None);
        // Seen with MariaDB Connector/J 2.7.9.
        let mariadb = found("jdbc:mariadb://db/a+b%20c").unwrap();
        assert_eq!(mariadb.2.as_deref(), Some("a+b%20c"));
    }

    #[test]
    fn several_servers_and_sockets_are_not_guessed_at() {
        for url in [
            "jdbc:postgresql://a,b/lportal",
            "jdbc:postgresql://a:5432,b:5432/lportal",
            "jdbc:mysql://address=(host=a)(port=1)/lportal",
            "jdbc:mysql:loadbalance://a,b/lportal",
            "jdbc:mysql://user:secret@db/lportal",
            "jdbc:mariadb:replication://a,b/lportal",
            "jdbc:mariadb://localhost/lportal?localSocket=/run/mysqld.sock",
            "jdbc:postgresql://db/lportal?socketFactory=org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg",
            "jdbc:postgresql://db:port/lportal",
            "jdbc:postgresql://db/%zz",
            "jdbc:postgresql://::1/lportal",
            "jdbc:hsqldb:/a/lportal",
            "jdbc:oracle:thin:@host:1521:xe",
        ] {
            assert_eq!(found(url), None, "{url}");
        }
    }

    #[test]
    fn another_database_keeps_everything_else() {
        for (url, wanted) in [
            (
                "jdbc:postgresql://db:5433/lportal?a=b&c",
                "jdbc:postgresql://db:5433/new%20one?a=b&c",
            ),
            ("jdbc:postgresql:lportal", "jdbc:postgresql:new%20one"),
            ("jdbc:mysql://db/lportal", "jdbc:mysql://db/new%20one"),
            (
                "jdbc:mariadb://[::1]?x=/y",
                "jdbc:mariadb://[::1]/new one?x=/y",
            ),
        ] {
            assert_eq!(with_database(url, "new one").as_deref(), Some(wanted));
            assert_eq!(
                read(wanted).unwrap().server.unwrap().database.as_deref(),
                Some("new one")
            );
        }
        assert_eq!(with_database("jdbc:hsqldb:/a", "b"), None);
    }
}
