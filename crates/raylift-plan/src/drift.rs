//! Schema drift: the database's tables against what the installed release's own SQL makes. One finding for each kind of
//! difference, with its places as evidence.
//!
//! Only tables are compared whose makers stand where their SQL stands: the core, when its row has the release's latest
//! schema, and modules whose row has the schema that they demand, or, where they demand none, to which their last step
//! leads. Of all others the names alone are known.

mod columns;
mod expected;
mod indexes;
mod state;
mod tables;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, ReleaseFacts, SiteFacts, SqlIndex, SqlTable, TableShape};
use raylift_model::finding::{Finding, Severity};

use expected::Expected;
use types::Vendor;

pub use expected::unique_indexes;

/// Places named in one finding.
const SHOWN: usize = 20;

/// A table that can be compared.
struct Pair<'a> {
    /// Liferay's.
    sql: &'a SqlTable,
    /// Liferay's.
    indexes: Vec<&'a SqlIndex>,
    /// The database's.
    shape: &'a TableShape,
}

/// Tables by name in small letters, with the names as the database has them. Of several the one comes first that the
/// release's SQL means. On PostgreSQL by their very names: its SQL means none that has capitals. On MariaDB and MySQL any
/// of them may be meant, since `lower_case_table_names` is not among the facts.
type Tables<'a> = BTreeMap<String, Vec<(&'a str, &'a TableShape)>>;

/// The tables of a database that were told, and what is known of them.
struct Told<'a> {
    expected: Expected<'a>,
    tables: Tables<'a>,
    vendor: Vendor,
}

impl<'a> Told<'a> {
    /// Nothing where the database did not tell them.
    fn of(site: &'a SiteFacts) -> Option<Self> {
        let schema = site.database.schema.as_ref()?;
        let kind = site.database.settings.kind;
        let expected = Expected::of(site);
        let mut tables = Tables::new();
        for (name, shape) in schema {
            let key = match kind {
                DatabaseKind::Postgresql => name.clone(),
                _ => name.to_lowercase(),
            };
            let written = expected.compared.get(&key);
            let alike = tables.entry(key).or_default();
            match written.is_some_and(|sql| kind.unquoted(&sql.name) == *name) {
                true => alike.insert(0, (name, shape)),
                false => alike.push((name, shape)),
            }
        }
        Some(Self {
            vendor: Vendor::of(kind)?,
            expected,
            tables,
        })
    }

    fn findings(&self, site: &SiteFacts) -> Vec<Finding> {
        let pairs: Vec<Pair<'_>> = self
            .expected
            .compared
            .iter()
            .filter_map(|(name, sql)| {
                let (_, shape) = self.tables.get(name)?.first()?;
                Some(Pair {
                    sql,
                    indexes: self.expected.indexes_of(name),
                    shape,
                })
            })
            .collect();
        let mut findings: Vec<Finding> = undetermined(&self.expected).into_iter().collect();
        findings.extend(tables::findings(site, &self.expected, &self.tables));
        findings.extend(columns::findings(&pairs, self.vendor));
        findings.extend(indexes::findings(&pairs));
        findings
    }
}

/// How the database's tables differ; nothing where the database did not tell them.
pub fn findings(site: &SiteFacts) -> Vec<Finding> {
    Told::of(site).map_or_else(Vec::new, |told| told.findings(site))
}

/// The same, and what an update to a release makes of it. `verifies` is whether the release's own verifier of the state
/// runs.
pub(crate) fn of_update(site: &SiteFacts, release: &ReleaseFacts, verifies: bool) -> Vec<Finding> {
    let Some(told) = Told::of(site) else {
        return Vec::new();
    };
    let mut findings = told.findings(site);
    if verifies {
        state::judge(&mut findings);
    }
    findings.extend(state::too_early(site, &told, release, verifies));
    findings
}

/// Every table that the installed release or one of its modules is known to make, in small letters; `None` where the
/// core's SQL was not read.
pub(crate) fn names(site: &SiteFacts) -> Option<BTreeSet<String>> {
    (!site.core_sql.tables.is_empty()).then(|| Expected::of(site).named)
}

fn undetermined(expected: &Expected<'_>) -> Option<Finding> {
    shown(
        Finding::new(
            Severity::Note,
            codes::SCHEMA_UNDETERMINED,
            "schema",
            "undetermined: tables of these could not be compared with the installed release's SQL",
            "nothing, unless somebody changed these tables by hand; then look at them yourself",
        ),
        expected.undetermined.clone(),
    )
}

/// The finding with the first places and how many more there are; `None` without any.
fn shown(mut finding: Finding, mut places: Vec<String>) -> Option<Finding> {
    if places.is_empty() {
        return None;
    }
    places.sort();
    finding.subject = format!("{} ({})", finding.subject, places.len());
    let more = places.len().saturating_sub(SHOWN);
    places.truncate(SHOWN);
    finding.evidence = places;
    if more > 0 {
        finding.evidence.push(format!("and {more} more"));
    }
    Some(finding)
}
