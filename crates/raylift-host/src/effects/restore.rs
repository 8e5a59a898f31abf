//! Brings the return point back.
//!
//! The site is stopped and fenced, so that nobody sees the steps between. Each part is first copied beside the live
//! files, compared on the way; then the live entries are set aside and the copies moved in. After each of the three
//! steps a file in the run's folder says so: a second call goes on after the last finished step, and a part that is
//! back is never touched again, since the site may have been started on it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use raylift_backup::attributes::{Attributes, give};
use raylift_backup::{BackupStore, PartManifest, PlainStore, is_own};
use raylift_model::codes;
use raylift_model::kept;
use raylift_model::plan::{DatabaseNames, Plan};
use raylift_run::host::{HostError, Progress};
use raylift_survey::machine::DatabaseAccess;

use super::copied::OnServer;
use super::documents::{DOCUMENTS, Kept};
use super::engine::{self, Engine, Source as Original};
use super::error::{attributes, backup, exists, read_failed, write_failed};
use super::exchange::sync_parent;
use super::folders::make_private;
use super::hsqldb::Hsqldb;
use super::places::require_planned_database;
use super::return_point::{DATABASE, note, required};
use super::whole;
use crate::users::current_uid;

const STAGED: &str = ".raylift-restore";

/// Brings database and documents back; see [`raylift_run::host::Host::restore_return_point`].
///
/// # Errors
/// When there is no return point, or something cannot be read or written.
pub(crate) fn restore(
    plan: &Plan,
    access: &DatabaseAccess,
    run_folder: &Path,
    place: &Path,
    progress: Progress<'_>,
) -> Result<Vec<String>, HostError> {
    let on_server = OnServer {
        site: &plan.site,
        access: &|| Ok(access.clone()),
    };
    let manifest = required(place, &on_server)?;
    let noted = note(&manifest)?;
    let store = PlainStore::new(place);
    let dump = store.folder(DATABASE);
    let engine = engine::of(&plan.site, access)?;
    let files = match engine {
        Some(_) => None,
        None => Some(Hsqldb::of(access)?),
    };
    if let Some(files) = &files {
        require_planned_database(files, &manifest)?;
    }
    let names = |part: &Restoring<'_>| match &files {
        Some(files) if part.name == DATABASE => files.all_files(),
        _ => all_entries(part.root),
    };
    let server = engine.as_deref().map(|engine| Server {
        engine,
        original: match &noted.copy {
            Some(copy) => Original::Database(copy),
            None => Original::Dump(&dump),
        },
        names: DatabaseNames::of(&plan.site, run_folder),
        run_folder,
    });
    let copied = manifest
        .part(DATABASE)
        .filter(|_| server.is_none())
        .map(|part| Restoring {
            name: &part.name,
            root: &part.root,
            is_whole: false,
            source: Source::Copies(&store, part),
            run_folder,
            names: &names,
        });
    let kept = noted.kept.iter().map(|kept| Restoring {
        name: DOCUMENTS,
        root: &kept.root,
        is_whole: true,
        source: Source::Repository(kept),
        run_folder,
        names: &names,
    });
    let parts: Vec<Restoring<'_>> = copied.into_iter().chain(kept).collect();
    // Every copy is compared before the first live file moves.
    for part in &parts {
        part.stage(progress)?;
    }
    let mut done = Vec::new();
    if let Some(server) = &server {
        if !exists(&server.marker("back"))? {
            if let Some(part) = manifest.part(DATABASE) {
                progress("comparing the dump".to_owned());
                store.verify(part).map_err(backup)?;
            }
            if let Some(copy) = &noted.copy {
                server.end_earlier()?;
                progress("looking at the copy".to_owned());
                on_server.require_whole(copy, &noted)?;
            }
        }
        server.stage(progress)?;
        done.extend(server.bring_back(progress)?);
        done.push(format!("database as of {}", manifest.taken));
    }
    for part in &parts {
        let aside = part.bring_back()?;
        done.push(format!("{} as of {}", part.name, manifest.taken));
        done.push(kept::Kept::folder(format!("the newer {}", part.name), &aside).to_string());
    }
    done.extend(set_indexes_aside(plan, run_folder)?);
    Ok(done)
}

/// A database server on its way back.
struct Server<'a> {
    engine: &'a dyn Engine,
    original: Original<'a>,
    names: DatabaseNames,
    run_folder: &'a Path,
}

impl Server<'_> {
    /// A server may still be copying for an attempt that was killed, and lets nobody connect to the original meanwhile.
    fn end_earlier(&self) -> Result<(), HostError> {
        match exists(&self.marker("staged"))? {
            true => Ok(()),
            false => self.engine.remove(&self.names.back()),
        }
    }

    fn stage(&self, progress: Progress<'_>) -> Result<(), HostError> {
        let staged = self.marker("staged");
        if exists(&staged)? || exists(&self.marker("back"))? {
            return Ok(());
        }
        progress("bringing the database back".to_owned());
        self.engine
            .stage_back(self.original, &self.names, progress)?;
        mark(&staged)
    }

    fn bring_back(&self, progress: Progress<'_>) -> Result<Vec<String>, HostError> {
        let back = self.marker("back");
        if exists(&back)? {
            return said_before(&back);
        }
        let notes = self.run_folder.join("restore");
        make_private(&notes)?;
        let said = self
            .engine
            .bring_back(self.original, &self.names, &notes, progress)?;
        mark_saying(&back, &said)?;
        Ok(said)
    }

    fn marker(&self, step: &str) -> PathBuf {
        self.run_folder
            .join("restore")
            .join(format!("{DATABASE}.{step}"))
    }
}

/// Where a part comes from.
enum Source<'a> {
    Copies(&'a PlainStore, &'a PartManifest),
    Repository(&'a Kept),
}

/// One part on its way back.
struct Restoring<'a> {
    name: &'a str,
    /// The folder it was taken from.
    root: &'a Path,
    /// The folder itself belongs to it.
    is_whole: bool,
    source: Source<'a>,
    run_folder: &'a Path,
    /// The live entries that the part replaces.
    names: &'a dyn Fn(&Restoring<'a>) -> Result<Vec<OsString>, HostError>,
}

impl Restoring<'_> {
    fn stage(&self, progress: Progress<'_>) -> Result<(), HostError> {
        let root = self.root;
        let staged = root.join(STAGED);
        // While nothing of the live part was moved, a copy that somebody removed is made anew.
        if self.is_done("back")?
            || self.is_done("aside")?
            || (self.is_done("staged")? && exists(&staged)?)
        {
            return Ok(());
        }
        if !exists(root)? {
            make_private(root)?;
        }
        progress(format!("bringing the {} back", self.name));
        remove_staged(&staged)?;
        match &self.source {
            Source::Copies(store, part) => {
                store.restore(part, &staged, progress).map_err(backup)?
            }
            Source::Repository(kept) => kept.restore(&staged, progress)?,
        }
        let folder = File::open(&staged).map_err(|error| read_failed(&staged, error))?;
        rustix::fs::syncfs(&folder).map_err(|error| write_failed(&staged, error.into()))?;
        self.mark("staged")
    }

    fn bring_back(&self) -> Result<PathBuf, HostError> {
        let root = self.root;
        let staged = root.join(STAGED);
        let aside = self.aside()?;
        if self.is_done("back")? {
            remove_staged(&staged)?;
            return Ok(aside);
        }
        if !exists(&staged)? {
            return Err(HostError::new(
                codes::RESTORE_FAILED,
                format!(
                    "somebody removed {}, the copy of the {} that was taking the live one's place; what was live is in {}, and the return point still holds everything",
                    staged.display(),
                    self.name,
                    aside.display()
                ),
            ));
        }
        if !self.is_done("aside")? {
            make_private(&aside)?;
            self.give_to_neighbours(&aside)?;
            for name in (self.names)(self)? {
                if !is_own(&name) {
                    move_to(&root.join(&name), &aside.join(&name))?;
                }
            }
            sync_folder(&aside)?;
            sync_folder(root)?;
            self.mark("aside")?;
        }
        for name in all_entries(&staged)? {
            move_to(&staged.join(&name), &root.join(&name))?;
        }
        // A part that is a whole folder has that folder's own attributes.
        if self.is_whole {
            Attributes::read(&staged)
                .and_then(|own| own.apply(root))
                .map_err(attributes)?;
        }
        sync_folder(root)?;
        self.mark("back")?;
        remove_staged(&staged)?;
        Ok(aside)
    }

    /// A folder beside the live entries has their folder's owner; nobody else hands it over.
    fn give_to_neighbours(&self, aside: &Path) -> Result<(), HostError> {
        let root = self.root;
        if current_uid() != 0 {
            return Ok(());
        }
        let stat = fs::metadata(root).map_err(|error| read_failed(root, error))?;
        give(aside, stat.uid(), stat.gid()).map_err(attributes)
    }

    /// In the run's folder, or beside the live entries when that is on another file system.
    fn aside(&self) -> Result<PathBuf, HostError> {
        let folder = self.run_folder.join("set-aside");
        make_private(&folder)?;
        Ok(if device(&folder)? == device(self.root)? {
            folder.join(self.name)
        } else {
            self.root.join(aside_name(self.run_folder))
        })
    }

    fn marker(&self, step: &str) -> PathBuf {
        let folder = self.run_folder.join("restore");
        folder.join(format!("{}.{step}", self.name))
    }

    fn is_done(&self, step: &str) -> Result<bool, HostError> {
        exists(&self.marker(step))
    }

    fn mark(&self, step: &str) -> Result<(), HostError> {
        mark(&self.marker(step))
    }
}

/// A search index goes with the database it was made from. The site makes a new one.
pub(crate) fn set_indexes_aside(plan: &Plan, run_folder: &Path) -> Result<Vec<String>, HostError> {
    let marker = run_folder.join("restore").join("indexes.aside");
    if exists(&marker)? {
        return said_before(&marker);
    }
    let mut done = Vec::new();
    for (number, index) in plan.site.search_indexes.iter().enumerate() {
        if !exists(index)? {
            continue;
        }
        let folder = run_folder.join("set-aside").join("indexes");
        make_private(&folder)?;
        let name = index.file_name().unwrap_or(OsStr::new("index"));
        let mut kept = OsString::from(format!("{number}-"));
        kept.push(name);
        let mut aside = folder.join(kept);
        if device(&folder)? != device(index)? {
            let mut beside = name.to_owned();
            beside.push(aside_name(run_folder));
            aside = index.with_file_name(beside);
        }
        move_to(index, &aside)?;
        sync_parent(index)?;
        sync_parent(&aside)?;
        done.push(format!(
            "search index {} set aside: reindex after the start",
            index.display()
        ));
        done.push(kept::Kept::folder("the newer search index", &aside).to_string());
    }
    mark_saying(&marker, &done)?;
    Ok(done)
}

/// A name says which run set something aside.
fn aside_name(run_folder: &Path) -> OsString {
    let mut name = OsString::from(".raylift-set-aside-");
    name.push(run_folder.file_name().unwrap_or(OsStr::new("run")));
    name
}

fn all_entries(folder: &Path) -> Result<Vec<OsString>, HostError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        result => result.map_err(|error| read_failed(folder, error))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| read_failed(folder, error))?;
        names.push(entry.file_name());
    }
    names.sort();
    Ok(names)
}

/// Nothing is ever written over.
fn move_to(from: &Path, to: &Path) -> Result<(), HostError> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => return Ok(()),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if !exists(to)? => {}
        Err(error) => return Err(write_failed(to, error.into())),
    }
    fs::rename(from, to).map_err(|error| write_failed(to, error))
}

fn remove_staged(staged: &Path) -> Result<(), HostError> {
    match fs::remove_dir_all(staged) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(write_failed(staged, error)),
        _ => Ok(()),
    }
}

fn mark(path: &Path) -> Result<(), HostError> {
    mark_saying(path, &[])
}

/// The mark of a step that is done keeps what is to be said of it: a call after a kill says it, too.
fn mark_saying(path: &Path, said: &[String]) -> Result<(), HostError> {
    let folder = path.parent().unwrap_or(path);
    make_private(folder)?;
    whole::write(path, said.join("\n").as_bytes())
}

fn said_before(mark: &Path) -> Result<Vec<String>, HostError> {
    let text = fs::read_to_string(mark).map_err(|error| read_failed(mark, error))?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn sync_folder(folder: &Path) -> Result<(), HostError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| write_failed(folder, error))
}

fn device(path: &Path) -> Result<u64, HostError> {
    fs::symlink_metadata(path)
        .map(|stat| stat.dev())
        .map_err(|error| read_failed(path, error))
}
