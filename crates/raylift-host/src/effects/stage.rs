//! Fills the staging folder: the new trees, complete, before anything of the site is touched.

use std::collections::{HashMap, HashSet};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use raylift_backup::attributes::Attributes;
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::names::RelativePath;
use raylift_model::plan::{Base, Decision, Exchange, ExchangeProbe, FileDecision, Plan};
use raylift_run::host::{HostError, LiveSide, Progress, TREE_MARKER};
use raylift_survey::source::SourceEntry;
use walkdir::WalkDir;

use super::edit;
use super::error::{attributes, backup, exists, read_failed, source, write_failed};
use super::exchange::{Exchanger, sync_parent};
use super::remove::remove_tree;
use crate::archive::{Check, Unpacking, open, unpack};

/// Written last, holds the plan's digest.
const COMPLETE: &str = ".raylift-staged";

/// How often a file that is not as planned is copied until that is believed.
const COPIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// True when the staging folder was completed for this plan.
///
/// # Errors
/// When it cannot be read.
pub fn is_staged(plan: &Plan, staging: &Path) -> Result<bool, HostError> {
    let path = staging.join(COMPLETE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim_end() == plan_digest(plan)?.as_str()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(read_failed(&path, error)),
    }
}

/// Fills the staging folder by the plan's decisions; see [`raylift_run::host::Host::stage`].
///
/// # Errors
/// When the release or a site file cannot be read or differs from the plan, or something cannot be written.
pub fn stage(
    plan: &Plan,
    staging: &Path,
    exchanger: Exchanger,
    progress: Progress<'_>,
) -> Result<Vec<String>, HostError> {
    if is_staged(plan, staging)? {
        return Ok(vec!["everything is staged already".to_owned()]);
    }
    for exchange in &plan.exchanges {
        if exchanger.live_side(exchange)? == LiveSide::New {
            return Err(HostError::new(
                codes::EXCHANGE_AMBIGUOUS,
                format!(
                    "{} is new already, so that the staging folder may hold the site's old files",
                    exchange.live.display()
                ),
            ));
        }
    }
    remove_tree(&plan.site.state, staging)?;
    make_folder(staging)?;
    let stage = Stage { plan };
    let released = stage.unpack(progress)?;
    let (carried, written) = stage.carry_and_write(progress)?;
    stage.mark()?;
    stage.give_folders()?;
    progress("waiting until everything is on the disk".to_owned());
    complete(staging, &plan_digest(plan)?)?;
    Ok(vec![format!(
        "{released} files of the release, {carried} entries carried from the site, {written} written by raylift"
    )])
}

struct Stage<'a> {
    plan: &'a Plan,
}

/// Where a file goes.
struct Target<'a> {
    staged: PathBuf,
    live: PathBuf,
    exchange: &'a Exchange,
}

impl Stage<'_> {
    fn target(&self, path: &RelativePath) -> Result<Target<'_>, HostError> {
        let found = self.plan.exchanges.iter().find_map(|exchange| {
            if *path == exchange.root {
                return Some((exchange, ""));
            }
            path.below(&exchange.root).map(|rest| (exchange, rest))
        });
        let (exchange, rest) = found.ok_or_else(|| {
            HostError::new(
                codes::ACTION_FAILED,
                format!("the plan changes {path}, which no exchange covers"),
            )
        })?;
        let below = |folder: &Path| {
            if rest.is_empty() {
                folder.to_owned()
            } else {
                folder.join(rest)
            }
        };
        Ok(Target {
            staged: below(&exchange.staged),
            live: below(&exchange.live),
            exchange,
        })
    }

    fn unpack(&self, progress: Progress<'_>) -> Result<u64, HostError> {
        let mut wanted = HashMap::new();
        for file in &self.plan.files {
            let taken = match &file.decision {
                Decision::Release {
                    from, digest, mode, ..
                } => Some((from, digest, *mode)),
                Decision::Edit(edit) => match &edit.base {
                    Base::Release { from, digest } => Some((from, digest, edit.mode)),
                    Base::Site { .. } | Base::Nothing => None,
                },
                _ => None,
            };
            if let Some((from, digest, mode)) = taken {
                wanted.insert(from.as_str(), (self.target(&file.path)?, digest, mode));
            }
        }
        let top = &self.plan.release.top;
        let below_top = |entry: &SourceEntry| -> Option<String> {
            if top.is_empty() {
                return Some(entry.path.clone());
            }
            let rest = entry.path.strip_prefix(top.as_str())?.strip_prefix('/')?;
            Some(rest.to_owned())
        };
        let release = open(&self.plan.release.place).map_err(source)?;
        let mut found = HashSet::new();
        let mut mapping = |entry: &SourceEntry| -> Option<PathBuf> {
            let from = below_top(entry)?;
            let (target, _, _) = wanted.get(from.as_str())?;
            if found.len() % 250 == 0 {
                progress(format!(
                    "{} of {} files unpacked",
                    found.len(),
                    wanted.len()
                ));
            }
            found.insert(from);
            Some(target.staged.clone())
        };
        let mut expected = |entry: &SourceEntry| -> Option<Digest> {
            let (_, digest, _) = wanted.get(below_top(entry)?.as_str())?;
            (!digest.as_str().is_empty()).then(|| (*digest).clone())
        };
        let unpacking = Unpacking {
            mapping: &mut mapping,
            expected: &mut expected,
            owner: None,
            check: Check::DoneBefore,
        };
        unpack(release.as_ref(), unpacking).map_err(source)?;
        if let Some(missing) = wanted.keys().find(|from| !found.contains(**from)) {
            return Err(HostError::new(
                codes::PLAN_STALE,
                format!("the release no longer holds {missing}"),
            ));
        }
        for (target, _, mode) in wanted.values() {
            self.give(target, *mode)?;
        }
        Ok(wanted.len() as u64)
    }

    fn carry_and_write(&self, progress: Progress<'_>) -> Result<(u64, u64), HostError> {
        let (mut carried, mut written) = (0, 0);
        for file in &self.plan.files {
            match &file.decision {
                Decision::Carry { digest } => {
                    self.carry(file, &file.path, digest.as_ref())?;
                    carried += 1;
                    if carried % 250 == 0 {
                        progress(format!("{carried} entries of the site carried"));
                    }
                }
                Decision::Move { from, digest } => {
                    self.carry(file, from, digest.as_ref())?;
                    carried += 1;
                }
                Decision::Write { content, mode, .. } => {
                    let target = self.target(&file.path)?;
                    self.make_parent(&target)?;
                    fs::write(&target.staged, content)
                        .map_err(|error| write_failed(&target.staged, error))?;
                    self.give(&target, *mode)?;
                    written += 1;
                }
                Decision::Edit(edit) => {
                    let target = self.target(&file.path)?;
                    self.make_parent(&target)?;
                    edit::write(&self.plan.site.home, edit, &target.staged)?;
                    self.give(&target, edit.mode)?;
                    written += 1;
                }
                Decision::Release { .. } | Decision::Drop | Decision::Keep => {}
            }
        }
        Ok((carried, written))
    }

    /// Copies the site's file or link at `from` to where the decision says.
    fn carry(
        &self,
        file: &FileDecision,
        from: &RelativePath,
        digest: Option<&Digest>,
    ) -> Result<(), HostError> {
        let target = self.target(&file.path)?;
        let source = match *from == file.path {
            true => target.live.clone(),
            false => self.plan.site.home.join(from.as_str()),
        };
        let (live, staged) = (source.as_path(), target.staged.as_path());
        let stat = fs::symlink_metadata(live).map_err(|error| read_failed(live, error))?;
        self.make_parent(&target)?;
        if stat.is_dir() {
            return make_folder(staged);
        }
        if stat.is_symlink() {
            let points_to = fs::read_link(live).map_err(|error| read_failed(live, error))?;
            symlink(points_to, staged).map_err(|error| write_failed(staged, error))?;
            return Attributes::read(live)
                .and_then(|own| own.apply(staged))
                .map_err(attributes);
        }
        if !stat.is_file() {
            return Err(changed(&file.path));
        }
        for attempt in 1..=COPIES {
            let copied = raylift_backup::copy_file(live, staged).map_err(backup)?;
            if digest.is_none_or(|digest| *digest == copied.digest) {
                return Ok(());
            }
            // A server that is up may be writing the file back (see `Machine::read_settled`).
            if attempt < COPIES {
                sleep(PAUSE);
            }
        }
        Err(changed(&file.path))
    }

    /// The sign by which an exchanged folder is told from the old one.
    fn mark(&self) -> Result<(), HostError> {
        for exchange in &self.plan.exchanges {
            if let ExchangeProbe::Marker(text) = &exchange.probe {
                let target = Target {
                    staged: exchange.staged.join(TREE_MARKER),
                    live: exchange.live.join(TREE_MARKER),
                    exchange,
                };
                self.make_parent(&target)?;
                fs::write(&target.staged, format!("{text}\n"))
                    .map_err(|error| write_failed(&target.staged, error))?;
                self.give(&target, 0o644)?;
            }
        }
        Ok(())
    }

    /// Last, because a folder that is closed to its own owner could not be filled. Deepest first for the same reason.
    fn give_folders(&self) -> Result<(), HostError> {
        for exchange in &self.plan.exchanges {
            for entry in WalkDir::new(&exchange.staged).contents_first(true) {
                let entry =
                    entry.map_err(|error| read_failed(&exchange.staged, io::Error::from(error)))?;
                if !entry.file_type().is_dir() {
                    continue;
                }
                let below = entry
                    .path()
                    .strip_prefix(&exchange.staged)
                    .unwrap_or(Path::new(""));
                let live = exchange.live.join(below);
                let own = match fs::symlink_metadata(&live) {
                    Ok(stat) if stat.is_dir() => Attributes::read(&live).map_err(attributes)?,
                    _ => {
                        let folder = attributes_above(&live)?;
                        folder.for_new_entry(folder.mode, true)
                    }
                };
                own.apply_without_time(entry.path()).map_err(attributes)?;
            }
        }
        Ok(())
    }

    /// Owner, mode, access lists and labels of what the file replaces, else of its folder.
    fn give(&self, target: &Target<'_>, mode: u32) -> Result<(), HostError> {
        let own = match fs::symlink_metadata(&target.live) {
            Ok(stat) if stat.is_file() => Attributes::read(&target.live)
                .map_err(attributes)?
                .without_content_bound(),
            _ => attributes_above(&target.live)?.for_new_entry(mode, false),
        };
        own.apply_without_time(&target.staged).map_err(attributes)
    }

    fn make_parent(&self, target: &Target<'_>) -> Result<(), HostError> {
        if target.staged == target.exchange.staged && target.staged.is_dir() {
            return Ok(());
        }
        target.staged.parent().map_or(Ok(()), make_folder)
    }
}

/// Attributes of the nearest folder above that the site has.
fn attributes_above(path: &Path) -> Result<Attributes, HostError> {
    for folder in path.ancestors().skip(1) {
        if exists(folder)? {
            return Attributes::read(folder).map_err(attributes);
        }
    }
    Attributes::read(Path::new("/")).map_err(attributes)
}

fn make_folder(path: &Path) -> Result<(), HostError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(path)
        .map_err(|error| write_failed(path, error))
}

/// Everything is on the disk before the staging folder says that it is complete.
fn complete(staging: &Path, digest: &Digest) -> Result<(), HostError> {
    let path = staging.join(COMPLETE);
    let failed = |error: io::Error| write_failed(&path, error);
    let folder = File::open(staging).map_err(failed)?;
    rustix::fs::syncfs(&folder).map_err(|error| failed(error.into()))?;
    let partial = staging.join(".raylift-staged.part");
    fs::write(&partial, format!("{digest}\n")).map_err(failed)?;
    File::open(&partial)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    fs::rename(&partial, &path).map_err(failed)?;
    sync_parent(&path)?;
    sync_parent(staging)
}

fn plan_digest(plan: &Plan) -> Result<Digest, HostError> {
    plan.digest().map_err(|error| {
        HostError::new(codes::ACTION_FAILED, "the plan cannot be written as JSON").caused_by(error)
    })
}

pub(super) fn changed(path: &RelativePath) -> HostError {
    HostError::new(
        codes::PLAN_STALE,
        format!("{path} was changed since the plan was made"),
    )
}
