//! Bad input: each case gets a clear error with its code, its cause and the next step, and changes nothing.

mod archives;
mod places;
mod rows;
mod runs;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use raylift_lab::ReleaseVersion;

use crate::harness::{Ended, TestSite, release};

/// What stands at a path of the home. Every write, rename and change of rights shows in the inode or its time of change.
type Footprint = BTreeMap<PathBuf, (u64, u64, u32, u32, i64, i64)>;

/// Folders in which a serving site itself writes.
const ALIVE: [&str; 6] = [
    "data",
    "logs",
    "osgi/state",
    "work",
    "temp",
    "tomcat-9.0.19/logs",
];

/// Runs the command and holds it against what every refusal must be.
#[track_caller]
pub(crate) fn refused(site: &TestSite, case: &str, code: &str, mut command: Command) -> Ended {
    let served = site.site.is_up();
    let before = footprint(site.home(), served);
    let ended = Ended::of(command.output().expect("raylift runs"));
    eprintln!("=== {case}\n{}", ended.stderr);
    assert_eq!(ended.code, 3, "{case}: {}", ended.all());
    let mut lines = ended.stderr.lines().filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    assert!(
        first.starts_with("error RL") && ended.stderr.contains(code),
        "{case} gets {code}: {}",
        ended.all()
    );
    let last: Vec<&str> = lines.rev().take(2).collect();
    assert!(
        last.len() == 2 && last[1].trim() == "Nothing was changed." && last[0].ends_with('.'),
        "{case} says that nothing was changed, and then what to do: {}",
        ended.all()
    );
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/errors/{code}.md"));
    assert!(page.is_file(), "{code} has a page");
    assert_eq!(
        before,
        footprint(site.home(), served),
        "{case} changes nothing"
    );
    assert_eq!(site.site.is_up(), served, "{case} leaves the server alone");
    ended
}

/// `raylift update ARCHIVE --yes` on the site.
pub(crate) fn update_to(site: &TestSite, archive: &Path) -> Command {
    site.command(&["update", archive.to_str().expect("UTF-8"), "--yes"])
}

/// The update that every healthy site accepts.
pub(crate) fn update(site: &TestSite) -> Command {
    update_to(site, &release(ReleaseVersion::Ga2))
}

/// The command inside file systems of its own, after a shell script that may mount. The script finds the home in `$HOME_OF_SITE`.
pub(crate) fn with_mounts(site: &TestSite, script: &str, command: &Command) -> Command {
    let mut wrapped = Command::new("unshare");
    wrapped
        .arg(if is_root() {
            "--mount"
        } else {
            "--map-root-user"
        })
        .args([
            "--mount",
            "sh",
            "-e",
            "-c",
            &format!("{script}\nexec \"$0\" \"$@\""),
        ])
        .arg(command.get_program())
        .args(command.get_args())
        .env("HOME_OF_SITE", site.home())
        .stdin(Stdio::null());
    wrapped
}

/// The same, with the command line as it is.
pub(crate) fn program(name: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments);
    command
}

pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|stat| stat.uid() == 0)
}

/// Everything below the home but raylift's own folder, and of a serving site but what it writes itself.
fn footprint(home: &Path, serves: bool) -> Footprint {
    let mut found = Footprint::new();
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)
            .expect("the folder is there")
            .flatten()
        {
            let path = entry.path();
            let name = path.strip_prefix(home).expect("below the home").to_owned();
            let alive = serves && ALIVE.iter().any(|part| name.ends_with(part));
            // Whoever holds an HSQLDB writes the time into its lock file again and again.
            let heartbeat = name.extension() == Some(OsStr::new("lck"));
            if name == Path::new(".raylift") || alive || heartbeat {
                continue;
            }
            let stat = entry.metadata().expect("it is there");
            if stat.is_dir() {
                folders.push(path);
            }
            let mark = (
                stat.ino(),
                stat.size(),
                stat.mode(),
                stat.uid(),
                stat.ctime(),
                stat.ctime_nsec(),
            );
            found.insert(name, mark);
        }
    }
    found
}

/// Puts a file's content back when dropped.
pub(crate) struct Changed {
    path: PathBuf,
    was: Option<Vec<u8>>,
}

impl Changed {
    /// Appends to a file, or makes it.
    pub(crate) fn by_adding(path: &Path, text: &str) -> Self {
        let was = std::fs::read(path).ok();
        let mut content = was.clone().unwrap_or_default();
        content.extend(text.as_bytes());
        std::fs::write(path, content).expect("the file is written");
        Self {
            path: path.to_owned(),
            was,
        }
    }
}

impl Drop for Changed {
    fn drop(&mut self) {
        match &self.was {
            Some(was) => drop(std::fs::write(&self.path, was)),
            None => drop(std::fs::remove_file(&self.path)),
        }
    }
}

#[test]
fn bad_archives_and_places_are_refused_while_the_site_serves() {
    let site = TestSite::started();
    let rows = site.site.release_rows().expect("rows");
    archives::all(&site);
    places::all(&site);
    assert_eq!(site.site.release_rows().expect("rows"), rows);
    assert!(
        !site.home().join(".raylift").exists(),
        "no refusal leaves a trace"
    );
}

#[test]
fn bad_databases_and_a_run_in_the_way_are_refused() {
    let mut site = TestSite::stopped("demo-site", &[]);
    let rows = site.site.release_rows().expect("rows");
    rows::all(&site);
    assert_eq!(site.site.release_rows().expect("rows"), rows);
    runs::a_server_that_does_not_stop(&mut site);
    runs::while_another_runs(&mut site);
}
