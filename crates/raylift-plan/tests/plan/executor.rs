//! The module executors of the different lines. The cases come from Liferay's published source as the notes on it give
//! it (upgrade-internals 2.1 to 2.4, 3.1, 3.2, 5); nothing of them was run.

use crate::facts::{bundle, release, row, site, wishes};
use raylift_model::facts::{
    AutomaticSwitch, BundleFacts, ConvertedModule, ExecutorFacts, ModuleRows, ModuleTable,
    ReleaseCreationStep, ReleaseFacts, ReleaseFilter, SiteFacts, StepGrouping, TableFacts,
};
use raylift_model::names::BundleSymbolicName;
use raylift_model::plan::{ModulePlan, Plan, ReturnMode, ReturnNeed, When};
use raylift_model::version::SchemaVersion;
use raylift_plan::make;

/// The bundle of an executor.
fn executor(grouping: StepGrouping, switch: AutomaticSwitch) -> BundleFacts {
    let mut bundle = bundle("com.liferay.portal.upgrade.impl", &[]);
    bundle.executor = Some(ExecutorFacts {
        grouping,
        expands: grouping == StepGrouping::OneEdge,
        initialization_needs_core: grouping == StepGrouping::OneEdge,
        switch,
    });
    bundle
}

fn of_2023() -> BundleFacts {
    executor(StepGrouping::OneEdge, AutomaticSwitch::AutoRun)
}

fn of_7_3() -> BundleFacts {
    executor(StepGrouping::Hyphen, AutomaticSwitch::AutoRun)
}

/// A release whose core is the site's: only modules matter.
fn quiet(bundles: Vec<BundleFacts>) -> ReleaseFacts {
    let mut release = release();
    release.core = site().core;
    release.core.startup_check = raylift_model::facts::StartupCheck::SchemaVersion;
    release.bundles = bundles;
    release
}

fn site_with(rows: &[(&str, &str)]) -> SiteFacts {
    let mut site = site();
    site.database
        .release_rows
        .extend(rows.iter().map(|(name, version)| row(name, version)));
    site
}

fn plan_of(site: &SiteFacts, release: &ReleaseFacts) -> Plan {
    make(site, release, None, &wishes()).unwrap()
}

fn module<'a>(plan: &'a Plan, name: &str) -> &'a ModulePlan {
    plan.modules
        .iter()
        .find(|module| module.module.as_str() == name)
        .unwrap()
}

fn versions(module: &ModulePlan) -> Vec<&str> {
    module.steps.iter().map(|step| step.to.as_str()).collect()
}

fn service(name: &str, header: &str, steps: &[(&str, &str, usize)]) -> BundleFacts {
    let mut bundle = bundle(name, steps);
    bundle.liferay_service = true;
    bundle.require_schema_version = Some(header.to_owned());
    bundle
}

#[test]
fn three_steps_of_one_call_are_named_by_the_release() {
    let site = site_with(&[("m", "1.0.0")]);
    for (grouping, expected) in [
        (
            StepGrouping::Hyphen,
            &["2.0.0-step-2", "2.0.0-step-1", "2.0.0"][..],
        ),
        (
            StepGrouping::Dot,
            &["2.0.0.step-2", "2.0.0.step-1", "2.0.0"],
        ),
        (StepGrouping::OneEdge, &["2.0.0"]),
    ] {
        let bundles = vec![
            executor(grouping, AutomaticSwitch::AutoRun),
            bundle("m", &[("1.0.0", "2.0.0", 3)]),
        ];
        let plan = plan_of(&site, &quiet(bundles));
        assert_eq!(versions(module(&plan, "m")), expected, "{grouping:?}");
    }
}

#[test]
fn an_unknown_grouping_matters_only_where_it_changes_the_path() {
    let site = site_with(&[("same", "1.0.0"), ("other", "1.0.0")]);
    let bundles = vec![
        executor(StepGrouping::Undetermined, AutomaticSwitch::AutoRun),
        bundle("same", &[("1.0.0", "1.1.0", 2)]),
        // One call with three steps against two calls: fewest edges win, and their number depends on the grouping.
        bundle(
            "other",
            &[
                ("1.0.0", "2.0.0", 3),
                ("1.0.0", "1.1.0", 1),
                ("1.1.0", "2.0.0", 1),
            ],
        ),
    ];
    let plan = plan_of(&site, &quiet(bundles));
    assert_eq!(module(&plan, "same").when, When::InOutage);
    assert_eq!(module(&plan, "other").when, When::Undetermined);
}

#[test]
fn tables_are_made_beside_the_graph_in_2023_and_as_an_edge_before() {
    let chain = &[("0.0.0", "1.0.0", 1), ("1.0.0", "2.0.0", 1)];
    let plan = plan_of(
        &site(),
        &quiet(vec![of_7_3(), service("m", "3.0.0", chain)]),
    );
    assert_eq!(
        module(&plan, "m").when,
        When::Undetermined,
        "two ends from 0.0.0"
    );
    let plan = plan_of(
        &site(),
        &quiet(vec![
            of_2023(),
            service(
                "m",
                "2.0.0",
                &[("1.0.0", "2.0.0", 1), ("2.0.0", "2.0.1", 1)],
            ),
        ]),
    );
    assert_eq!(versions(module(&plan, "m")), ["2.0.0", "2.0.1"]);
}

#[test]
fn from_7_3_on_a_new_module_is_set_up_at_the_first_start_and_others_wait_or_must() {
    let site = site_with(&[("micro", "1.0.0"), ("minor", "1.0.0")]);
    let modules = || {
        vec![
            service("new", "1.0.0", &[]),
            bundle("micro", &[("1.0.0", "1.0.1", 1)]),
        ]
    };
    let mut bundles = modules();
    bundles.push(of_2023());
    let plan = plan_of(&site, &quiet(bundles));
    assert_eq!(module(&plan, "new").when, When::AtStart);
    assert_eq!(module(&plan, "micro").when, When::Waits);

    let minor = bundle("minor", &[("1.0.0", "1.1.0", 1)]);
    let mut bundles = modules();
    bundles.extend([of_2023(), minor.clone()]);
    let plan = plan_of(&site, &quiet(bundles));
    for name in ["new", "micro", "minor"] {
        assert_eq!(
            module(&plan, name).when,
            When::InOutage,
            "the client of 2023 runs everything: {name}"
        );
    }

    let mut bundles = modules();
    bundles.extend([of_7_3(), minor]);
    let plan = plan_of(&site, &quiet(bundles));
    assert_eq!(module(&plan, "new").when, When::AtStart);
    assert_eq!(module(&plan, "micro").when, When::Waits);
    assert!(!module(&plan, "micro").remarks.is_empty());
}

#[test]
fn register_initialization_leads_to_the_highest_version() {
    let mut fresh = bundle("fresh", &[("1.0.0", "1.10.0", 1), ("1.10.0", "1.9.0", 1)]);
    fresh.upgrades.initialization = true;
    let mut empty = bundle("empty", &[]);
    empty.upgrades.initialization = true;
    let plan = plan_of(
        &site(),
        &quiet(vec![of_2023(), fresh.clone(), empty.clone()]),
    );
    // 1.10.0 is higher than 1.9.0 as a version; the graph goes on from there.
    assert_eq!(versions(module(&plan, "fresh")), ["1.10.0", "1.9.0"]);
    assert_eq!(versions(module(&plan, "empty")), ["1.0.0"]);

    // The early registry looks at five characters only.
    let plan = plan_of(
        &site(),
        &quiet(vec![
            executor(StepGrouping::Dot, AutomaticSwitch::AutoRun),
            fresh.clone(),
        ]),
    );
    assert_eq!(module(&plan, "fresh").when, When::Undetermined);

    // An executor that does not have the call.
    let plan = plan_of(&site(), &quiet(vec![of_7_3(), empty]));
    assert_eq!(module(&plan, "empty").when, When::Undetermined);

    // It counts only where the core is at its latest version.
    let mut release = quiet(vec![of_2023(), fresh]);
    release.core = crate::facts::release().core;
    release.core.required_schema_version = Some(SchemaVersion::new("5.0.0"));
    let plan = plan_of(&site(), &release);
    assert_eq!(plan.core.when, When::Waits);
    assert_eq!(module(&plan, "fresh").when, When::Undetermined);
}

#[test]
fn a_module_that_takes_over_a_row_runs_its_whole_path() {
    let mut taker = bundle("new.name", &[("1.0.0", "2.0.0", 1)]);
    taker.upgrades.release_creation = vec![ReleaseCreationStep {
        class: "com.liferay.portal.upgrade.release.ReleaseRenamingUpgradeStep".to_owned(),
        texts: vec!["new.name".to_owned(), "old.name".to_owned()],
    }];
    let release = quiet(vec![of_2023(), taker]);
    let plan = plan_of(&site_with(&[("old.name", "1.0.0")]), &release);
    let planned = module(&plan, "new.name");
    assert_eq!(planned.current, None);
    assert_eq!(planned.start.as_str(), "1.0.0");
    assert_eq!(versions(planned), ["1.0.0", "2.0.0"]);
    assert_eq!(
        planned.when,
        When::AtStart,
        "though its step is a major one"
    );
    assert_eq!(planned.way_back, ReturnNeed::Restore);
    assert_eq!(plan.way_back.preferred, ReturnMode::ReturnPoint);

    // With a row of its own it renames nothing.
    let plan = plan_of(
        &site_with(&[("old.name", "1.0.0"), ("new.name", "1.0.0")]),
        &release,
    );
    assert_eq!(versions(module(&plan, "new.name")), ["2.0.0"]);
}

#[test]
fn steps_for_a_new_row_that_are_not_renamings_are_undetermined() {
    let mut odd = bundle("odd", &[("1.0.0", "2.0.0", 1)]);
    odd.upgrades.release_creation = vec![ReleaseCreationStep {
        class: "odd.Step".to_owned(),
        texts: Vec::new(),
    }];
    let release = quiet(vec![of_2023(), odd]);
    assert_eq!(
        module(&plan_of(&site(), &release), "odd").when,
        When::Undetermined
    );
    let plan = plan_of(&site_with(&[("odd", "1.0.0")]), &release);
    assert_eq!(module(&plan, "odd").when, When::InOutage);
}

/// GA2, whose pending core step 5.0.3 changes rows so.
fn with_core_rows(rows: ModuleRows, bundles: Vec<BundleFacts>) -> ReleaseFacts {
    let mut release = release();
    let step = release
        .core
        .steps
        .iter_mut()
        .find(|step| step.schema_version.as_str() == "5.0.3")
        .unwrap();
    step.module_rows = rows;
    release.bundles = bundles;
    release
}

#[test]
fn rows_that_the_core_makes_are_where_modules_begin() {
    let name = BundleSymbolicName::new;
    let rows = ModuleRows {
        adds: vec![name("added"), name("had")],
        converts: vec![ConvertedModule {
            from: name("plugin"),
            to: name("converted"),
            build_namespace: "P".to_owned(),
        }],
        adds_for_tables: vec![
            ModuleTable {
                module: name("tabled"),
                table: "dlFileEntry".to_owned(),
            },
            ModuleTable {
                module: name("untabled"),
                table: "Nothing".to_owned(),
            },
        ],
        undetermined: None,
    };
    let steps = &[("0.0.1", "1.0.0", 1)];
    let bundles = ["added", "had", "converted", "tabled", "untabled"]
        .map(|name| service(name, "1.0.0", steps))
        .to_vec();
    let release = with_core_rows(rows, bundles);
    let site = site_with(&[("had", "1.0.0"), ("plugin", "0.0.1")]);
    let plan = plan_of(&site, &release);
    let starts: Vec<(&str, &str)> = plan
        .modules
        .iter()
        .map(|module| (module.module.as_str(), module.start.as_str()))
        .collect();
    assert_eq!(
        starts,
        [
            ("added", "0.0.1"),
            ("converted", "0.0.1"),
            ("tabled", "0.0.1"),
            ("untabled", "0.0.0")
        ]
    );
    assert_eq!(module(&plan, "added").steps.len(), 1);
}

#[test]
fn a_row_that_depends_on_a_table_nobody_asked_is_a_doubt() {
    let name = BundleSymbolicName::new;
    let rows = ModuleRows {
        converts: vec![ConvertedModule {
            from: name("plugin"),
            to: name("m"),
            build_namespace: "P".to_owned(),
        }],
        ..ModuleRows::default()
    };
    let release = with_core_rows(rows, vec![service("m", "1.0.0", &[("0.0.1", "1.0.0", 1)])]);
    let plan = plan_of(&site(), &release);
    assert_eq!(
        module(&plan, "m").start.as_str(),
        "0.0.0",
        "no ServiceComponent at all"
    );
    let mut site = site();
    site.database.tables.push(TableFacts {
        name: "SERVICECOMPONENT".to_owned(),
        rows: 4,
    });
    let plan = plan_of(&site, &release);
    assert_eq!(module(&plan, "m").when, When::Undetermined);
    site.database.release_rows.push(row("m", "1.0.0"));
    assert!(plan_of(&site, &release).modules.is_empty());
}

#[test]
fn what_the_old_code_accepts_decides_about_the_way_back() {
    let needs = |version: &str, from: &str, to: &str, old: Option<&str>| {
        let mut site = site_with(&[("m", from)]);
        site.identity.version = Some(version.parse().unwrap());
        let mut installed = bundle("m", &[]);
        installed.release_filters = old
            .map(|filter| ReleaseFilter {
                component: "m.Page".to_owned(),
                filter: filter.to_owned(),
            })
            .into_iter()
            .collect();
        site.bundles = vec![installed];
        let mut wishes = wishes();
        wishes.micro = true;
        let bundles = vec![bundle("m", &[(from, to, 1)])];
        let plan = make(&site, &quiet(bundles), None, &wishes).unwrap();
        module(&plan, "m").way_back
    };
    assert_eq!(needs("7.2.0", "1.0.0", "1.0.1", None), ReturnNeed::CodeOnly);
    assert_eq!(needs("7.2.0", "1.0.0", "1.1.0", None), ReturnNeed::Undo);
    assert_eq!(needs("7.1.2", "1.0.0", "1.1.0", None), ReturnNeed::Restore);
    assert_eq!(needs("7.2.0", "1.0.0", "2.0.0", None), ReturnNeed::Restore);
    let exact = "(&(release.bundle.symbolic.name=m)(release.schema.version=1.0.0))";
    assert_eq!(
        needs("7.2.0", "1.0.0", "1.0.1", Some(exact)),
        ReturnNeed::Undo
    );
}

fn up_to_date(executor: Option<BundleFacts>) -> ReleaseFacts {
    let mut done = service("m", "2.0.0", &[("1.0.0", "2.0.0", 1)]);
    done.upgrades.initialization = true;
    let mut release = quiet(executor.into_iter().chain([done]).collect());
    release.identity.version = Some("7.4.3.41".parse().unwrap());
    release
}

#[test]
fn what_is_not_known_of_new_modules_does_not_concern_one_that_is_done() {
    let site = site_with(&[("m", "2.0.0")]);
    for executor in [
        Some(of_2023()),
        Some(executor(StepGrouping::Dot, AutomaticSwitch::AutoRun)),
        None,
    ] {
        let mut release = up_to_date(executor);
        assert!(plan_of(&site, &release).modules.is_empty());
        // With an optional core step that waits.
        release.core = crate::facts::release().core;
        release.core.required_schema_version = Some(SchemaVersion::new("5.0.0"));
        assert!(plan_of(&site, &release).modules.is_empty());
    }
}

#[test]
fn a_row_that_is_taken_over_is_missed_by_the_old_release_even_if_it_has_both_modules() {
    let mut taker = bundle("new.name", &[("1.0.0", "1.0.1", 1)]);
    taker.upgrades.release_creation = vec![ReleaseCreationStep {
        class: "com.liferay.portal.upgrade.release.ReleaseRenamingUpgradeStep".to_owned(),
        texts: vec!["new.name".to_owned(), "old.name".to_owned()],
    }];
    let mut site = site_with(&[("old.name", "1.0.0")]);
    site.bundles = vec![bundle("new.name", &[]), bundle("old.name", &[])];
    let plan = plan_of(&site, &quiet(vec![of_2023(), taker]));
    assert_eq!(module(&plan, "new.name").way_back, ReturnNeed::Restore);
}

#[test]
fn a_module_with_a_row_is_judged_by_its_change_when_its_old_bundle_was_not_read() {
    let plan = plan_of(
        &site_with(&[("m", "1.0.0")]),
        &quiet(vec![bundle("m", &[("1.0.0", "2.0.0", 1)])]),
    );
    assert_eq!(module(&plan, "m").way_back, ReturnNeed::Restore);
    assert_eq!(plan.way_back.preferred, ReturnMode::ReturnPoint);
}

#[test]
fn steps_that_the_client_runs_too_are_judged_like_others() {
    let mut site = site_with(&[("m", "1.0.0"), ("other", "1.0.0")]);
    let mut old = bundle("m", &[]);
    old.release_filters = vec![ReleaseFilter {
        component: "m.Page".to_owned(),
        filter: "(&(release.bundle.symbolic.name=m)(release.schema.version=1.0.0))".to_owned(),
    }];
    site.bundles = vec![old];
    let plan = plan_of(
        &site,
        &quiet(vec![
            of_2023(),
            bundle("m", &[("1.0.0", "1.0.1", 1)]),
            bundle("other", &[("1.0.0", "1.1.0", 1)]),
        ]),
    );
    assert_eq!(module(&plan, "m").when, When::InOutage);
    assert_eq!(module(&plan, "m").way_back, ReturnNeed::Undo);
}

#[test]
fn the_sites_auto_run_makes_optional_steps_start_by_themselves() {
    let mut site = site_with(&[("m", "1.0.0")]);
    site.auto_run = true;
    let when = |site: &SiteFacts, executor: BundleFacts| {
        let bundles = vec![executor, bundle("m", &[("1.0.0", "1.0.1", 1)])];
        module(&plan_of(site, &quiet(bundles)), "m").when
    };
    assert_eq!(when(&site, of_7_3()), When::AtStart);
    assert_eq!(
        when(&site, of_2023()),
        When::Waits,
        "not on HSQLDB (upgrade-internals 3.2)"
    );
    let old = executor(StepGrouping::Hyphen, AutomaticSwitch::AutoUpgrade);
    assert_eq!(
        when(&site, old),
        When::Waits,
        "raylift's file stops it in 7.2"
    );
}

#[test]
fn an_override_counts_before_a_newer_bundle_and_shadowed_ones_wait_for_nothing() {
    let mut taken = bundle("m", &[("1.0.0", "1.0.1", 1)]);
    taken.file = raylift_model::names::RelativePath::new("osgi/marketplace/override/m.jar");
    let mut newer = bundle("m", &[("1.0.0", "2.0.0", 1)]);
    newer.version = raylift_model::version::OsgiVersion::new(1, 0, 1);
    newer.release_filters = vec![ReleaseFilter {
        component: "m.Page".to_owned(),
        filter: "(&(release.bundle.symbolic.name=m)(release.schema.version>=2.0.0))".to_owned(),
    }];
    let plan = plan_of(&site_with(&[("m", "1.0.0")]), &quiet(vec![taken, newer]));
    assert_eq!(
        module(&plan, "m").change,
        Some(raylift_model::version::SchemaChange::Micro)
    );
    let stays_off = |finding: &&raylift_model::finding::Finding| {
        finding.code.as_str() == raylift_model::codes::COMPONENT_STAYS_OFF
    };
    assert_eq!(plan.findings.iter().find(stays_off), None);
}

#[test]
fn of_equally_short_ways_the_plan_says_that_it_may_be_another() {
    let steps = &[
        ("1.0.0", "1.1.0", 1),
        ("1.1.0", "2.0.0", 1),
        ("1.0.0", "1.2.0", 1),
        ("1.2.0", "2.0.0", 1),
    ];
    let plan = plan_of(
        &site_with(&[("m", "1.0.0"), ("one", "1.1.0")]),
        &quiet(vec![bundle("m", steps), bundle("one", steps)]),
    );
    assert_eq!(
        module(&plan, "m").target.as_ref().unwrap().as_str(),
        "2.0.0"
    );
    assert_eq!(module(&plan, "m").remarks.len(), 1);
    assert!(module(&plan, "one").remarks.is_empty());
}

#[test]
fn a_range_in_the_manifest_says_no_version_at_which_tables_are_made() {
    let chain = &[("1.0.0", "1.1.0", 1)];
    let release = quiet(vec![service("m", "[1.0.0,2.0.0)", chain)]);
    assert_eq!(
        module(&plan_of(&site(), &release), "m").when,
        When::Undetermined
    );
    let plan = plan_of(&site_with(&[("m", "1.0.0")]), &release);
    assert_eq!(module(&plan, "m").when, When::InOutage);
}
