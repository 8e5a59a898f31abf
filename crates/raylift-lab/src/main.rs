//! The command `raylift-lab`.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use raylift_lab::{Lab, Scenario, Site};

/// Scenario files of the repository, one a line: name and what it makes.
const SCENARIOS: &str = "\
Scenario files, in crates/raylift-lab/scenarios:
  demo-site.toml                  site 7.2.0, embedded database, with a configuration as it grows in years
  site-postgresql.toml            site 7.2.0 on a PostgreSQL server of its own
  site-mariadb-jndi.toml          site 7.2.0 on a MariaDB server of its own, by a pool of Tomcat's
  site-7.3.toml                   site 7.3.6, for the update to 7.4
  java17.toml                     site 7.2.0 on Java 17, where a core step of 7.2.1 fails
  trouble-client-lies.toml        site 7.2.0; the upgrade client of 7.2.1 ends well and leaves the core behind
  trouble-core-step-fails.toml    site 7.2.0; the second core step of 7.2.1 fails
  trouble-documents-missing.toml  site 7.2.0; on 7.2.1 the files of the documents cannot be read
  trouble-read-only.toml          site 7.2.0; a file that an update must exchange is read-only
  trouble-start-never.toml        site 7.2.0; the server of 7.2.1 never answers
  release-7.2.0.toml, release-7.2.0b.toml, release-7.2.1.toml, release-7.3.6.toml, release-7.4.3.41.toml
                                  these releases as they are
  release-7.2.1-heavy.toml        release 7.2.1 with JARs as heavy as the real ones
  release-7.2.1-throwing.toml     release 7.2.1 with a module whose registrator throws";

/// Stand-in releases and sites made of real parts.
#[derive(Debug, Parser)]
#[command(name = "raylift-lab", version, after_help = SCENARIOS)]
struct Arguments {
    /// Cache folder [default: $RAYLIFT_CACHE, else target/lab of the workspace]
    #[arg(long, global = true)]
    cache: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Fetch every part into the cache
    Parts {
        /// Write the SHA-256 of parts that have none into java/lab/parts.sha256
        #[arg(long)]
        pin: bool,
    },
    /// Assemble the release of a scenario
    Release {
        /// Scenario file (raylift-lab --help names them)
        scenario: PathBuf,
        /// Folder for the archives and their checksums
        #[arg(long)]
        out: PathBuf,
    },
    /// Make a site of a scenario in an empty folder
    Site {
        /// Scenario file (raylift-lab --help names them)
        scenario: PathBuf,
        /// Folder that will hold the home
        #[arg(long)]
        dir: PathBuf,
        /// Start it as well
        #[arg(long)]
        start: bool,
    },
    /// Start a site and wait until it answers
    Start(SiteArguments),
    /// Stop a site and wait for the end of its process
    Stop(SiteArguments),
    /// Kill every process that works in a site's folder, except the database server's
    Kill(SiteArguments),
    /// Start or end a site's database server, which runs on when the site stops
    Database {
        /// What to do; `status` shows process, port, name, user and password
        action: DatabaseAction,
        #[command(flatten)]
        site: SiteArguments,
    },
    /// Upload what comes on standard input as a document
    Write {
        #[command(flatten)]
        site: SiteArguments,
        /// Title of the document
        #[arg(long)]
        title: String,
    },
    /// List the documents that the portal can read
    Documents(SiteArguments),
    /// Show the rows of one SQL statement, columns separated by tabs
    Query {
        #[command(flatten)]
        site: SiteArguments,
        /// The statement
        #[arg(default_value = "select * from Release_ order by servletContextName")]
        sql: String,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum DatabaseAction {
    Start,
    Stop,
    Kill,
    Status,
}

#[derive(Debug, clap::Args)]
struct SiteArguments {
    /// Folder given to `site --dir`
    dir: PathBuf,
    /// Seconds to wait for a start or stop
    #[arg(long, default_value_t = 120)]
    patience: u64,
}

impl SiteArguments {
    fn open(&self, lab: &Lab) -> anyhow::Result<Site> {
        Ok(Site::open(lab, &self.dir)?)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.patience)
    }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let lab = Lab::open(arguments.cache.as_deref())?;
    let text = run(&lab, arguments.verb)?;
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("cannot print")
}

/// Does what is asked and gives what is to be printed.
fn run(lab: &Lab, verb: Verb) -> anyhow::Result<String> {
    match verb {
        Verb::Parts { pin: true } => lab.pin()?,
        Verb::Parts { pin: false } => lab.fetch()?,
        Verb::Release { scenario, out } => {
            let paths = lab.release_into(&Scenario::read(&scenario)?, &out)?;
            return Ok(format!(
                "{}\n{}\n",
                paths.zip.display(),
                paths.tar_gz.display()
            ));
        }
        Verb::Site {
            scenario,
            dir,
            start,
        } => {
            let mut site = Site::create(lab, &Scenario::read(&scenario)?, &dir)?;
            if start {
                site.start(Duration::from_secs(120))?;
            }
            site.leave_running();
            return Ok(format!("{}\n{}\n", site.home().display(), site.url()));
        }
        Verb::Start(arguments) => {
            let mut site = arguments.open(lab)?;
            let server = site.start(arguments.patience())?;
            return Ok(format!("{} as process {}\n", site.url(), server.pid));
        }
        Verb::Stop(arguments) => arguments.open(lab)?.stop(arguments.patience())?,
        Verb::Kill(arguments) => arguments.open(lab)?.kill(),
        Verb::Database { action, site } => return database(&site.open(lab)?, action),
        Verb::Write { site, title } => {
            let mut content = Vec::new();
            std::io::stdin()
                .read_to_end(&mut content)
                .context("cannot read standard input")?;
            site.open(lab)?.write_document(&title, &content)?;
        }
        Verb::Documents(site) => return documents(&site.open(lab)?),
        Verb::Query { site, sql } => return query(&site.open(lab)?, &sql),
    }
    Ok(String::new())
}

fn database(site: &Site, action: DatabaseAction) -> anyhow::Result<String> {
    let server = site
        .engine()
        .context("the site has the embedded database, which has no server")?;
    match action {
        DatabaseAction::Start => server.start()?,
        DatabaseAction::Stop => server.stop()?,
        DatabaseAction::Kill => server.kill(),
        DatabaseAction::Status => {
            let facts = server.facts();
            let process = server.process().map_or_else(
                || "not running".to_owned(),
                |process| process.pid.to_string(),
            );
            return Ok(format!(
                "{process}\t{}\t{}\t{}\t{}\n",
                facts.port, facts.database, facts.user, facts.password
            ));
        }
    }
    Ok(String::new())
}

fn documents(site: &Site) -> anyhow::Result<String> {
    Ok(site
        .documents()?
        .iter()
        .map(|document| {
            format!(
                "{}\t{}\t{}\t{}\n",
                document.id, document.title, document.size, document.sha256
            )
        })
        .collect())
}

fn query(site: &Site, sql: &str) -> anyhow::Result<String> {
    Ok(site
        .query(sql)?
        .iter()
        .map(|row| {
            let columns: Vec<&str> = row
                .iter()
                .map(|value| value.as_deref().unwrap_or("NULL"))
                .collect();
            columns.join("\t") + "\n"
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_scenario_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let found: std::collections::BTreeSet<String> = std::fs::read_dir(folder)
            .expect("the scenarios are there")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        let named = SCENARIOS.split([' ', ',', '\n']);
        let named = named.filter(|word| word.ends_with(".toml"));
        assert_eq!(
            named
                .map(str::to_owned)
                .collect::<std::collections::BTreeSet<_>>(),
            found
        );
    }
}
