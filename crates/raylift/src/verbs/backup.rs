//! `raylift backup`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use raylift_backup::Part;
use raylift_backup::repository::{
    About, Input, Opened, PROOF, RETURN_POINT, RepositoryError, Taken, WITHOUT_DATABASE, host,
};
use raylift_host::backup::{DOCUMENTS_PART, database_part, return_points_without_documents};
use raylift_host::cache::Cache;
use raylift_model::codes;
use raylift_model::facts::{DatabaseKind, FileKind, SiteFacts};
use raylift_model::names::RelativePath;
use raylift_model::origin::Origin;
use raylift_plan::Origins;
use serde_json::json;

use crate::arguments::Backup;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::vault::{self, Vault};
use crate::workplace::Workplace;
use crate::{interrupt, render, wiring};

/// The part with the files that are the site's own.
const FILES: &str = "files";

/// In raylift's own folder: a copy of a database that is in use, until it is in the repository.
const SCRATCH: &str = "backup-scratch";

/// Licence keys that the server keeps; the one thing in `data` beside documents and database that cannot be made again.
const LICENCES: &str = "data/license";

/// Takes a backup of what the site cannot get from its release again.
pub(crate) fn run(
    site: &SiteArgument,
    arguments: &Backup,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let workplace = Workplace::of(site);
    let old = arguments
        .old_release
        .as_deref()
        .map(|release| wiring::survey_release(release, Cache::of_user().as_ref()))
        .transpose()?;
    let facts = wiring::survey_data(site)?;
    let tomcat = facts.layout.as_ref().map_or_else(
        || RelativePath::new("tomcat"),
        |layout| layout.tomcat.clone(),
    );
    let origins = Origins::new(&facts, &tomcat, old.as_ref());
    let files = own_files(&facts, &origins, workplace.state());

    // The key is tried before anything is made, and before the database is dumped.
    Vault::of(site).look(arguments.new_repository)?;
    if arguments.new_repository {
        require_ways_back(&workplace)?;
    }
    let _lock = workplace.lock()?;
    let scratch = workplace.state().join(SCRATCH);
    // What a dump_command prints lies where a run's would.
    let printed = workplace.state().join("runs").join(SCRATCH);
    remove(&scratch)?;
    remove(&printed)?;
    let taken = take(site, arguments, &facts, files, &scratch, printer);
    remove(&scratch)?;
    // Where the command failed, the message names it.
    if !matches!(&taken, Err(problem) if problem.exit != Exit::Interrupted) {
        remove(&printed)?;
    }
    workplace.hand_over(&facts.owner)?;
    let (vault, (made, key_made), taken, notes) = taken?;

    printer.json(&json!({
        "backup": taken.snapshot,
        "new": taken.new,
        "changed": taken.changed,
        "unchanged": taken.unchanged,
        "repaired": { "found": taken.repaired.found, "lost": taken.repaired.lost },
        "repository": vault.place.repository,
        "repository_made": made,
        "key_file": vault.place.key_file,
        "key_made": key_made,
        "notes": notes,
    }))?;
    printer.text(&render::taken(&taken, &notes));
    Ok(Exit::Done)
}

/// Where it was put, whether the repository and its key were made for it, what was taken, what is to be said.
type Done<'a> = (Vault<'a>, (bool, bool), Taken, Vec<String>);

fn take<'a>(
    site: &'a SiteArgument,
    arguments: &Backup,
    facts: &SiteFacts,
    files: Vec<OsString>,
    scratch: &Path,
    printer: &Printer,
) -> Result<Done<'a>, Problem> {
    let vault = Vault::of(site);
    if let Some(root) = &facts.store.root
        && vault.place.lies_in(Path::new(root))
    {
        return Err(Problem::refused(
            codes::USAGE,
            format!("the repository would lie in the document store {root} and hold itself"),
            "Name another place: [backup] repository in raylift.toml.",
        ));
    }
    if let Some(tag) = arguments
        .tag
        .iter()
        .find(|tag| [PROOF, RETURN_POINT].contains(&tag.as_str()))
    {
        return Err(Problem::refused(
            codes::USAGE,
            format!("the tag {tag} is raylift's own: it tells the documents of proofs and return points from backups"),
            "Take another tag.",
        )
        .ending(Exit::Usage));
    }
    let stop = interrupt::stop()?;
    let mut shown = render::Line::new(printer.is_json());
    let home = PathBuf::from(&facts.home);
    let mut notes = Vec::new();
    let mut inputs = vec![Input::Files(Part {
        name: FILES.to_owned(),
        root: home.clone(),
        entries: Some(files),
    })];
    if arguments.without_database {
        notes.push("The database is not in it.".to_owned());
    } else {
        let running = facts.app_server.process.is_some();
        let (planned, against) = wiring::site_alone(site, facts)?;
        // A server that does not answer or let raylift in is no database of another kind.
        let closed = [codes::DATABASE_UNREACHABLE, codes::DATABASE_REFUSED];
        let is_server = planned.database.kind != DatabaseKind::HsqldbFile;
        if let Some(finding) = against
            .iter()
            .find(|finding| is_server && closed.contains(&finding.code.as_str()))
        {
            return Err(Problem::refused(
                finding.code.as_str(),
                format!("{}: {}", finding.subject, finding.message),
                finding.remedy.clone(),
            )
            .because(finding.evidence.clone()));
        }
        let part = database_part(
            &planned,
            &site.settings,
            running,
            scratch,
            &stop,
            &mut |line| {
                shown.progress(&line);
            },
        )
        .map_err(|error| {
            if error.code == codes::INTERRUPTED {
                return interrupt::stopped("backup", error.evidence);
            }
            Problem::refused(
                error.code,
                error.message.clone(),
                "Back the database up by its own means, and add --without-database.",
            )
            .because(error.evidence)
        })?;
        inputs.push(part);
    }
    match (&facts.store.root, arguments.without_documents) {
        (_, true) => notes.push("The documents are not in it.".to_owned()),
        (Some(root), false) if Path::new(root).exists() => inputs.push(Input::Files(Part {
            name: DOCUMENTS_PART.to_owned(),
            root: root.into(),
            entries: None,
        })),
        (Some(_), false) => {}
        (None, false) => notes.push(format!(
            "The documents are not in it: {} keeps them elsewhere.",
            facts.store.implementation
        )),
    }
    let Opened {
        repository,
        made,
        key_made,
    } = vault.open_or_make(arguments.new_repository)?;
    // That is to be known, whatever comes of the backup.
    let key_note: Vec<String> = key_made
        .then(|| {
            format!(
                "The key of the repository was made: {}. Copy it to another machine now: without it nobody can read a backup.",
                vault.place.key_file.display()
            )
        })
        .into_iter()
        .collect();
    notes.extend(key_note.iter().cloned());
    if vault.shares_the_disk_of(&home) {
        notes.push(format!(
            "{} is on the site's own disk and lost with it; name another under [backup] repository in raylift.toml.",
            vault.place.repository.display()
        ));
    }
    let mut tags = arguments.tag.clone();
    if arguments.without_database {
        tags.push(WITHOUT_DATABASE.to_owned());
    }
    let about = About {
        host: host(),
        site: home,
        tags,
        note: json!({ "version": facts.identity.version }),
    };
    let taken = repository
        .stopping(stop)
        .backup(&about, inputs, &mut |line| shown.progress(&line))
        .map_err(|error| match error {
            RepositoryError::Stopped => interrupt::stopped("backup", key_note),
            error => vault::problem(&error).because(key_note),
        })?;
    Ok((vault, (made, key_made), taken, notes))
}

/// A new repository in the place of the one that is gone would hide that a run cannot go back, and be in the way when
/// that disk is mounted again.
fn require_ways_back(workplace: &Workplace) -> Result<(), Problem> {
    let points = workplace.state().join("backups");
    let cut_off = return_points_without_documents(&points).map_err(|error| {
        Problem::refused(
            error.code,
            format!("what a run needs to go back cannot be read, so that no repository is begun: {error}"),
            "Look at the manifest.json that is named; one of a run that is over can be removed with its folder.",
        )
        .because(error.evidence)
    })?;
    if cut_off.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = cut_off
        .iter()
        .map(|(place, _)| place.display().to_string())
        .collect();
    let why = cut_off.iter().map(|(_, error)| error.to_string());
    Err(Problem::refused(
        codes::REPOSITORY_GONE,
        format!(
            "a run needs documents in a repository that is gone to go back: {}",
            names.join(", ")
        ),
        "Mount its disk, or put [backup] repository in raylift.toml right. Where it is lost for good, the documents cannot go back: end that run with raylift commit, without --keep-return-point, or remove the folder that is named when the run is over. Then try again.",
    )
    .because(why))
}

/// Everything that is not the release's and not made by the server, without `data`, and raylift's own folder.
fn own_files(facts: &SiteFacts, origins: &Origins<'_>, state: &Path) -> Vec<OsString> {
    let home = Path::new(&facts.home);
    let mut files: Vec<OsString> = facts
        .files
        .iter()
        .filter(|file| file.kind != FileKind::Directory)
        .filter(|file| !home.join(file.path.as_str()).starts_with(state))
        .filter(|file| {
            matches!(
                origins.of(file).origin,
                Origin::Site | Origin::Changed | Origin::Unknown
            )
        })
        .map(|file| file.path.as_str().into())
        .collect();
    if home.join(LICENCES).exists() {
        files.push(LICENCES.into());
    }
    files
}

fn remove(scratch: &Path) -> Result<(), Problem> {
    match std::fs::remove_dir_all(scratch) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::file("remove", scratch, &error))
        }
        _ => Ok(()),
    }
}
