//! Indexes that Liferay did not make, and those that are not there. An index is what it covers: its name is not compared.

use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use super::{Pair, shown};

/// An index as far as it matters.
#[derive(PartialEq, Eq)]
struct Cover {
    unique: bool,
    columns: Vec<String>,
}

pub(super) fn findings(pairs: &[Pair<'_>]) -> Vec<Finding> {
    let (mut own, mut missing) = (Vec::new(), Vec::new());
    for pair in pairs {
        let expected: Vec<Cover> = pair
            .indexes
            .iter()
            .map(|index| Cover {
                unique: index.unique,
                columns: index
                    .columns
                    .iter()
                    .map(|name| name.to_lowercase())
                    .collect(),
            })
            .collect();
        let mut found = Vec::new();
        for (name, index) in &pair.shape.indexes {
            let cover = Cover {
                unique: index.unique,
                // An expression has no name.
                columns: index
                    .columns
                    .iter()
                    .map(|column| column.clone().unwrap_or_default().to_lowercase())
                    .collect(),
            };
            let is_key = cover.unique && is_primary(pair, &cover.columns);
            if !is_key && !expected.contains(&cover) {
                own.push(told(&pair.sql.name, name, &cover));
            }
            found.push(cover);
        }
        for (index, cover) in pair.indexes.iter().zip(&expected) {
            if !found.contains(cover) {
                missing.push(told(&pair.sql.name, &index.name, cover));
            }
        }
    }
    [
        shown(
            Finding::new(
                Severity::Note,
                codes::INDEXES_OWN,
                "indexes",
                "these indexes are not the installed release's: a step that drops or changes one of their columns may fail on them or drop them",
                "look first what they are for and whether queries use them, and keep their definitions; when a step fails on one, take it away for the update and make it again after it",
            ),
            own,
        ),
        shown(
            Finding::new(
                Severity::Note,
                codes::INDEXES_MISSING,
                "indexes",
                "these indexes of the installed release are not in the database: steps that read by them take longer, and without a unique one duplicates may have come in",
                "make them again before the update, or let the new release do it when it updates its indexes",
            ),
            missing,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn is_primary(pair: &Pair<'_>, columns: &[String]) -> bool {
    let key = &pair.shape.primary_key;
    key.len() == columns.len()
        && key
            .iter()
            .all(|name| columns.contains(&name.to_lowercase()))
}

fn told(table: &str, name: &str, cover: &Cover) -> String {
    format!(
        "{table}: {}{name} ({})",
        if cover.unique { "unique " } else { "" },
        cover.columns.join(", ")
    )
}
