//! `raylift inspect files`.

use std::path::Path;

use raylift_host::archive;
use raylift_host::cache::Cache;
use raylift_host::machine::RealMachine;
use raylift_model::codes;
use raylift_model::facts::{FileFact, FileKind, ReleaseFacts, SiteFacts};
use raylift_model::names::RelativePath;
use raylift_model::origin::{FileOrigin, Origin};
use raylift_plan::Origins;
use raylift_plan::difference::difference;
use raylift_survey::machine::Machine as _;
use raylift_survey::site::rest;
use serde::Serialize;

use crate::arguments::{InspectFiles, OriginArgument};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::problem::Problem;
use crate::settings::SiteArgument;
use crate::{render, wiring};

/// A larger file is not compared, in bytes.
const LARGEST: u64 = 4 << 20;

/// A file, or everything in a folder.
#[derive(Serialize)]
pub(crate) struct Row {
    /// Whose it is.
    #[serde(flatten)]
    pub(crate) origin: FileOrigin,
    /// Number of files, for a folder that is not listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) files: Option<u64>,
    /// Size in bytes.
    pub(crate) bytes: u64,
}

#[derive(Serialize)]
struct Answer<'a> {
    old_release: Option<&'a str>,
    files: &'a [Row],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<String>,
}

#[derive(Serialize)]
struct One<'a> {
    old_release: Option<&'a str>,
    #[serde(flatten)]
    row: &'a Row,
    /// From the installed release's to the site's.
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<&'a str>,
}

/// Says where every file of the home comes from.
pub(crate) fn run(
    site: &SiteArgument,
    arguments: &InspectFiles,
    printer: &Printer,
) -> Result<Exit, Problem> {
    let cache = Cache::of_user();
    let old = arguments
        .old_release
        .as_deref()
        .map(|path| wiring::survey_release(path, cache.as_ref()))
        .transpose()?;
    let facts = wiring::survey_site(site)?;
    let tomcat = facts.layout.as_ref().map_or_else(
        || RelativePath::new("tomcat"),
        |layout| layout.tomcat.clone(),
    );
    let origins = Origins::new(&facts, &tomcat, old.as_ref());
    let place = old.as_ref().map(|old| old.place.as_str());
    if let Some(file) = &arguments.file {
        let fact = find(&facts, file)?;
        let row = row(&origins, &fact);
        let difference = match (row.origin.origin, &arguments.old_release, &old) {
            (Origin::Changed, Some(archive), Some(old)) => {
                compare(&facts, &fact, &origins, archive, old, cache.as_ref())?
            }
            _ => None,
        };
        printer.json(&One {
            old_release: place,
            row: &row,
            difference: difference.as_deref(),
        })?;
        printer.text(&render::one_file(&row, difference.as_deref()));
        return Ok(Exit::Done);
    }
    let (mut rows, unreadable) = rows(&facts, &origins);
    if let Some(wanted) = arguments.origin.map(origin) {
        rows.retain(|row| row.origin.origin == wanted);
    }
    printer.json(&Answer {
        old_release: place,
        files: &rows,
        unreadable,
    })?;
    let named = arguments.all || arguments.origin.is_some();
    printer.text(&render::origins(&rows, place, named));
    Ok(Exit::Done)
}

fn origin(argument: OriginArgument) -> Origin {
    match argument {
        OriginArgument::Release => Origin::Release,
        OriginArgument::Changed => Origin::Changed,
        OriginArgument::Site => Origin::Site,
        OriginArgument::Generated => Origin::Generated,
        OriginArgument::Unknown => Origin::Unknown,
    }
}

fn row(origins: &Origins<'_>, file: &FileFact) -> Row {
    Row {
        origin: origins.of(file),
        files: None,
        bytes: file.size,
    }
}

/// Every file of the product's part, and what lies beside it.
fn rows(facts: &SiteFacts, origins: &Origins<'_>) -> (Vec<Row>, Vec<String>) {
    let mut rows: Vec<Row> = facts
        .files
        .iter()
        .filter(|file| file.kind != FileKind::Directory)
        .map(|file| row(origins, file))
        .collect();
    let mut unreadable = Vec::new();
    for sum in rest(&RealMachine, facts) {
        if sum.is_complete() {
            rows.extend(sum.listed.iter().map(|file| row(origins, file)));
        } else {
            let folder = FileFact {
                path: sum.path,
                kind: FileKind::Directory,
                size: sum.bytes,
                mode: 0,
                digest: None,
                by_liferay: false,
            };
            rows.push(Row {
                files: Some(sum.files),
                ..row(origins, &folder)
            });
        }
        unreadable.extend(sum.unreadable);
    }
    rows.sort_by(|left, right| left.origin.path.cmp(&right.origin.path));
    (rows, unreadable)
}

/// The file that the person means: a path in the home, or one from anywhere that lies in it.
fn find(facts: &SiteFacts, file: &Path) -> Result<FileFact, Problem> {
    let home = Path::new(&facts.home);
    let absolute = [
        home.join(file),
        std::path::absolute(file).unwrap_or_default(),
    ]
    .into_iter()
    .find(|path| path.symlink_metadata().is_ok());
    // Only the folder is resolved: a link in the home is a file of the home.
    let real = absolute.and_then(|path| {
        let folder = std::fs::canonicalize(path.parent()?).ok()?;
        let path = folder.join(path.file_name()?);
        Some(RelativePath::new(path.strip_prefix(home).ok()?.to_str()?))
    });
    let missing = || {
        Problem::refused(
            codes::USAGE,
            format!("{} is no file in {}", file.display(), facts.home),
            "Name a file by its path in the home.",
        )
        .ending(Exit::Usage)
    };
    let path = real.ok_or_else(missing)?;
    if let Some(fact) = facts.files.iter().find(|fact| fact.path == path) {
        return Ok(fact.clone());
    }
    let place = home.join(path.as_str());
    let stat = RealMachine
        .stat(&place)
        .ok()
        .flatten()
        .ok_or_else(missing)?;
    let digest = match stat.kind {
        FileKind::File => RealMachine.digest(&place).ok(),
        _ => None,
    };
    Ok(FileFact {
        path,
        kind: stat.kind,
        size: stat.size,
        mode: stat.mode,
        digest,
        by_liferay: false,
    })
}

/// What the site changed in a file; `None` for a file that is no text, or too large.
fn compare(
    facts: &SiteFacts,
    file: &FileFact,
    origins: &Origins<'_>,
    archive: &Path,
    old: &ReleaseFacts,
    cache: Option<&Cache>,
) -> Result<Option<String>, Problem> {
    if let Some(known) = origins.difference(&file.path) {
        return Ok(Some(known));
    }
    if file.size > LARGEST {
        return Ok(None);
    }
    let refused = |error: raylift_survey::source::SourceError| {
        Problem::refused(
            error.code,
            error.to_string(),
            "Get the release again from where it is published, and check it.",
        )
    };
    let Some(there) = origins.in_release(&file.path) else {
        return Ok(None);
    };
    let source = archive::open_with(archive, cache).map_err(refused)?;
    let before = raylift_survey::release::read_file(source.as_ref(), old, &there, LARGEST + 1)
        .map_err(refused)?
        .filter(|before| before.len() as u64 <= LARGEST);
    let place = Path::new(&facts.home).join(file.path.as_str());
    let here = std::fs::read(&place).map_err(|error| Problem::file("read", &place, &error))?;
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes)
            .ok()
            .filter(|text| !text.contains('\0'))
    };
    Ok(before
        .and_then(text)
        .zip(text(here))
        .map(|(before, here)| difference(&before, &here)))
}
