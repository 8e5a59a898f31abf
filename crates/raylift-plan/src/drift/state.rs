//! What an update to a certain release makes of the state of the tables.
//!
//! From 2025 on the upgrade client's first verifiers have `PreupgradeVerifyDatabaseState` among them, which looks at tables
//! and columns and not at `Release_` (Liferay's published sources; read there, not run): it throws for tables and columns
//! that `ServiceComponent` knows and the database lacks, and for tables that the new release makes and the database has
//! already. It does nothing where the core is at its latest schema. Its forms differ from release to release, and later
//! ones pass over some tables by name, so that what is only there too early is a warning here.

use std::collections::{BTreeMap, BTreeSet};

use raylift_model::codes;
use raylift_model::facts::{ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};

use super::expected::Expected;
use super::shown;
use crate::preflight::VERIFY;

const VERIFIER: &str = "PreupgradeVerifyDatabaseState";

/// Missing tables and columns stop an update whose client verifies the state.
pub(crate) fn judge(findings: &mut [Finding], verifies: bool) {
    let stopping = [codes::TABLES_MISSING, codes::COLUMNS_MISSING];
    for finding in findings
        .iter_mut()
        .filter(|finding| verifies && stopping.contains(&finding.code.as_str()))
    {
        finding.severity = Severity::Blocker;
        finding.message.push_str(&format!(
            "; the release's own verifier ({VERIFIER}) stops the upgrade for it, inside the outage"
        ));
        finding.remedy.push_str(&format!(
            "; if you are sure that it does no harm, {VERIFY} in portal-ext.properties forbids the verifier, and this becomes a warning"
        ));
    }
}

/// Tables that the release makes, the installed one does not, and the database has.
pub(crate) fn too_early(
    site: &SiteFacts,
    release: &ReleaseFacts,
    verifies: bool,
) -> Option<Finding> {
    let schema = site.database.schema.as_ref()?;
    // What the installed release makes must be known for sure.
    if site.core_sql.tables.is_empty() || !site.core_sql.undetermined.is_empty() {
        return None;
    }
    let unread: BTreeSet<&str> = site
        .bundles
        .iter()
        .filter(|bundle| !bundle.sql.undetermined.is_empty())
        .map(|bundle| bundle.symbolic_name.as_str())
        .collect();
    let known = Expected::of(site).named;
    let there: BTreeMap<String, &String> = schema
        .keys()
        .map(|name| (name.to_lowercase(), name))
        .collect();
    let modules = release
        .bundles
        .iter()
        .filter(|bundle| !unread.contains(bundle.symbolic_name.as_str()))
        .map(|bundle| &bundle.sql);
    let early: BTreeSet<String> = std::iter::once(&release.core_sql)
        .chain(modules)
        .flat_map(|sql| &sql.tables)
        .map(|table| table.name.to_lowercase())
        .filter(|name| !known.contains(name))
        .filter_map(|name| there.get(&name).map(|name| (*name).clone()))
        .collect();
    let mut message = "the release makes these tables, the installed one does not, and the database has them already: left, perhaps, of an upgrade that failed before a dump was brought back over it. A step that makes one fails".to_owned();
    if verifies {
        message.push_str(&format!(
            ", and so may the release's own verifier ({VERIFIER})"
        ));
    }
    shown(
        Finding::new(
            Severity::Warning,
            codes::TABLES_TOO_EARLY,
            "tables",
            message,
            "find out where they come from; rename those that an earlier upgrade left before the update, once you have a backup",
        ),
        early.into_iter().collect(),
    )
}
