//! The arguments of a Java process.

use raylift_formats::tokens::holds_token;

/// Options of `java` whose value is the next argument (`java` manual, "Standard Options").
const WITH_VALUE: [&str; 11] = [
    "-cp",
    "-classpath",
    "--class-path",
    "-p",
    "--module-path",
    "--upgrade-module-path",
    "--add-modules",
    "--limit-modules",
    "--add-opens",
    "--add-exports",
    "--add-reads",
];
/// Parts of a property's name that mean its value is a secret.
const SECRET: [&str; 9] = [
    "password",
    "passwd",
    "secret",
    "token",
    "credential",
    "apikey",
    "api_key",
    "licensekey",
    "license_key",
];

/// The arguments before the main class, without the program itself.
pub(crate) fn before_main_class(arguments: &[String]) -> Vec<String> {
    let mut options = Vec::new();
    let mut rest = arguments.iter().skip(1);
    while let Some(argument) = rest.next() {
        if !argument.starts_with(['-', '@']) {
            break;
        }
        options.push(argument.clone());
        if WITH_VALUE.contains(&argument.as_str()) {
            options.extend(rest.next().cloned());
        }
    }
    options
}

/// The value of `-Dname=value`; the last one counts, as in the Java machine.
pub(crate) fn system_property<'a>(options: &'a [String], name: &str) -> Option<&'a str> {
    options.iter().rev().find_map(|option| {
        option
            .strip_prefix("-D")?
            .strip_prefix(name)?
            .strip_prefix('=')
    })
}

/// All `-Dname=value`, in order.
pub(crate) fn system_properties(options: &[String]) -> Vec<(String, String)> {
    options
        .iter()
        .filter_map(|option| option.strip_prefix("-D"))
        .map(|option| {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

/// The option with its value replaced when that is, or holds, a secret.
pub(crate) fn without_secret(option: &str) -> String {
    match option.split_once('=') {
        Some((name, value)) if is_secret(name) || holds_secret(value) => format!("{name}=***"),
        _ => option.to_owned(),
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|part| name.contains(part))
}

/// `user=a&password=b` in a URL, or `//user:password@host`.
fn holds_secret(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let parameter = SECRET
        .iter()
        .any(|part| lower.contains(&format!("{part}=")) || lower.contains(&format!("{part}:")));
    let in_authority = lower
        .split_once("//")
        .and_then(|(_, rest)| rest.split('/').next())
        .is_some_and(|authority| {
            authority
                .split_once('@')
                .is_some_and(|(user, _)| user.contains(':'))
        });
    parameter || in_authority || holds_token(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn options_end_at_the_main_class() {
        let all = arguments(
            "/usr/bin/java -Dcatalina.base=/a -cp x:y --add-opens java.base/a=ALL -Dcatalina.base=/b \
             org.apache.catalina.startup.Bootstrap start -Dcatalina.base=/c",
        );
        let options = before_main_class(&all);
        assert_eq!(options.len(), 6);
        assert_eq!(system_property(&options, "catalina.base"), Some("/b"));
        assert_eq!(system_property(&options, "catalina"), None);
    }

    #[test]
    fn secrets_are_replaced_and_nothing_else() {
        for (option, expected) in [
            (
                "-Djavax.net.ssl.keyStorePassword=x",
                "-Djavax.net.ssl.keyStorePassword=***",
            ),
            (
                "-Dportal:jdbc.default.password=a=b",
                "-Dportal:jdbc.default.password=***",
            ),
            ("-DmySecretKey=x", "-DmySecretKey=***"),
            (
                "-Dportal:jdbc.default.url=jdbc:mysql://h/d?user=a&password=b",
                "-Dportal:jdbc.default.url=***",
            ),
            ("-Dproxy=http://me:hidden@host/x", "-Dproxy=***"),
            ("-Dx=eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.", "-Dx=***"),
            ("-Dliferay.home=/opt/liferay", "-Dliferay.home=/opt/liferay"),
            ("-Dmail=http://host/a@b:c", "-Dmail=http://host/a@b:c"),
            ("-javaagent:/a.jar=apiKey=x", "-javaagent:/a.jar=***"),
            ("-Xmx2560m", "-Xmx2560m"),
        ] {
            assert_eq!(without_secret(option), expected);
        }
    }
}
