//! What a failed request means.

use raylift_formats::jdbc_url;
use raylift_model::codes;
use raylift_survey::machine::{DatabaseAccess, DatabaseError};

use super::helper::Failure;

/// Codes of HSQLDB (`org.hsqldb.error.ErrorCode`), negative in an exception; seen with 2.3.3 and 2.7.4.
const HSQLDB_LOCKED: i64 = -451;
const HSQLDB_NO_DATABASE: i64 = -465;

/// The error of a failed `connect`. `shown` names the database to people.
pub(super) fn of_connect(failure: &Failure, access: &DatabaseAccess, shown: &str) -> DatabaseError {
    let state = failure.state.as_deref().unwrap_or_default();
    let said = without_password(&failure.message, access);
    let (code, message) = if failure.kind == "java.lang.ClassNotFoundException" {
        let class_path = access
            .class_path
            .iter()
            .map(|jar| jar.display().to_string())
            .collect::<Vec<_>>()
            .join(", ");
        (
            codes::BRIDGE_FAILED,
            format!("there is no driver {} in {class_path}", access.driver_class),
        )
    } else if failure.kind == "java.lang.OutOfMemoryError" {
        (
            codes::BRIDGE_FAILED,
            format!("the database {shown} is too large for the database helper: {said}"),
        )
    } else if failure.vendor == Some(HSQLDB_NO_DATABASE) {
        (
            codes::DATABASE_UNREACHABLE,
            format!("there is no database at {shown}"),
        )
    } else if failure.vendor == Some(HSQLDB_LOCKED) {
        (
            codes::DATABASE_LOCKED,
            format!("the database {shown} is in use by another program: {said}"),
        )
    } else if state.starts_with("28") {
        // Class 28: invalid authorization specification (ISO/IEC 9075-2, table 38).
        (
            codes::DATABASE_REFUSED,
            format!(
                "the database {shown} refuses user {:?} or the password: {said}",
                access.username
            ),
        )
    } else {
        (
            codes::DATABASE_UNREACHABLE,
            format!("the database {shown} cannot be reached: {said}"),
        )
    };
    DatabaseError { code, message }
}

/// The error of any later request.
pub(super) fn of_request(
    failure: &Failure,
    access: &DatabaseAccess,
    shown: &str,
    request: &str,
) -> DatabaseError {
    // Class 08: connection exception.
    let lost = failure
        .state
        .as_deref()
        .is_some_and(|state| state.starts_with("08"));
    DatabaseError {
        code: if lost {
            codes::DATABASE_UNREACHABLE
        } else if is_late(failure, access) {
            codes::DATABASE_TIMEOUT
        } else if is_forbidden(failure, access) {
            codes::DATABASE_RIGHTS
        } else {
            codes::BRIDGE_FAILED
        },
        message: format!(
            "the database {shown} did not carry out {request:?}: {}",
            without_password(&failure.message, access)
        ),
    }
}

/// A statement that its limit or somebody ended: PostgreSQL's state `query_canceled`, MariaDB's error for its limit, MySQL's
/// for its own, either's for a statement that was killed, which is how some drivers keep a limit; or the driver's own
/// class for it (JDBC's `SQLTimeoutException`, Connector/J's `MySQLTimeoutException`).
fn is_late(failure: &Failure, access: &DatabaseAccess) -> bool {
    if failure.kind.ends_with("TimeoutException") {
        return true;
    }
    if is_postgresql(access) {
        return failure.state.as_deref() == Some("57014");
    }
    is_mysql(access) && matches!(failure.vendor, Some(1317 | 1969 | 3024))
}

fn is_postgresql(access: &DatabaseAccess) -> bool {
    access
        .url
        .to_ascii_lowercase()
        .starts_with("jdbc:postgresql:")
}

/// MySQL or MariaDB.
fn is_mysql(access: &DatabaseAccess) -> bool {
    let url = access.url.to_ascii_lowercase();
    ["jdbc:mariadb:", "jdbc:mysql:"]
        .iter()
        .any(|vendor| url.starts_with(vendor))
}

/// PostgreSQL's state `insufficient_privilege`, which HSQLDB has for objects that are not there, too; MariaDB's and
/// MySQL's errors for a database, a table, a column, a privilege of the server and a routine.
fn is_forbidden(failure: &Failure, access: &DatabaseAccess) -> bool {
    if is_postgresql(access) {
        return failure.state.as_deref() == Some("42501");
    }
    is_mysql(access) && matches!(failure.vendor, Some(1044 | 1142 | 1143 | 1227 | 1370))
}

/// Some drivers repeat the whole URL or the properties of a connection.
fn without_password(message: &str, access: &DatabaseAccess) -> String {
    let one_line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let hidden =
        jdbc_url::secrets(&access.url).fold(one_line, |text, secret| text.replace(secret, "***"));
    match access.password.expose() {
        "" => hidden,
        password => hidden.replace(password, "***"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use raylift_model::secret::Secret;

    fn access() -> DatabaseAccess {
        DatabaseAccess {
            driver_class: "org.postgresql.Driver".to_owned(),
            username: "liferay".to_owned(),
            password: Secret::new("swordfish"),
            ..testing::access("")
        }
    }

    fn failure(state: &str, vendor: i64) -> Failure {
        Failure {
            kind: "java.sql.SQLException".to_owned(),
            state: Some(state.to_owned()),
            vendor: Some(vendor),
            message: "FATAL:\n  user=liferay password=swordfish".to_owned(),
        }
    }

    #[test]
    fn each_failure_to_connect_has_its_code() {
        for (state, vendor, code) in [
            ("S1000", -465, codes::DATABASE_UNREACHABLE),
            ("S1000", -451, codes::DATABASE_LOCKED),
            ("28000", -4000, codes::DATABASE_REFUSED),
            ("28P01", 0, codes::DATABASE_REFUSED),
            ("08001", 0, codes::DATABASE_UNREACHABLE),
            ("3D000", 0, codes::DATABASE_UNREACHABLE),
        ] {
            let error = of_connect(&failure(state, vendor), &access(), "db");
            assert_eq!(error.code, code, "{state}");
            assert!(!error.message.contains("swordfish"), "{}", error.message);
            assert!(!error.message.contains('\n'), "{}", error.message);
        }
    }

    #[test]
    fn a_lost_connection_is_told_from_a_bad_statement() {
        let lost = of_request(&failure("08006", 0), &access(), "db", "tables");
        assert_eq!(lost.code, codes::DATABASE_UNREACHABLE);
        let bad = of_request(&failure("42501", -5501), &access(), "db", "tables");
        assert_eq!(bad.code, codes::BRIDGE_FAILED);
        assert!(!bad.message.contains("swordfish"), "{}", bad.message);
    }

    #[test]
    fn a_missing_right_is_told_from_a_bad_statement() {
        for (url, state, vendor, code) in [
            ("jdbc:postgresql:a", "42501", 0, codes::DATABASE_RIGHTS),
            ("jdbc:postgresql:a", "42P01", 0, codes::BRIDGE_FAILED),
            ("jdbc:mariadb://a/b", "42000", 1142, codes::DATABASE_RIGHTS),
            ("jdbc:mysql://a/b", "42000", 1064, codes::BRIDGE_FAILED),
            ("jdbc:hsqldb:/a", "42501", -5501, codes::BRIDGE_FAILED),
            ("jdbc:postgresql:a", "57014", 0, codes::DATABASE_TIMEOUT),
            ("jdbc:mariadb://a/b", "70100", 1969, codes::DATABASE_TIMEOUT),
            ("jdbc:mysql://a/b", "HY000", 3024, codes::DATABASE_TIMEOUT),
            ("jdbc:mysql://a/b", "70100", 1317, codes::DATABASE_TIMEOUT),
        ] {
            let access = DatabaseAccess {
                url: url.to_owned(),
                ..access()
            };
            let error = of_request(&failure(state, vendor), &access, "db", "tables");
            assert_eq!(error.code, code, "{url} {state} {vendor}");
        }
    }
}
