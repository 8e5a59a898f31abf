//! What an update to a certain release makes of the state of the tables.
//!
//! From 2025 on the upgrade client's first verifiers have `PreupgradeVerifyDatabaseState` among them, which looks at tables
//! and columns and not at `Release_` (Liferay's published sources; read there, not run): it throws for tables and columns
//! that `ServiceComponent` knows and the database lacks, and for tables that the new release makes and the database has
//! already. It does nothing where the core is at its latest schema. Its forms differ from release to release, and later
//! ones pass over some tables by name, so that what is only there too early is a warning here.

use std::collections::BTreeSet;

use raylift_model::codes;
use raylift_model::facts::{ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};

use super::{Told, shown};
use crate::preflight::{VERIFY, stop};

const VERIFIER: &str = "PreupgradeVerifyDatabaseState";

/// Missing tables and columns stop an update whose client verifies the state.
pub(super) fn judge(findings: &mut [Finding]) {
    let stopping = [codes::TABLES_MISSING, codes::COLUMNS_MISSING];
    for finding in findings {
        if stopping.contains(&finding.code.as_str()) {
            stop(finding, VERIFIER, VERIFY);
        }
    }
}

/// Tables that the release makes, the installed one does not, and the database has.
pub(super) fn too_early(
    site: &SiteFacts,
    told: &Told<'_>,
    release: &ReleaseFacts,
    verifies: bool,
) -> Option<Finding> {
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
    let modules = release
        .bundles
        .iter()
        .filter(|bundle| !unread.contains(bundle.symbolic_name.as_str()))
        .map(|bundle| &bundle.sql);
    let early: BTreeSet<String> = std::iter::once(&release.core_sql)
        .chain(modules)
        .flat_map(|sql| &sql.tables)
        .map(|table| table.name.to_lowercase())
        .filter(|name| !told.expected.named.contains(name))
        .filter_map(|name| told.tables.get(&name))
        .flatten()
        .map(|(name, _)| (*name).to_owned())
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
