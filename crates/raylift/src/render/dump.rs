//! How a database that was brought back into a folder is loaded.

use std::path::Path;

use raylift_host::dump::{DumpFormat, SQL_FILES};
use serde::Serialize;

/// A database in a folder, and what loads it.
#[derive(Debug, Serialize)]
pub(crate) struct Dump {
    /// Where it lies.
    folder: String,
    /// `postgresql`, `mariadb`, `mysql`, `hsqldb` or `own`.
    format: &'static str,
    /// What is to be done, for people.
    #[serde(skip)]
    how: String,
    /// The commands for a shell; words in capitals stand for what raylift cannot know.
    commands: Vec<String>,
}

impl Dump {
    /// `restore_command` is the owner's, from `raylift.toml`. `is_there` says which files of the dump there are.
    pub(crate) fn new(
        folder: &Path,
        format: DumpFormat,
        restore_command: Option<&[String]>,
        is_there: impl Fn(&Path) -> bool,
    ) -> Self {
        let into_new = |tool: &str| {
            format!(
                "a dump for {tool}. Make a new, empty database NAME like the site's own, of the same character set, and load it there:"
            )
        };
        let place = quoted(&folder.display().to_string());
        let sql = |tool: &str| -> Vec<String> {
            SQL_FILES
                .iter()
                .map(|name| folder.join(name))
                .filter(|file| is_there(file))
                .map(|file| {
                    format!(
                        "{tool} --host=HOST --port=PORT --user=USER --password --default-character-set=utf8mb4 --max-allowed-packet=1G --binary-mode NAME < {}",
                        quoted(&file.display().to_string())
                    )
                })
                .collect()
        };
        let (name, how, commands) = match format {
            DumpFormat::Postgresql => (
                "postgresql",
                into_new("pg_restore"),
                vec![format!(
                    "pg_restore --host=HOST --port=PORT --username=USER --dbname=NAME --exit-on-error --jobs=2 {place}"
                )],
            ),
            DumpFormat::Mariadb => ("mariadb", into_new("mariadb"), sql("mariadb")),
            DumpFormat::Mysql => ("mysql", into_new("mysql"), sql("mysql")),
            DumpFormat::Hsqldb => (
                "hsqldb",
                "files of an embedded HSQLDB. With the server stopped, move the database's files out of the folder FOLDER that jdbc.default.url names (data/hypersonic where nothing else is set), then copy these there:".to_owned(),
                vec![format!("cp --archive {place}/. FOLDER/")],
            ),
            DumpFormat::Own => {
                let words = restore_command.map(|words| {
                    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
                    format!("RAYLIFT_DUMP={place} {}", words.join(" "))
                });
                (
                    "own",
                    "what the site's dump_command left. Its restore_command loads it over the live database, with the server stopped and the variables that the manual names under \"Databases\":".to_owned(),
                    words.into_iter().collect(),
                )
            }
        };
        Self {
            folder: folder.display().to_string(),
            format: name,
            how,
            commands,
        }
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("The database is in {}: {}\n", self.folder, self.how);
        for command in &self.commands {
            text.push_str(&format!("  {command}\n"));
        }
        text
    }
}

/// One word for a POSIX shell.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+=:,@%".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(format: DumpFormat, events: bool) -> Vec<String> {
        let own = ["/opt/restore".to_owned(), "it's".to_owned()];
        let is_there = |path: &Path| events || !path.ends_with("events.sql");
        Dump::new(Path::new("/tmp/a b/database"), format, Some(&own), is_there).commands
    }

    #[test]
    fn each_format_has_its_loader() {
        assert_eq!(
            commands(DumpFormat::Postgresql, true),
            [
                "pg_restore --host=HOST --port=PORT --username=USER --dbname=NAME --exit-on-error --jobs=2 '/tmp/a b/database'"
            ]
        );
        let [tables, events] = &commands(DumpFormat::Mariadb, true)[..] else {
            panic!("tables first, then events");
        };
        assert!(
            tables.starts_with("mariadb ")
                && tables.ends_with("NAME < '/tmp/a b/database/database.sql'")
        );
        assert!(events.ends_with("NAME < '/tmp/a b/database/events.sql'"));
        let old = commands(DumpFormat::Mysql, false);
        assert!(old.len() == 1 && old[0].starts_with("mysql "), "{old:?}");
        assert_eq!(
            commands(DumpFormat::Hsqldb, true),
            ["cp --archive '/tmp/a b/database'/. FOLDER/"]
        );
        assert_eq!(
            commands(DumpFormat::Own, true),
            [r"RAYLIFT_DUMP='/tmp/a b/database' /opt/restore 'it'\''s'"]
        );
    }
}
