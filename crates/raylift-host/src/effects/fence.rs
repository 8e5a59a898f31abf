//! The fence: a script in the place of `bin/catalina.sh` that lets nobody start the site but raylift.
//!
//! It is a file, so that it survives a reboot, and every usual way to start Tomcat ends in that script: `startup.sh`,
//! `catalina.sh start|run|jpda`, a service unit that names one of them, a person. A unit that starts Java itself does
//! not pass it; such a server is not one that raylift takes on.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use raylift_backup::attributes::{Attributes, give};
use raylift_model::codes;
use raylift_model::facts::Ownership;
use raylift_model::plan::{Action, Plan};
use raylift_run::host::{FenceState, HostError};

use super::error::{attributes, exists, read_failed, write_failed};
use super::exchange::{Exchanger, sync_parent};
use super::processes;

const SCRIPT: &str = include_str!("fence.sh");
const SIGN: &str = "\n# raylift-fence:";
/// A pass that is being written.
const PARTIAL_PASS: &str = "token.part";

/// A fence and what belongs to it.
#[derive(Debug, Clone)]
pub struct Fence {
    /// The start script.
    pub script: PathBuf,
    /// Where the real script lies while the fence stands, and the fence script before.
    pub stash: PathBuf,
    /// The site's Tomcat.
    pub tomcat: PathBuf,
    /// The site's home, for the message.
    pub home: PathBuf,
    /// The folder of the run; its name is the run's.
    pub run_folder: PathBuf,
    /// raylift's folder for this site. Folders from here down are opened for the site's user to pass through.
    pub state: PathBuf,
    /// The site's user.
    pub owner: Ownership,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Missing,
    Fence,
    Other,
}

impl Fence {
    /// The fence of a plan with these two paths.
    pub fn of(plan: &Plan, run_folder: &Path, script: &Path, stash: &Path) -> Self {
        Self {
            script: script.to_owned(),
            stash: stash.to_owned(),
            tomcat: plan.site.tomcat.clone(),
            home: plan.site.home.clone(),
            run_folder: run_folder.to_owned(),
            state: plan.site.state.clone(),
            owner: plan.site.owner.clone(),
        }
    }

    /// The fence that the plan's actions name; `None` for a plan without one.
    pub fn planned(plan: &Plan, run_folder: &Path) -> Option<Self> {
        plan.actions
            .iter()
            .find_map(|planned| match &planned.action {
                Action::RaiseFence { script, stash } => {
                    Some(Self::of(plan, run_folder, script, stash))
                }
                _ => None,
            })
    }

    /// Puts the fence up by one exchange. Nothing when it is up.
    ///
    /// # Errors
    /// When a file cannot be written or exchanged, or with [`codes::FENCE_DISTURBED`] when something else stands at
    /// the script's place.
    pub fn raise(&self, exchanger: Exchanger) -> Result<(), HostError> {
        match state(&self.script, &self.stash)? {
            FenceState::Up => return self.prepare_folders(),
            FenceState::Disturbed => return Err(self.disturbed()),
            FenceState::Down => {}
        }
        if fs::symlink_metadata(&self.script)
            .map_err(|error| read_failed(&self.script, error))?
            .is_symlink()
        {
            return Err(HostError::new(
                codes::WRITE_FAILED,
                format!(
                    "{} is a symbolic link, which cannot be fenced",
                    self.script.display()
                ),
            ));
        }
        self.prepare_folders()?;
        self.withdraw_pass()?;
        self.write_script()?;
        if exchanger.in_one_step && self.exchange_in_one_step()? {
            return self.durable();
        }
        let fence = beside(&self.stash, "fence");
        let step =
            |result: io::Result<()>| result.map_err(|error| write_failed(&self.script, error));
        step(fs::rename(&self.stash, &fence))?;
        step(fs::hard_link(&self.script, &self.stash))?;
        self.durable()?;
        step(fs::rename(&fence, &self.script))?;
        self.durable()
    }

    /// Takes the fence away by one exchange, and removes what belongs to it. When it is down already, only what a
    /// killed call left is removed.
    ///
    /// # Errors
    /// When a file cannot be exchanged, or with [`codes::FENCE_DISTURBED`].
    pub fn lower(&self, exchanger: Exchanger) -> Result<(), HostError> {
        self.withdraw_pass()?;
        match state(&self.script, &self.stash)? {
            FenceState::Down => return self.remove_leftovers(),
            FenceState::Disturbed => return Err(self.disturbed()),
            FenceState::Up => {}
        }
        if !exchanger.in_one_step || !self.exchange_in_one_step()? {
            fs::rename(&self.stash, &self.script)
                .map_err(|error| write_failed(&self.script, error))?;
        }
        self.durable()?;
        self.remove_leftovers()
    }

    /// With the fence down nothing at the stash is needed: it holds the fence script, or a second name of the real one.
    fn remove_leftovers(&self) -> Result<(), HostError> {
        let names = [
            self.stash.clone(),
            beside(&self.stash, "fence"),
            beside(&self.stash, "part"),
            self.folder().join(PARTIAL_PASS),
        ];
        for path in names {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(write_failed(&path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Lets exactly one start through, as long as this process lives: a pass that a killed raylift left is worth
    /// nothing, so that nobody starts the site with it before raylift goes on.
    ///
    /// # Errors
    /// When the pass cannot be written.
    pub fn write_pass(&self) -> Result<(), HostError> {
        self.prepare_folders()?;
        self.withdraw_pass()?;
        let pid = std::process::id();
        let started = processes::identity(pid).map_or(0, |found| found.started);
        let partial = self.folder().join(PARTIAL_PASS);
        let failed = |error: io::Error| write_failed(&partial, error);
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&partial)
            .map_err(failed)?;
        file.write_all(format!("{pid} {started}\n").as_bytes())
            .map_err(failed)?;
        give(&partial, self.owner.uid, self.owner.gid).map_err(attributes)?;
        fs::rename(&partial, self.token()).map_err(failed)
    }

    /// True while nobody has used the pass.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn pass_is_there(&self) -> Result<bool, HostError> {
        exists(&self.token())
    }

    /// Takes the pass back, used or not. A start that has claimed it already is through.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn withdraw_pass(&self) -> Result<(), HostError> {
        let folder = self.pass_folder();
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            result => result.map_err(|error| read_failed(&folder, error))?,
        };
        for entry in entries {
            let path = entry.map_err(|error| read_failed(&folder, error))?.path();
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(write_failed(&path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Where refused starts are noted: one line each, time (UTC, RFC 3339), process id of the parent, arguments.
    pub fn attempts(&self) -> PathBuf {
        self.run_folder.join("attempts.log")
    }

    fn token(&self) -> PathBuf {
        self.pass_folder().join("token")
    }

    fn pass_folder(&self) -> PathBuf {
        self.folder().join("pass")
    }

    fn folder(&self) -> &Path {
        self.stash.parent().unwrap_or(&self.stash)
    }

    /// False when the file system cannot.
    fn exchange_in_one_step(&self) -> Result<bool, HostError> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, &self.script, CWD, &self.stash, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(true),
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(false),
            Err(error) => Err(write_failed(&self.script, error.into())),
        }
    }

    fn durable(&self) -> Result<(), HostError> {
        sync_parent(&self.script)?;
        sync_parent(&self.stash)
    }

    /// The fence script, at the stash, with owner and mode of the real one.
    fn write_script(&self) -> Result<(), HostError> {
        let partial = beside(&self.stash, "part");
        let failed = |error| write_failed(&partial, error);
        let mut file = fs::File::create(&partial).map_err(failed)?;
        file.write_all(self.text().as_bytes()).map_err(failed)?;
        Attributes::read(&self.script)
            .and_then(|real| real.without_content_bound().apply_without_time(&partial))
            .map_err(attributes)?;
        file.sync_all().map_err(failed)?;
        fs::rename(&partial, &self.stash).map_err(|error| write_failed(&self.stash, error))?;
        sync_parent(&self.stash)
    }

    fn text(&self) -> String {
        let run = self
            .run_folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        SCRIPT
            .replace("@RUN@", &run)
            .replace("@FOLDER@", &quoted(self.folder()))
            .replace("@ATTEMPTS@", &quoted(&self.attempts()))
            .replace("@TOMCAT@", &quoted(&self.tomcat))
            .replace("@HOME@", &quoted(&self.home))
    }

    /// The site's user must reach the real script, claim the pass and write the list of attempts.
    fn prepare_folders(&self) -> Result<(), HostError> {
        for folder in [self.folder().to_owned(), self.pass_folder()] {
            DirBuilder::new()
                .recursive(true)
                .mode(0o755)
                .create(&folder)
                .map_err(|error| write_failed(&folder, error))?;
            give(&folder, self.owner.uid, self.owner.gid).map_err(attributes)?;
        }
        let attempts = self.attempts();
        OpenOptions::new()
            .append(true)
            .create(true)
            .open(&attempts)
            .map_err(|error| write_failed(&attempts, error))?;
        give(&attempts, self.owner.uid, self.owner.gid).map_err(attributes)?;
        open_path(self.folder(), &self.state, &self.owner)
    }

    fn disturbed(&self) -> HostError {
        HostError::new(
            codes::FENCE_DISTURBED,
            format!(
                "neither the fence nor the site's own start script stands at {}",
                self.script.display()
            ),
        )
        .because([format!(
            "the site's own script was put aside as {}",
            self.stash.display()
        )])
    }
}

/// What stands at the start script's place.
///
/// # Errors
/// When a file cannot be read.
pub fn state(script: &Path, stash: &Path) -> Result<FenceState, HostError> {
    Ok(match (look(script)?, look(stash)?) {
        (Script::Fence, Script::Other) => FenceState::Up,
        (Script::Other, Script::Missing | Script::Fence) => FenceState::Down,
        // A second name of the same file: the fence was about to be raised without an exchange.
        (Script::Other, Script::Other) if same_file(script, stash)? => FenceState::Down,
        _ => FenceState::Disturbed,
    })
}

fn look(path: &Path) -> Result<Script, HostError> {
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(200).read_to_end(&mut start));
    match read {
        Ok(_) if String::from_utf8_lossy(&start).contains(SIGN) => Ok(Script::Fence),
        Ok(_) => Ok(Script::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Script::Missing),
        Err(error) => Err(read_failed(path, error)),
    }
}

fn same_file(one: &Path, two: &Path) -> Result<bool, HostError> {
    let stat = |path: &Path| fs::symlink_metadata(path).map_err(|error| read_failed(path, error));
    let (one, two) = (stat(one)?, stat(two)?);
    Ok((one.dev(), one.ino()) == (two.dev(), two.ino()))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Adds the right to pass through to every folder from `top` down to `folder` that belongs to somebody else than
/// `owner`; folders above `top` are not raylift's.
///
/// # Errors
/// When a folder cannot be asked or changed.
pub(crate) fn open_path(folder: &Path, top: &Path, owner: &Ownership) -> Result<(), HostError> {
    for folder in folder.ancestors().take_while(|path| path.starts_with(top)) {
        let stat = fs::metadata(folder).map_err(|error| read_failed(folder, error))?;
        if stat.uid() != owner.uid && stat.mode() & 0o001 == 0 {
            let mode = stat.mode() & 0o7777 | 0o001;
            fs::set_permissions(folder, Permissions::from_mode(mode))
                .map_err(|error| write_failed(folder, error))?;
        }
    }
    Ok(())
}

/// A path as one word of a POSIX shell (XCU 2.2.2: nothing is special between single quotes).
pub(crate) fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
