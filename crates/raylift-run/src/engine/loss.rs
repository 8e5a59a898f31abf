//! What a return to the return point discards, and whether it can be had at all.

use std::path::Path;

use raylift_model::event::Event;
use raylift_model::facts::TableFacts;
use raylift_model::plan::{Action, Plan};

use super::Engine;
use crate::actions::{data_touched, server_started};
use crate::error::RunError;
use crate::host::{Host, HostError, NewDocument, Write};
use crate::state::RunState;

/// What a return to the return point discards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// When the return point was taken, UTC, RFC 3339.
    pub taken: String,
    /// Tables whose number of rows is another now, by name.
    pub tables: Vec<TableChange>,
    /// Rows written since the return point, by table and user, where the tables say so.
    pub writes: Vec<Write>,
    /// Documents that were made since the return point, the newest first; `None` where they cannot be read.
    pub documents: Option<Vec<NewDocument>>,
    /// Requests that the site answered since it was started, when its access log tells.
    pub requests: Option<u64>,
}

/// A table whose number of rows has changed. Changed rows are not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableChange {
    /// Name as the database gives it.
    pub name: String,
    /// Rows in the return point; 0 when it has no such table.
    pub before: u64,
    /// Rows now; 0 when there is no such table any more.
    pub now: u64,
}

/// What going back to the return point would discard now.
pub(super) fn loss(
    host: &dyn Host,
    plan: &Plan,
    state: &RunState,
) -> Result<Option<Loss>, HostError> {
    if !data_touched(plan, state) {
        return Ok(None);
    }
    let Some(place) = return_point(plan) else {
        return Ok(None);
    };
    let Some(point) = host.return_point(plan, place)? else {
        return Ok(None);
    };
    Ok(Some(Loss {
        tables: changes(&point.tables, &host.tables(plan)?),
        writes: host.writes_since(plan, &point.taken)?,
        // A database that a failed upgrade left may not have the table as it was.
        documents: host.new_documents(plan, &point.taken).ok(),
        taken: point.taken,
        requests: if server_started(plan, state) {
            host.requests_since_start(plan)?
        } else {
            Some(0)
        },
    }))
}

/// Where the plan keeps its return point.
fn return_point(plan: &Plan) -> Option<&Path> {
    plan.actions
        .iter()
        .find_map(|planned| match &planned.action {
            Action::TakeReturnPoint { place, .. } => Some(place.as_path()),
            _ => None,
        })
}

/// Tables whose number of rows is another, by name.
pub(crate) fn changes(before: &[TableFacts], now: &[TableFacts]) -> Vec<TableChange> {
    let mut names: Vec<&String> = before.iter().chain(now).map(|table| &table.name).collect();
    names.sort();
    names.dedup();
    let rows = |tables: &[TableFacts], name: &String| {
        tables
            .iter()
            .find(|table| table.name == *name)
            .map_or(0, |table| table.rows)
    };
    names
        .into_iter()
        .map(|name| TableChange {
            name: name.clone(),
            before: rows(before, name),
            now: rows(now, name),
        })
        .filter(|change| change.before != change.now)
        .collect()
}

impl Engine<'_> {
    /// Reads the whole return point before anything is undone for it: while the new site still serves, a copy that
    /// was damaged or removed costs nobody anything.
    pub(super) fn verify_return_point(&self) -> Result<(), RunError> {
        let Some(place) = return_point(self.plan) else {
            return Ok(());
        };
        self.host
            .verify_return_point(self.plan, place)
            .map_err(|error| RunError::ReturnPoint {
                place: place.to_owned(),
                error,
            })
    }

    /// Writes down what a return that begins by itself discards. Not to know it must not keep the run from going back.
    pub(super) fn remark_loss(&mut self) -> Result<(), RunError> {
        let text = match self.loss() {
            Ok(Some(loss)) => describe(&loss),
            Ok(None) => return Ok(()),
            Err(error) => format!("what was written since the return point is not known: {error}"),
        };
        self.record(Event::Remark { text })
    }
}

fn describe(loss: &Loss) -> String {
    let requests = loss.requests.map_or_else(
        || "an unknown number of requests".to_owned(),
        |requests| format!("{requests} requests"),
    );
    let tables = loss
        .tables
        .iter()
        .map(|table| format!("{} {} -> {}", table.name, table.before, table.now))
        .collect::<Vec<_>>();
    let tables = if tables.is_empty() {
        "no table has another number of rows".to_owned()
    } else {
        format!("rows by table: {}", tables.join(", "))
    };
    let writes: Vec<String> = loss
        .writes
        .iter()
        .map(|write| format!("{} rows of {} by {}", write.rows, write.table, write.user))
        .collect();
    let writes = if writes.is_empty() {
        String::new()
    } else {
        format!("; written: {}", writes.join(", "))
    };
    format!(
        "since the return point of {} the new site answered {requests}; {tables}{writes}",
        loss.taken
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, rows: u64) -> TableFacts {
        TableFacts {
            name: name.to_owned(),
            rows,
        }
    }

    #[test]
    fn new_gone_and_changed_tables_are_named() {
        let changes = changes(
            &[table("A", 1), table("B", 2), table("C", 3)],
            &[table("B", 2), table("C", 5), table("D", 7)],
        );
        let found: Vec<_> = changes
            .iter()
            .map(|change| (change.name.as_str(), change.before, change.now))
            .collect();
        assert_eq!(found, [("A", 1, 0), ("C", 3, 5), ("D", 0, 7)]);
    }
}
