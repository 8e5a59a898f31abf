//! Secrets that are known by their own shape, whatever stands before them.
//!
//! JSON Web Tokens: RFC 7515, section 7.1, and RFC 7516, section 7.1; their first part is a JSON object in base64url and
//! so begins with `eyJ`. The other beginnings are those that the issuers document: GitHub ("About authentication to
//! GitHub", token formats), GitLab ("Token overview", prefixes), Slack ("Token types"), AWS (IAM, "Unique identifiers"),
//! Google (API keys, OAuth), Stripe ("API keys"), SendGrid, npm, HashiCorp Vault.

use std::ops::Range;

/// Beginnings, and how many characters follow at least.
const BEGINNINGS: [(&str, usize); 24] = [
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("ghr_", 30),
    ("github_pat_", 22),
    ("glpat-", 20),
    ("gldt-", 20),
    ("glrt-", 20),
    ("xoxa-", 10),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xoxr-", 10),
    ("xoxs-", 10),
    ("xapp-", 10),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 35),
    ("ya29.", 20),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("SG.", 40),
    ("npm_", 36),
    ("hvs.", 24),
];
/// How every JSON Web Token begins, and how long its first two parts are at least: a shorter first part names no
/// algorithm.
const JWT: (&str, usize, usize) = ("eyJ", 12, 2);

/// True when a text holds a token of a known shape.
pub fn holds_token(text: &str) -> bool {
    BEGINNINGS
        .iter()
        .map(|(beginning, _)| *beginning)
        .chain([JWT.0])
        .any(|beginning| text.contains(beginning))
        && next(text, 0).is_some()
}

/// The text with `hidden` in the place of each token. Its lines stay as many as they are.
pub(crate) fn without_tokens(text: &str, hidden: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(token) = next(text, from) {
        shown.push_str(text.get(from..token.start).unwrap_or_default());
        shown.push_str(hidden);
        from = token.end;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

/// The first token at or after a place.
fn next(text: &str, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let start = at + rest.find(is_of_token)?;
        let run = text.get(start..)?;
        let length = run
            .find(|character| !is_of_token(character))
            .unwrap_or(run.len());
        let run = run.get(..length)?;
        if let Some((begin, end)) = in_run(run) {
            return Some(start + begin..start + end);
        }
        at = start + length;
    }
}

/// The first token in a run of characters that tokens are made of: it begins the run, or follows a sign that separates.
fn in_run(run: &str) -> Option<(usize, usize)> {
    let begins = run.char_indices().filter(|(at, first)| {
        let before = run.get(..*at).and_then(|before| before.chars().next_back());
        first.is_ascii_alphanumeric() && before.is_none_or(|before| !before.is_ascii_alphanumeric())
    });
    for (at, _) in begins {
        let rest = run.get(at..)?;
        if is_jwt(rest) {
            return Some((at, run.len()));
        }
        let found = BEGINNINGS.iter().any(|(beginning, least)| {
            rest.strip_prefix(beginning)
                .is_some_and(|rest| rest.len() >= *least)
        });
        if found {
            return Some((at, run.len()));
        }
    }
    None
}

fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let (Some(header), Some(payload), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    // An encrypted one (RFC 7516) may have an empty second part.
    let encrypted = parts.count() == 2;
    header.starts_with(JWT.0) && header.len() >= JWT.1 && (payload.len() >= JWT.2 || encrypted)
}

/// Base64url, and the dot between its parts.
fn is_of_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendices A.1 and A.5; RFC 7516, appendix A.1, shortened in its last parts.
    const TOKENS: [&str; 9] = [
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODB9.",
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZ.48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBoMYUZodetZdvTiFvSkQ",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "glpat-0123456789abcdefghij",
        "xoxb-123456789012-abcdefghijkl",
        "AKIAIOSFODNN7EXAMPLE",
        "AIza0123456789abcdefghijABCDEFGHIJ01234",
        "npm_0123456789abcdefghijABCDEFGHIJ012345",
    ];

    #[test]
    fn tokens_are_known_wherever_they_stand() {
        for token in TOKENS {
            for (before, after) in [
                ("", ""),
                ("a=", ""),
                ("x: \"", "\";"),
                ("//h/", "?a"),
                ("ä", "\nb"),
            ] {
                let text = format!("{before}{token}{after}");
                assert!(holds_token(&text), "{text}");
                assert_eq!(
                    without_tokens(&text, "***"),
                    format!("{before}***{after}"),
                    "{text}"
                );
            }
            let twice = format!("{token} {token}");
            assert_eq!(without_tokens(&twice, "***"), "*** ***");
        }
    }

    #[test]
    fn other_texts_stay() {
        for text in [
            "",
            "eyJ.a.b",
            "com.liferay.eyJson.Reader",
            "keyJar.a.b",
            "xghp_0123456789abcdefghijABCDEFGHIJ012345",
            "ghp_short",
            "AKIA",
            "org.example.SG.x",
            "jdbc:hsqldb:${liferay.home}/data/hypersonic/lportal",
            "-----",
            "äöü…",
        ] {
            assert!(!holds_token(text), "{text}");
            assert_eq!(without_tokens(text, "***"), text);
        }
    }
}
