//! Which properties hold secrets, and how a property is shown to people.
//!
//! A property is hidden rather once too often: only its name and its value's shape can be looked at.

use crate::jdbc_url;
use crate::tokens::holds_token;

/// A name with one of these in it, read without dots, dashes and underscores and in lower case, holds a secret.
pub(crate) const PARTS: [&str; 20] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "credential",
    "privatekey",
    "keyprivate",
    "accesskey",
    "accountkey",
    "apikey",
    "licensekey",
    "encryptionkey",
    "signingkey",
    "storepass",
    "keypass",
    "connectionstring",
    "salt",
];

/// True when a property of this name is taken for a secret: by [`PARTS`](self), or because it ends with `key`.
pub fn is_secret_name(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|letter| !matches!(letter, '.' | '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect();
    PARTS.iter().any(|part| plain.contains(part)) || plain.ends_with("key")
}

/// True when the value itself looks as if a secret stood in it: an option such as `password=` or `secret:`,
/// `//user:password@host`, or a token of a shape that is known.
pub fn holds_secret(value: &str) -> bool {
    let lower = value.to_lowercase();
    let option = PARTS
        .iter()
        .any(|part| lower.contains(&format!("{part}=")) || lower.contains(&format!("{part}:")));
    let login = lower.split("//").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', ' ']).next().unwrap_or_default();
        authority
            .rsplit_once('@')
            .is_some_and(|(user, _)| user.contains(':'))
    });
    option || login || lower.contains("private key") || holds_token(value)
}

/// What may be shown of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The value, of a JDBC URL without its secrets.
    Value(String),
    /// A secret that is set.
    Hidden,
    /// A secret that is empty.
    Empty,
}

/// Decides by name and value. `true` and `false` are shown under any name.
pub fn shown(name: &str, value: &str) -> Shown {
    let bare = value.trim();
    if bare == "true" || bare == "false" {
        return Shown::Value(value.to_owned());
    }
    if is_secret_name(name) {
        return if bare.is_empty() {
            Shown::Empty
        } else {
            Shown::Hidden
        };
    }
    if bare.to_lowercase().starts_with("jdbc:") && !holds_token(value) {
        return Shown::Value(jdbc_url::without_secrets(value));
    }
    if holds_secret(value) {
        return Shown::Hidden;
    }
    Shown::Value(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name_and_by_value() {
        for (name, value) in [
            ("jdbc.default.password", "x"),
            ("mail.session.mail.smtp.password", "x"),
            ("default.admin.password", "test"),
            ("dl.store.s3.access.key", "A"),
            ("secretKey", "x"),
            ("captcha.engine.recaptcha.key.private", "x"),
            ("auth.token.shared.secret", "x"),
            ("tunneling.servlet.encryption.key", "x"),
            ("proxy", "http://me:hidden@host/x"),
            ("options", "user=a&password=b"),
            ("pem", "-----BEGIN RSA PRIVATE KEY-----"),
            ("header", "Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ."),
            (
                "jdbc.x",
                "jdbc:x://h/d?a=eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.",
            ),
        ] {
            assert_eq!(shown(name, value), Shown::Hidden, "{name}");
        }
        assert_eq!(shown("jdbc.default.password", " "), Shown::Empty);
    }

    #[test]
    fn other_values_are_shown() {
        for (name, value) in [
            ("liferay.home", "/opt/liferay"),
            ("auth.token.check.enabled", "true"),
            ("mail", "http://host/a@b:c"),
            ("web.server.http.port", "8080"),
        ] {
            assert_eq!(shown(name, value), Shown::Value(value.to_owned()), "{name}");
        }
        assert_eq!(
            shown("jdbc.default.url", "jdbc:mysql://h/d?user=a&password=b"),
            Shown::Value("jdbc:mysql://h/d?user=a&password=***".to_owned())
        );
    }
}
