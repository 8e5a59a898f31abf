//! Which parts of a JDBC URL nobody may see.
//!
//! What is hidden is rather too much than too little: a URL that only looks as if it held a secret loses that part.

use std::ops::Range;

/// What stands for a secret.
const HIDDEN: &str = "***";
/// An option whose name has one of these in it holds a secret, in any letter case.
const SECRET_NAMES: &[&str] = &["password", "passwd", "pwd", "secret", "token", "credential"];
/// Vendors whose options stand behind semicolons. With SQL Server a value may be quoted by braces.
const SEMICOLONS: &[&str] = &["sqlserver", "jtds", "db2", "hsqldb", "h2", "derby", "as400"];

/// The URL with `***` where a secret stands: in options, before the host (`//user:password@host`), in Oracle's
/// `thin:user/password@`.
pub fn without_secrets(url: &str) -> String {
    let mut shown = String::new();
    let mut from = 0;
    for range in ranges(url) {
        shown.push_str(url.get(from..range.start).unwrap_or_default());
        shown.push_str(HIDDEN);
        from = range.end;
    }
    shown.push_str(url.get(from..).unwrap_or_default());
    shown
}

/// The secrets themselves, to take them out of what a driver says.
pub fn secrets(url: &str) -> impl Iterator<Item = &str> {
    ranges(url)
        .into_iter()
        .filter_map(|range| url.get(range))
        .filter(|secret| !secret.is_empty())
}

/// In order, none touching another.
fn ranges(url: &str) -> Vec<Range<usize>> {
    let lower = url.to_ascii_lowercase();
    let options_begin = lower.find('?').unwrap_or(lower.len());
    let login = login(&lower, options_begin);
    let after_login = login.as_ref().map_or(0, |login| login.end);
    let mut ranges: Vec<Range<usize>> = login.into_iter().collect();
    let vendor = lower.trim_start().strip_prefix("jdbc:").unwrap_or_default();
    let semicolons = SEMICOLONS.iter().any(|name| vendor.starts_with(name));
    let mut at = after_login;
    while let Some((name_end, value)) = next_secret(&lower, at) {
        let end = value_end(&lower, name_end, value, semicolons);
        ranges.push(value..end);
        at = end;
    }
    ranges
}

/// User and password before the host.
fn login(lower: &str, options_begin: usize) -> Option<Range<usize>> {
    let begin = if let Some(vendor) = lower.find("jdbc:oracle:") {
        // `jdbc:oracle:thin:user/password@place`, `jdbc:oracle:oci:…`
        let driver = vendor + "jdbc:oracle:".len();
        driver + lower.get(driver..)?.find(':')? + 1
    } else {
        lower.find("//")? + 2
    };
    let end = begin + lower.get(begin..options_begin)?.rfind('@')?;
    (end > begin).then_some(begin..end)
}

/// The next name of a secret option and where its value begins: end of the name, begin of the value.
fn next_secret(lower: &str, from: usize) -> Option<(usize, usize)> {
    let mut equals = from;
    loop {
        let rest = lower.get(equals..)?;
        let sign = equals + rest.find('=')?;
        let name_begin = lower
            .get(from..sign)?
            .rfind([';', '&', '?', ',', ':', '(', '/', '='])
            .map_or(from, |separator| from + separator + 1);
        let name = lower.get(name_begin..sign)?;
        if SECRET_NAMES.iter().any(|secret| name.contains(secret)) {
            return Some((sign, sign + 1));
        }
        equals = sign + 1;
    }
}

/// Where a value ends. Commas do not end it: a password may have one.
fn value_end(lower: &str, name_end: usize, value: usize, semicolons: bool) -> usize {
    let rest = lower.get(value..).unwrap_or_default();
    let before = lower.get(..name_end).unwrap_or_default();
    let length = if rest.trim_start().starts_with('{') {
        closing_brace(rest)
    } else if before.matches('(').count() > before.matches(')').count() {
        rest.find(')')
    } else if semicolons && !before.contains('?') {
        rest.find(';')
    } else {
        rest.find('&')
    };
    length.map_or(lower.len(), |length| value + length)
}

/// The end of `{…}`, in which `}}` stands for one brace (SQL Server's driver, "Building the connection URL").
fn closing_brace(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character == '}' {
            match characters.peek() {
                Some((_, '}')) => {
                    characters.next();
                }
                _ => return Some(at + 1),
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_without_secrets_are_shown_whole() {
        for url in [
            "jdbc:hsqldb:/a/b;hsqldb.lock_file=false",
            "jdbc:hsqldb:${liferay.home}/data/hypersonic/lportal;hsqldb.write_delay=false",
            "jdbc:postgresql://localhost:5432/lportal?currentSchema=a,b",
            "jdbc:mysql://h/d?useUnicode=true&user=u",
            "jdbc:oracle:thin:@host:1521:xe",
            "jdbc:sqlserver://h:1433;databaseName=d",
            "",
            "rubbish",
        ] {
            assert_eq!(without_secrets(url), url);
            assert_eq!(secrets(url).count(), 0, "{url}");
        }
    }

    #[test]
    fn secrets_are_hidden_wherever_a_vendor_takes_them() {
        for (url, shown) in [
            (
                "jdbc:mysql://h/d?user=u&password=p&x=y",
                "jdbc:mysql://h/d?user=u&password=***&x=y",
            ),
            (
                "jdbc:mysql://h/d?password=a,b;c&x=y",
                "jdbc:mysql://h/d?password=***&x=y",
            ),
            ("jdbc:mysql://u:p@h/d", "jdbc:mysql://***@h/d"),
            ("jdbc:mysql://u:p/w@h/d?x=1", "jdbc:mysql://***@h/d?x=1"),
            (
                "jdbc:mysql://address=(host=h)(user=u)(password=p)/d",
                "jdbc:mysql://address=(host=h)(user=u)(password=***)/d",
            ),
            (
                "jdbc:mysql://(host=h,password=a,b)/d",
                "jdbc:mysql://(host=h,password=***)/d",
            ),
            (
                "jdbc:postgresql://u:p@h:5432/d",
                "jdbc:postgresql://***@h:5432/d",
            ),
            (
                "jdbc:postgresql://h/d?sslpassword=x&PASSWORD=y",
                "jdbc:postgresql://h/d?sslpassword=***&PASSWORD=***",
            ),
            (
                "jdbc:sqlserver://h;password=p;databaseName=d",
                "jdbc:sqlserver://h;password=***;databaseName=d",
            ),
            (
                "jdbc:sqlserver://h;password={a;b}}c};databaseName=d",
                "jdbc:sqlserver://h;password=***;databaseName=d",
            ),
            (
                "jdbc:db2://h:50000/d:user=u;password=p;",
                "jdbc:db2://h:50000/d:user=u;password=***;",
            ),
            (
                "jdbc:oracle:thin:scott/ti@ger@host:1521:xe",
                "jdbc:oracle:thin:***@host:1521:xe",
            ),
            ("jdbc:oracle:oci:scott/tiger@tns", "jdbc:oracle:oci:***@tns"),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }

    #[test]
    fn a_drivers_words_can_be_cleaned() {
        let all: Vec<&str> = secrets("jdbc:sqlserver://u:x@h;password={a;b}").collect();
        assert_eq!(all, ["u:x", "{a;b}"]);
    }
}
