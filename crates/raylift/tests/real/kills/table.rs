//! What was tried and how it ended, for the evidence.

use serde_json::Value;

/// One kill.
pub(crate) struct Row {
    pub(crate) moment: String,
    pub(crate) journal: String,
    pub(crate) hand: String,
    pub(crate) command: &'static str,
    pub(crate) end: &'static str,
    pub(crate) seconds: f64,
}

/// Shows the rows in columns.
pub(crate) fn print(title: &str, rows: &[Row]) {
    let mut lines = vec![
        [
            "moment",
            "journal at the kill",
            "start by hand",
            "then",
            "end",
            "s",
        ]
        .map(str::to_owned),
    ];
    lines.extend(rows.iter().map(|row| {
        [
            row.moment.clone(),
            row.journal.clone(),
            row.hand.clone(),
            row.command.to_owned(),
            row.end.to_owned(),
            format!("{:.1}", row.seconds),
        ]
    }));
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].len())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..6).map(width).collect();
    println!("\n{title}");
    for line in &lines {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        println!("| {} |", cells.join(" | "));
    }
}

/// The phase and the last event of a journal.
pub(crate) fn place(entries: &[Value]) -> String {
    let phase = entries
        .iter()
        .rev()
        .find_map(|entry| match entry["data"]["event"].as_str()? {
            "phase-reached" => entry["data"]["phase"].as_str(),
            "rollback-started" => Some("rolling-back"),
            "commit-started" => Some("committing"),
            _ => None,
        })
        .unwrap_or("planned");
    let last = entries.last().expect("an entry");
    let event = last["data"]["event"].as_str().expect("a name");
    let name = last["data"]["name"].as_str().unwrap_or("");
    format!("{phase}: {event} {name}").trim_end().to_owned()
}

/// Whether the journal promises that the fence stands: raised and not about to be lowered.
pub(crate) fn promises_fence(entries: &[Value]) -> bool {
    let mut names = std::collections::BTreeMap::new();
    let mut stands = false;
    for entry in entries {
        let data = &entry["data"];
        let index = data["index"].as_u64();
        if let (Some(index), Some(name)) = (index, data["name"].as_str()) {
            names.insert(index, name.to_owned());
        }
        let name = index
            .and_then(|index| names.get(&index))
            .map(String::as_str);
        stands = match (data["event"].as_str(), data["direction"].as_str(), name) {
            (Some("action-finished"), Some("forward"), Some("raise-fence"))
            | (Some("action-finished"), Some("back"), Some("lower-fence")) => true,
            (Some("action-started"), Some("forward"), Some("lower-fence"))
            | (Some("action-started"), Some("back"), Some("raise-fence")) => false,
            _ => stands,
        };
    }
    stands
}
