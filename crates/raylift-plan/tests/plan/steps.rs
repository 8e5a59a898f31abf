//! Which upgrade steps a plan names, and what they mean for the way back.

use crate::facts::{bundle, java, release, row, site, wishes};
use raylift_model::codes;
use raylift_model::facts::{ReleaseFilter, SiteFacts, StartupCheck};
use raylift_model::finding::Severity;
use raylift_model::plan::{Action, DataUpgrade, Plan, ReturnMode, ReturnNeed, Verdict, When};
use raylift_model::version::SchemaChange;
use raylift_plan::{lint, make};

fn upgrade(plan: &Plan) -> Option<&DataUpgrade> {
    plan.actions
        .iter()
        .find_map(|planned| match &planned.action {
            Action::UpgradeData(upgrade) => Some(upgrade),
            _ => None,
        })
}

#[test]
fn ga1_to_ga2_needs_a_minor_core_step() {
    let plan = make(&site(), &release(), None, &wishes()).unwrap();
    let versions: Vec<String> = plan
        .core
        .steps
        .iter()
        .map(|step| step.to.to_string())
        .collect();
    assert_eq!(versions, ["5.0.3", "5.0.4", "5.0.5", "5.1.0"]);
    let changes: Vec<SchemaChange> = plan.core.steps.iter().map(|step| step.change).collect();
    assert_eq!(
        changes,
        [
            SchemaChange::Micro,
            SchemaChange::Micro,
            SchemaChange::Micro,
            SchemaChange::Minor
        ]
    );
    assert!(plan.core.must_run);
    assert_eq!(plan.core.when, When::InOutage);
    assert_eq!(plan.verdict, Verdict::Outage);
    assert_eq!(plan.way_back.preferred, ReturnMode::ReturnPoint);
    assert!(
        plan.way_back.put_back_core_row,
        "GA1 compares build numbers"
    );
    assert!(upgrade(&plan).unwrap().core_pending);
    assert_eq!(lint(&plan), []);
}

#[test]
fn a_release_that_compares_build_numbers_needs_the_client_without_any_step() {
    let mut release = release();
    release.core = site().core;
    let plan = make(&site(), &release, None, &wishes()).unwrap();
    assert_eq!(release.core.startup_check, StartupCheck::BuildNumber);
    assert!(plan.core.steps.is_empty());
    assert!(plan.core.must_run, "7201 is demanded, 7200 is stored");
    assert_eq!(plan.way_back.preferred, ReturnMode::CodeOnly);
}

#[test]
fn the_same_core_needs_nothing() {
    let mut release = release();
    release.core = site().core;
    release.identity = site().identity;
    let mut wishes = wishes();
    wishes.same_release = true;
    let plan = make(&site(), &release, None, &wishes).unwrap();
    assert_eq!(plan.verdict, Verdict::Instant);
    assert_eq!(upgrade(&plan), None);
    assert_eq!(plan.way_back.preferred, ReturnMode::CodeOnly);
    assert_eq!(lint(&plan), []);
}

#[test]
fn modules_wait_or_run_by_their_kind() {
    let mut site = site();
    site.database.release_rows = vec![
        row("portal", "5.0.2"),
        row("micro", "1.0.0"),
        row("minor", "1.0.0"),
        row("major", "1.0.0"),
        row("done", "1.0.1"),
    ];
    let mut release = release();
    let mut gated = bundle("gated", &[]);
    gated.release_filters = vec![ReleaseFilter {
        component: "gated.Page".to_owned(),
        filter: "(&(release.bundle.symbolic.name=minor)(release.schema.version>=1.1.0))".to_owned(),
    }];
    let mut fresh = bundle("fresh", &[]);
    fresh.liferay_service = true;
    fresh.require_schema_version = Some("2.0.0".to_owned());
    release.bundles = vec![
        bundle("micro", &[("1.0.0", "1.0.1", 2)]),
        bundle("minor", &[("1.0.0", "1.0.1", 1), ("1.0.1", "1.1.0", 1)]),
        bundle("major", &[("1.0.0", "2.0.0", 3)]),
        bundle("done", &[("1.0.0", "1.0.1", 1)]),
        fresh,
        gated,
    ];
    let plan = make(&site, &release, None, &wishes()).unwrap();
    let said: Vec<(&str, Option<SchemaChange>, When)> = plan
        .modules
        .iter()
        .map(|module| (module.module.as_str(), module.change, module.when))
        .collect();
    assert_eq!(
        said,
        [
            ("fresh", Some(SchemaChange::Initial), When::InOutage),
            ("major", Some(SchemaChange::Major), When::InOutage),
            ("micro", Some(SchemaChange::Micro), When::Waits),
            ("minor", Some(SchemaChange::Minor), When::InOutage),
        ]
    );
    let micro = &plan.modules[2];
    let steps: Vec<(&str, SchemaChange)> = micro
        .steps
        .iter()
        .map(|step| (step.to.as_str(), step.change))
        .collect();
    assert_eq!(
        steps,
        [
            ("1.0.1-step-1", SchemaChange::Micro),
            ("1.0.1", SchemaChange::Micro)
        ]
    );
    assert_eq!(
        plan.modules[1].steps[2].change,
        SchemaChange::Major,
        "the last of a group has the group's kind"
    );
    assert_eq!(plan.modules[3].blocks, ["gated.Page"]);
    let order: Vec<&str> = upgrade(&plan)
        .unwrap()
        .modules
        .iter()
        .map(|target| target.module.as_str())
        .collect();
    assert_eq!(order, ["fresh", "major", "minor"], "new modules first");
}

#[test]
fn micro_steps_run_when_asked_for() {
    let mut site = site();
    site.database.release_rows.push(row("micro", "1.0.0"));
    let mut release = release();
    release.bundles = vec![bundle("micro", &[("1.0.0", "1.0.1", 1)])];
    let mut wishes = wishes();
    wishes.micro = true;
    let plan = make(&site, &release, None, &wishes).unwrap();
    assert_eq!(plan.modules[0].when, When::InOutage);
}

#[test]
fn what_cannot_be_known_is_said_and_not_run() {
    let mut release = release();
    let mut doubtful = bundle("loop", &[("1.0.0", "2.0.0", 1)]);
    doubtful.upgrades.undetermined = vec!["a loop in register".to_owned()];
    let ambiguous = bundle("ends", &[("0.0.0", "1.0.0", 1), ("0.0.0", "2.0.0", 1)]);
    release.bundles = vec![doubtful, ambiguous];
    let plan = make(&site(), &release, None, &wishes()).unwrap();
    assert!(
        plan.modules
            .iter()
            .all(|module| module.when == When::Undetermined && module.target.is_none())
    );
    assert!(upgrade(&plan).unwrap().modules.is_empty());
    let said = plan
        .findings
        .iter()
        .filter(|finding| finding.code.as_str() == codes::MODULE_UNDETERMINED);
    assert_eq!(said.count(), 2);
}

#[test]
fn a_newer_java_fails_the_upgrade_only_where_core_steps_run() {
    let mut site = site();
    site.java = Some(java(17));
    let plan = make(&site, &release(), None, &wishes()).unwrap();
    assert!(
        plan.blockers()
            .any(|finding| finding.code.as_str() == codes::JAVA_UNSUITABLE)
    );
    let mut same = release();
    same.core = site.core.clone();
    let plan = make(&site, &same, None, &wishes()).unwrap();
    let blockers: Vec<&str> = plan
        .blockers()
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(
        blockers,
        [codes::JAVA_LEVEL],
        "the server does not start on it all the same"
    );
}

#[test]
fn a_header_beyond_the_steps_keeps_the_module_off() {
    let with_header = |header: &str| {
        let mut module = bundle("service", &[("1.0.0", "1.1.0", 1)]);
        module.require_schema_version = Some(header.to_owned());
        module.liferay_service = true;
        let mut release = release();
        release.bundles = vec![module];
        let plan = make(&site(), &release, None, &wishes()).unwrap();
        plan.findings
            .into_iter()
            .find(|finding| finding.code.as_str() == codes::HEADER_AND_CHAIN_DIFFER)
    };
    assert_eq!(with_header("1.1.0"), None);
    assert_eq!(with_header("1.0.0").unwrap().severity, Severity::Note);
    assert_eq!(with_header("1.2.0").unwrap().severity, Severity::Warning);
    assert_eq!(with_header("2.0.0").unwrap().severity, Severity::Warning);
}

#[test]
fn versions_between_the_steps_of_one_key_have_the_keys_kind() {
    let mut release = release();
    let mut between = release.core.steps.last().unwrap().clone();
    between.schema_version = raylift_model::version::SchemaVersion::new("5.1.0.step-1");
    let last = release.core.steps.len() - 1;
    release.core.steps.insert(last, between);
    let plan = make(&site(), &release, None, &wishes()).unwrap();
    let kinds: Vec<(&str, SchemaChange)> = plan.core.steps[3..]
        .iter()
        .map(|step| (step.to.as_str(), step.change))
        .collect();
    assert_eq!(
        kinds,
        [
            ("5.1.0.step-1", SchemaChange::Minor),
            ("5.1.0", SchemaChange::Minor)
        ]
    );
}

#[test]
fn another_release_given_as_the_installed_one_is_a_blocker() {
    let mut old = release();
    let blocked = |old: &raylift_model::facts::ReleaseFacts| {
        let plan = make(&site(), &release(), Some(old), &wishes()).unwrap();
        plan.blockers()
            .any(|finding| finding.code.as_str() == codes::OLD_RELEASE_DIFFERS)
    };
    assert!(blocked(&old));
    old.identity = site().identity;
    assert!(!blocked(&old));
}

/// A database that could not be read is none without modules.
#[test]
fn without_rows_no_module_is_taken_for_a_new_one() {
    let mut site = site();
    let mut release = release();
    let mut service = bundle("com.example.service", &[]);
    service.liferay_service = true;
    service.require_schema_version = Some("1.0.0".to_owned());
    let mut plain = bundle("com.example.plain", &[]);
    plain.upgrades.registrators.clear();
    release.bundles = vec![
        bundle(
            "com.example.fresh",
            &[("0.0.0", "1.0.0", 1), ("1.0.0", "1.1.0", 1)],
        ),
        bundle(
            "com.example.ends",
            &[
                ("0.0.0", "1.0.0", 1),
                ("0.0.0", "2.0.0", 1),
                ("1.0.0", "3.0.0", 1),
            ],
        ),
        service,
        plain,
    ];
    let of = |site: &SiteFacts| make(site, &release, None, &wishes()).unwrap();
    let said = |plan: &Plan| {
        let findings = plan.findings.iter();
        let codes = findings.map(|finding| finding.code.to_string());
        codes.collect::<Vec<String>>()
    };
    let known = of(&site);
    assert!(said(&known).contains(&codes::NEW_MODULE.to_owned()));
    site.database.release_rows.clear();
    let unknown = of(&site);
    let modules: Vec<(&str, When, ReturnNeed, bool)> = unknown
        .modules
        .iter()
        .map(|module| {
            let name = module.module.as_str();
            (
                name,
                module.when,
                module.way_back,
                module.lacks_only_its_row(),
            )
        })
        .collect();
    let undetermined = |name| (name, When::Undetermined, ReturnNeed::Undetermined, true);
    assert_eq!(
        modules,
        [
            undetermined("com.example.ends"),
            undetermined("com.example.fresh"),
            undetermined("com.example.service"),
        ]
    );
    let said = said(&unknown);
    assert!(!said.contains(&codes::NEW_MODULE.to_owned()), "{said:?}");
    let doubts = said
        .iter()
        .filter(|code| *code == codes::MODULE_UNDETERMINED);
    assert_eq!(doubts.count(), 1, "one cause, said once: {said:?}");
}
