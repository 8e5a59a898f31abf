//! Findings: blockers first, each with what to do.

use raylift_model::finding::{Finding, Severity};

use crate::printer::{faint, paint, severity, strong};

/// Evidence lines shown for one finding; the rest is in the JSON form.
const EVIDENCE: usize = 6;
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
    for line in finding.evidence.iter().take(EVIDENCE) {
        text.push_str(&format!(
            "          {}\n",
            paint(&format!("| {line}"), faint())
        ));
    }
    if finding.evidence.len() > EVIDENCE {
        let more = finding.evidence.len() - EVIDENCE;
        text.push_str(&format!(
            "          {}\n",
            paint(&format!("| and {more} more"), faint())
        ));
    }
    if finding.remedy != "nothing" {
        text.push_str(&format!("          {}\n", finding.remedy));
    }
    text
}
