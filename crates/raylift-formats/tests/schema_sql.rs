//! The SQL of real cores and modules is understood to the last statement.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeSet;

use common::Parts;
use raylift_formats::bundle::{Jar, bundle_facts};
use raylift_formats::schema_sql;
use raylift_model::facts::SchemaSql;
use raylift_model::names::RelativePath;

const CORES: [&str; 6] = ["3.26.3", "4.3.0", "4.12.11", "5.26.1", "52.1.1", "93.0.0"];
const DEPENDENCIES: &str = "com/liferay/portal/tools/sql/dependencies/";

fn part(coordinate: &str) -> Vec<u8> {
    std::fs::read(Parts::load().find(coordinate).unwrap()).unwrap()
}

fn text(bytes: &[u8], name: &str) -> String {
    let mut jar = Jar::open(bytes).unwrap();
    String::from_utf8(jar.read(name, 1 << 20).unwrap().unwrap()).unwrap()
}

/// What can be counted in the text without understanding it: Service Builder writes one column a line.
fn counts(tables: &str, indexes: &str) -> [usize; 4] {
    let is_key = |line: &&str| line.contains("primary key");
    [
        tables.matches("create table ").count(),
        tables
            .lines()
            .filter(|line| {
                line.starts_with('\t') && !line.trim_start().starts_with("primary key (")
            })
            .count(),
        tables.lines().filter(is_key).count(),
        indexes.matches(" index ").count(),
    ]
}

fn counted(sql: &SchemaSql) -> [usize; 4] {
    let tables = sql.tables.iter();
    [
        sql.tables.len(),
        tables.clone().map(|table| table.columns.len()).sum(),
        tables.filter(|table| !table.primary_key.is_empty()).count(),
        sql.indexes.len(),
    ]
}

#[test]
fn every_core_is_read_whole() {
    for version in CORES {
        let bytes = part(&format!(
            "com.liferay.portal:com.liferay.portal.impl:{version}"
        ));
        let sql = schema_sql::of_core(&bytes);
        assert_eq!(sql.undetermined, Vec::<String>::new(), "{version}");
        let [tables, indexes] = ["portal-tables.sql", "indexes.sql"]
            .map(|name| text(&bytes, &format!("{DEPENDENCIES}{name}")));
        assert_eq!(counted(&sql), counts(&tables, &indexes), "{version}");
        let kinds: BTreeSet<&str> = sql
            .tables
            .iter()
            .flat_map(|table| &table.columns)
            .map(|column| column.kind.as_str())
            .collect();
        let known = [
            "BLOB", "BOOLEAN", "DATE", "DOUBLE", "INTEGER", "LONG", "STRING", "TEXT", "VARCHAR",
        ];
        assert!(
            kinds.iter().all(|kind| known.contains(kind)),
            "{version}: {kinds:?}"
        );
        // An index stands on a table of the same file, and on columns of it.
        for index in &sql.indexes {
            let table = sql.tables.iter().find(|table| table.name == index.table);
            let table = table.unwrap_or_else(|| panic!("{version}: {index:?}"));
            for column in &index.columns {
                assert!(
                    table.columns.iter().any(|known| known.name == *column),
                    "{version}: {index:?}"
                );
            }
        }
    }
}

#[test]
fn modules_are_read_whole() {
    for coordinate in [
        "com.liferay:com.liferay.blogs.service:4.0.13",
        "com.liferay:com.liferay.blogs.service:5.0.77",
        "com.liferay:com.liferay.dynamic.data.mapping.service:2.1.0",
    ] {
        let bytes = part(coordinate);
        let file = RelativePath::new("a.jar");
        let facts = bundle_facts(&bytes, &file, None).unwrap().unwrap();
        let [tables, indexes] =
            ["tables.sql", "indexes.sql"].map(|name| text(&bytes, &format!("META-INF/sql/{name}")));
        assert_eq!(
            counted(&facts.sql),
            counts(&tables, &indexes),
            "{coordinate}"
        );
        assert_eq!(facts.sql.undetermined, Vec::<String>::new());
    }
}

#[test]
fn a_core_without_its_sql_is_undetermined() {
    let sql = schema_sql::of_core(b"no archive");
    assert_eq!(sql.undetermined.len(), 1);
    let kernel = part("com.liferay.portal:com.liferay.portal.kernel:4.35.3");
    assert_eq!(schema_sql::of_core(&kernel).undetermined.len(), 2);
}
