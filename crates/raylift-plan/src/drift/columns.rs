//! Columns that Liferay did not make, that are not there, or have other types.

use raylift_model::codes;
use raylift_model::finding::{Finding, Severity};

use super::types::{self, Difference, Vendor};
use super::{Pair, shown};

pub(super) fn findings(pairs: &[Pair<'_>], vendor: Vendor) -> Vec<Finding> {
    let (mut own, mut missing) = (Vec::new(), Vec::new());
    let (mut wider, mut other) = (Vec::new(), Vec::new());
    for pair in pairs {
        let table = &pair.sql.name;
        for shape in &pair.shape.columns {
            let is_known = pair
                .sql
                .columns
                .iter()
                .any(|column| column.name.eq_ignore_ascii_case(&shape.name));
            if !is_known {
                own.push(format!("{table}.{} {}", shape.name, types::found(shape)));
            }
        }
        for column in &pair.sql.columns {
            let mut shapes = pair.shape.columns.iter();
            let Some(shape) = shapes.find(|shape| shape.name.eq_ignore_ascii_case(&column.name))
            else {
                missing.push(format!(
                    "{table}.{} {}",
                    column.name,
                    types::written(column)
                ));
                continue;
            };
            let place = format!(
                "{table}.{} is {}, not {}",
                column.name,
                types::found(shape),
                types::written(column)
            );
            match types::compare(vendor, column, shape) {
                Difference::None => {}
                Difference::Wider => wider.push(place),
                Difference::Other => other.push(place),
            }
        }
        if !same(&pair.shape.primary_key, &pair.sql.primary_key) {
            other.push(format!(
                "{table} has the primary key ({}), not ({})",
                pair.shape.primary_key.join(", "),
                pair.sql.primary_key.join(", ")
            ));
        }
    }
    [
        shown(
            Finding::new(
                Severity::Warning,
                codes::COLUMNS_OWN,
                "columns",
                "these columns are not the installed release's, added by somebody or left by an earlier release: a step that makes their table anew leaves them out, with what they hold",
                "find out whose they are and what reads or writes them, your own modules, reports and triggers above all; note down or copy what they hold before the update",
            ),
            own,
        ),
        shown(
            Finding::new(
                Severity::Warning,
                codes::COLUMNS_MISSING,
                "columns",
                "these columns are made by the installed release and are not in the database: an upgrade step that reads one fails",
                "find out who dropped them, and make them again before the update",
            ),
            missing,
        ),
        shown(
            Finding::new(
                Severity::Warning,
                codes::TYPES_DIFFER,
                "columns",
                "these columns or keys are of another type than the installed release's, or hold less: a step that writes a value which does not fit fails",
                "give them the release's type before the update",
            ),
            other,
        ),
        shown(
            Finding::new(
                Severity::Note,
                codes::TYPES_DIFFER,
                "longer columns",
                "these columns hold longer texts than the installed release expects, as sites with a history often have it",
                "nothing, unless a longer value is there and a step makes the column shorter",
            ),
            wider,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The same columns in whatever order: drivers give a key's columns in different ones.
fn same(found: &[String], expected: &[String]) -> bool {
    let sorted = |names: &[String]| {
        let mut names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        names.sort();
        names
    };
    sorted(found) == sorted(expected)
}
