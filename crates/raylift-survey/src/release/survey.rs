//! Facts of a release out of what the pass over it saw.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{FileFact, FileKind, ReleaseFacts, ReleaseForm};
use raylift_model::finding::{Finding, Severity};
use raylift_model::text::{ReleaseText, SiteText};

use super::facts_store::FactsStore;
use super::layout;
use super::pass::{self, Pass};
use crate::core_registry::CoreParts;
use crate::identity::{self, Clue, Strength};
use crate::parts;
use crate::property_parts::PropertyParts;
use crate::source::{ReleaseSource, SourceError};

/// Reads everything about a release in one pass.
///
/// # Errors
/// [`codes::ARCHIVE_CHECKSUM`] when a published checksum beside the archive differs, [`codes::NOT_A_RELEASE`],
/// [`codes::LAYOUT_UNSUPPORTED`], and whatever the source says about a damaged or unsafe archive. Everything smaller
/// is a finding of the result.
pub fn survey(source: &dyn ReleaseSource) -> Result<ReleaseFacts, SourceError> {
    survey_with(source, None)
}

/// The same, with facts that an earlier command kept for the same content in place of the pass. Published checksums are
/// compared in either case.
///
/// # Errors
/// Those of [`survey`].
pub fn survey_with(
    source: &dyn ReleaseSource,
    store: Option<&dyn FactsStore>,
) -> Result<ReleaseFacts, SourceError> {
    let (place, form) = (source.place(), source.form());
    let checksums = checksums(source, &place, form)?;
    let mut facts = match store {
        Some(store) => kept_or_read(source, store)?,
        None => read(source)?,
    };
    facts.place = place;
    facts.findings.extend(checksums);
    facts.findings.sort();
    Ok(facts)
}

fn kept_or_read(
    source: &dyn ReleaseSource,
    store: &dyn FactsStore,
) -> Result<ReleaseFacts, SourceError> {
    let Some(key) = source.content_key()? else {
        return read(source);
    };
    let digest = source.digest()?;
    let fits = |facts: &ReleaseFacts| digest.as_ref().is_none_or(|digest| facts.digest == *digest);
    if let Some(facts) = store.recall(&key).filter(fits) {
        return Ok(facts);
    }
    let facts = read(source)?;
    if source.was_read_as(&key) {
        store.keep(&key, &facts);
    }
    Ok(facts)
}

/// What the content alone says: neither where the release lies nor what lies beside it, so that it holds for every copy.
fn read(source: &dyn ReleaseSource) -> Result<ReleaseFacts, SourceError> {
    let (place, form) = (source.place(), source.form());
    let mut pass = pass::run(source, form != ReleaseForm::Folder)?;
    let files: Vec<FileFact> = std::mem::take(&mut pass.files).into_values().collect();
    let layout = layout::find(&place, &pass.top, &files, tomcat_version(&pass))?;
    let mut findings: Vec<Finding> = pass
        .beside
        .iter()
        .map(|name| {
            Finding::new(
                Severity::Warning,
                codes::UNKNOWN_ENTRY,
                name.as_str(),
                format!("the archive holds {name} beside its folder {}", pass.top),
                "check that the archive is a published one; raylift leaves this entry out",
            )
        })
        .collect();
    findings.extend(parts::missing(&layout, &files));
    let (identity, disagreements) = identity::conclude(clues(&mut pass, form));
    findings.extend(disagreements);
    let mut core = CoreParts::default();
    let mut properties = PropertyParts::default();
    let mut bundles = Vec::new();
    let mut texts = BTreeMap::new();
    let mut archives = Vec::new();
    for (path, content) in std::mem::take(&mut pass.contents) {
        core.add(content.core);
        let text = content.text.as_ref().map(SiteText::expose);
        if let Some(Ok(text)) = text.map(str::from_utf8) {
            texts.insert(path, ReleaseText(text.to_owned()));
        }
        properties.add(content.properties);
        bundles.extend(content.bundles);
        archives.extend(content.archive);
        findings.extend(content.findings);
    }
    bundles.sort_by(|left, right| (&left.file, &left.entry).cmp(&(&right.file, &right.entry)));
    let digest = source.digest()?.unwrap_or_else(|| folder_digest(&files));
    let (defaults, property_tables) = properties.facts("portal-impl.jar is missing");
    Ok(ReleaseFacts {
        place: String::new(),
        form,
        digest,
        identity,
        layout,
        unpacked_size: files.iter().map(|file| file.size).sum(),
        files,
        core_sql: core.take_sql("portal-impl.jar is missing"),
        core: core.registry("portal-impl.jar is missing"),
        defaults,
        property_tables,
        bundles,
        texts,
        archives,
        findings,
    })
}

/// The digest of an unpacked release: SHA-256 over one line `kind path digest` per entry, sorted by path.
pub fn folder_digest(files: &[FileFact]) -> Digest {
    let mut lines: Vec<String> = files
        .iter()
        .map(|file| {
            let mut line = String::new();
            let content = match (&file.kind, &file.digest) {
                (FileKind::Link { target }, _) => target.as_str(),
                (_, Some(digest)) => digest.as_str(),
                (_, None) => "",
            };
            let kind = match file.kind {
                FileKind::File => 'f',
                FileKind::Directory => 'd',
                FileKind::Link { .. } => 'l',
                FileKind::Pipe | FileKind::Socket | FileKind::Device | FileKind::Other => 'o',
            };
            let _ = writeln!(line, "{kind} {} {content}", file.path);
            line
        })
        .collect();
    lines.sort_unstable();
    Digest::of(lines.concat().as_bytes())
}

fn checksums(
    source: &dyn ReleaseSource,
    place: &str,
    form: ReleaseForm,
) -> Result<Vec<Finding>, SourceError> {
    let published = source.checksums()?;
    let wrong: Vec<&str> = published
        .iter()
        .filter(|(_, right)| !right)
        .map(|(name, _)| name.as_str())
        .collect();
    if !wrong.is_empty() {
        return Err(SourceError {
            code: codes::ARCHIVE_CHECKSUM,
            message: format!(
                "{place} does not have the checksum in {}: it is damaged, cut short or another file",
                wrong.join(", ")
            ),
            source: None,
        });
    }
    Ok((published.is_empty() && form != ReleaseForm::Folder)
        .then(|| {
            Finding::new(
                Severity::Warning,
                codes::NO_CHECKSUM,
                place,
                "no published checksum lies beside the archive, so a damaged download may go unnoticed",
                "put the .sha512 or .MD5 file of the download beside the archive",
            )
        })
        .into_iter()
        .collect())
}

fn tomcat_version(pass: &Pass) -> Option<String> {
    pass.texts
        .iter()
        .find(|(path, _)| path.file_name() == "RELEASE-NOTES")
        .and_then(|(_, text)| raylift_formats::tomcat_xml::release_notes(text))
}

fn clues(pass: &mut Pass, form: ReleaseForm) -> Vec<Clue> {
    let mut clues: Vec<Clue> = pass
        .contents
        .values_mut()
        .filter_map(|content| content.clue.take())
        .collect();
    clues.extend(
        pass.texts
            .iter()
            .filter_map(|(path, text)| match path.file_name() {
                ".liferay-version" => Some(Clue::text(Strength::VersionFile, path.as_str(), text)),
                ".githash" => Some(Clue::git_hash(path.as_str(), text)),
                _ => None,
            }),
    );
    if form != ReleaseForm::Folder {
        clues.push(Clue::text(
            Strength::FolderName,
            "folder in the archive",
            &pass.top,
        ));
    }
    clues
}
