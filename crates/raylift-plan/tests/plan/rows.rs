//! What the rows of `Release_`, and the two releases' registries, say that a person should know; and which rows of
//! `Configuration_` a plan is bound to.

use crate::facts::{bundle, release, row, site, wishes};
use raylift_model::codes;
use raylift_model::facts::{
    ConfigurationRow, CoreStep, ModuleRows, ReleaseFacts, ReleaseFilter, SiteFacts, TableFacts,
};
use raylift_model::finding::{Finding, Severity};
use raylift_model::plan::{ReturnMode, ReturnNeed, When};
use raylift_model::version::SchemaVersion;
use raylift_plan::make;

fn said(site: &SiteFacts, release: &ReleaseFacts, code: &str) -> Vec<Finding> {
    make(site, release, None, &wishes())
        .unwrap()
        .findings
        .into_iter()
        .filter(|finding| finding.code.as_str() == code)
        .collect()
}

fn severity(site: &SiteFacts, release: &ReleaseFacts, code: &str) -> Option<Severity> {
    said(site, release, code)
        .first()
        .map(|finding| finding.severity)
}

fn step(version: &str, class: &str, arguments: &[&str]) -> CoreStep {
    CoreStep {
        schema_version: SchemaVersion::new(version),
        class: class.to_owned(),
        arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
        log_text: None,
        module_rows: ModuleRows::default(),
        may_be_skipped: false,
        asks: Vec::new(),
        creates: Vec::new(),
        undetermined: None,
    }
}

#[test]
fn every_state_but_good_is_a_blocker() {
    for (state, expected) in [(None, None), (Some(0), None)] {
        let mut site = site();
        site.database.release_rows[0].state = state;
        assert_eq!(severity(&site, &release(), codes::RELEASE_STATE), expected);
    }
    for state in [-1, 1, 2, 7] {
        let mut site = site();
        let mut module = row("m", "1.0.0");
        module.state = Some(state);
        site.database.release_rows.push(module);
        assert_eq!(
            severity(&site, &release(), codes::RELEASE_STATE),
            Some(Severity::Blocker)
        );
    }
}

#[test]
fn a_row_between_two_versions_is_a_blocker_in_every_naming() {
    for version in ["2.0.0-step-1", "2.0.0.step-1"] {
        let mut site = site();
        site.database.release_rows.push(row("m", version));
        assert_eq!(
            severity(&site, &release(), codes::INTERMEDIATE_VERSION),
            Some(Severity::Blocker)
        );
    }
}

#[test]
fn an_empty_version_is_said() {
    let mut site = site();
    site.database.release_rows.push(row("old-plugin", ""));
    assert_eq!(
        severity(&site, &release(), codes::VERSION_EMPTY),
        Some(Severity::Warning)
    );
    site.database.release_rows[0].schema_version = SchemaVersion::new("");
    assert_eq!(
        severity(&site, &release(), codes::VERSION_EMPTY),
        Some(Severity::Blocker)
    );
}

#[test]
fn rows_of_modules_that_are_gone_are_named_together() {
    let mut site = site();
    site.database.release_rows.push(row("gone.b", "1.0.0"));
    site.database.release_rows.push(row("gone.a", "2.0.0"));
    site.database.release_rows.push(row("here", "1.0.0"));
    let mut release = release();
    release.bundles = vec![bundle("here", &[])];
    let found = said(&site, &release, codes::ROW_WITHOUT_MODULE);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].evidence, ["gone.a 2.0.0", "gone.b 1.0.0"]);
}

#[test]
fn tables_without_a_row_are_a_warning() {
    let mut fresh = bundle("fresh", &[]);
    fresh.liferay_service = true;
    fresh.upgrades.initial_tables = vec!["Fresh".to_owned(), "Other".to_owned()];
    let mut release = release();
    release.bundles = vec![fresh];
    let mut site = site();
    assert_eq!(severity(&site, &release, codes::TABLES_WITHOUT_ROW), None);
    site.database.tables.push(TableFacts {
        name: "FRESH".to_owned(),
        rows: 5,
    });
    let found = said(&site, &release, codes::TABLES_WITHOUT_ROW);
    assert_eq!(found[0].evidence, ["Fresh with 5 rows"]);
    site.database.release_rows.push(row("fresh", "1.0.0"));
    assert_eq!(severity(&site, &release, codes::TABLES_WITHOUT_ROW), None);
}

#[test]
fn rows_ahead_of_the_release_and_rows_without_a_way_are_told_apart() {
    let at = |version: &str, header: &str| {
        let mut module = bundle("m", &[("1.0.0", "1.1.0", 1)]);
        module.require_schema_version = Some(header.to_owned());
        module.liferay_service = true;
        let mut release = release();
        release.bundles = vec![module];
        let mut site = site();
        site.database.release_rows.push(row("m", version));
        (
            severity(&site, &release, codes::MODULE_AHEAD),
            severity(&site, &release, codes::NO_WAY_TO_HEADER),
        )
    };
    assert_eq!(at("1.0.0", "1.1.0"), (None, None));
    assert_eq!(at("1.1.0", "1.1.0"), (None, None));
    assert_eq!(at("1.2.0", "1.1.0"), (Some(Severity::Note), None));
    assert_eq!(at("2.0.0", "1.1.0"), (Some(Severity::Warning), None));
    assert_eq!(at("0.5.0", "1.1.0"), (None, Some(Severity::Warning)));
}

#[test]
fn components_that_no_row_will_suit_are_named() {
    let mut web = bundle("web", &[]);
    web.release_filters = vec![ReleaseFilter {
        component: "web.Page".to_owned(),
        filter: "(&(release.bundle.symbolic.name=m)(release.schema.version>=2.0.0))".to_owned(),
    }];
    let mut release = release();
    release.bundles = vec![web, bundle("m", &[("1.0.0", "1.1.0", 1)])];
    let mut site = site();
    site.database.release_rows.push(row("m", "1.0.0"));
    assert_eq!(
        severity(&site, &release, codes::COMPONENT_STAYS_OFF),
        Some(Severity::Warning)
    );
    release.bundles[1] = bundle("m", &[("1.0.0", "2.0.0", 1)]);
    assert_eq!(severity(&site, &release, codes::COMPONENT_STAYS_OFF), None);
}

// The two cases of real-core facts, section 2: 5.1.1 between the lines, and a class that was replaced by a dummy.
#[test]
fn registries_that_rewrite_history_are_named() {
    let mut site = site();
    site.database.release_rows[0] = row("portal", "5.0.2");
    let mut release = release();
    assert_eq!(said(&site, &release, codes::CORE_STEPS_NEVER_RAN), []);
    assert_eq!(said(&site, &release, codes::CORE_STEPS_DIFFER), []);
    let at = release
        .core
        .steps
        .iter()
        .position(|step| step.schema_version.as_str() == "5.0.1")
        .unwrap();
    release
        .core
        .steps
        .insert(at, step("5.0.0.step-1", "v7.Between", &[]));
    release
        .core
        .steps
        .insert(at, step("4.5.0", "v7.Upgrade", &["T"]));
    release.core.steps[at + 2].class =
        "com.liferay.portal.kernel.upgrade.DummyUpgradeProcess".to_owned();
    let never = said(&site, &release, codes::CORE_STEPS_NEVER_RAN);
    assert_eq!(never[0].severity, Severity::Warning);
    assert_eq!(never[0].evidence, ["4.5.0 Upgrade of T"]);
    let differ = said(&site, &release, codes::CORE_STEPS_DIFFER);
    assert_eq!(
        differ[0].evidence,
        ["5.0.1: DummyUpgradeProcess was UpgradePersonalMenu"]
    );
}

#[test]
fn pending_steps_that_look_before_they_act_are_named_and_others_are_not() {
    let mut release = release();
    for step in &mut release.core.steps {
        step.may_be_skipped = step.schema_version.as_str() == "5.0.4";
        if step.schema_version.as_str() == "5.0.1" {
            step.asks = vec!["hasColumn".to_owned()];
        }
    }
    let found = said(&site(), &release, codes::CORE_STEPS_DEPEND);
    assert_eq!(found[0].evidence, ["5.0.4 UpgradeLayout: may be skipped"]);
}

#[test]
fn tables_that_steps_change_are_counted_or_missed() {
    let mut release = release();
    let last = release.core.steps.last_mut().unwrap();
    *last = step(
        "5.1.0",
        "com.liferay.portal.kernel.upgrade.UpgradeProcessFactory#alterColumnType",
        &["DLFileEntry", "title", "VARCHAR(75) null"],
    );
    let plan = make(&site(), &release, None, &wishes()).unwrap();
    let tables = &plan.core.steps.last().unwrap().tables;
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0].rows, Some(3), "the names differ in case only");
    assert_eq!(said(&site(), &release, codes::CORE_TABLE_MISSING), []);
    release.core.steps.last_mut().unwrap().arguments[0] = "Missing".to_owned();
    assert_eq!(
        severity(&site(), &release, codes::CORE_TABLE_MISSING),
        Some(Severity::Warning)
    );
    // A pending step before it makes the table.
    let before = release.core.steps.len() - 2;
    release.core.steps[before].creates = vec!["missing".to_owned()];
    assert_eq!(said(&site(), &release, codes::CORE_TABLE_MISSING), []);
    // What is not there need not be dropped.
    release.core.steps[before].creates.clear();
    let last = release.core.steps.last_mut().unwrap();
    last.class = last.class.replace("#alterColumnType", "#dropColumns");
    assert_eq!(said(&site(), &release, codes::CORE_TABLE_MISSING), []);
}

#[test]
fn a_core_row_of_before_7_1_holds_a_product_version() {
    let mut site = site();
    site.database.release_rows[0] = row("portal", "7.0.6");
    site.database.release_rows[0].build_number = Some(7006);
    let plan = make(&site, &release(), None, &wishes()).unwrap();
    assert_eq!(plan.core.steps.len(), release().core.steps.len() - 1);
    assert!(plan.core.must_run);
    assert_eq!(said(&site, &release(), codes::DATABASE_AHEAD), []);
    assert_eq!(said(&site, &release(), codes::CORE_STEPS_NEVER_RAN), []);
}

#[test]
fn a_core_that_cannot_be_judged_is_undetermined_and_not_instant() {
    let same = || {
        let mut release = release();
        release.core = crate::facts::site().core;
        release
    };
    let undetermined = |site: &SiteFacts, release: &ReleaseFacts| {
        said(site, release, codes::CORE_UNDETERMINED).len()
    };
    assert_eq!(undetermined(&site(), &same()), 0);
    let mut unknown = same();
    unknown.identity.build_number = None;
    assert_eq!(undetermined(&site(), &unknown), 1);
    let mut silent = same();
    silent.core.startup_check = raylift_model::facts::StartupCheck::Undetermined;
    assert_eq!(undetermined(&site(), &silent), 1);
    let mut odd = site();
    odd.database.release_rows[0].schema_version = SchemaVersion::new("5.0.2.1");
    assert_eq!(undetermined(&odd, &release()), 1);
    let mut newer = site();
    newer.database.release_rows[0].build_number = Some(7300);
    assert_eq!(
        severity(&newer, &same(), codes::DATABASE_AHEAD),
        Some(Severity::Blocker)
    );
}

// 5.1.1: a dummy in 7.2.10's registry, `UpgradeVirtualHost` in 7.3's (real-core facts, section 2).
#[test]
fn a_step_that_did_nothing_and_now_does_something_is_a_warning_where_it_is_past() {
    let mut site = site();
    let at = |core: &mut raylift_model::facts::CoreRegistry, version: &str, class: &str| {
        let step = core
            .steps
            .iter_mut()
            .find(|step| step.schema_version.as_str() == version)
            .unwrap();
        step.class = class.to_owned();
    };
    at(&mut site.core, "5.0.1", "kernel.DummyUpgradeProcess");
    assert_eq!(
        severity(&site, &release(), codes::CORE_STEPS_DIFFER),
        Some(Severity::Warning)
    );
    // Above the database's version it will run, whatever the installed release has there.
    let mut site = crate::facts::site();
    site.database.release_rows[0] = row("portal", "5.0.1");
    at(&mut site.core, "5.0.2", "kernel.DummyUpgradeProcess");
    assert_eq!(severity(&site, &release(), codes::CORE_STEPS_DIFFER), None);
}

#[test]
fn a_column_with_the_name_of_a_table_is_no_table() {
    let mut release = release();
    *release.core.steps.last_mut().unwrap() = step(
        "5.1.0",
        "com.liferay.portal.kernel.upgrade.UpgradeProcessFactory#alterColumnType",
        &["Other", "dlFileEntry", "LONG"],
    );
    let plan = make(&site(), &release, None, &wishes()).unwrap();
    let tables = &plan.core.steps.last().unwrap().tables;
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0].name, "Other");
}

#[test]
fn without_the_rows_of_the_database_the_way_back_is_undetermined() {
    let mut site = site();
    site.database.release_rows.clear();
    site.database.tables.clear();
    site.findings.push(raylift_model::finding::Finding::new(
        Severity::Blocker,
        codes::DATABASE_LOCKED,
        "lportal",
        "locked",
        "end who holds it",
    ));
    let plan = make(&site, &release(), None, &wishes()).unwrap();
    assert_eq!(plan.core.way_back, ReturnNeed::Undetermined);
    assert_eq!(plan.way_back.preferred, ReturnMode::ReturnPoint);
    assert!(!plan.way_back.undetermined.is_empty());
    assert!(plan.modules.iter().all(|module| {
        module.when != When::Undetermined || module.way_back == ReturnNeed::Undetermined
    }));
    let known = make(&crate::facts::site(), &release(), None, &wishes()).unwrap();
    assert!(known.way_back.undetermined.is_empty());
    let text = serde_json::to_string(&known.way_back).unwrap();
    assert!(!text.contains("undetermined"), "{text}");
}

#[test]
fn a_configuration_that_somebody_makes_in_the_portal_makes_the_plan_stale() {
    let (mut site, release) = (site(), release());
    let before = make(&site, &release, None, &wishes()).unwrap().binding;
    let from_file = ConfigurationRow {
        pid: "org.example.FromFile".to_owned(),
        file_name: Some("org.example.FromFile.config".to_owned()),
        ..ConfigurationRow::default()
    };
    site.database.configurations.push(from_file);
    let after = make(&site, &release, None, &wishes()).unwrap().binding;
    assert!(before.differences(&after).is_empty());
    site.database.configurations.push(ConfigurationRow {
        pid: "org.example.Made".to_owned(),
        ..ConfigurationRow::default()
    });
    let after = make(&site, &release, None, &wishes()).unwrap().binding;
    assert_eq!(
        before.differences(&after),
        ["configuration org.example.Made"]
    );
}
