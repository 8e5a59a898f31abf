//! Backups for people.

use raylift_backup::repository::{Checked, Forgotten, Kind, Listed, PartSummary, Snapshot, Taken};

use super::table::{bytes, columns, count, moment};
use crate::printer::{bad, careful, good, paint, strong};

/// Digits of an id that people are shown, as restic shows them.
const DIGITS: usize = 8;

fn short(id: &str) -> &str {
    id.get(..DIGITS).unwrap_or(id)
}

fn size(number: Option<u64>) -> String {
    number.map_or_else(|| "-".to_owned(), bytes)
}

/// Backups, and with `all` also what proofs and return points keep.
pub(crate) fn backups(list: &[Snapshot], all: bool) -> String {
    let is_shown = |entry: &&Snapshot| all || entry.kind() == Kind::Backup;
    let rows: Vec<Vec<String>> = list
        .iter()
        .filter(is_shown)
        .map(|backup| {
            vec![
                short(&backup.id).to_owned(),
                kind(backup).to_owned(),
                moment(&backup.time),
                backup.host.clone(),
                backup.site.clone(),
                backup
                    .files
                    .map_or_else(|| "-".to_owned(), |files| files.to_string()),
                size(backup.bytes),
                size(backup.added),
                backup.own_tags().collect::<Vec<_>>().join(" "),
            ]
        })
        .collect();
    let hidden = list.len() - rows.len();
    let mut text = if rows.is_empty() {
        "there is no backup yet\n".to_owned()
    } else {
        let header = [
            "id", "what", "taken", "host", "site", "files", "size", "added", "tags",
        ];
        columns(Some(&header), &rows)
    };
    if hidden > 0 {
        text.push_str(&format!(
            "Proofs and return points keep documents here, too: {hidden}. --all lists them.\n"
        ));
    }
    text
}

/// What an entry of the repository is. Of a backup it matters most whether it has the database.
fn kind(entry: &Snapshot) -> &'static str {
    match entry.kind() {
        Kind::Backup if entry.is_without_database() => "backup, no database",
        kind => word(kind),
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Backup => "backup",
        Kind::Proof => "proof",
        Kind::ReturnPoint => "return point",
    }
}

/// What a backup without the database lacks, and which one does not.
pub(crate) fn lacks_database(list: &[Snapshot]) -> String {
    let mut whole = list
        .iter()
        .rev()
        .filter(|entry| entry.kind() == Kind::Backup && !entry.is_without_database());
    match whole.next() {
        Some(newest) => format!(
            "The database is not in this backup. The newest one with it is {} of {}.",
            short(&newest.id),
            moment(&newest.time)
        ),
        None => "The database is not in this backup, nor in any other.".to_owned(),
    }
}

/// One backup.
pub(crate) fn backup(
    backup: &Snapshot,
    parts: &[PartSummary],
    entries: Option<&[Listed]>,
    note: Option<&str>,
) -> String {
    let mut text = format!(
        "{} of {} on {}\ntaken {}\n",
        paint(&format!("{} {}", kind(backup), backup.id), strong()),
        backup.site,
        backup.host,
        moment(&backup.time)
    );
    if let Some(note) = note {
        text.push_str(&format!("{note}\n"));
    }
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
    for file in &checked.spoilt {
        text.push_str(&format!(
            "spoilt {file}: it does not hold what was written\n"
        ));
    }
    for damaged in &checked.damaged {
        text.push_str(&format!(
            "{} {}: {} lost\n",
            word(damaged.kind),
            short(&damaged.id),
            count(damaged.count, "entry").replace("entrys", "entries")
        ));
        for path in &damaged.lost {
            text.push_str(&format!("  {path}\n"));
        }
    }
    if checked.is_good() {
        text.push_str(&format!(
            "{}: {}, {}, {}.\n",
            paint("Nothing is missing", good()),
            count(checked.backups, "backup"),
            count(checked.proofs, "proof"),
            count(checked.return_points, "return point")
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
            moment(&backup.time)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, tags: &[&str]) -> Snapshot {
        Snapshot {
            id: id.to_owned(),
            time: "2026-03-01T04:05:06.789123456+01:00".to_owned(),
            host: "host".to_owned(),
            site: "/opt/liferay".to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            files: Some(3),
            bytes: Some(4),
            added: None,
            by_raylift: true,
            note: serde_json::Value::Null,
        }
    }

    #[test]
    fn proofs_and_return_points_are_no_backups() {
        let list = [
            entry("aaaaaaaaaa", &["raylift", "nightly"]),
            entry("bbbbbbbbbb", &["raylift", "without-database"]),
            entry("cccccccccc", &["raylift", "proof"]),
            entry("dddddddddd", &["raylift", "return-point"]),
        ];
        let text = backups(&list, false);
        let lines: Vec<Vec<&str>> = text
            .lines()
            .map(|line| {
                line.split("  ")
                    .map(str::trim)
                    .filter(|word| !word.is_empty())
                    .collect()
            })
            .collect();
        let common = [
            "2026-03-01 04:05:06 +01:00",
            "host",
            "/opt/liferay",
            "3",
            "4 B",
            "-",
        ];
        assert_eq!(
            lines[1],
            [&["aaaaaaaa", "backup"], &common[..], &["nightly"]].concat()
        );
        assert_eq!(
            lines[2],
            [&["bbbbbbbb", "backup, no database"], &common[..]].concat()
        );
        assert_eq!(
            lines[3],
            ["Proofs and return points keep documents here, too: 2. --all lists them."]
        );
        assert_eq!(lines.len(), 4);
        let all = backups(&list, true);
        assert!(
            all.contains("proof") && all.contains("return point"),
            "{all}"
        );
        assert!(!all.contains("--all"), "{all}");
        let none = backups(&list[2..], false);
        assert!(none.starts_with("there is no backup yet\n"), "{none}");

        assert_eq!(
            lacks_database(&list),
            "The database is not in this backup. The newest one with it is aaaaaaaa of 2026-03-01 04:05:06 +01:00."
        );
        assert!(lacks_database(&list[1..]).ends_with("nor in any other."));
    }
}
