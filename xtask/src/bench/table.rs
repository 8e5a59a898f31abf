//! Tables of what was measured, in Markdown, so that they can be copied into `docs/benchmarks.md`.

use std::fmt;

/// One table.
#[derive(Debug)]
pub(super) struct Table {
    title: String,
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    pub(super) fn new(title: impl Into<String>, head: &[&'static str]) -> Self {
        Self {
            title: title.into(),
            head: head.to_vec(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let head = self.head.get(column).map_or(0, |text| text.chars().count());
            cells
                .map(|cell| cell.chars().count())
                .fold(head, usize::max)
        };
        (0..self.head.len()).map(width).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let line = |cells: &[&str]| -> String {
            let padded = cells
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!(" {cell:<width$} |"));
            std::iter::once("|".to_owned()).chain(padded).collect()
        };
        writeln!(formatter, "### {}\n", self.title)?;
        writeln!(formatter, "{}", line(&self.head))?;
        let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        writeln!(
            formatter,
            "{}",
            line(&rules.iter().map(String::as_str).collect::<Vec<_>>())
        )?;
        for row in &self.rows {
            writeln!(
                formatter,
                "{}",
                line(&row.iter().map(String::as_str).collect::<Vec<_>>())
            )?;
        }
        for note in &self.notes {
            writeln!(formatter, "\n{note}")?;
        }
        Ok(())
    }
}

/// How a goal stands.
pub(super) fn verdict(met: bool) -> String {
    if met { "met" } else { "not met" }.to_owned()
}
