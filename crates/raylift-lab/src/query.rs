//! Reading and changing a site's database by plain JDBC, with the site's own driver.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::LabError;
use crate::engine::Jdbc;
use crate::hash;
use crate::lab::Lab;
use crate::maven::tail;
use crate::owner::Owner;
use crate::pieces::{MISSING_JDK, machine_java};

/// The Java program; compiled once into the cache.
const PROGRAM: &str = include_str!("../java/Query.java");

/// One row of Liferay's table `Release_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRow {
    /// `servletContextName`: `portal` for the core, a bundle's symbolic name for a module.
    pub name: String,
    /// `schemaVersion`; NULL or empty in rows of some releases.
    pub schema_version: Option<String>,
    /// `buildNumber`.
    pub build_number: Option<i64>,
    /// `state_`: NULL on a fresh database, 0 good.
    pub state: Option<i64>,
    /// `verified`.
    pub verified: Option<bool>,
}

/// A connection to a site's database from another process, as a stranger's tool would hold it.
/// Ends when dropped.
#[derive(Debug)]
pub struct DatabaseHold {
    child: Child,
}

impl Drop for DatabaseHold {
    fn drop(&mut self) {
        // The program ends with its standard input; killing makes sure of it.
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How to reach one site's database.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) java_home: PathBuf,
    /// The site's own JAR of the driver.
    pub(crate) driver: PathBuf,
    pub(crate) jdbc: Jdbc,
    /// Home of the site.
    pub(crate) home: PathBuf,
    /// Folder with the compiled program.
    pub(crate) program: PathBuf,
    pub(crate) owner: Owner,
}

impl Database {
    /// Rows of one statement, NULL as `None`. Opens HSQLDB's files read-only, which it allows while
    /// a server holds them; what a server wrote less than half a second ago may be missing.
    pub(crate) fn query(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, LabError> {
        let embedded = self.jdbc.url.starts_with("jdbc:hsqldb:");
        let options = if embedded { ";readonly=true" } else { "" };
        let output = self.run("query", options, sql)?;
        Ok(output.lines().map(row).collect())
    }

    /// Runs statements, one a line, as the site's owner, and closes an embedded database, whose
    /// portal must be stopped.
    pub(crate) fn execute(&self, statements: &[&str]) -> Result<(), LabError> {
        self.run("execute", "", &statements.join("\n")).map(drop)
    }

    /// Opens the database and keeps it.
    pub(crate) fn hold(&self) -> Result<DatabaseHold, LabError> {
        let mut child = self
            .command("hold", "")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(LabError::io("run", &self.java_home))?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output)
                .read_line(&mut line)
                .map_err(LabError::io("read from", &self.java_home))?;
        }
        let hold = DatabaseHold { child };
        if line.trim() == "held" {
            return Ok(hold);
        }
        Err(LabError::Command {
            command: "holding the database".to_owned(),
            output: line,
        })
    }

    fn run(&self, mode: &str, options: &str, input: &str) -> Result<String, LabError> {
        let mut child = self
            .command(mode, options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(LabError::io("run", &self.java_home))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin
                .write_all(input.as_bytes())
                .map_err(LabError::io("write to", &self.java_home))?;
        }
        let output = child
            .wait_with_output()
            .map_err(LabError::io("read from", &self.java_home))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(LabError::Command {
            command: format!("JDBC {mode} in {}", self.home.display()),
            output: tail(&output.stderr, 1_000),
        })
    }

    fn command(&self, mode: &str, options: &str) -> Command {
        let mut class_path = self.program.as_os_str().to_owned();
        class_path.push(":");
        class_path.push(&self.driver);
        let mut command = Command::new(self.java_home.join("bin/java"));
        command
            .args(["-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp"])
            .arg(class_path)
            .args(["Query", mode])
            .arg(format!("{}{options}", self.jdbc.url))
            .env("LAB_DATABASE_USER", &self.jdbc.user)
            .env("LAB_DATABASE_PASSWORD", &self.jdbc.password)
            .current_dir("/");
        self.owner.apply(&mut command);
        command
    }
}

/// Folder with the compiled program; compiled when it is not in the cache.
pub(crate) fn program(lab: &Lab) -> Result<PathBuf, LabError> {
    let mut key = hash::sha256(PROGRAM.as_bytes());
    key.truncate(16);
    let folder = lab.cache().join("query").join(key);
    let _lock = lab.lock("query")?;
    if folder.join("Query.class").is_file() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder).map_err(LabError::io("create", &folder))?;
    let source = folder.join("Query.java");
    fs::write(&source, PROGRAM).map_err(LabError::io("write", &source))?;
    let output = Command::new(machine_java().join("bin/javac"))
        .args(["--release", "8", "-Xlint:-options", "-d"])
        .arg(&folder)
        .arg(&source)
        .output()
        .map_err(|_| MISSING_JDK)?;
    if output.status.success() {
        return Ok(folder);
    }
    Err(LabError::Command {
        command: "javac Query.java".to_owned(),
        output: tail(&output.stderr, 1_000),
    })
}

fn row(line: &str) -> Vec<Option<String>> {
    line.split('\t').map(unescape).collect()
}

/// Undoes the escapes of `Query.java`; `\0` is NULL.
fn unescape(value: &str) -> Option<String> {
    if value == "\\0" {
        return None;
    }
    let mut text = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                other => text.extend(other),
            },
            other => text.push(other),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        assert_eq!(
            row("a\\\\n\t\\0\tline\\nnext\t"),
            [
                Some("a\\n".to_owned()),
                None,
                Some("line\nnext".to_owned()),
                Some(String::new())
            ]
        );
    }
}
