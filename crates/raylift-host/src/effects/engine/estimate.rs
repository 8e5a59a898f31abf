//! How far a dump or a restore is, and how long it may yet take.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use raylift_model::facts::TableFacts;

/// Before that an estimate says nothing.
const SETTLED: Duration = Duration::from_secs(5);

/// Follows a tool from table to table. Rows stand for work: a table of few long rows is taken for less than it is.
pub(super) struct Estimate {
    what: &'static str,
    begun: Instant,
    /// Rows of each table of the plan, by its name.
    rows: HashMap<String, u64>,
    /// Rows of the tables that are at work, the one that was begun last at the end.
    at_work: VecDeque<u64>,
    jobs: usize,
    tables: usize,
    done: u64,
}

impl Estimate {
    /// `what` as in "dumping the database"; `jobs` tables are at work at a time.
    pub(super) fn new(what: &'static str, tables: &[TableFacts], jobs: usize) -> Self {
        Self {
            what,
            begun: Instant::now(),
            rows: tables
                .iter()
                .map(|table| (table.name.clone(), table.rows))
                .collect(),
            at_work: VecDeque::new(),
            jobs: jobs.max(1),
            tables: 0,
            done: 0,
        }
    }

    /// The line for a table that is begun now.
    pub(super) fn begin(&mut self, table: &str) -> String {
        self.begin_after(table, self.begun.elapsed())
    }

    fn begin_after(&mut self, table: &str, elapsed: Duration) -> String {
        let (what, count) = (self.what, self.rows.len());
        let Some(rows) = self.rows_of(table) else {
            // A view, a table that came after the plan, or a plan that knows no table.
            return format!("{what}: {table}");
        };
        self.tables += 1;
        self.at_work.push_back(rows);
        if self.at_work.len() > self.jobs {
            self.done += self.at_work.pop_front().unwrap_or(0);
        }
        let number = self.tables;
        let all: u64 = self.rows.values().sum();
        let left = left(elapsed, self.done, all);
        format!("{what}: table {number} of {count}, {table}{left}")
    }

    /// A tool may write a name in other letters than the driver.
    fn rows_of(&self, table: &str) -> Option<u64> {
        let letters = table.to_lowercase();
        let alike = || {
            self.rows
                .iter()
                .find(|(name, _)| name.to_lowercase() == letters)
        };
        self.rows.get(table).or_else(|| Some(alike()?.1)).copied()
    }
}

/// `, about 3 min left`, or nothing where nothing can be said.
pub(super) fn left(elapsed: Duration, done: u64, all: u64) -> String {
    if elapsed < SETTLED || done == 0 || done >= all {
        return String::new();
    }
    let seconds = elapsed.as_secs_f64() * (all - done) as f64 / done as f64;
    if seconds < 90.0 {
        format!(", about {seconds:.0} s left")
    } else {
        format!(", about {:.0} min left", seconds / 60.0)
    }
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
    fn what_is_done_is_what_was_begun_before_those_at_work() {
        let tables = [table("A", 600), table("b", 300), table("C", 100)];
        let mut estimate = Estimate::new("dumping", &tables, 2);
        let at = Duration::from_secs;
        assert_eq!(estimate.begin_after("a", at(0)), "dumping: table 1 of 3, a");
        assert_eq!(estimate.begin_after("B", at(9)), "dumping: table 2 of 3, B");
        // 600 of 1000 rows in 60 s: 400 are left.
        assert_eq!(
            estimate.begin_after("c", at(60)),
            "dumping: table 3 of 3, c, about 40 s left"
        );
        assert_eq!(estimate.begin_after("a view", at(61)), "dumping: a view");
    }

    #[test]
    fn names_that_differ_in_case_are_two_tables() {
        let tables = [table("User_", 600), table("user_", 400)];
        let mut estimate = Estimate::new("dumping", &tables, 1);
        let at = Duration::from_secs;
        let first = estimate.begin_after("User_", at(0));
        assert_eq!(first, "dumping: table 1 of 2, User_");
        assert_eq!(
            estimate.begin_after("user_", at(60)),
            "dumping: table 2 of 2, user_, about 40 s left"
        );
    }

    #[test]
    fn nothing_is_promised_early_or_without_a_measure() {
        let at = Duration::from_secs;
        assert_eq!(left(at(4), 1, 2), "");
        assert_eq!(left(at(60), 0, 2), "");
        assert_eq!(left(at(60), 2, 2), "");
        assert_eq!(left(at(60), 3, 2), "");
        assert_eq!(left(at(60), 1, 4), ", about 3 min left");
    }
}
