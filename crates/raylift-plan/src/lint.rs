//! A linter over plans: rules that every plan keeps, checked before a run starts and in every test.

use std::path::{Component, Path};

use raylift_model::names::RelativePath;
use raylift_model::plan::{Action, Decision, Plan, PlannedBackups, ReturnMeans, ReturnMode};

/// A rule that a plan breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Flaw(pub &'static str);

/// All rules that `plan` breaks; a plan made by [`crate::make()`] breaks none.
pub fn lint(plan: &Plan) -> Vec<Flaw> {
    let names: Vec<&'static str> = plan
        .actions
        .iter()
        .map(|planned| planned.action.name())
        .collect();
    let first = |name: &str| names.iter().position(|other| *other == name);
    let last = |name: &str| names.iter().rposition(|other| *other == name);
    let before = |one: &str, two: &str| match (last(one), first(two)) {
        (Some(one), Some(two)) => one < two,
        (_, None) => true,
        (None, Some(_)) => false,
    };
    let mut flaws = Vec::new();
    let mut rule = |kept: bool, text: &'static str| {
        if !kept {
            flaws.push(Flaw(text));
        }
    };
    rule(
        before("verify-release", "stage"),
        "the release is staged before it is verified",
    );
    rule(
        before("stage", "raise-fence"),
        "something that takes time happens behind the fence",
    );
    let by_own_tools = plan.return_means().is_some_and(ReturnMeans::is_copies)
        && plan.site.database_commands.is_none();
    rule(
        before("prove-restore-point", "stop-server") || plan.proof_waived || !by_own_tools,
        "the server stops without a proven restore point",
    );
    rule(
        before("raise-fence", "stop-server"),
        "the server stops without a fence",
    );
    rule(
        before("stop-server", "take-return-point"),
        "the return point is taken while the server runs",
    );
    rule(
        !plan.site.database.kind.is_server()
            || first("check-sessions").is_none() && !by_own_tools
            || first("check-sessions").is_some()
                && before("stop-server", "check-sessions")
                && before("check-sessions", "take-return-point"),
        "the return point of a database server is taken without a look who else is connected",
    );
    rule(
        plan.site.database.kind.is_server() == plan.site.database_tools.is_some()
            || !by_own_tools
            || plan.blockers().next().is_some(),
        "a database server has no tools, or another database has some",
    );
    rule(
        before("check-binding-stopped", "exchange"),
        "the switch begins without a last look at the binding",
    );
    rule(
        plan.return_means() != Some(&ReturnMeans::Notes)
            || plan.way_back.preferred == ReturnMode::CodeOnly,
        "there is no return point, and the old release does not accept the database as it will be",
    );
    rule(
        plan.site.store.is_none() || plan.site.backups != PlannedBackups::default(),
        "the site has documents, and the plan no place for their backups",
    );
    rule(
        before("take-return-point", "exchange"),
        "the switch begins without a return point",
    );
    rule(
        before("exchange", "upgrade-data"),
        "upgrade steps run with the old release's files",
    );
    rule(
        before("upgrade-data", "start-server") || first("upgrade-data").is_none(),
        "the server starts before the upgrade steps ran",
    );
    rule(
        before("check-health", "lower-fence"),
        "the fence comes down before the site is healthy",
    );
    rule(
        names.last() == Some(&"lower-fence"),
        "the fence does not come down last",
    );
    rule(
        plan.actions
            .windows(2)
            .all(|pair| matches!(pair, [one, two] if one.phase <= two.phase)),
        "the phases are out of order",
    );
    let mut exchanged: Vec<usize> = plan
        .actions
        .iter()
        .filter_map(|planned| match planned.action {
            Action::Exchange { index } => Some(index),
            _ => None,
        })
        .collect();
    exchanged.sort_unstable();
    rule(
        exchanged == (0..plan.exchanges.len()).collect::<Vec<_>>(),
        "an exchange is missing or stands twice",
    );
    rule(
        plan.exchanges.iter().all(|exchange| {
            exchange.live != plan.site.home && !plan.site.home.starts_with(&exchange.live)
        }),
        "the home itself would be exchanged",
    );
    rule(
        plan.exchanges.iter().all(|exchange| {
            is_inside(&exchange.staged, &plan.site.state)
                && (is_inside(&exchange.live, &plan.site.home)
                    || is_inside(&exchange.live, &plan.site.tomcat)
                    || is_inside(&exchange.live, &plan.site.state))
        }),
        "something outside the site would be exchanged",
    );
    rule(
        plan.actions.iter().all(|planned| match &planned.action {
            Action::RaiseFence { script, stash } | Action::LowerFence { script, stash } => {
                is_inside(script, &plan.site.tomcat) && is_inside(stash, &plan.site.state)
            }
            Action::Stage { staging: place }
            | Action::ProveRestorePoint { scratch: place }
            | Action::TakeReturnPoint { place, .. } => is_inside(place, &plan.site.state),
            _ => true,
        }),
        "raylift would write outside its folder",
    );
    rule(
        plan.files.iter().all(|file| {
            is_plain(&file.path)
                && match &file.decision {
                    Decision::Move { from, .. } => is_plain(from),
                    _ => true,
                }
        }),
        "a file lies outside the site",
    );
    flaws
}

/// Relative, and not by way of `..`.
fn is_plain(path: &RelativePath) -> bool {
    Path::new(path.as_str())
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
}

/// Below a folder, and not by way of `..`; a relative path is nowhere.
fn is_inside(path: &Path, folder: &Path) -> bool {
    let plain = path
        .components()
        .all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    plain && path.is_absolute() && path != folder && path.starts_with(folder)
}
