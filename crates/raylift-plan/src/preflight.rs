//! What the checks of the database and the document store mean for an update. One finding for each check, with its rows as
//! evidence.

mod administrators;
mod character_set;
mod collations;
mod connections;
mod counters;
mod duplicates;
mod foreign_keys;
mod generated_columns;
mod guest_users;
mod hidden_sessions;
mod index_limits;
mod owners;
mod packets;
mod packets_unread;
mod privileges;
mod read_only;
mod replication;
mod row_format;
mod server_space;
mod store_access;
mod store_layout;
mod table_collations;
mod table_names;
mod three_bytes;
mod transactions;
mod triggers;
mod user_connections;
mod views;

use raylift_model::codes;
use raylift_model::facts::{CheckName, DatabaseCheck, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::version::ReleaseVersion;

/// The first line of releases whose upgrade client runs verifiers first and goes no further when one fails (Liferay,
/// "Troubleshooting Upgrades").
const VERIFIERS: (u32, u32) = (2025, 3);
/// Rows shown of each check.
const SHOWN: usize = 20;
pub(crate) const VERIFY: &str = "upgrade.database.preupgrade.verify.enabled=false";
const VERIFY_STORE: &str = "upgrade.database.dl.storage.check.disabled=true";

/// What rows of a check mean.
struct Rule {
    code: &'static str,
    message: &'static str,
    remedy: &'static str,
    grade: Grade,
}

/// How much they matter.
#[derive(Clone, Copy)]
enum Grade {
    /// Something that could not be looked at.
    Note,
    /// A warning always: which tables the steps alter is not known.
    Warning,
    /// Nothing can work.
    Blocker,
    /// One of Liferay's verifiers, named here, looks at the same: a blocker where it would run, else a warning.
    Verified(&'static str),
    /// One of those that look at the document store, which a site can forbid separately.
    VerifiedStore(&'static str),
}

/// What becomes of a check's rows.
enum Meaning {
    /// One finding.
    One(&'static Rule),
    /// One for Liferay's tables and one for others.
    Collations,
    /// Nothing, since there are none.
    Nothing,
}

fn meaning(name: CheckName) -> Meaning {
    let rule = match name {
        CheckName::Administrators => &administrators::RULE,
        CheckName::CharacterSet => &character_set::RULE,
        CheckName::Collations => return Meaning::Collations,
        CheckName::Connections => &connections::RULE,
        CheckName::Counters => &counters::RULE,
        CheckName::Duplicates => &duplicates::RULE,
        CheckName::ForeignKeys => &foreign_keys::RULE,
        CheckName::GeneratedColumns => &generated_columns::RULE,
        CheckName::GuestUsers => &guest_users::RULE,
        CheckName::HiddenSessions => &hidden_sessions::RULE,
        CheckName::IndexLimits => &index_limits::RULE,
        CheckName::Owners => &owners::RULE,
        CheckName::Packets => &packets::RULE,
        CheckName::PacketsUnread => &packets_unread::RULE,
        CheckName::Privileges => &privileges::RULE,
        CheckName::ReadOnly => &read_only::RULE,
        CheckName::Replication => &replication::RULE,
        CheckName::RowFormat => &row_format::RULE,
        CheckName::StoreAccess => &store_access::RULE,
        CheckName::StoreLayout => &store_layout::RULE,
        CheckName::TableCollations => &table_collations::RULE,
        CheckName::TableNames => &table_names::RULE,
        CheckName::ThreeBytes => &three_bytes::RULE,
        CheckName::Transactions => &transactions::RULE,
        CheckName::Triggers => &triggers::RULE,
        CheckName::UserConnections => &user_connections::RULE,
        CheckName::Views => &views::RULE,
        CheckName::Schema => return Meaning::Nothing,
    };
    Meaning::One(rule)
}

/// What the checks say. `upgrades` is whether the upgrade client runs in the outage, `copies` how many copies
/// of the database raylift has beside it on its server.
pub(crate) fn findings(
    site: &SiteFacts,
    to: &ReleaseVersion,
    upgrades: bool,
    copies: u64,
) -> Vec<Finding> {
    let verifies = verifies(site, to, upgrades);
    let verifiers = Verifiers {
        run: verifies,
        run_on_store: verifies && !site.verifiers.store_off,
    };
    site.database
        .checks
        .iter()
        .chain(&site.store.checks)
        .flat_map(|check| judged(site, check, verifiers))
        .chain(server_space::finding(site, copies, upgrades))
        .collect()
}

/// Whether Liferay's verifiers run in this update.
pub(crate) fn verifies(site: &SiteFacts, to: &ReleaseVersion, upgrades: bool) -> bool {
    upgrades && to.line() >= VERIFIERS && !site.verifiers.off
}

/// Which of Liferay's verifiers run in this update.
#[derive(Clone, Copy)]
struct Verifiers {
    run: bool,
    run_on_store: bool,
}

impl Verifiers {
    const NONE: Self = Self {
        run: false,
        run_on_store: false,
    };
}

impl Grade {
    /// The verifier that stops the upgrade, and the property that forbids it.
    fn stopped_by(self, verifiers: Verifiers) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Verified(class) if verifiers.run => Some((class, VERIFY)),
            Self::VerifiedStore(class) if verifiers.run_on_store => Some((class, VERIFY_STORE)),
            _ => None,
        }
    }
}

/// What was not told, and what was found.
fn judged(site: &SiteFacts, check: &DatabaseCheck, verifiers: Verifiers) -> Vec<Finding> {
    let mut findings = Vec::from_iter(refused(check));
    if check.found == 0 {
        return findings;
    }
    match meaning(check.name) {
        Meaning::One(rule) => findings.push(told(rule, check, rule.remedy, verifiers)),
        Meaning::Collations => findings.extend(collations::findings(site, check, verifiers)),
        Meaning::Nothing => {}
    }
    findings
}

fn refused(check: &DatabaseCheck) -> Option<Finding> {
    let said = check.refused.clone()?;
    let (code, message, remedy) = match check.timed_out {
        true => (
            codes::DATABASE_TIMEOUT,
            "the database did not answer this check in time, so that nothing is known about it",
            "look yourself, or plan again in a quiet hour",
        ),
        false => (
            codes::CHECK_REFUSED,
            "the database refused this check, so that nothing is known about it",
            "give the portal's database user the right, or look yourself",
        ),
    };
    Some(Finding::new(Severity::Note, code, check.name.word(), message, remedy).because(said))
}

/// Makes a finding a blocker, since one of Liferay's verifiers stops the upgrade for the same.
pub(crate) fn stop(finding: &mut Finding, class: &str, property: &str) {
    finding.severity = Severity::Blocker;
    finding.message.push_str(&format!(
        "; the release's own verifier ({class}) stops the upgrade for it, inside the outage"
    ));
    finding.remedy.push_str(&format!(
        "; if you are sure that it does no harm, {property} in portal-ext.properties forbids the verifier, and this becomes a warning"
    ));
}

/// What the check's rows mean by the rule, and what to do.
fn told(rule: &Rule, check: &DatabaseCheck, remedy: &str, verifiers: Verifiers) -> Finding {
    let subject = format!("{} ({})", check.name, check.found);
    let severity = match rule.grade {
        Grade::Note => Severity::Note,
        Grade::Blocker => Severity::Blocker,
        Grade::Warning | Grade::Verified(_) | Grade::VerifiedStore(_) => Severity::Warning,
    };
    let mut finding = Finding::new(severity, rule.code, subject, rule.message, remedy);
    if let Some((class, property)) = rule.grade.stopped_by(verifiers) {
        stop(&mut finding, class, property);
    }
    finding.evidence = check.rows.iter().take(SHOWN).cloned().collect();
    let more = check.found.saturating_sub(finding.evidence.len() as u64);
    if more > 0 {
        finding.evidence.push(format!("and {more} more"));
    }
    finding
}
