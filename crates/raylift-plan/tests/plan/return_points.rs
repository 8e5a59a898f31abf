//! By what means a plan takes its return point, and what it says of each.

use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, ReleaseFacts, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::plan::{Action, DatabaseMeans, OwnCommand, Plan, ReturnMeans, ReturnMode};
use raylift_plan::{Wishes, lint, make, site_alone};

use crate::database_servers::{on_postgresql, server};
use crate::facts::{release, site, wishes};

fn words(words: &[&str]) -> Option<Vec<String>> {
    Some(words.iter().map(|word| (*word).to_owned()).collect())
}

fn planned(site: &SiteFacts, release: &ReleaseFacts, wishes: &Wishes) -> Plan {
    let plan = make(site, release, None, wishes).unwrap();
    assert_eq!(lint(&plan), [], "{:#?}", plan.findings);
    plan
}

fn names(plan: &Plan) -> Vec<&'static str> {
    plan.actions
        .iter()
        .map(|planned| planned.action.name())
        .collect()
}

fn finding<'a>(plan: &'a Plan, code: &str) -> Option<&'a Finding> {
    plan.findings
        .iter()
        .find(|finding| finding.code.as_str() == code)
}

fn blockers(plan: &Plan) -> Vec<&str> {
    plan.blockers()
        .map(|finding| finding.code.as_str())
        .collect()
}

/// A release whose core demands nothing but a build number: the old code accepts what it leaves.
fn same_core() -> ReleaseFacts {
    let mut release = release();
    release.core = site().core;
    release
}

fn on_oracle() -> SiteFacts {
    let mut site = site();
    site.database.settings.kind = DatabaseKind::Other;
    site.database.settings.url = Some("jdbc:oracle:thin:@db:1521/lportal".to_owned());
    site.database.product = Some("Oracle".to_owned());
    site
}

fn with_snapshot(restore: Option<&[&str]>) -> Wishes {
    let mut wishes = wishes();
    wishes.settings.restore_point.command = words(&["/usr/local/bin/snapshot", "take"]);
    wishes.settings.restore_point.restore_command = restore.and_then(words);
    wishes
}

fn with_dumps() -> Wishes {
    let mut wishes = wishes();
    wishes.settings.database.dump_command = words(&["/opt/dump"]);
    wishes.settings.database.restore_command = words(&["/opt/restore", "-v"]);
    wishes
}

#[test]
fn a_plan_without_settings_says_nothing_of_means() {
    let plan = planned(&site(), &release(), &wishes());
    assert_eq!(plan.return_means(), Some(&ReturnMeans::Copies));
    let text = serde_json::to_string(&plan.actions).unwrap();
    assert!(!text.contains("means"), "as plans were before");
    assert!(names(&plan).contains(&"prove-restore-point"));
}

#[test]
fn a_command_takes_the_return_point_and_is_named_as_not_proven() {
    let plan = planned(&site(), &release(), &with_snapshot(Some(&["/bin/back"])));
    let command = |words: &[&str]| OwnCommand {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        seconds: 3_600,
    };
    assert_eq!(
        plan.return_means(),
        Some(&ReturnMeans::Command {
            take: command(&["/usr/local/bin/snapshot", "take"]),
            restore: Some(command(&["/bin/back"])),
        })
    );
    assert!(!names(&plan).contains(&"prove-restore-point"));
    let found = finding(&plan, codes::NOT_PROVEN).unwrap();
    assert_eq!(found.severity, Severity::Warning);
    assert!(found.message.contains("database and documents"));
    assert!(found.message.contains("not proven by raylift"));
    assert!(found.evidence[0].contains("/bin/back"));
}

#[test]
fn without_a_command_that_restores_the_plan_says_what_a_person_does() {
    let plan = planned(&site(), &release(), &with_snapshot(None));
    let found = finding(&plan, codes::NOT_PROVEN).unwrap();
    assert!(
        found.evidence[0].contains("raylift rollback --restored"),
        "{found:?}"
    );
}

#[test]
fn a_snapshot_needs_no_room_beside_the_site() {
    let mut site = site();
    site.database.bytes = Some(1 << 40);
    let plan = planned(&site, &release(), &with_snapshot(None));
    assert_eq!(blockers(&plan), Vec::<&str>::new());
    let copies = planned(&site, &release(), &wishes());
    assert_eq!(blockers(&copies), [codes::DISK_TOO_SMALL]);
}

#[test]
fn other_databases_are_updated_by_commands_only() {
    let refused = planned(&on_oracle(), &release(), &wishes());
    assert_eq!(blockers(&refused), [codes::DATABASE_UNSUPPORTED]);
    assert!(refused.findings[0].remedy.contains("dump_command"));

    let plan = planned(&on_oracle(), &release(), &with_dumps());
    assert_eq!(blockers(&plan), Vec::<&str>::new());
    let commands = plan.site.database_commands.as_ref().unwrap();
    assert_eq!(commands.restore.words, ["/opt/restore", "-v"]);
    assert!(plan.return_means().unwrap().is_copies());
    let names = names(&plan);
    assert!(!names.contains(&"prove-restore-point") && !names.contains(&"check-sessions"));
    let found = finding(&plan, codes::NOT_PROVEN).unwrap();
    assert!(found.evidence[0].contains("not kept beside"), "{found:?}");

    let snapshot = planned(&on_oracle(), &release(), &with_snapshot(None));
    assert_eq!(blockers(&snapshot), Vec::<&str>::new());
}

#[test]
fn another_database_without_its_rows_is_still_refused() {
    let mut site = on_oracle();
    site.database.release_rows.clear();
    let plan = planned(&site, &release(), &with_dumps());
    assert!(
        blockers(&plan).contains(&codes::CORE_ROW_MISSING),
        "{:?}",
        blockers(&plan)
    );
}

#[test]
fn a_dump_by_command_is_nothing_for_a_drill() {
    let (_, against) = site_alone(&on_oracle(), &with_dumps().settings).unwrap();
    let codes: Vec<&str> = against
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(codes, [codes::NOT_PROVEN]);
}

fn with_template() -> Wishes {
    let mut wishes = wishes();
    wishes.settings.restore_point.database = DatabaseMeans::Template;
    wishes
}

#[test]
fn a_copy_on_the_server_stands_in_the_plan() {
    let site = on_postgresql(Some(server()));
    let dumped = planned(&site, &release(), &wishes());
    assert!(!dumped.site.copies_on_server());
    assert_eq!(dumped.return_point_database(), None);
    let tools = serde_json::to_string(&dumped.site.database_tools).unwrap();
    assert!(!tools.contains("return_point"), "as plans were before");

    let plan = planned(&site, &release(), &with_template());
    assert_eq!(blockers(&plan), Vec::<&str>::new());
    assert!(plan.site.copies_on_server());
    assert!(names(&plan).contains(&"prove-restore-point"));
    assert!(names(&plan).contains(&"check-sessions"));
    let name = plan.return_point_database().unwrap();
    assert!(name.starts_with("raylift_") && name.ends_with("_point"));
}

/// Neither the drill nor the update silently does something else.
#[test]
fn a_copy_on_the_server_is_refused_where_raylift_makes_none() {
    let (mut snapshot, mut dumps) = (with_template(), with_template());
    snapshot.settings.restore_point.command = words(&["/bin/take"]);
    dumps.settings.database.dump_command = words(&["/opt/dump"]);
    dumps.settings.database.restore_command = words(&["/opt/restore"]);
    let mut mariadb = on_postgresql(Some(server()));
    mariadb.database.settings.kind = DatabaseKind::Mariadb;
    let postgresql = on_postgresql(Some(server()));
    for (site, wishes, word) in [
        (&site(), with_template(), "only PostgreSQL"),
        (&mariadb, with_template(), "only PostgreSQL"),
        (&on_oracle(), with_template(), "only PostgreSQL"),
        (&postgresql, snapshot, "command takes"),
        (&postgresql, dumps, "dump_command"),
    ] {
        let plan = make(site, &release(), None, &wishes).unwrap();
        assert!(blockers(&plan).contains(&codes::SETTINGS_UNREADABLE));
        let found = finding(&plan, codes::SETTINGS_UNREADABLE).unwrap();
        assert!(found.message.contains(word), "{found:?}");
        let (_, against) = site_alone(site, &wishes.settings).unwrap();
        assert!(against.contains(found), "{against:?}");
    }
}

#[test]
fn half_of_the_settings_is_none() {
    let mut dump = wishes();
    dump.settings.database.dump_command = words(&["/opt/dump"]);
    let mut restore = wishes();
    restore.settings.restore_point.restore_command = words(&["/opt/restore"]);
    let mut empty = wishes();
    empty.settings.restore_point.command = Some(Vec::new());
    for wishes in [dump, restore, empty] {
        let plan = planned(&site(), &release(), &wishes);
        assert_eq!(blockers(&plan), [codes::SETTINGS_UNREADABLE]);
    }
}

#[test]
fn a_waived_proof_is_in_no_action_and_in_a_warning() {
    let mut wishes = wishes();
    wishes.waive_proof = true;
    let plan = planned(&site(), &release(), &wishes);
    assert!(plan.proof_waived && !names(&plan).contains(&"prove-restore-point"));
    let found = finding(&plan, codes::PROOF_WAIVED).unwrap();
    assert_eq!(found.severity, Severity::Warning);
}

#[test]
fn nothing_is_waived_where_there_is_no_proof() {
    let mut wishes = with_snapshot(None);
    wishes.waive_proof = true;
    let plan = planned(&site(), &release(), &wishes);
    assert!(!plan.proof_waived);
    assert!(finding(&plan, codes::PROOF_WAIVED).is_none());
}

#[test]
fn the_return_point_is_left_out_only_where_the_code_alone_goes_back() {
    let mut wishes = wishes();
    let by_default = planned(&site(), &same_core(), &wishes);
    assert_eq!(by_default.way_back.preferred, ReturnMode::CodeOnly);
    assert!(by_default.has_return_point(), "a careful default");

    wishes.settings.restore_point.always = Some(false);
    let without = planned(&site(), &same_core(), &wishes);
    assert_eq!(without.return_means(), Some(&ReturnMeans::Notes));
    assert!(!without.has_return_point());
    assert!(!names(&without).contains(&"prove-restore-point"));
    let found = finding(&without, codes::NO_RETURN_POINT).unwrap();
    assert!(found.message.contains("neither database nor documents"));

    let minor = planned(&site(), &release(), &wishes);
    assert_eq!(minor.way_back.preferred, ReturnMode::ReturnPoint);
    assert!(minor.has_return_point());
    assert!(finding(&minor, codes::NO_RETURN_POINT).is_none());
}

#[test]
fn a_plan_that_lost_its_proof_or_its_return_point_is_not_sound() {
    let mut plan = planned(&site(), &release(), &wishes());
    plan.actions
        .retain(|planned| !matches!(planned.action, Action::ProveRestorePoint { .. }));
    assert_eq!(
        lint(&plan)[0].0,
        "the server stops without a proven restore point"
    );
    for planned in &mut plan.actions {
        if let Action::TakeReturnPoint { means, .. } = &mut planned.action {
            *means = ReturnMeans::Notes;
        }
    }
    assert!(
        lint(&plan)
            .iter()
            .any(|flaw| flaw.0.starts_with("there is no return point")),
        "{:?}",
        lint(&plan)
    );
}

/// Earlier versions wrote no place for backups where there was no store that they could read.
#[test]
fn a_plan_without_a_place_for_backups_reads_and_has_no_documents() {
    let mut text = serde_json::to_value(planned(&site(), &release(), &wishes())).unwrap();
    let site = text["site"].as_object_mut().unwrap();
    site.remove("backups").unwrap();
    let store = site.remove("store").unwrap();
    let plan: Plan = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(lint(&plan), []);
    text["site"]["store"] = store;
    let plan: Plan = serde_json::from_value(text).unwrap();
    assert_eq!(
        lint(&plan)[0].0,
        "the site has documents, and the plan no place for their backups"
    );
}
