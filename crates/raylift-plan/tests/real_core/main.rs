//! The plan's core steps against the real `DBUpgrader`: in each run the schema versions that Liferay's own code writes
//! to table `Release_` are those that the plan names, in the plan's order.
//!
//! Every pair runs on HSQLDB 2.3.3, the version that 7.2 ships. Two things were in the way there, and in no other
//! database: it resolves tables when a query is prepared, so that `DDMStructure` has to exist although no row is read,
//! and it refuses an empty batch (`java/oracle/core/Database.java`). Databases of 7.1 and 7.2 are created by the real
//! code of that release; those of 7.3 come from an upgrade, because creation has moved into classes that need the
//! whole portal. They hold a core without companies, users and modules.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking and shows what the oracle saw"
)]

#[path = "../../../raylift-formats/tests/common/mod.rs"]
#[allow(dead_code, reason = "the oracle here is more than one file")]
mod common;
#[path = "../plan/facts.rs"]
#[allow(dead_code, reason = "bundles play no part here")]
mod facts;
mod oracle;

use std::cell::RefCell;
use std::fs;

use oracle::{CoreRow, Oracle, Upgrade};
use raylift_formats::bundle::Jar;
use raylift_formats::core_registry;
use raylift_model::facts::CoreRegistry;
use raylift_model::plan::CorePlan;

/// What is known of one run from elsewhere, to notice an oracle that observes nothing: the numbers of versions from
/// runs on PostgreSQL and MariaDB, build numbers and states from the releases' bytecode.
struct Known {
    versions: usize,
    rows: usize,
    after: CoreRow,
}

fn row(schema_version: &str, build_number: i64, state: Option<i64>) -> CoreRow {
    CoreRow {
        schema_version: schema_version.to_owned(),
        build_number,
        state,
    }
}

/// What raylift reads out of a release's JARs.
fn registry(oracle: &Oracle, release: &str) -> CoreRegistry {
    let files: Vec<Vec<u8>> = oracle
        .core_jars(release)
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    let jars: Vec<_> = files
        .iter()
        .map(|bytes| RefCell::new(Jar::open(bytes).unwrap()))
        .collect();
    core_registry::read(&|class| {
        let name = format!("{class}.class");
        jars.iter()
            .find_map(|jar| jar.borrow_mut().read(&name, 16 << 20).unwrap())
    })
}

/// The core's part of the plan for a database with this core row.
fn plan(core: &CoreRow, registry: CoreRegistry) -> CorePlan {
    let mut site = facts::site();
    let mut portal = facts::row("portal", &core.schema_version);
    portal.build_number = Some(core.build_number);
    portal.state = core.state;
    site.database.release_rows = vec![portal];
    let mut release = facts::release();
    release.core = registry;
    let plan = raylift_plan::make(&site, &release, None, &facts::wishes());
    plan.unwrap().core
}

fn compare(oracle: &Oracle, release: &str, real: &Upgrade, known: &Known) {
    for row in &real.rows {
        let (step, name, version) = (&row.step, &row.name, &row.schema_version);
        println!("to {release}: step {step}: row {name} {version}");
    }
    let registry = registry(oracle, release);
    let planned = plan(&real.before, registry.clone());
    assert_eq!(planned.undetermined, Vec::<String>::new(), "to {release}");
    let steps: Vec<String> = planned
        .steps
        .iter()
        .map(|step| step.to.to_string())
        .collect();
    assert_eq!(steps, real.written, "to {release}");
    let target = planned.target.as_ref().map(ToString::to_string);
    assert_eq!(target.as_ref(), Some(&real.after.schema_version));

    assert_eq!(real.written.len(), known.versions, "the oracle itself");
    assert_eq!(real.after, known.after, "the oracle itself");
    // `UpgradeModules` makes rows of modules that have none yet, as if they had been there before they had versions.
    assert_eq!(real.rows.len(), known.rows, "the oracle itself");
    for row in &real.rows {
        assert_eq!(row.schema_version, "0.0.1", "{row:?}");
    }
    let made: Vec<(String, String)> = real
        .rows
        .iter()
        .map(|row| (row.step.clone(), row.name.clone()))
        .collect();
    assert_eq!(read_rows(&registry, &planned), made, "to {release}");
}

/// The rows that the plan counts on, by step. These databases have no module's row before, no old plug-in's, and no table
/// of a module that a step looks for.
fn read_rows(registry: &CoreRegistry, planned: &CorePlan) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for step in &registry.steps {
        if planned
            .steps
            .iter()
            .any(|one| one.to == step.schema_version)
        {
            let names = step.module_rows.adds.iter().map(ToString::to_string);
            rows.extend(names.map(|name| (step.schema_version.to_string(), name)));
        }
    }
    rows
}

#[test]
fn real_core_upgrade_from_7_1_2_to_7_2_1() {
    let oracle = Oracle::new();
    oracle.create("7.1.2");
    let known = Known {
        versions: 11,
        rows: 2,
        after: row("5.1.0", 7102, None),
    };
    compare(&oracle, "7.2.1", &oracle.upgrade("7.2.1"), &known);
}

#[test]
fn real_core_upgrade_from_7_2_0_to_7_2_1() {
    let oracle = Oracle::new();
    oracle.create("7.2.0");
    let known = Known {
        versions: 4,
        rows: 1,
        after: row("5.1.0", 7200, None),
    };
    compare(&oracle, "7.2.1", &oracle.upgrade("7.2.1"), &known);
}

#[test]
fn real_core_upgrades_from_7_2_1_to_7_3_6_and_on_to_7_4_3_41() {
    let oracle = Oracle::new();
    oracle.create("7.2.1");
    let known = Known {
        versions: 31,
        rows: 1,
        after: row("8.18.2", 7310, None),
    };
    compare(&oracle, "7.3.6", &oracle.upgrade("7.3.6"), &known);
    // 7.4 is the first to write a good state.
    let known = Known {
        versions: 53,
        rows: 25,
        after: row("17.0.0", 7413, Some(0)),
    };
    compare(&oracle, "7.4.3.41", &oracle.upgrade("7.4.3.41"), &known);
}
