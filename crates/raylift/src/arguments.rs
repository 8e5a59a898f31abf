//! The command line as typed. Turned into ready objects by each verb.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use raylift_formats::config::Dialect;
use raylift_formats::properties::Encoding;

/// Takes a self-hosted Liferay installation from one release to the next, and back.
#[derive(Debug, Parser)]
#[command(
    name = "raylift",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
#[command(
    after_help = "Start with: raylift inspect, then raylift plan RELEASE. Neither changes anything."
)]
pub(crate) struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub(crate) verb: Verb,
    /// Liferay home, or a raylift.toml beside it [default: the current folder]
    #[arg(long, short, global = true, value_name = "PATH")]
    pub(crate) site: Option<PathBuf>,
    /// Print JSON on standard output instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Look at the site: what is installed, how it runs, what stands against an update
    Inspect(Inspect),
    /// Say what an update would do, with the site still serving
    Plan(Plan),
    /// Prove that database and documents can be restored, with the site serving and unchanged; the first one makes the
    /// backup repository and its key
    Drill,
    /// Carry an update out
    Update(Update),
    /// Say how the last run stands
    Status,
    /// Go on with a run after a crash
    Resume(Resume),
    /// Go back to the old release
    Rollback(Rollback),
    /// Make the update final and remove the old release's files
    Commit(Commit),
    /// List the runs of this site
    History,
    /// Write the report of a run as one HTML file
    Report(Report),
    /// Take a backup of the site into its repository
    Backup(Backup),
    /// Look at the backups, check them, bring them back, forget them
    #[command(subcommand)]
    Backups(Backups),
}

/// `raylift inspect`.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    #[command(subcommand)]
    pub(crate) what: Option<Inspected>,
}

/// What else than the site is looked at.
#[derive(Debug, Subcommand)]
pub(crate) enum Inspected {
    /// One JAR, WAR or LPKG: its release, its upgrade steps
    Jar {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// A further JAR whose classes it needs, such as portal-kernel.jar; may be repeated
        #[arg(long, value_name = "JAR")]
        with: Vec<PathBuf>,
    },
    /// One .config or .cfg file: what the server takes out of it
    Config {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The server's reader: that of releases up to 7.2, or that of 7.3 and later
        #[arg(long, value_name = "7.2|7.3", default_value_t = Dialect::Liferay)]
        dialect: Dialect,
    },
    /// The files of the home: which are the release's, changed, the site's own, made by the server
    Files(InspectFiles),
    /// One properties file as Java reads it; or one property: its value, and every place that sets it
    Properties {
        /// A file, or the name of a property
        #[arg(value_name = "FILE|KEY")]
        what: PathBuf,
        /// How the file is encoded
        #[arg(long, value_enum, default_value_t = TextEncoding::Utf8)]
        encoding: TextEncoding,
    },
}

/// `raylift inspect files`.
#[derive(Debug, Args)]
pub(crate) struct InspectFiles {
    /// One file of the home: why it is whose it is, and what the site changed in it
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The archive or folder of the installed release: then the origin of every file is certain
    #[arg(long, value_name = "RELEASE")]
    pub(crate) old_release: Option<PathBuf>,
    /// Only files of this origin, each named
    #[arg(long, value_enum, value_name = "ORIGIN")]
    pub(crate) origin: Option<OriginArgument>,
    /// Name every file
    #[arg(long)]
    pub(crate) all: bool,
}

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OriginArgument {
    /// The installed release's
    Release,
    /// The installed release's, changed by the site
    Changed,
    /// The site's own
    Site,
    /// Made by the server
    Generated,
    /// Nothing says whose
    Unknown,
}

/// How a properties file is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextEncoding {
    /// As Liferay reads portal properties
    #[value(name = "utf-8")]
    Utf8,
    /// As Java reads a file by itself
    #[value(name = "latin-1")]
    Latin1,
}

impl TextEncoding {
    /// The reader for it.
    pub(crate) fn reader(self) -> Encoding {
        match self {
            Self::Utf8 => Encoding::Utf8,
            Self::Latin1 => Encoding::Latin1,
        }
    }
}

/// What to update to, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct Target {
    /// The new release: a .zip, .tar.gz or .7z archive, or an unpacked folder
    #[arg(value_name = "RELEASE")]
    pub(crate) release: Option<PathBuf>,
    /// The archive or folder of the installed release: then the origin of every file is certain
    #[arg(long, value_name = "RELEASE")]
    pub(crate) old_release: Option<PathBuf>,
    /// Run optional micro upgrade steps, too
    #[arg(long)]
    pub(crate) micro: bool,
    /// Accept another build of the installed version
    #[arg(long)]
    pub(crate) same_release: bool,
    /// Whose Tomcat the site has afterwards: its own, or the bundle's
    #[arg(long, value_enum, default_value_t = AppServer::Keep)]
    pub(crate) app_server: AppServer,
    /// Whose file to take where both differ: a file below Tomcat's folder, with --app-server bundle also a folder; may be repeated
    #[arg(long, value_name = "PATH=site|release", value_parser = resolution)]
    pub(crate) resolve: Vec<(String, Side)>,
    /// Move portal properties that would keep the new release from starting to system-ext.properties
    #[arg(long)]
    pub(crate) move_migrated_keys: bool,
    /// Do without the proof that database and documents can be brought back; raylift update asks for a word
    #[arg(long)]
    pub(crate) waive_proof: bool,
    /// Read the releases from the first to the last byte, even where their facts are remembered
    #[arg(long)]
    pub(crate) no_cache: bool,
}

/// Whose Tomcat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AppServer {
    /// The site keeps its own; only Liferay's files in it are exchanged
    Keep,
    /// The bundle's takes its place
    Bundle,
}

/// Whose file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The site's.
    Site,
    /// The release's.
    Release,
}

fn resolution(text: &str) -> Result<(String, Side), String> {
    let (path, side) = text
        .rsplit_once('=')
        .ok_or("give a path, =, and site or release")?;
    let side = match side {
        "site" => Side::Site,
        "release" => Side::Release,
        other => return Err(format!("{other} is neither site nor release")),
    };
    Ok((path.trim_matches('/').to_owned(), side))
}

/// `raylift plan`.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Write the plan to a file, for raylift update --plan
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Name every file, not only those that need a look
    #[arg(long)]
    pub(crate) files: bool,
    /// Name every upgrade step
    #[arg(long)]
    pub(crate) steps: bool,
}

/// `raylift update`.
#[derive(Debug, Args)]
pub(crate) struct Update {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Carry out a plan that raylift plan --out wrote
    #[arg(long, value_name = "FILE", conflicts_with_all = ["release", "old_release", "micro", "same_release", "app_server", "resolve", "move_migrated_keys", "waive_proof"])]
    pub(crate) plan: Option<PathBuf>,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// The word that agrees to an update without a proof, where there is no terminal to type it at
    #[arg(long, value_name = "WORD")]
    pub(crate) waiver: Option<String>,
}

/// `raylift resume`.
#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// For the unit file: do nothing and succeed when there is nothing to resume
    #[arg(long)]
    pub(crate) boot: bool,
}

/// `raylift rollback`.
#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// Accept that what was written since the return point is set aside
    #[arg(long)]
    pub(crate) discard_writes: bool,
    /// Bring the database back to the return point even where the old code would accept it as it is
    #[arg(long)]
    pub(crate) restore: bool,
    /// Go on: a person has brought database and documents back as of the snapshot
    #[arg(long, conflicts_with_all = ["restore", "discard_writes"])]
    pub(crate) restored: bool,
}

/// `raylift commit`.
#[derive(Debug, Args)]
pub(crate) struct Commit {
    /// Keep the return point (the copy of database and documents)
    #[arg(long)]
    pub(crate) keep_return_point: bool,
}

/// `raylift report`.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The run, as raylift history names it [default: the last one]
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// Where to write it [default: report.html in the run's folder]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `raylift backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Leave the database out: it is backed up by other means
    #[arg(long)]
    pub(crate) without_database: bool,
    /// Leave the document store out
    #[arg(long)]
    pub(crate) without_documents: bool,
    /// A word to find the backup by; may be repeated
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// The archive or folder of the installed release: then the origin of every file is certain
    #[arg(long, value_name = "RELEASE")]
    pub(crate) old_release: Option<PathBuf>,
    /// Begin a new repository with a key that is there: one that you made, or whose repository is gone for good
    #[arg(long)]
    pub(crate) new_repository: bool,
}

/// `raylift backups`.
#[derive(Debug, Subcommand)]
pub(crate) enum Backups {
    /// List the backups
    List {
        /// List what proofs and return points keep in the repository, too
        #[arg(long)]
        all: bool,
    },
    /// Show what is in a backup
    Show {
        /// The backup: an id, the beginning of one, or latest
        #[arg(value_name = "ID")]
        id: String,
        /// Name every file
        #[arg(long)]
        files: bool,
    },
    /// Check that everything a backup needs is there
    Check {
        /// Read everything back, too
        #[arg(long, conflicts_with = "sample")]
        read_data: bool,
        /// Read about so many of a hundred stored bytes back, chosen by chance
        #[arg(long, value_name = "PERCENT", value_parser = percent)]
        sample: Option<f64>,
    },
    /// Bring a backup back into an empty folder, never over the site
    Restore {
        /// The backup: an id, the beginning of one, or latest
        #[arg(value_name = "ID")]
        id: String,
        /// The folder; empty, or not there yet
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        /// Only this part, as raylift backups show names it
        #[arg(long, value_name = "NAME")]
        part: Option<String>,
    },
    /// Forget backups, and free what only they needed
    Forget {
        /// The backups [default: those that the numbers in raylift.toml do not keep]
        #[arg(value_name = "ID")]
        ids: Vec<String>,
        /// Free the space at once and not a day later: only while nothing else reads the repository
        #[arg(long)]
        free_now: bool,
    },
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(percent),
        _ => Err("give a number above 0 and up to 100".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn resolutions_name_a_side() {
        assert_eq!(
            super::resolution("conf/server.xml=site"),
            Ok(("conf/server.xml".to_owned(), super::Side::Site))
        );
        assert!(super::resolution("conf/server.xml").is_err());
        assert!(super::resolution("conf/server.xml=mine").is_err());
    }

    #[test]
    fn a_sample_is_some_percent() {
        assert_eq!(super::percent("2.5"), Ok(2.5));
        for text in ["0", "-1", "101", "NaN", "all"] {
            assert!(super::percent(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
