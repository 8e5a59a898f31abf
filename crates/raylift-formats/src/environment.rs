//! Portal properties in environment variables.

/// Names of the constants of `com.liferay.petra.string.CharPool` (3.0.0 to 5.3.2) without underscores, for those that
/// are neither a letter nor a digit.
const CHARACTERS: &[(&str, char)] = &[
    ("AMPERSAND", '&'),
    ("APOSTROPHE", '\''),
    ("ARABICDECIMALSEPARATOR", '\u{66b}'),
    ("AT", '@'),
    ("BACKSLASH", '\\'),
    ("CARET", '^'),
    ("CLOSEBRACKET", ']'),
    ("CLOSECURLYBRACE", '}'),
    ("CLOSEPARENTHESIS", ')'),
    ("COLON", ':'),
    ("COMMA", ','),
    ("DASH", '-'),
    ("DELETE", '\u{7f}'),
    ("DOLLAR", '$'),
    ("EQUAL", '='),
    ("EXCLAMATION", '!'),
    ("FIGURESPACE", '\u{2007}'),
    ("FORWARDSLASH", '/'),
    ("GREATERTHAN", '>'),
    ("LESSTHAN", '<'),
    ("MINUS", '-'),
    ("NARROWNOBREAKSPACE", '\u{202f}'),
    ("NEWLINE", '\n'),
    ("NOBREAKSPACE", '\u{a0}'),
    ("OPENBRACKET", '['),
    ("OPENCURLYBRACE", '{'),
    ("OPENPARENTHESIS", '('),
    ("PERCENT", '%'),
    ("PERIOD", '.'),
    ("PIPE", '|'),
    ("PLUS", '+'),
    ("POUND", '#'),
    ("PRIME", '`'),
    ("QUESTION", '?'),
    ("QUOTE", '"'),
    ("RAQUO", '\u{bb}'),
    ("RETURN", '\r'),
    ("SEMICOLON", ';'),
    ("SLASH", '/'),
    ("SPACE", ' '),
    ("STAR", '*'),
    ("TAB", '\t'),
    ("TILDE", '~'),
    ("UNDERLINE", '_'),
];

/// Up to here every code point is a character; behind it there are holes (`Character.isDefined`), which each version of
/// Java has filled further.
const LAST_IN_A_ROW: char = '\u{377}';

/// A property's name, decoded from the name of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedName {
    /// The property's name.
    pub key: String,
    /// Parts between two underscores that name no character and were taken as they stand, and numbers of characters
    /// that are not in every Java's Unicode. Liferay warns about the first; mostly all are mistakes.
    pub literal_parts: Vec<String>,
}

/// Decodes the name of a variable such as `LIFERAY_JDBC_PERIOD_DEFAULT_PERIOD_URL`; `None` when it does not start with
/// `LIFERAY_`.
///
/// The rest is taken in lower case and its underscores in pairs: what stands between two is the name of a character,
/// or its number, or else stays with both underscores. An underscore without a partner stays
/// (`com.liferay.portal.kernel.util.EnvPropertiesUtil`, read in the portal-kernel of 7.4.3.41; 7.2 has the same rules
/// in `ComponentPropertiesUtil`). 7.4 ignores the key `include-and-override` and gives names that start with
/// `LIFERAY_PROPS_BY_COMPANY_` another meaning; that is left to the caller.
pub fn decode(variable: &str) -> Option<DecodedName> {
    let encoded = variable.strip_prefix("LIFERAY_")?.to_lowercase();
    let mut decoded = DecodedName {
        key: String::new(),
        literal_parts: Vec::new(),
    };
    let mut rest = encoded.as_str();
    while let Some((before, after)) = rest.split_once('_') {
        let Some((part, tail)) = after.split_once('_') else {
            break;
        };
        decoded.key.push_str(before);
        match character(part) {
            Some(character) => {
                decoded.key.push(character);
                if character > LAST_IN_A_ROW && number(part).is_some() {
                    decoded.literal_parts.push(part.to_owned());
                }
            }
            None => {
                decoded.key.push('_');
                decoded.key.push_str(part);
                decoded.key.push('_');
                decoded.literal_parts.push(part.to_owned());
            }
        }
        rest = tail;
    }
    decoded.key.push_str(rest);
    Some(decoded)
}

/// The digits of a code point, as `GetterUtil.get` takes them: blanks around and a plus sign do no harm.
fn number(part: &str) -> Option<&str> {
    let part = part.trim_matches(|letter| letter <= ' ');
    let digits = part.strip_prefix('+').unwrap_or(part);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn character(part: &str) -> Option<char> {
    let name = part.to_uppercase();
    if let Some((_, character)) = CHARACTERS.iter().find(|(known, _)| *known == name) {
        return Some(*character);
    }
    for (prefix, lower) in [("LOWERCASE", true), ("UPPERCASE", false), ("NUMBER", false)] {
        if let Some([only]) = name.strip_prefix(prefix).map(str::as_bytes) {
            let fits = if prefix == "NUMBER" {
                only.is_ascii_digit()
            } else {
                only.is_ascii_uppercase()
            };
            if fits {
                return Some(char::from(if lower {
                    only.to_ascii_lowercase()
                } else {
                    *only
                }));
            }
        }
    }
    number(part)?
        .parse()
        .ok()
        .and_then(char::from_u32)
        .filter(|letter| u32::from(*letter) & 0xfffe != 0xfffe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(variable: &str) -> String {
        decode(variable).unwrap().key
    }

    #[test]
    fn documented_examples_are_decoded() {
        assert_eq!(
            key("LIFERAY_JDBC_PERIOD_DEFAULT_PERIOD_DRIVER_UPPERCASEC_LASS_UPPERCASEN_AME"),
            "jdbc.default.driverClassName"
        );
        assert_eq!(
            key("LIFERAY_UPGRADE_PERIOD_DATABASE_PERIOD_AUTO_PERIOD_RUN"),
            "upgrade.database.auto.run"
        );
        assert_eq!(key("LIFERAY_LOG_NUMBER4_J"), "log4j");
        assert_eq!(key("LIFERAY_A_OPENBRACKET_B_CLOSEBRACKET_"), "a[b]");
        assert_eq!(key("LIFERAY_A_46_B_MINUS_C"), "a.b-c");
    }

    #[test]
    fn unknown_parts_and_lone_underscores_stay() {
        let decoded = decode("LIFERAY_FOO_BAR_BAZ_X").unwrap();
        assert_eq!(decoded.key, "foo_bar_baz_x");
        assert_eq!(decoded.literal_parts, ["bar"]);
        assert_eq!(key("LIFERAY_LIFERAY_HOME"), "liferay_home");
        assert_eq!(key("LIFERAY_"), "");
        assert_eq!(key("LIFERAY___"), "__");
    }

    #[test]
    fn other_variables_are_none() {
        assert_eq!(decode("liferay_HOME"), None);
        assert_eq!(decode("JAVA_HOME"), None);
    }
}
