//! Tables of another collation than the database: Liferay's own count, others hold nobody up.

use raylift_model::codes;
use raylift_model::facts::{
    CheckName, ColumnShape, DatabaseCheck, DatabaseKind, DatabaseSchema, ReleaseFacts, SiteFacts,
    SqlTable, TableCollations, TableShape,
};
use raylift_model::finding::{Finding, Severity};
use raylift_plan::make;

use crate::facts::{release, site, wishes};

fn shape(kind: &str) -> TableShape {
    TableShape {
        columns: vec![ColumnShape {
            name: "name".to_owned(),
            kind: kind.to_owned(),
            size: 75,
            nullable: true,
            default: None,
        }],
        primary_key: Vec::new(),
        indexes: Default::default(),
    }
}

/// `TABLE: COLLATION, ..., the database has COLLATION`.
fn found(text: &str) -> TableCollations {
    let (table, rest) = text.split_once(": ").unwrap();
    let (columns, database) = rest.split_once(", the database has ").unwrap();
    TableCollations {
        table: table.to_owned(),
        columns: columns.split(", ").map(str::to_owned).collect(),
        database: database.to_owned(),
    }
}

/// Liferay makes `A_Entry`, `B_Entry` and `Numbers`, the last without texts; `reporting` is somebody's.
fn with(rows: &[&str]) -> SiteFacts {
    let mut site = site();
    site.database.settings.kind = DatabaseKind::Mariadb;
    site.core_sql.tables = ["A_Entry", "B_Entry", "Numbers"]
        .map(|name| SqlTable {
            name: name.to_owned(),
            columns: Vec::new(),
            primary_key: Vec::new(),
        })
        .into();
    let schema: DatabaseSchema = [
        ("A_Entry", "VARCHAR"),
        ("B_Entry", "LONGTEXT"),
        ("Numbers", "BIGINT"),
        ("reporting", "VARCHAR"),
    ]
    .map(|(name, kind)| (name.to_owned(), shape(kind)))
    .into();
    site.database.schema = Some(schema);
    site.database.collations = rows.iter().map(|row| found(row)).collect();
    site.database.checks = vec![DatabaseCheck {
        name: CheckName::Collations,
        query: "SELECT 1".to_owned(),
        found: rows.len() as u64,
        rows: rows.iter().take(20).map(|row| (*row).to_owned()).collect(),
        refused: None,
        timed_out: false,
    }];
    site
}

fn verifying() -> ReleaseFacts {
    let mut release = release();
    release.identity.version = Some("2025.q3.0".parse().unwrap());
    release
}

fn of(site: &SiteFacts) -> Vec<Finding> {
    let plan = make(site, &verifying(), None, &wishes()).unwrap();
    plan.findings
        .into_iter()
        .filter(|finding| finding.code.as_str() == codes::MIXED_COLLATIONS)
        .collect()
}

const OF_A: &str = "A_Entry: utf8mb4_bin, the database has utf8mb4_german2_ci";
const OF_B: &str = "b_entry: utf8mb4_bin, the database has utf8mb4_german2_ci";
const OF_OTHER: &str = "reporting: utf8mb4_swedish_ci, the database has utf8mb4_german2_ci";

#[test]
fn a_table_that_is_not_liferays_is_a_note() {
    let found = of(&with(&[OF_OTHER]));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].severity, Severity::Note);
    assert_eq!(found[0].evidence, [OF_OTHER]);
    assert!(!found[0].remedy.contains("verify"), "{}", found[0].remedy);
}

#[test]
fn a_table_of_liferays_is_a_blocker_beside_the_note() {
    let found = of(&with(&[OF_A, OF_OTHER]));
    let told: Vec<(Severity, &[String])> = found
        .iter()
        .map(|finding| (finding.severity, finding.evidence.as_slice()))
        .collect();
    assert_eq!(
        told,
        [
            (Severity::Blocker, [OF_A.to_owned()].as_slice()),
            (Severity::Note, [OF_OTHER.to_owned()].as_slice())
        ]
    );
    // B_Entry has the database's, so that the odd one is to be converted.
    let remedy = &found[0].remedy;
    assert!(remedy.starts_with("ALTER TABLE"), "{remedy}");
}

#[test]
fn where_all_of_liferays_tables_agree_the_database_is_to_be_altered() {
    let site = with(&[OF_A, OF_B, OF_OTHER]);
    let remedy = of(&site).remove(0).remedy;
    assert!(
        remedy.contains("ALTER DATABASE … COLLATE utf8mb4_bin"),
        "{remedy}"
    );
    assert!(!remedy.contains("ALTER TABLE"), "{remedy}");

    // Not where a table has two, nor where nobody told which columns there are.
    let two = "B_Entry: utf8mb4_bin, utf8mb4_german2_ci, the database has utf8mb4_german2_ci";
    let mut silent = with(&[OF_A, OF_B]);
    silent.database.schema = None;
    for site in [with(&[OF_A, two]), silent] {
        let remedy = of(&site).remove(0).remedy;
        assert!(remedy.starts_with("ALTER TABLE"), "{remedy}");
    }
}

#[test]
fn without_the_releases_sql_any_table_may_be_liferays() {
    let (mut unread, mut untold) = (with(&[OF_OTHER]), with(&[OF_OTHER]));
    unread.core_sql.tables.clear();
    // Facts that count tables and do not tell them.
    untold.database.collations.clear();
    for site in [unread, untold] {
        let found = of(&site);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].severity, Severity::Blocker);
        assert_eq!(found[0].evidence, [OF_OTHER]);
    }
}

/// All are looked through, twenty are shown.
#[test]
fn a_table_of_liferays_behind_many_others_counts() {
    let mut rows: Vec<String> = (0..30)
        .map(|at| format!("a{at}: utf8mb4_bin, the database has utf8mb4_german2_ci"))
        .collect();
    rows.push(OF_B.to_owned());
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let found = of(&with(&rows));
    assert_eq!(found[0].severity, Severity::Blocker);
    assert_eq!(found[0].evidence, [OF_B]);
    assert_eq!(found[1].evidence.len(), 21);
    assert_eq!(found[1].evidence[20], "and 10 more");
}
