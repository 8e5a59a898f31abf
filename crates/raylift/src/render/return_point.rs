//! What a return point costs, by each means, and what it covers.

use raylift_model::facts::DatabaseKind;
use raylift_model::plan::{DatabaseMeans, Plan, ReturnMeans, ReturnMode};

use crate::render::plan::seconds;
use crate::render::table::moment;

const OWN: &str = "own copies";
const ON_SERVER: &str = "copy on the server";

/// What happens in the outage for it.
pub(crate) fn part(plan: &Plan) -> String {
    match plan.return_means() {
        Some(ReturnMeans::Command { take, .. }) => format!(
            "snapshot by {}",
            take.words.first().map_or("", String::as_str)
        ),
        Some(ReturnMeans::Notes) | None => "no return point".to_owned(),
        Some(ReturnMeans::Copies) if plan.site.copies_on_server() => {
            "copy the database on its server".to_owned()
        }
        Some(ReturnMeans::Copies) => "copy the database".to_owned(),
    }
}

/// What each choice costs of the outage, by what was measured; a promise about the rest would be a guess.
pub(crate) fn costs(plan: &Plan) -> String {
    let means = plan.return_means();
    let command = snapshot(plan);
    let none = "nothing of the outage, and a rollback brings neither database nor documents back";
    let copies = matches!(means, Some(ReturnMeans::Copies));
    let on_server = plan.site.copies_on_server();
    let mut rows = vec![(copies && !on_server, OWN, own_copies(plan))];
    if plan.site.database.kind == DatabaseKind::Postgresql {
        rows.push((copies && on_server, ON_SERVER, copy_on_server(plan)));
    }
    rows.push((
        matches!(means, Some(ReturnMeans::Command { .. })),
        "command",
        command,
    ));
    let code_only = plan.way_back.preferred == ReturnMode::CodeOnly;
    rows.push((
        matches!(means, Some(ReturnMeans::Notes)),
        "none",
        match (code_only, plan.way_back.undetermined.is_empty()) {
            (true, true) => format!("{none} (always = false in [restore_point])"),
            (_, false) => "not possible: whether the old release accepts the database as it will be is not known"
                .to_owned(),
            (false, true) => "not possible: the old release does not accept the database as it will be"
                .to_owned(),
        },
    ));
    let mut text = "  return point, by each means:\n".to_owned();
    let width = rows.iter().map(|(_, name, _)| name.len()).max();
    let width = width.unwrap_or_default();
    for (chosen, name, cost) in rows {
        let mark = if chosen { "*" } else { " " };
        text.push_str(&format!("  {mark} {name:<width$}  {cost}\n"));
    }
    if plan.proof_waived {
        text.push_str("  no proof comes first: --waive-proof\n");
    }
    text
}

/// What the means that was chosen costs.
pub(crate) fn chosen(plan: &Plan) -> String {
    match plan.return_means() {
        Some(ReturnMeans::Copies) if plan.site.copies_on_server() => copy_on_server(plan),
        Some(ReturnMeans::Copies) => own_copies(plan),
        Some(ReturnMeans::Command { .. }) => snapshot(plan),
        Some(ReturnMeans::Notes) | None => {
            "none: neither database nor documents can be brought back".to_owned()
        }
    }
}

fn own_copies(plan: &Plan) -> String {
    if plan.site.database_commands.is_some() {
        return "the database by dump_command, not proven by raylift; how long it takes is not measured"
            .to_owned();
    }
    measured(plan, DatabaseMeans::Dump).unwrap_or_else(|| {
        "not measured yet: raylift drill does it, with the site serving".to_owned()
    })
}

fn copy_on_server(plan: &Plan) -> String {
    let lost =
        "it lies on the database's own server and is lost with it, so keep a backup elsewhere";
    match measured(plan, DatabaseMeans::Template) {
        Some(measured) => format!("{measured}; {lost}"),
        None if plan.site.copies_on_server() => format!(
            "not measured yet: raylift drill does it, with the site serving; {lost}"
        ),
        None => "not measured: database = \"template\" in [restore_point] of raylift.toml, then raylift drill"
            .to_owned(),
    }
}

/// What the last proof measured of own copies.
fn measured(plan: &Plan, database: DatabaseMeans) -> Option<String> {
    let proof = plan.site.last_proof.as_ref()?;
    Some(format!(
        "about {} of the outage, going back to it about {}, as measured {}",
        seconds(proof.return_point_milliseconds(database)?),
        seconds(proof.return_milliseconds(database)?),
        moment(&proof.taken)
    ))
}

fn snapshot(plan: &Plan) -> String {
    let is_set = matches!(plan.return_means(), Some(ReturnMeans::Command { .. }));
    match &plan.site.last_snapshot {
        Some(last) => format!(
            "about {} of the outage, not proven by raylift, as measured {}",
            seconds(last.milliseconds),
            moment(&last.taken)
        ),
        None if is_set => "not proven by raylift, not measured yet".to_owned(),
        None => "not set: command in [restore_point] of raylift.toml".to_owned(),
    }
}

/// What going back to the return point means.
pub(crate) fn way(plan: &Plan) -> &'static str {
    match plan.return_means() {
        Some(ReturnMeans::Command {
            restore: Some(_), ..
        }) => {
            "to the snapshot of database and documents that your command takes in the outage, not proven by raylift: restore_command brings it back, and what users write after it is gone"
        }
        Some(ReturnMeans::Command { restore: None, .. }) => {
            "to the snapshot of database and documents that your command takes in the outage, not proven by raylift: you bring it back behind the fence, then raylift rollback --restored; what users write after it is gone"
        }
        _ if plan.site.database_commands.is_some() => {
            "to the dump and the documents taken in the outage, not proven by raylift: restore_command brings the database back over the live one"
        }
        _ if plan.site.copies_on_server() => {
            "to the return point taken in the outage, whose copy of the database lies on the same server (a loss of the server takes both; raylift backup keeps a dump elsewhere): what users write after it is set aside"
        }
        _ => "to the return point taken in the outage: what users write after it is set aside",
    }
}
