//! Values that cannot become what their attribute is.

use raylift_model::codes;
use raylift_model::facts::{AttributeShape, AttributeType, ConfigurationEntry, MetatypeAttribute};
use raylift_model::finding::{Finding, Severity};

use crate::configuration::{Case, Described};

/// One warning for each file or row with such values; a note when the installed release has the same attribute, so that
/// the site lives with it today.
pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    case.described()
        .filter_map(|described| one(case, &described))
        .collect()
}

fn one(case: &Case<'_>, described: &Described<'_>) -> Option<Finding> {
    let pid = described.pid;
    let mut severity = Severity::Note;
    let mut evidence = Vec::new();
    for entry in described.entries {
        let Some(attribute) = case.after.attribute(pid, &entry.key) else {
            continue;
        };
        let Some(reason) = unsuitable(entry, attribute) else {
            continue;
        };
        let is_old = case
            .before
            .attribute(described.before, &entry.key)
            .is_some_and(|before| unsuitable(entry, before).is_some());
        if !is_old {
            severity = Severity::Warning;
        }
        evidence.push(match entry.line {
            0 => format!("{}: {reason}", entry.key),
            line => format!("line {line}, {}: {reason}", entry.key),
        });
    }
    Finding::new(
        severity,
        codes::CONFIGURATION_TYPE,
        described.subject,
        format!("{} of its values do not suit what {pid} asks for", evidence.len()),
        "correct the values; a component that is given a wrong one does not start, or takes its default",
    )
    .if_any(evidence)
}

/// Why a value does not become the attribute's; `None` when it does or it is not known.
///
/// Texts are converted to the attribute's type where they are read, single values become arrays and collections of one,
/// and a numeric type letter does not matter as long as the number fits (inferred: so bnd's `Configurable` is known to do, by which Liferay's components read them).
fn unsuitable(entry: &ConfigurationEntry, attribute: &MetatypeAttribute) -> Option<String> {
    if entry.variable {
        return None;
    }
    if attribute.shape() == AttributeShape::Scalar && entry.values > 1 {
        return Some(format!("{} values where there is one", entry.values));
    }
    let suits = match attribute.value_type {
        AttributeType::String | AttributeType::Password | AttributeType::Unknown => true,
        wanted => entry.value_type == wanted || entry.converts_to.contains(&wanted),
    };
    (!suits).then(|| format!("no {:?}", attribute.value_type))
}
