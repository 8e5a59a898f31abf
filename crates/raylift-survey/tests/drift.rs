//! Schema drift on real schemas: made by Liferay's own classes on each engine, untouched and then changed by hand.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers may panic like the test itself"
)]

use std::time::Duration;

use raylift_host::machine::RealMachine;
use raylift_lab::{Engine, Lab, ReleaseVersion, Scenario, Site};
use raylift_model::codes;
use raylift_model::facts::{SiteFacts, SqlColumn, SqlIndex, SqlTable};
use raylift_survey::site::{SurveyRequest, survey};

/// Longer than any start or stop on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

fn look(site: &Site, unique_indexes: Vec<SqlIndex>) -> SiteFacts {
    let mut settings = raylift_model::settings::Settings::default();
    settings.server.java_home = Some(site.facts().java_home.clone());
    let request = SurveyRequest {
        home: site.home().to_owned(),
        settings,
        remembered: None,
        census: false,
        server: true,
        checks: true,
        unique_indexes,
    };
    survey(&RealMachine, &request).unwrap()
}

/// Code and evidence of every finding about drift.
fn drift(facts: &SiteFacts) -> Vec<(String, Vec<String>)> {
    raylift_plan::drift(facts)
        .into_iter()
        .map(|finding| (finding.code.to_string(), finding.evidence))
        .collect()
}

fn unique(table: &str, columns: &[&str]) -> SqlIndex {
    SqlIndex {
        name: "IX_COME".to_owned(),
        table: table.to_owned(),
        unique: true,
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        lengths: Default::default(),
    }
}

/// Each change gives its own finding, and back again none.
fn untouched_and_changed(engine: Engine) {
    let lab = Lab::open(None).unwrap();
    let folder = lab.scratch().unwrap();
    let mut scenario = Scenario::of(ReleaseVersion::Ga1);
    scenario.site.engine = engine;
    let mut site = Site::create(&lab, &scenario, &folder.path().join("site")).unwrap();
    site.start(PATIENCE).unwrap();
    site.stop(PATIENCE).unwrap();

    let facts = look(&site, Vec::new());
    let schema = facts.database.schema.as_ref().unwrap();
    assert!(schema.len() > 100, "{}", schema.len());
    assert!(facts.core_sql.tables.len() > 100);
    assert_eq!(drift(&facts), [], "{engine:?}");

    types(&lab, &site, engine);
    let (alter, drop_index) = match engine {
        Engine::Hsqldb => (
            "alter table Website alter column url varchar(30)",
            "drop index IX_F75690BB",
        ),
        Engine::Postgresql => (
            "alter table Website alter column url type varchar(30)",
            "drop index IX_F75690BB",
        ),
        Engine::Mariadb => (
            "alter table Website modify url varchar(30)",
            "drop index IX_F75690BB on Website",
        ),
    };
    let named = |text: &str| match engine {
        Engine::Hsqldb => text.to_uppercase(),
        Engine::Postgresql => text.to_lowercase(),
        Engine::Mariadb => text.to_owned(),
    };
    let varchar = |size: u32| match engine {
        Engine::Postgresql => format!("varchar({size})"),
        Engine::Hsqldb | Engine::Mariadb => format!("VARCHAR({size})"),
    };
    for (statement, code, expected) in [
        (
            "create table Acme_Orders (a integer)",
            codes::TABLES_OWN,
            named("Acme_Orders"),
        ),
        (
            "alter table Phone add acmeNote varchar(20)",
            codes::COLUMNS_OWN,
            format!("Phone.{} {}", named("acmeNote"), varchar(20)),
        ),
        (
            "create index acme_own on Team (userName)",
            codes::INDEXES_OWN,
            format!("Team: {} (username)", named("acme_own")),
        ),
        (
            "drop table UserTrackerPath",
            codes::TABLES_MISSING,
            "UserTrackerPath".to_owned(),
        ),
        (
            "alter table Website drop column typeId",
            codes::COLUMNS_MISSING,
            "Website.typeId LONG".to_owned(),
        ),
        (
            alter,
            codes::TYPES_DIFFER,
            format!("Website.url is {}, not STRING", varchar(30)),
        ),
        (
            drop_index,
            codes::INDEXES_MISSING,
            "Website: IX_F75690BB (userid)".to_owned(),
        ),
    ] {
        site.execute(&[statement]).unwrap();
        let found = drift(&look(&site, Vec::new()));
        let own: Vec<&Vec<String>> = found
            .iter()
            .filter(|(of, _)| of == code)
            .map(|(_, evidence)| evidence)
            .collect();
        assert_eq!(own, [&vec![expected]], "{engine:?} {statement}: {found:#?}");
    }
    // The changes were the only ones.
    let all = drift(&look(&site, Vec::new()));
    assert_eq!(all.len(), 7, "{all:#?}");
    duplicates(&site, engine);
}

/// A site with a history: 7.2.1's own schema, upgraded by the real cores of 7.3.6 and of 7.4.3.41.
///
/// Nothing is missing there and every type fits. What is told are columns and tables that the SQL of an earlier release
/// makes and no step of these cores drops.
fn upgraded(version: ReleaseVersion, engine: Engine, left: &[&str]) {
    let lab = Lab::open(None).unwrap();
    let folder = lab.scratch().unwrap();
    let mut scenario = Scenario::of(version);
    scenario.site.engine = engine;
    let mut site = Site::create(&lab, &scenario, &folder.path().join("site")).unwrap();
    site.start(PATIENCE).unwrap();
    site.stop(PATIENCE).unwrap();
    let facts = look(&site, Vec::new());
    assert!(facts.core_sql.tables.len() > 100);
    let found = drift(&facts);
    let columns: Vec<String> = found
        .iter()
        .filter(|(code, _)| code == codes::COLUMNS_OWN)
        .flat_map(|(_, evidence)| evidence)
        .map(|place| place.split(' ').next().unwrap().to_lowercase())
        .collect();
    assert_eq!(columns, left, "{version:?} {engine:?}");
    let others: Vec<&str> = found
        .iter()
        .map(|(code, _)| code.as_str())
        .filter(|code| {
            ![
                codes::COLUMNS_OWN,
                codes::TABLES_OWN,
                codes::SCHEMA_UNDETERMINED,
            ]
            .contains(code)
        })
        .collect();
    assert_eq!(others, [""; 0], "{found:#?}");
}

const LEFT_BY_7_3: [&str; 2] = ["assetentry.viewcount", "dlfileentry.readcount"];
const LEFT_BY_7_4: [&str; 4] = [
    "assetentry.viewcount",
    "company.system_",
    "contact_.accountid",
    "dlfileentry.readcount",
];

#[test]
fn upgraded_to_7_3_on_postgresql() {
    upgraded(ReleaseVersion::Ga7, Engine::Postgresql, &LEFT_BY_7_3);
}

#[test]
fn upgraded_to_7_4_on_postgresql() {
    upgraded(ReleaseVersion::Ga41, Engine::Postgresql, &LEFT_BY_7_4);
}

#[test]
fn upgraded_to_7_4_on_mariadb() {
    upgraded(ReleaseVersion::Ga41, Engine::Mariadb, &LEFT_BY_7_4);
}

#[test]
fn upgraded_to_7_4_on_hsqldb() {
    upgraded(ReleaseVersion::Ga41, Engine::Hsqldb, &LEFT_BY_7_4);
}

/// Cores whose database classes are asked: of 7.2.1, and of a late 7.4, the first here to know `BIGDECIMAL`.
const CORES: [[&str; 5]; 2] = [
    [
        "com.liferay.portal:com.liferay.portal.impl:4.12.11",
        "com.liferay.portal:com.liferay.portal.kernel:4.35.3",
        "com.liferay:com.liferay.petra.lang:3.1.1",
        "com.liferay:com.liferay.petra.reflect:3.0.0",
        "com.liferay:com.liferay.petra.string:3.0.0",
    ],
    [
        "com.liferay.portal:com.liferay.portal.impl:93.0.0",
        "com.liferay.portal:com.liferay.portal.kernel:128.0.1",
        "com.liferay:com.liferay.petra.lang:5.1.3",
        "com.liferay:com.liferay.petra.function:5.6.0",
        "com.liferay:com.liferay.petra.string:5.3.2",
    ],
];

/// Liferay's word and the vendor's, out of Liferay's own class for the engine.
fn dialect(lab: &Lab, core: &[&str; 5], engine: Engine) -> Vec<(String, String)> {
    let index = std::fs::read_to_string(lab.parts_index().unwrap()).unwrap();
    let path = |coordinate: &str| {
        let mut lines = index.lines().filter_map(|line| line.split_once('\t'));
        lines.find(|(found, _)| *found == coordinate).unwrap().1
    };
    let class_path: Vec<&str> = core.iter().map(|coordinate| path(coordinate)).collect();
    let output = std::process::Command::new("java")
        .args(["-cp", &class_path.join(":")])
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../java/oracle/Dialect.java"
        ))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let class = match engine {
        Engine::Hsqldb => "HypersonicDB",
        Engine::Postgresql => "PostgreSQLDB",
        Engine::Mariadb => "MariaDBDB",
    };
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields[..] {
                [of, word, vendor] if of == class && word != "IDENTITY" => {
                    Some((word.to_owned(), vendor.to_owned()))
                }
                _ => None,
            }
        })
        .collect()
}

/// A column of each type, made with the vendor's word that Liferay's class gives, is of Liferay's type and of no other.
fn types(lab: &Lab, site: &Site, engine: Engine) {
    for core in &CORES {
        let words = dialect(lab, core, engine);
        assert!(words.len() >= 10, "{words:?}");
        let length = |word: &str| (word == "VARCHAR").then_some(75);
        let columns: Vec<String> = words
            .iter()
            .enumerate()
            .map(|(at, (word, vendor))| {
                let length = length(word).map_or(String::new(), |length| format!("({length})"));
                format!("c{at} {vendor}{length} null")
            })
            .collect();
        site.execute(&[&format!("create table Lab_types ({})", columns.join(", "))])
            .unwrap();
        let facts = look(site, Vec::new());
        site.execute(&["drop table Lab_types"]).unwrap();
        for shift in 0..words.len() {
            let mut claimed = facts.clone();
            let claim = |at: usize| &words[(at + shift) % words.len()];
            claimed.core_sql.tables.push(SqlTable {
                name: "Lab_types".to_owned(),
                columns: (0..words.len())
                    .map(|at| SqlColumn {
                        name: format!("c{at}"),
                        kind: claim(at).0.clone(),
                        length: length(&claim(at).0),
                    })
                    .collect(),
                primary_key: Vec::new(),
            });
            let found: Vec<String> = drift(&claimed)
                .into_iter()
                .flat_map(|(code, evidence)| {
                    assert_eq!(code, codes::TYPES_DIFFER);
                    evidence
                })
                .filter_map(|place| Some(place.split_once(' ')?.0.to_lowercase()))
                .collect();
            let mut expected: Vec<String> = (0..words.len())
                .filter(|at| words[*at].1 != claim(*at).1)
                .map(|at| format!("lab_types.c{at}"))
                .collect();
            expected.sort();
            let mut found = found;
            found.sort();
            assert_eq!(found, expected, "{engine:?} {shift} {words:?}");
        }
    }
}

/// The rows themselves stand against an index to come.
fn duplicates(site: &Site, engine: Engine) {
    site.execute(&[
        "insert into Team (teamId, companyId, name) values (1, 7, 'one')",
        "insert into Team (teamId, companyId, name) values (2, 7, 'one')",
        "insert into Team (teamId, companyId, name) values (3, 7, null)",
        "insert into Team (teamId, companyId, name) values (4, 7, null)",
    ])
    .unwrap();
    let facts = look(
        site,
        vec![
            unique("Team", &["companyId", "name", "ctCollectionId"]),
            unique("Team", &["companyId", "toCome"]),
            unique("Team", &["teamId", "name"]),
        ],
    );
    let check = facts
        .database
        .checks
        .iter()
        .find(|check| check.name.word() == "duplicates")
        .unwrap();
    assert_eq!((check.found, &check.refused), (1, &None), "{engine:?}");
    let row = check.rows[0].to_lowercase();
    assert_eq!(
        row,
        "ix_come on team (companyid, name): 1 values in more than one row"
    );
}

#[test]
fn on_hsqldb() {
    untouched_and_changed(Engine::Hsqldb);
}

#[test]
fn on_postgresql() {
    untouched_and_changed(Engine::Postgresql);
}

#[test]
fn on_mariadb() {
    untouched_and_changed(Engine::Mariadb);
}
