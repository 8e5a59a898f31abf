//! Backups for people.

use raylift_backup::repository::{Checked, Forgotten, Listed, PartSummary, Snapshot, Taken};

use super::table::{bytes, columns, count};
use crate::printer::{bad, careful, good, paint, strong};

/// Digits of an id that people are shown, as restic shows them.
const DIGITS: usize = 8;

fn short(id: &str) -> &str {
    id.get(..DIGITS).unwrap_or(id)
}

fn size(number: Option<u64>) -> String {
    number.map_or_else(|| "-".to_owned(), bytes)
}

/// All backups.
pub(crate) fn backups(list: &[Snapshot]) -> String {
    if list.is_empty() {
        return "there is no backup yet\n".to_owned();
    }
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|backup| {
            vec![
                short(&backup.id).to_owned(),
                backup.time.clone(),
                backup.host.clone(),
                backup.site.clone(),
                backup
                    .files
                    .map_or_else(|| "-".to_owned(), |files| files.to_string()),
                size(backup.bytes),
                size(backup.added),
                backup.tags.join(" "),
            ]
        })
        .collect();
    let header = [
        "id", "taken", "host", "site", "files", "size", "added", "tags",
    ];
    columns(Some(&header), &rows)
}

/// One backup.
pub(crate) fn backup(
    backup: &Snapshot,
    parts: &[PartSummary],
    entries: Option<&[Listed]>,
) -> String {
    let mut text = format!(
        "{} of {} on {}\ntaken {}\n",
        paint(&format!("backup {}", backup.id), strong()),
        backup.site,
        backup.host,
        backup.time
    );
    let rows: Vec<Vec<String>> = parts
        .iter()
        .map(|part| vec![part.name.clone(), part.files.to_string(), bytes(part.bytes)])
        .collect();
    text.push_str(&columns(Some(&["part", "files", "size"]), &rows));
    for entry in entries.unwrap_or_default() {
        text.push_str(&format!(
            "{:<4} {:>12} {}\n",
            entry.kind, entry.bytes, entry.path
        ));
    }
    text
}

/// A backup that was taken.
pub(crate) fn taken(taken: &Taken, notes: &[String]) -> String {
    let backup = &taken.snapshot;
    let mut text = format!(
        "{}: {} with {}; {} new, {} changed, {} unchanged; {} added to the repository.\n",
        paint(&format!("Backup {}", short(&backup.id)), good()),
        count(backup.files.unwrap_or_default() as usize, "file"),
        bytes(backup.bytes.unwrap_or_default()),
        taken.new,
        taken.changed,
        taken.unchanged,
        bytes(backup.added.unwrap_or_default()),
    );
    if taken.repaired.found > 0 {
        text.push_str("What a stopped backup had stored already was used.\n");
    }
    if taken.repaired.lost > 0 {
        text.push_str(&format!(
            "{} {} of the repository were missing; raylift backups check says what is lost.\n",
            paint("warning", careful()),
            count(taken.repaired.lost, "pack")
        ));
    }
    for note in notes {
        text.push_str(&format!("{note}\n"));
    }
    text
}

/// What a check found.
pub(crate) fn checked(checked: &Checked) -> String {
    let mut text = String::new();
    for error in &checked.errors {
        text.push_str(&format!("{} {error}\n", paint("error", bad())));
    }
    for note in &checked.notes {
        text.push_str(&format!("note {note}\n"));
    }
    for damaged in &checked.damaged {
        text.push_str(&format!(
            "backup {}: {} lost\n",
            short(&damaged.id),
            count(damaged.count, "entry").replace("entrys", "entries")
        ));
        for path in &damaged.lost {
            text.push_str(&format!("  {path}\n"));
        }
    }
    if checked.is_good() {
        text.push_str(&format!(
            "{}: {}.\n",
            paint("Nothing is missing", good()),
            count(checked.backups, "backup")
        ));
    }
    text
}

/// What was forgotten.
pub(crate) fn forgotten(forgotten: &Forgotten, now: bool) -> String {
    let mut text = String::new();
    for backup in &forgotten.backups {
        text.push_str(&format!(
            "forgot {} of {}\n",
            short(&backup.id),
            backup.time
        ));
    }
    text.push_str(&format!(
        "{} forgotten; the repository had {} and has {}.\n",
        count(forgotten.backups.len(), "backup"),
        bytes(forgotten.bytes_before),
        bytes(forgotten.bytes_after)
    ));
    if !now {
        text.push_str(
            "What nothing needs any more is removed by the next forget that comes a day later.\n",
        );
    }
    text
}
