//! What of a configuration file may be shown.
//!
//! What is hidden is rather too much than too little: a line that only looks as if it held a secret loses its end.

use crate::jdbc_url;
use crate::secret_names::PARTS;

/// What stands for a secret.
pub const HIDDEN: &str = "***";
/// Beside the parts of names that [`crate::secret_names`] knows: Tomcat's `keystorePass` and its like.
const FURTHER: [&str; 2] = ["pass", "sharedkey"];

/// The lines of a configuration file in any of Liferay's and Tomcat's forms, without line ends, secrets replaced by
/// [`HIDDEN`]; as many lines as the text has. A value that goes on in the next lines is hidden there, too.
pub fn shown_lines(text: &str) -> Vec<String> {
    let mut goes_on = false;
    text.lines()
        .map(|line| {
            let (shown, hidden) = match first_secret(line) {
                _ if goes_on => (HIDDEN.to_owned(), line),
                Some(end) => {
                    let (name, rest) = line.split_at_checked(end).unwrap_or((line, ""));
                    (format!("{name}{HIDDEN}"), rest)
                }
                None => (without_login(line), ""),
            };
            goes_on = is_unfinished(hidden);
            shown
        })
        .collect()
}

/// End of the first word that names a secret.
fn first_secret(line: &str) -> Option<usize> {
    let mut letters = String::with_capacity(line.len());
    let mut ends = Vec::with_capacity(line.len());
    for (at, character) in line.char_indices() {
        if !matches!(character, '.' | '-' | '_') {
            letters.push(character.to_ascii_lowercase());
            ends.resize(letters.len(), at + character.len_utf8());
        }
    }
    PARTS
        .iter()
        .chain(&FURTHER)
        .filter_map(|word| Some(letters.find(word)? + word.len()))
        .min()
        .and_then(|end| ends.get(end - 1).copied())
}

/// Whether what is hidden of a line goes on in the next one: joined by a backslash, inside quotation marks, or not even
/// begun.
fn is_unfinished(hidden: &str) -> bool {
    let hidden = hidden.trim_end();
    let is_odd = |quote: char| hidden.matches(quote).count() % 2 == 1;
    let begins = hidden.ends_with(['=', ':', '>', '\\', '[', '(', ',']) && !hidden.contains("</");
    begins || is_odd('"') || is_odd('\'')
}

/// Connection URLs hold logins under no telling name.
fn without_login(line: &str) -> String {
    let Some(at) = line.to_ascii_lowercase().find("jdbc:") else {
        return line.to_owned();
    };
    let (before, url) = line.split_at_checked(at).unwrap_or((line, ""));
    format!("{before}{}", jdbc_url::without_secrets(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_in_every_form() {
        for text in [
            "jdbc.default.password=geheim",
            "a=1\njdbc.default.password = ge\\\n   heim\\\n geheim\nb=2",
            "jdbc.default.password\\\n =geheim",
            "<Connector port=\"1\" keystorePass=\"geheim\" b=\"2\"/>",
            "<Resource password=\n  \"geheim\" />",
            "<Resource password=\"ge\ngeheim\" />",
            "<password>geheim</password>",
            "<password>\n  geheim\n</password>",
            "secretKey=\"geheim\"",
            "secrets=[ \\\n  \"geheim\", \\\n  \"geheim\", \\\n]",
            "export DB_PASSWORD='geheim'",
            "# the old password was geheim",
            "url=jdbc:mysql://root:geheim@host/x",
            "<Resource url=\"jdbc:postgresql://h/x?user=a&amp;sslpassword=geheim\"/>",
        ] {
            let shown = shown_lines(text);
            assert_eq!(shown.len(), text.lines().count(), "{text}");
            assert!(!shown.join("\n").contains("geheim"), "{text}: {shown:?}");
        }
    }

    #[test]
    fn everything_else_stays() {
        let text =
            "jdbc.default.username=root\n<Connector port=\"8080\"/>\r\n\nurl=jdbc:hsqldb:/x\nä=ö";
        assert_eq!(shown_lines(text), text.lines().collect::<Vec<_>>());
        let after = shown_lines("password=x\nport=1");
        assert_eq!(after[1], "port=1");
    }
}
