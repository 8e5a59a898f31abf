//! By what means the return point is taken, whether a proof comes first, and what the reader must know of either.

use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, SiteFacts};
use raylift_model::finding::{Finding, Severity};
use raylift_model::plan::{
    DatabaseCommands, DatabaseMeans, OwnCommand, ReturnMeans, ReturnMode, WayBack,
};
use raylift_model::settings::{DatabaseToolSettings, Settings};

use crate::checks::blocker;

/// Seconds for a snapshot where the settings say none.
const SNAPSHOT_SECONDS: u64 = 3_600;
/// Seconds for a dump by command where the settings say none.
const DUMP_SECONDS: u64 = 14_400;

/// What was chosen.
pub(crate) struct Choice {
    /// How the return point is taken.
    pub(crate) means: ReturnMeans,
    /// A proof is taken before the stop.
    pub(crate) proof: bool,
    /// Somebody asked to do without a proof that would have been taken.
    pub(crate) waived: bool,
    pub(crate) findings: Vec<Finding>,
}

impl Choice {
    /// raylift dumps the database itself, with the vendor's tools or by copying files.
    pub(crate) fn by_own_tools(means: &ReturnMeans, commands: Option<&DatabaseCommands>) -> bool {
        means.is_copies() && commands.is_none()
    }

    /// Copies of the database that must fit beside each other on raylift's disk, with one more of the documents: the return
    /// point and what a rollback brings back; nothing where no copies are taken. A return point on the server leaves there
    /// only the proof's.
    pub(crate) fn copies_below_the_state(&self, settings: &Settings) -> Option<u64> {
        let copies = match settings.restore_point.database {
            DatabaseMeans::Dump => 2,
            DatabaseMeans::Template => 1,
        };
        self.means.is_copies().then_some(copies)
    }

    /// Copies of the database that must fit beside each other on its server: the one of the proof or of a rollback, and with
    /// a return point there one more.
    pub(crate) fn copies_on_server(
        &self,
        commands: Option<&DatabaseCommands>,
        settings: &Settings,
    ) -> u64 {
        match (
            Self::by_own_tools(&self.means, commands),
            settings.restore_point.database,
        ) {
            (false, _) => 0,
            (true, DatabaseMeans::Dump) => 1,
            (true, DatabaseMeans::Template) => 2,
        }
    }
}

/// Decides.
pub(crate) fn choose(
    site: &SiteFacts,
    settings: &Settings,
    way_back: &WayBack,
    waive_proof: bool,
) -> Choice {
    let mut findings = half_set(settings);
    findings.extend(no_template(site, settings));
    let means = means(settings, way_back);
    let commands = database_commands(&settings.database);
    // A proof restores to a place of its own, which neither a snapshot nor a dump that raylift does not know can do.
    let provable = Choice::by_own_tools(&means, commands.as_ref());
    match &means {
        ReturnMeans::Copies if commands.is_some() => findings.push(commanded(site, &commands)),
        ReturnMeans::Copies => {}
        ReturnMeans::Command { take, restore } => {
            findings.push(by_command(take, restore.as_ref()));
        }
        ReturnMeans::Notes => findings.push(left_out()),
    }
    let waived = waive_proof && provable;
    if waived {
        findings.push(
            Finding::new(
                Severity::Warning,
                codes::PROOF_WAIVED,
                "proof",
                "nothing is restored and compared before the site stops: that a rollback can bring database and documents back is not known",
                "plan without --waive-proof; raylift drill takes the proof alone, at a time of its own",
            )
            .because("asked for by --waive-proof; raylift update asks for a typed word"),
        );
    }
    Choice {
        proof: provable && !waived,
        means,
        waived,
        findings,
    }
}

fn means(settings: &Settings, way_back: &WayBack) -> ReturnMeans {
    let set = &settings.restore_point;
    // Undetermined steps are never a reason to do without.
    let code_only = way_back.preferred == ReturnMode::CodeOnly && way_back.undetermined.is_empty();
    if set.always == Some(false) && code_only {
        return ReturnMeans::Notes;
    }
    let seconds = set.timeout_seconds.unwrap_or(SNAPSHOT_SECONDS);
    match own(set.command.as_ref(), seconds) {
        Some(take) => ReturnMeans::Command {
            take,
            restore: own(set.restore_command.as_ref(), seconds),
        },
        None => ReturnMeans::Copies,
    }
}

/// The commands that stand in for the vendor's tools, where both are set.
pub(crate) fn database_commands(set: &DatabaseToolSettings) -> Option<DatabaseCommands> {
    let seconds = set.command_seconds.unwrap_or(DUMP_SECONDS);
    Some(DatabaseCommands {
        dump: own(set.dump_command.as_ref(), seconds)?,
        restore: own(set.restore_command.as_ref(), seconds)?,
    })
}

fn own(words: Option<&Vec<String>>, seconds: u64) -> Option<OwnCommand> {
    let words = words.filter(|words| words.first().is_some_and(|word| !word.is_empty()))?;
    Some(OwnCommand {
        words: words.clone(),
        seconds,
    })
}

/// Settings that say only half of what is needed.
fn half_set(settings: &Settings) -> Vec<Finding> {
    let (point, database) = (&settings.restore_point, &settings.database);
    let given = |words: &Option<Vec<String>>| own(words.as_ref(), 0).is_some();
    let rules = [
        (
            point.restore_command.is_some() && !given(&point.command),
            "[restore_point]",
            "restore_command is set, and there is no command that takes what it brings back",
        ),
        (
            point.command.is_some() && !given(&point.command),
            "[restore_point]",
            "command names no program",
        ),
        (
            point.restore_command.is_some() && !given(&point.restore_command),
            "[restore_point]",
            "restore_command names no program",
        ),
        (
            (database.dump_command.is_some() || database.restore_command.is_some())
                && database_commands(database).is_none(),
            "[database]",
            "dump_command and restore_command belong together, and one is missing or names no program",
        ),
    ];
    rules
        .into_iter()
        .filter(|(broken, _, _)| *broken)
        .map(|(_, subject, message)| {
            blocker(
                codes::SETTINGS_UNREADABLE,
                subject,
                message,
                "correct raylift.toml",
            )
        })
        .collect()
}

/// A copy on the server is asked for where raylift cannot make one: then no return point would be as the settings say.
pub(crate) fn no_template(site: &SiteFacts, settings: &Settings) -> Option<Finding> {
    let (point, database) = (&settings.restore_point, &settings.database);
    if point.database.is_dump() {
        return None;
    }
    let why = if site.database.settings.kind != DatabaseKind::Postgresql {
        "only PostgreSQL copies a database on the server"
    } else if point.command.is_some() {
        "command takes the return point"
    } else if database.dump_command.is_some() || database.restore_command.is_some() {
        "dump_command and restore_command of [database] stand in for raylift's own means"
    } else {
        return None;
    };
    Some(blocker(
        codes::SETTINGS_UNREADABLE,
        "[restore_point]",
        format!("database = \"template\" is set, and {why}"),
        "correct raylift.toml: leave out either this or what it does not go with",
    ))
}

fn by_command(take: &OwnCommand, restore: Option<&OwnCommand>) -> Finding {
    let finding = Finding::new(
        Severity::Warning,
        codes::NOT_PROVEN,
        "[restore_point] command",
        format!(
            "the return point of database and documents is a snapshot by {}, which is not proven by raylift",
            words(take)
        ),
        "try it out: take a snapshot and bring it back at another place",
    );
    match restore {
        Some(restore) => finding.because(format!(
            "a rollback brings database and documents back by {}, and compares Release_ and the numbers of rows and documents",
            words(restore)
        )),
        None => finding.because(
            "there is no restore_command: a rollback brings the files back and waits, behind the fence, until a person has brought database and documents back; raylift rollback --restored goes on",
        ),
    }
}

fn commanded(site: &SiteFacts, commands: &Option<DatabaseCommands>) -> Finding {
    let word = |pick: fn(&DatabaseCommands) -> &OwnCommand| {
        commands.as_ref().map(pick).map_or_else(String::new, words)
    };
    let finding = Finding::new(
        Severity::Warning,
        codes::NOT_PROVEN,
        "[database] dump_command",
        format!(
            "the database is dumped by {}, which is not proven by raylift; documents are copied, and not proven either",
            word(|commands| &commands.dump)
        ),
        "try it out: bring a dump back into another database",
    )
    .because(format!(
        "a rollback runs {} over the live database: what a failed update left in it is not kept beside",
        word(|commands| &commands.restore)
    ));
    match site.database.settings.kind {
        DatabaseKind::HsqldbFile => finding,
        _ => finding.because(
            "raylift does not see who else is connected to the database after the stop: look that no other node runs",
        ),
    }
}

fn left_out() -> Finding {
    Finding::new(
        Severity::Warning,
        codes::NO_RETURN_POINT,
        "[restore_point] always",
        "no return point is taken: a rollback brings back neither database nor documents, only the files of the old release and the core's row",
        "take always = false out of raylift.toml to have one",
    )
    .because("the old release accepts the database as it will be: every step that runs allows the old code")
    .because("what an upgrade step, a user or an error of the new release changes or deletes stays so after a rollback")
}

/// A command as it would be typed, for people.
fn words(command: &OwnCommand) -> String {
    command.words.join(" ")
}
