//! A plan in a few lines, for whoever is asked about it.

use raylift_model::finding::Severity;
use raylift_model::plan::Plan;

use crate::printer::{paint, strong};
use crate::render::plan::{outage_parts, way_back_line};
use crate::render::return_point;
use crate::render::steps::headline;
use crate::render::table::{columns, count};

/// From, to, steps, outage, way back and findings, a line each.
pub(crate) fn brief(plan: &Plan) -> String {
    let steps = match headline(plan) {
        steps if steps.is_empty() => "none".to_owned(),
        steps => steps,
    };
    let rows: Vec<Vec<String>> = [
        (
            "update",
            format!(
                "Liferay {} → {}, {}",
                plan.from,
                plan.to,
                plan.site.home.display()
            ),
        ),
        ("steps", steps),
        ("outage", outage_parts(plan)),
        ("", format!("return point: {}", return_point::chosen(plan))),
        ("way back", way_back_line(plan)),
        ("findings", findings(plan)),
    ]
    .into_iter()
    .map(|(name, value)| vec![name.to_owned(), value])
    .collect();
    format!(
        "\n{}\n{}",
        paint("In short", strong()),
        columns(None, &rows)
    )
}

/// How many of each severity; what may need somebody is named by its codes.
fn findings(plan: &Plan) -> String {
    let of = |severity: Severity| {
        let found = plan.findings.iter();
        let mut codes: Vec<&str> = found
            .filter(|finding| finding.severity == severity)
            .map(|finding| finding.code.as_str())
            .collect();
        let number = codes.len();
        codes.dedup();
        (number, codes.join(", "))
    };
    let (blockers, (warnings, codes)) = (of(Severity::Blocker).0, of(Severity::Warning));
    let named = match warnings {
        0 => String::new(),
        _ => format!(" ({codes})"),
    };
    format!(
        "{}, {}{named}, {}",
        count(blockers, "blocker"),
        count(warnings, "warning"),
        count(of(Severity::Note).0, "note")
    )
}
