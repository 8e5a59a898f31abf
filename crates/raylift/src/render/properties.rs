//! What `raylift plan` shows of properties: how many keys meet which fate.

use raylift_model::plan::{PropertyFate, PropertyPlan};

use crate::printer::{faint, paint, strong};
use crate::render::table::count;

/// The order in which fates are shown.
const FATES: [&str; 8] = [
    "unchanged",
    "with another default",
    "renamed",
    "moved to the other set",
    "part of a module's configuration",
    "obsolete",
    "gone",
    "unknown to both releases",
];

/// The counts, or nothing where the site sets no key.
pub(crate) fn properties(properties: &[PropertyPlan]) -> String {
    if properties.is_empty() {
        return String::new();
    }
    let counts: Vec<String> = FATES
        .into_iter()
        .map(|fate| {
            let alike = properties.iter().filter(|plan| word(&plan.fate) == fate);
            (fate, alike.count())
        })
        .filter(|(_, number)| *number > 0)
        .map(|(fate, number)| format!("{number} {fate}"))
        .collect();
    format!(
        "\n{}\n  {} that the site sets: {}\n  {}\n",
        paint("Properties", strong()),
        count(properties.len(), "key"),
        counts.join(", "),
        paint(
            "findings name those that somebody must look at; --json lists each key with its places",
            faint()
        )
    )
}

fn word(fate: &PropertyFate) -> &'static str {
    match fate {
        PropertyFate::Unchanged => "unchanged",
        PropertyFate::DefaultChanged { .. } => "with another default",
        PropertyFate::Renamed { .. } => "renamed",
        PropertyFate::Moved { .. } => "moved to the other set",
        PropertyFate::Modularized { .. } => "part of a module's configuration",
        PropertyFate::Obsolete => "obsolete",
        PropertyFate::Gone => "gone",
        PropertyFate::Unknown => "unknown to both releases",
    }
}

#[cfg(test)]
mod tests {
    use raylift_model::plan::{Handling, OwnValue, PropertySet};

    use super::*;

    #[test]
    fn every_key_is_counted_once() {
        let all = [
            PropertyFate::Unchanged,
            PropertyFate::Unchanged,
            PropertyFate::DefaultChanged {
                before: "1".to_owned(),
                after: "2".to_owned(),
                own: OwnValue::Own,
            },
            PropertyFate::Renamed { to: "b".to_owned() },
            PropertyFate::Moved { to: "b".to_owned() },
            PropertyFate::Modularized {
                module: "m".to_owned(),
                attribute: None,
            },
            PropertyFate::Obsolete,
            PropertyFate::Gone,
            PropertyFate::Unknown,
        ]
        .map(|fate| PropertyPlan {
            key: "a".to_owned(),
            set: PropertySet::Portal,
            places: Vec::new(),
            fate,
            already: false,
            handling: Handling::Nobody,
        });
        let text = properties(&all);
        let (head, numbers) = text
            .lines()
            .find_map(|line| line.split_once(": "))
            .unwrap_or_default();
        assert_eq!(head, "  9 keys that the site sets");
        let sum: usize = numbers
            .split(", ")
            .filter_map(|part| part.split(' ').next()?.parse::<usize>().ok())
            .sum();
        assert_eq!(sum, all.len(), "{text}");
        assert!(numbers.starts_with("2 unchanged, 1 with another default"));
        assert_eq!(properties(&[]), "");
    }
}
