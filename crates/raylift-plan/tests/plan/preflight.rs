//! What the checks of the database and the document store become in a plan (failure modes 1, 2 and 12 of the upgrade
//! framework; the verifiers of 2025.Q3).

use crate::database_servers::on_postgresql;
use crate::facts::{release, site, wishes};
use raylift_model::codes;
use raylift_model::facts::{CheckName, DatabaseCheck, ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::plan::{Action, DatabaseMeans};
use raylift_plan::{Wishes, make};

fn check(name: CheckName, found: u64, rows: &[&str], refused: Option<&str>) -> DatabaseCheck {
    DatabaseCheck {
        name,
        query: "SELECT 1".to_owned(),
        found,
        rows: rows.iter().map(|row| (*row).to_owned()).collect(),
        refused: refused.map(str::to_owned),
        timed_out: false,
    }
}

/// With a check of the database, or of the store.
fn with(check: DatabaseCheck) -> SiteFacts {
    let mut site = site();
    if check.name.word().starts_with("store-") {
        site.store.checks = vec![check];
    } else {
        site.database.checks = vec![check];
    }
    site
}

fn of(site: &SiteFacts, release: &ReleaseFacts) -> Vec<Finding> {
    let plan = make(site, release, None, &wishes()).unwrap();
    plan.findings
        .into_iter()
        .filter(|finding| ("RL0520".."RL0560").contains(&finding.code.as_str()))
        .filter(|finding| finding.code.as_str() != codes::SCHEMA_UNDETERMINED)
        .collect()
}

fn only(site: &SiteFacts, release: &ReleaseFacts) -> Finding {
    let mut found = of(site, release);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

/// The same release under another name; its core steps run in the outage.
fn named(version: &str) -> ReleaseFacts {
    let mut release = release();
    release.identity.version = Some(version.parse().unwrap());
    release
}

const WARNED: [(CheckName, &str); 16] = [
    (CheckName::Duplicates, codes::DUPLICATE_ROWS),
    (CheckName::ForeignKeys, codes::FOREIGN_KEYS),
    (CheckName::Triggers, codes::TRIGGERS),
    (CheckName::GeneratedColumns, codes::GENERATED_COLUMNS),
    (CheckName::Views, codes::VIEWS),
    (CheckName::TableCollations, codes::MIXED_COLLATIONS),
    (CheckName::ThreeBytes, codes::THREE_BYTE_CHARACTERS),
    (CheckName::RowFormat, codes::OLD_ROW_FORMAT),
    (CheckName::IndexLimits, codes::INDEX_LIMITS),
    (CheckName::TableNames, codes::TABLE_NAME_CASE),
    (CheckName::Owners, codes::OTHER_OWNERS),
    (CheckName::Counters, codes::COUNTER_BEHIND),
    (CheckName::Packets, codes::PACKET_TOO_SMALL),
    (CheckName::Connections, codes::FEW_CONNECTIONS),
    (CheckName::UserConnections, codes::FEW_CONNECTIONS),
    (CheckName::Transactions, codes::LONG_TRANSACTIONS),
];

/// Those that Liferay's verifiers look at, with the class's name.
const VERIFIED: [(CheckName, &str, &str); 7] = [
    (
        CheckName::Administrators,
        codes::NO_ADMINISTRATOR,
        "PreupgradeVerifyCompanyUsers",
    ),
    (
        CheckName::GuestUsers,
        codes::NO_GUEST_USER,
        "PreupgradeVerifyCompanyUsers",
    ),
    (
        CheckName::CharacterSet,
        codes::CHARACTER_SET,
        "PreupgradeVerifyDatabaseCharacterSet",
    ),
    (
        CheckName::Collations,
        codes::MIXED_COLLATIONS,
        "PreupgradeVerifyDatabaseCharacterSet",
    ),
    (
        CheckName::Privileges,
        codes::PRIVILEGES_MISSING,
        "PreupgradeVerifyDatabasePrivileges",
    ),
    (
        CheckName::StoreAccess,
        codes::STORE_CLOSED,
        "PreupgradeVerifyStoreAccess",
    ),
    (
        CheckName::StoreLayout,
        codes::STORE_LAYOUT,
        "PreupgradeVerifyStoreFileSystemStructure",
    ),
];

#[test]
fn each_trouble_is_one_warning_with_its_rows() {
    let verified = VERIFIED.iter().map(|(name, code, _)| (*name, *code));
    let replication = (CheckName::Replication, codes::REPLICATION);
    for (name, code) in WARNED.into_iter().chain(verified).chain([replication]) {
        let site = with(check(name, 3, &["one", "two"], None));
        let found = only(&site, &release());
        assert_eq!(found.code.as_str(), code);
        assert_eq!(found.severity, Severity::Warning, "{name}");
        assert_eq!(found.subject, format!("{name} (3)"));
        assert_eq!(found.evidence, ["one", "two", "and 1 more"]);
    }
}

#[test]
fn a_database_that_takes_no_writes_is_a_blocker_everywhere() {
    let site = with(check(
        CheckName::ReadOnly,
        1,
        &["the server is a standby"],
        None,
    ));
    for release in [release(), named("2025.q3.0")] {
        let found = only(&site, &release);
        assert_eq!(found.code.as_str(), codes::DATABASE_READ_ONLY);
        assert_eq!(found.severity, Severity::Blocker);
        assert!(!found.message.contains("verifier"), "{}", found.message);
    }
}

#[test]
fn what_the_release_verifies_itself_is_a_blocker_from_2025_q3_on() {
    for (name, code, class) in VERIFIED {
        let site = with(check(name, 1, &["one"], None));
        for (version, severity) in [
            ("7.4.3.132", Severity::Warning),
            ("2025.q2.12", Severity::Warning),
            ("2025.q3.0", Severity::Blocker),
            ("2026.q1.0", Severity::Blocker),
        ] {
            let found = only(&site, &named(version));
            assert_eq!(found.code.as_str(), code);
            assert_eq!(found.severity, severity, "{name} {version}");
            let is_named = found.message.contains(&format!("({class})"));
            assert_eq!(is_named, severity == Severity::Blocker, "{name} {version}");
        }
    }
    for (name, _) in WARNED {
        let site = with(check(name, 1, &["one"], None));
        let found = only(&site, &named("2025.q3.0"));
        assert_eq!(found.severity, Severity::Warning, "{name}");
    }
}

/// Liferay, "Troubleshooting Upgrades": one property forbids all verifiers, another those of the store.
#[test]
fn a_verifier_that_the_site_forbids_stops_nothing() {
    for (name, ..) in VERIFIED {
        let mut site = with(check(name, 1, &["one"], None));
        site.verifiers.store_off = true;
        let found = only(&site, &named("2025.q3.0"));
        let is_of_store = name.word().starts_with("store-");
        let expected = match is_of_store {
            true => Severity::Warning,
            false => Severity::Blocker,
        };
        assert_eq!(found.severity, expected, "{name}");
        if !is_of_store {
            let switch = "upgrade.database.preupgrade.verify.enabled=false";
            assert!(found.remedy.contains(switch), "{}", found.remedy);
        }
        site.verifiers.off = true;
        let found = only(&site, &named("2025.q3.0"));
        assert_eq!(found.severity, Severity::Warning, "{name}");
    }
}

/// The upgrade client runs them, and it does not run.
#[test]
fn an_update_without_upgrade_steps_is_not_verified() {
    let mut site = with(check(CheckName::GuestUsers, 1, &["one"], None));
    let mut release = named("2025.q3.1");
    site.identity.version = Some("2025.q3.0".parse().unwrap());
    release.core = site.core.clone();
    release.identity.build_number = site.identity.build_number;
    let plan = make(&site, &release, None, &wishes()).unwrap();
    let runs = plan
        .actions
        .iter()
        .any(|planned| matches!(planned.action, Action::UpgradeData(_)));
    assert!(!runs);
    assert_eq!(only(&site, &release).severity, Severity::Warning);
}

#[test]
fn a_clean_answer_says_nothing() {
    for name in [
        CheckName::Triggers,
        CheckName::Privileges,
        CheckName::ReadOnly,
        CheckName::StoreLayout,
    ] {
        let site = with(check(name, 0, &[], None));
        assert_eq!(of(&site, &named("2025.q3.0")), [], "{name}");
    }
}

#[test]
fn a_refused_check_is_a_note_that_names_it() {
    for name in [CheckName::Transactions, CheckName::Privileges] {
        let site = with(check(name, 0, &[], Some("Access denied")));
        let found = only(&site, &named("2025.q3.0"));
        assert_eq!(found.code.as_str(), codes::CHECK_REFUSED);
        assert_eq!(found.severity, Severity::Note);
        assert_eq!(found.subject, name.word());
        assert_eq!(found.evidence, ["Access denied"]);
    }
}

#[test]
fn a_check_without_time_is_not_told_as_a_missing_right() {
    let mut late = check(
        CheckName::Duplicates,
        1,
        &["IX_1"],
        Some("not asked: IX_2: canceled"),
    );
    late.timed_out = true;
    let found = of(&with(late), &release());
    let told: Vec<(&str, Severity, &[String])> = found
        .iter()
        .map(|finding| {
            (
                finding.code.as_str(),
                finding.severity,
                finding.evidence.as_slice(),
            )
        })
        .collect();
    let said = ["not asked: IX_2: canceled".to_owned()];
    let rows = ["IX_1".to_owned()];
    // What was found does not hide what was not asked.
    assert_eq!(
        told,
        [
            (codes::DUPLICATE_ROWS, Severity::Warning, rows.as_slice()),
            (codes::DATABASE_TIMEOUT, Severity::Note, said.as_slice()),
        ]
    );
    assert!(!found[1].remedy.contains("right"), "{}", found[1].remedy);
}

/// What nobody saw is no trouble, and no all-clear.
#[test]
fn what_was_not_looked_at_is_a_note_that_names_it() {
    for (name, code, row, advice) in [
        (
            CheckName::HiddenSessions,
            codes::CHECK_REFUSED,
            "sessions of joe that are hidden: 2",
            "pg_read_all_stats",
        ),
        (
            CheckName::PacketsUnread,
            codes::PACKET_TOO_SMALL,
            "Big: 4096 MiB",
            "proof",
        ),
    ] {
        let site = with(check(name, 1, &[row], None));
        let found = only(&site, &named("2025.q3.0"));
        assert_eq!(found.code.as_str(), code);
        assert_eq!(found.severity, Severity::Note);
        assert_eq!(found.evidence, [row]);
        assert!(found.remedy.contains(advice), "{}", found.remedy);
    }
}

#[test]
fn room_on_the_server_for_a_copy_and_for_what_an_upgrade_adds() {
    let gibibyte: u64 = 1 << 30;
    for (free, severity) in [
        (Some(2 * gibibyte), None),
        (Some(2 * gibibyte - 1), Some(Severity::Warning)),
        (Some(gibibyte), Some(Severity::Warning)),
        (Some(gibibyte - 1), Some(Severity::Blocker)),
        (None, Some(Severity::Note)),
    ] {
        let mut server = crate::database_servers::server();
        match (free, &mut server.data) {
            (Some(free), Some(data)) => data.free = free,
            (_, data) => *data = None,
        }
        let mut site = on_postgresql(Some(server));
        site.database.bytes = Some(gibibyte);
        let found = of(&site, &release());
        let severities: Vec<Severity> = found.iter().map(|finding| finding.severity).collect();
        assert_eq!(severities, Vec::from_iter(severity), "{free:?}");
        for finding in found {
            assert_eq!(finding.code.as_str(), codes::SERVER_SPACE);
            assert_eq!(finding.subject, "db:5432/lportal");
            assert!(finding.message.contains("2048 MiB"), "{}", finding.message);
        }
    }
}

/// Without room for a copy.
fn tight() -> SiteFacts {
    let mut server = crate::database_servers::server();
    server.data.as_mut().unwrap().free = (1 << 30) - 1;
    let mut site = on_postgresql(Some(server));
    site.database.bytes = Some(1 << 30);
    site
}

fn room(site: &SiteFacts, release: &ReleaseFacts, wishes: &Wishes) -> Vec<(Severity, String)> {
    let plan = make(site, release, None, wishes).unwrap();
    plan.findings
        .into_iter()
        .filter(|finding| finding.code.as_str() == codes::SERVER_SPACE)
        .map(|finding| (finding.severity, finding.message))
        .collect()
}

/// The return point stays on the server while a rollback brings another copy of it beside what the upgrade left.
#[test]
fn a_return_point_on_the_server_needs_room_there() {
    let gibibyte: u64 = 1 << 30;
    let mut copied = wishes();
    copied.settings.restore_point.database = DatabaseMeans::Template;
    for (free, severity) in [
        (3 * gibibyte, None),
        (3 * gibibyte - 1, Some(Severity::Warning)),
        (2 * gibibyte - 1, Some(Severity::Blocker)),
    ] {
        let mut site = tight();
        let server = site.database.server.as_mut().unwrap();
        server.data.as_mut().unwrap().free = free;
        let found = room(&site, &release(), &copied);
        let severities: Vec<Severity> = found.iter().map(|(severity, _)| *severity).collect();
        assert_eq!(severities, Vec::from_iter(severity), "{free}");
        for (_, message) in found {
            assert!(message.contains("3072 MiB: the return point"), "{message}");
        }
    }
}

/// Neither a snapshot nor a dump by command is restored beside the database, and notes alone are no copy of it.
#[test]
fn no_room_for_a_copy_is_asked_for_where_none_is_made() {
    let command = Some(vec!["/bin/true".to_owned()]);
    let (mut snapshot, mut dumps, mut notes) = (wishes(), wishes(), wishes());
    snapshot.settings.restore_point.command = command.clone();
    dumps.settings.database.dump_command = command.clone();
    dumps.settings.database.restore_command = command;
    notes.settings.restore_point.always = Some(false);
    for wishes in [snapshot, dumps] {
        let found = room(&tight(), &release(), &wishes);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, Severity::Warning);
        assert!(found[0].1.contains("1024 MiB for what an upgrade adds"));
        assert!(!found[0].1.contains("copy"), "{found:?}");
    }
    // And nothing grows where no step runs.
    let site = tight();
    let mut same = release();
    same.core = site.core.clone();
    same.identity.build_number = site.identity.build_number;
    assert_eq!(room(&site, &same, &notes), []);
    let found = room(&site, &same, &wishes());
    assert_eq!(found[0].0, Severity::Blocker);
    assert!(found[0].1.contains("needs 1024 MiB: a copy"), "{found:?}");
}

/// No sum is made up of a size that nobody knows.
#[test]
fn a_size_that_was_not_told_is_said() {
    let mut site = tight();
    site.database.bytes = None;
    let mut snapshot = wishes();
    snapshot.settings.restore_point.command = Some(vec!["/bin/true".to_owned()]);
    for (wishes, severity) in [(wishes(), Severity::Warning), (snapshot, Severity::Note)] {
        let found = room(&site, &release(), &wishes);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, severity);
        assert!(found[0].1.contains("was not told"), "{found:?}");
        assert!(!found[0].1.contains("MiB"), "{found:?}");
    }
}

#[test]
fn an_embedded_database_has_no_server_to_have_room() {
    assert_eq!(of(&site(), &release()), []);
}
