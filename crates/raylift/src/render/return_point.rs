//! What a return point costs, by each means, and what it covers.

use raylift_model::plan::{Plan, ReturnMeans, ReturnMode};

use crate::render::plan::seconds;
use crate::render::table::moment;

/// What happens in the outage for it.
pub(crate) fn part(plan: &Plan) -> String {
    match plan.return_means() {
        Some(ReturnMeans::Command { take, .. }) => format!(
            "snapshot by {}",
            take.words.first().map_or("", String::as_str)
        ),
        Some(ReturnMeans::Notes) | None => "no return point".to_owned(),
        Some(ReturnMeans::Copies) => "copy the database".to_owned(),
    }
}

/// What each choice costs of the outage, by what was measured; a promise about the rest would be a guess.
pub(crate) fn costs(plan: &Plan) -> String {
    let means = plan.return_means();
    let own = own_copies(plan);
    let command = snapshot(plan);
    let none = "nothing of the outage, and a rollback brings neither database nor documents back";
    let mut rows = vec![
        (
            matches!(means, Some(ReturnMeans::Copies)),
            "own copies",
            own,
        ),
        (
            matches!(means, Some(ReturnMeans::Command { .. })),
            "command",
            command,
        ),
    ];
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
    for (chosen, name, cost) in rows {
        let mark = if chosen { "*" } else { " " };
        text.push_str(&format!("  {mark} {name:<10}  {cost}\n"));
    }
    if plan.proof_waived {
        text.push_str("  no proof comes first: --waive-proof\n");
    }
    text
}

/// What the means that was chosen costs.
pub(crate) fn chosen(plan: &Plan) -> String {
    match plan.return_means() {
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
    match &plan.site.last_proof {
        Some(proof) => format!(
            "about {} of the outage, going back to it about {}, as measured {}",
            seconds(proof.return_point_milliseconds()),
            seconds(proof.return_milliseconds()),
            moment(&proof.taken)
        ),
        None => "not measured yet: raylift drill does it, with the site serving".to_owned(),
    }
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
        _ => "to the return point taken in the outage: what users write after it is set aside",
    }
}
