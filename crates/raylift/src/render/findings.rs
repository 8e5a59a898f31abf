//! Findings: blockers first, each with what to do.

use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use crate::printer::{faint, paint, severity, strong};

/// Evidence lines shown for one finding; the rest is in the JSON form.
const EVIDENCE: usize = 6;
/// Findings whose evidence is what a person has to compare line by line, so that all of it is shown.
const WHOLE: [&str; 2] = [codes::APP_SERVER_CONFLICT, codes::APP_SERVER_BLOCKED];
/// Findings of one code that are shown one by one; more are folded into one line.
const SAME_CODE: usize = 4;

/// All findings, or nothing.
pub(crate) fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for (level, title) in [
        (Severity::Blocker, "Blockers"),
        (Severity::Warning, "Warnings"),
        (Severity::Note, "Notes"),
    ] {
        let group: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.severity == level)
            .collect();
        if group.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{}\n", paint(title, strong())));
        let mut shown = 0;
        let mut last = "";
        for finding in &group {
            shown = if finding.code.as_str() == last {
                shown + 1
            } else {
                1
            };
            last = finding.code.as_str();
            if level != Severity::Note || shown <= SAME_CODE {
                text.push_str(&one(finding));
            } else if shown == SAME_CODE + 1 {
                let more = group
                    .iter()
                    .filter(|other| other.code == finding.code)
                    .count()
                    - SAME_CODE;
                text.push_str(&format!(
                    "  {}  and {more} more like this; --json has them all\n",
                    paint(last, severity(level))
                ));
            }
        }
    }
    text
}

fn one(finding: &Finding) -> String {
    let mut text = format!(
        "  {}  {}: {}\n",
        paint(finding.code.as_str(), severity(finding.severity)),
        finding.subject,
        finding.message
    );
    let most = match WHOLE.contains(&finding.code.as_str()) {
        true => finding.evidence.len(),
        false => EVIDENCE,
    };
    for line in finding.evidence.iter().take(most) {
        text.push_str(&format!(
            "          {}\n",
            paint(&format!("| {line}"), faint())
        ));
    }
    if finding.evidence.len() > most {
        let more = finding.evidence.len() - most;
        text.push_str(&format!(
            "          {}\n",
            paint(&format!("| and {more} more"), faint())
        ));
    }
    if finding.remedy != "nothing" {
        for line in finding.remedy.lines() {
            text.push_str(&format!("          {line}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str) -> String {
        let mut finding = Finding::new(Severity::Warning, code, "f", "m", "put in:\na\nb");
        finding.evidence = (0..20).map(|number| format!("line {number}.")).collect();
        findings(&[finding])
    }

    #[test]
    fn what_is_compared_by_hand_is_shown_whole() {
        let text = shown(codes::APP_SERVER_CONFLICT);
        assert_eq!(text.matches("| line ").count(), 20, "{text}");
        assert!(text.contains("          a\n          b\n"), "{text}");
        let text = shown(codes::APP_SERVER_MERGED);
        assert_eq!(text.matches("| line ").count(), EVIDENCE, "{text}");
        assert!(text.contains("and 14 more"), "{text}");
    }
}
