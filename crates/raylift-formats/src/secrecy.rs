//! What of a configuration file may be shown.
//!
//! What is hidden is rather too much than too little: a line that only looks as if it held a secret loses its end.

mod named;

use crate::jdbc_url;
use crate::secret_names::{PARTS, holds_secret, is_secret_name};
use crate::tokens::without_tokens;

/// What stands for a secret.
pub const HIDDEN: &str = "***";
/// Beside the parts of names that [`crate::secret_names`] knows: Tomcat's `keystorePass` and its like.
const FURTHER: [&str; 2] = ["pass", "sharedkey"];

/// The lines of a configuration file in any of Liferay's and Tomcat's forms, without line ends, secrets replaced by
/// [`HIDDEN`]; as many lines as the text has. A value that goes on in the next lines is hidden there, too.
pub fn shown_lines(text: &str) -> Vec<String> {
    let text = without_tokens(&named::without_values(text), HIDDEN);
    let mut goes_on = false;
    let mut in_key = false;
    text.lines()
        .map(|line| {
            let is_key = in_key;
            in_key = (is_key || line.contains("-----BEGIN")) && !line.contains("-----END");
            if is_key || (goes_on && line.trim().is_empty()) {
                return HIDDEN.to_owned();
            }
            let (shown, hidden) = match first_secret(line)
                .into_iter()
                .chain(secret_name(line))
                .min()
            {
                _ if goes_on => (HIDDEN.to_owned(), Some(line)),
                Some(end) => {
                    let (name, rest) = line.split_at_checked(end).unwrap_or((line, ""));
                    (format!("{}{HIDDEN}", without_login(name)), Some(rest))
                }
                None => (without_login(line), None),
            };
            goes_on = hidden.is_some_and(is_unfinished);
            shown
        })
        .collect()
}

/// End of the first name before `=` or `:` that is a secret's, such as `x.master.key`.
fn secret_name(line: &str) -> Option<usize> {
    line.match_indices(['=', ':']).find_map(|(at, _)| {
        let before = line.get(..at)?.trim_end();
        let name = before
            .rsplit(|character: char| !character.is_alphanumeric() && !".-_[]".contains(character))
            .next()?;
        is_secret_name(name).then_some(at)
    })
}

/// End of the first word that names a secret.
fn first_secret(line: &str) -> Option<usize> {
    let mut letters = String::with_capacity(line.len());
    let mut ends = Vec::with_capacity(line.len());
    for (at, character) in line.char_indices() {
        if !matches!(character, '.' | '-' | '_' | ' ') {
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

/// Whether what is hidden of a line goes on in the next one: joined by a backslash, inside quotation marks, not even
/// begun, or the name in an element whose value stands in the next (`<param-name>` of a descriptor).
fn is_unfinished(hidden: &str) -> bool {
    let hidden = hidden.trim_end();
    let is_odd = |quote: char| hidden.matches(quote).count() % 2 == 1;
    let is_name_alone = hidden
        .chars()
        .all(|character| character.is_alphanumeric() || ".-_".contains(character));
    let begins = is_name_alone
        || (hidden.ends_with(['=', ':', '>', '\\', '[', '(', ',']) && !hidden.contains("</"));
    let is_name = hidden
        .split_once("</")
        .is_some_and(|(name, rest)| !name.contains('>') && rest.matches('<').count() == 0);
    begins || is_name || is_odd('"') || is_odd('\'')
}

/// URLs hold logins under no telling name.
fn without_login(line: &str) -> String {
    let (at, url) = match line.to_ascii_lowercase().find("jdbc:") {
        Some(at) => (at, line.get(at..).map(jdbc_url::without_secrets)),
        None if holds_secret(line) => (line.find("//").unwrap_or(0), Some(HIDDEN.to_owned())),
        None => return line.to_owned(),
    };
    let before = line.get(..at).unwrap_or_default();
    format!("{before}{}", url.as_deref().unwrap_or(HIDDEN))
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
            "<param-name>db.password</param-name>\n\n<param-value>geheim</param-value>",
            "<param-name>db.password</param-name><param-value>geheim</param-value>",
            "proxy=http://me:geheim@host",
            "hmacKey=\"geheim\"",
            "<X port=\"1\" hmacKey=\"geheim\"/>",
            "x.master.key: geheim",
            "-----BEGIN PRIVATE KEY-----\ngeheim\ngeheim\n-----END PRIVATE KEY-----",
            "<Resource password\n  =\"geheim\"/>",
            "<Resource url=\"jdbc:mysql://u:geheim@h/db\" password=\"geheim\"/>",
            "<Resource url=\"http://u:geheim@h/db\" password=\"geheim\"/>",
            "<Resource url=\"jdbc:postgresql://h/x?user=a&amp;sslpassword=geheim\"/>",
            "<Environment value=\"geheim\" name=\"smtp.password\" type=\"java.lang.String\"/>",
            "<Environment value='geheim'\n  name = 'smtp.password'\n  override='false'/>",
            "<Environment\n  value=\"ge\ngeheim > geheim\"\r\n  name=\"x.master.key\"/>",
            "<!-- <Parameter value=\"geheim\" name=\"apiSecret\"/> -->",
            "a < b <entry value=\"geheim\" key=\"db.password\"></entry>",
            "# was eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.geheim",
            "<Environment name=\"x\"\n value=\"eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.geheim\"/>",
            "CATALINA_OPTS=\"-Dx=glpat-geheim0123456789geheim\"",
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
        let environment = "<Environment value=\"a\" name=\"mail.host\"\n type=\"x\"/>";
        assert_eq!(
            shown_lines(environment),
            environment.lines().collect::<Vec<_>>()
        );
        let after = shown_lines("password=x\nport=1");
        assert_eq!(after[1], "port=1");
    }
}
