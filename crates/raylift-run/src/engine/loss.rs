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
    /// When the new site had proven healthy; `None` when that was not reached, or not noted.
    pub healthy: Option<String>,
    /// What was written since then, or since the return point where nothing is known of that moment.
    pub since: Written,
    /// What was written between return point and healthy site: by upgrade steps, by the first start, or by users who came
    /// early.
    pub before: Written,
    /// Documents that were made since the return point, the newest first; `None` where they cannot be read.
    pub documents: Option<Vec<NewDocument>>,
    /// Requests that the site answered in the time of `since`; `None` where its access log does not tell, such as one that
    /// was cut meanwhile.
    pub requests: Option<u64>,
}

/// What was written in a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Tables whose number of rows is another at its end, by name.
    pub tables: Vec<TableChange>,
    /// Rows by table and user, where the tables say so.
    pub rows: Vec<Write>,
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
    // A note that cannot be read tells nothing apart.
    let healthy = host.healthy(plan).unwrap_or_default();
    let requests = match server_started(plan, state) {
        true => host.requests_since_start(plan)?,
        false => Some(0),
    };
    let now = host.tables(plan)?;
    let all = host.writes_since(plan, &point.taken)?;
    let (since, before) = match &healthy {
        None => (
            Written::between(&point.tables, &now, all),
            Written::default(),
        ),
        Some(healthy) => {
            let later = host.writes_since(plan, &healthy.taken)?;
            let earlier = without(all, &later);
            (
                Written::between(&healthy.tables, &now, later),
                Written::between(&point.tables, &healthy.tables, earlier),
            )
        }
    };
    Ok(Some(Loss {
        since,
        before,
        // A database that a failed upgrade left may not have the table as it was.
        documents: host.new_documents(plan, &point.taken).ok(),
        taken: point.taken,
        requests: match &healthy {
            Some(healthy) => later_requests(healthy.requests, requests),
            None => requests,
        },
        healthy: healthy.map(|healthy| healthy.taken),
    }))
}

impl Written {
    fn between(before: &[TableFacts], after: &[TableFacts], rows: Vec<Write>) -> Self {
        Self {
            tables: changes(before, after),
            rows,
        }
    }

    /// Nothing is seen; changed rows of tables that do not say when are not.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.rows.is_empty()
    }

    fn text(&self) -> String {
        let tables: Vec<String> = self
            .tables
            .iter()
            .map(|table| format!("{} {} -> {}", table.name, table.before, table.now))
            .collect();
        let tables = if tables.is_empty() {
            "no table has another number of rows".to_owned()
        } else {
            format!("rows by table: {}", tables.join(", "))
        };
        let rows = self
            .rows
            .iter()
            .map(|write| format!("; {} rows of {} by {}", write.rows, write.table, write.user));
        std::iter::once(tables).chain(rows).collect()
    }
}

/// Requests that were answered after a note. Fewer than then are of a log that was cut or moved away meanwhile, and tell
/// nothing.
fn later_requests(then: Option<u64>, now: Option<u64>) -> Option<u64> {
    now?.checked_sub(then?)
}

/// The writes that are not among the later ones. A row that was written twice counts as late.
fn without(all: Vec<Write>, later: &[Write]) -> Vec<Write> {
    all.into_iter()
        .filter_map(|write| {
            let same = |other: &&Write| other.table == write.table && other.user == write.user;
            match later.iter().find(same) {
                None => Some(write),
                Some(late) if late.rows < write.rows => Some(Write {
                    rows: write.rows - late.rows,
                    // That of the late ones is known, and of these only that it is earlier.
                    last: String::new(),
                    ..write
                }),
                Some(_) => None,
            }
        })
        .collect()
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

    /// Writes down what a return discards: who missed something can look it up afterwards. Not to know it must not keep
    /// the run from going back.
    pub(super) fn remark_loss(&mut self) -> Result<(), RunError> {
        let texts = match self.loss() {
            Ok(Some(loss)) => describe(&loss),
            Ok(None) => return Ok(()),
            Err(error) => vec![format!(
                "what was written since the return point is not known: {error}"
            )],
        };
        for text in texts {
            self.record(Event::Remark { text })?;
        }
        Ok(())
    }
}

/// Titles of new documents that are written down.
const TITLES: usize = 100;

fn describe(loss: &Loss) -> Vec<String> {
    let requests = loss.requests.map_or_else(
        || "an unknown number of requests".to_owned(),
        |requests| format!("{requests} requests"),
    );
    let (since, whose) = match &loss.healthy {
        Some(healthy) => (format!("since it was healthy, {healthy},"), "by users"),
        None => (
            format!("since the return point of {}", loss.taken),
            "by the upgrade itself or by users",
        ),
    };
    let written = loss.since.text();
    let mut texts = vec![format!(
        "{since} the new site answered {requests}; written {whose}: {written}"
    )];
    if loss.healthy.is_some() && !loss.before.is_empty() {
        texts.push(format!(
            "written before that, by the upgrade steps and the first start, or by users who came before the health check was over: {}",
            loss.before.text()
        ));
    }
    texts.extend(match &loss.documents {
        Some(documents) => titles(documents),
        None => Some("the titles of new documents cannot be read".to_owned()),
    });
    texts
}

fn titles(documents: &[NewDocument]) -> Option<String> {
    if documents.is_empty() {
        return None;
    }
    let named = documents.iter().take(TITLES).map(NewDocument::to_string);
    let named: Vec<String> = named.collect();
    let more = match documents.len().saturating_sub(TITLES) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Some(format!("new documents: {}{more}", named.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(table: &str, user: &str, rows: u64) -> Write {
        Write {
            table: table.to_owned(),
            user: user.to_owned(),
            rows,
            last: "2026-11-27 06:00:00".to_owned(),
        }
    }

    #[test]
    fn what_was_written_before_is_what_was_not_written_later() {
        let all = vec![
            write("Layout", "upgrade", 7),
            write("User_", "joe", 3),
            write("User_", "ann", 2),
        ];
        let later = [write("User_", "joe", 1), write("User_", "ann", 2)];
        let earlier = without(all, &later);
        let found: Vec<(&str, &str, u64, bool)> = earlier
            .iter()
            .map(|write| {
                let known = !write.last.is_empty();
                (write.table.as_str(), write.user.as_str(), write.rows, known)
            })
            .collect();
        assert_eq!(
            found,
            [("Layout", "upgrade", 7, true), ("User_", "joe", 2, false)]
        );
    }

    #[test]
    fn a_log_that_was_cut_tells_no_number_of_requests() {
        assert_eq!(later_requests(Some(5), Some(7)), Some(2));
        assert_eq!(later_requests(Some(5), Some(3)), None);
        assert_eq!(later_requests(None, Some(3)), None);
        assert_eq!(later_requests(Some(5), None), None);
    }

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

    /// Users are served before the health check is over, so what they wrote by then is in the remark, too.
    #[test]
    fn the_remark_names_what_was_written_before_the_site_was_healthy() {
        let mut loss = Loss {
            taken: "2026-11-27T06:00:00.000Z".to_owned(),
            healthy: Some("2026-11-27T06:10:00.000Z".to_owned()),
            since: Written::default(),
            before: Written {
                tables: changes(&[table("BlogsEntry", 1)], &[table("BlogsEntry", 4)]),
                rows: vec![write("BlogsEntry", "joe", 3), write("User_", "ann", 1)],
            },
            documents: None,
            requests: Some(3),
        };
        let texts = describe(&loss);
        let [since, before, unknown] = texts.as_slice() else {
            panic!("{texts:?}")
        };
        assert!(
            since.contains("answered 3 requests") && !since.contains("BlogsEntry"),
            "{since}"
        );
        assert!(
            before.contains("or by users")
                && before
                    .contains("BlogsEntry 1 -> 4; 3 rows of BlogsEntry by joe; 1 rows of User_"),
            "{before}"
        );
        assert!(unknown.contains("cannot be read"), "{unknown}");
        loss.before = Written::default();
        loss.documents = Some(Vec::new());
        assert_eq!(describe(&loss).len(), 1);
        let document = NewDocument {
            title: "Minutes".to_owned(),
            user: "joe".to_owned(),
            created: "2026-11-27 06:05:00".to_owned(),
        };
        loss.documents = Some(vec![document; TITLES + 2]);
        let text = describe(&loss).pop().unwrap();
        assert!(
            text.starts_with("new documents: \"Minutes\" by joe, 2026-11-27 06:05:00 GMT; ")
                && text.ends_with("; and 2 more"),
            "{text}"
        );
    }
}
