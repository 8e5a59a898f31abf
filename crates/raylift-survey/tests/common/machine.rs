//! A machine with real files and a made-up `/proc`.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use raylift_model::digest::Digest;
use raylift_model::facts::{FileKind, Ownership};
use raylift_survey::machine::{
    Answer, DatabaseAccess, DatabaseAnswer, DatabaseError, Machine, QueryRows, ReadError, Stat,
};

/// Answers one query.
pub type Answerer = Box<dyn Fn(&str) -> Result<QueryRows, DatabaseError> + Sync>;

/// The machine.
pub struct TestMachine {
    proc: BTreeMap<PathBuf, Vec<u8>>,
    links: BTreeMap<PathBuf, PathBuf>,
    closed: BTreeSet<PathBuf>,
    /// User id to name and home folder.
    pub users: BTreeMap<u32, (String, PathBuf)>,
    /// raylift's own environment.
    pub variables: BTreeMap<String, String>,
    /// URL to answer.
    pub pages: BTreeMap<String, Answer>,
    /// What the database says, or why it says nothing.
    pub database: Result<DatabaseAnswer, (&'static str, String)>,
    /// Rows for a query that holds this text.
    pub queries: Vec<(&'static str, QueryRows)>,
    /// What programs say to `--version`.
    pub programs: BTreeMap<PathBuf, String>,
    /// What the database says to single queries; goes before [`TestMachine::queries`].
    pub answerer: Option<Answerer>,
    /// Folders that raylift may not write to.
    pub read_only: BTreeSet<PathBuf>,
}

/// A Java process to be.
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Arguments after `java`.
    pub arguments: Vec<String>,
    /// Environment.
    pub environment: Vec<(&'static str, String)>,
    /// The folder it works in.
    pub folder: PathBuf,
    /// Files it has open.
    pub open: Vec<PathBuf>,
    /// Its cgroup file.
    pub cgroup: String,
    /// Its mount namespace.
    pub mounts: &'static str,
}

impl Process {
    /// The server of a Tomcat, started by hand.
    pub fn server(pid: u32, tomcat: &Path) -> Self {
        Self {
            pid,
            arguments: vec![
                format!("-Dcatalina.base={}", tomcat.display()),
                format!("-Dcatalina.home={}", tomcat.display()),
                "-classpath".to_owned(),
                "bootstrap.jar".to_owned(),
                "org.apache.catalina.startup.Bootstrap".to_owned(),
                "start".to_owned(),
            ],
            environment: vec![("HOME", "/nobody".to_owned())],
            folder: PathBuf::from("/"),
            open: Vec::new(),
            cgroup: "0::/user.slice/user-1000.slice/session-3.scope\n".to_owned(),
            mounts: "mnt:[1]",
        }
    }
}

impl TestMachine {
    /// A machine on which nothing runs and whose database is empty.
    pub fn new() -> Self {
        let mut machine = Self {
            proc: BTreeMap::new(),
            links: BTreeMap::new(),
            closed: BTreeSet::new(),
            users: BTreeMap::new(),
            variables: BTreeMap::new(),
            pages: BTreeMap::new(),
            database: Ok(DatabaseAnswer::default()),
            queries: Vec::new(),
            programs: BTreeMap::new(),
            answerer: None,
            read_only: BTreeSet::new(),
        };
        machine.file("/proc/1/cmdline", b"init\0");
        machine.file("/proc/1/stat", &stat_line(1));
        machine.file(
            "/proc/self/cgroup",
            b"0::/user.slice/user-0.slice/session-9.scope\n",
        );
        machine.file(
            "/proc/self/mountinfo",
            b"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n",
        );
        machine.link_to("/proc/self/ns/mnt", "mnt:[1]");
        machine.link_to("/proc/self/ns/pid", "pid:[1]");
        machine
    }

    /// Puts a file below `/proc`.
    pub fn file(&mut self, path: &str, content: &[u8]) {
        self.proc.insert(PathBuf::from(path), content.to_vec());
    }

    /// Puts a link below `/proc`.
    pub fn link_to(&mut self, path: &str, target: impl Into<PathBuf>) {
        self.links.insert(PathBuf::from(path), target.into());
    }

    /// Makes a path, and what lies below it, unreadable, as for another user.
    pub fn close(&mut self, path: impl Into<PathBuf>) {
        self.closed.insert(path.into());
    }

    /// A Java runtime at a path, which processes run.
    pub fn java(&self, folder: &Path) -> PathBuf {
        let home = folder.join("java-11");
        fs::create_dir_all(home.join("bin")).unwrap();
        fs::write(home.join("bin/java"), b"").unwrap();
        fs::write(home.join("release"), b"JAVA_VERSION=\"11.0.13\"\n").unwrap();
        home
    }

    /// Lets a process run.
    pub fn run(&mut self, process: Process, java: &Path) {
        let at = format!("/proc/{}", process.pid);
        let mut command = b"/usr/bin/java\0".to_vec();
        for argument in &process.arguments {
            command.extend(argument.as_bytes());
            command.push(0);
        }
        let environment: Vec<u8> = process
            .environment
            .iter()
            .flat_map(|(name, value)| format!("{name}={value}\0").into_bytes())
            .collect();
        self.file(&format!("{at}/cmdline"), &command);
        self.file(&format!("{at}/environ"), &environment);
        self.file(&format!("{at}/stat"), &stat_line(process.pid));
        self.file(&format!("{at}/cgroup"), process.cgroup.as_bytes());
        self.link_to(&format!("{at}/exe"), java.join("bin/java"));
        self.link_to(&format!("{at}/cwd"), process.folder);
        self.link_to(&format!("{at}/ns/mnt"), process.mounts);
        self.link_to(&format!("{at}/ns/pid"), "pid:[1]");
        self.link_to(&format!("{at}/fd/0"), "/dev/null");
        for (number, open) in process.open.into_iter().enumerate() {
            self.link_to(&format!("{at}/fd/{}", number + 1), open);
        }
    }

    fn is_made_up(path: &Path) -> bool {
        path.starts_with("/proc")
    }

    fn check(&self, path: &Path) -> Result<(), ReadError> {
        match path.ancestors().any(|above| self.closed.contains(above)) {
            true => Err(failed(path, io::ErrorKind::PermissionDenied.into())),
            false => Ok(()),
        }
    }

    fn below(&self, folder: &Path) -> BTreeSet<OsString> {
        self.proc
            .keys()
            .chain(self.links.keys())
            .filter_map(|path| path.strip_prefix(folder).ok()?.components().next())
            .map(|name| name.as_os_str().to_owned())
            .collect()
    }
}

impl Machine for TestMachine {
    fn canonical(&self, path: &Path) -> Result<PathBuf, ReadError> {
        self.check(path)?;
        fs::canonicalize(path).map_err(|error| failed(path, error))
    }

    fn stat(&self, path: &Path) -> Result<Option<Stat>, ReadError> {
        // Who may not enter a folder cannot ask for what lies in it, but for the folder itself.
        if let Some(parent) = path.parent() {
            self.check(parent)?;
        }
        if Self::is_made_up(path) {
            let there = !self.below(path).is_empty() || self.proc.contains_key(path);
            return Ok(there.then(|| Stat {
                kind: FileKind::Directory,
                size: 0,
                mode: 0o555,
                uid: 1000,
                gid: 1000,
                device: "0:1".to_owned(),
                modified: 0,
            }));
        }
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(failed(path, error)),
        };
        let kind = match metadata.file_type() {
            kind if kind.is_dir() => FileKind::Directory,
            kind if kind.is_file() => FileKind::File,
            kind if kind.is_symlink() => FileKind::Link {
                target: fs::read_link(path).unwrap().display().to_string(),
            },
            kind if kind.is_fifo() => FileKind::Pipe,
            kind if kind.is_socket() => FileKind::Socket,
            _ => FileKind::Other,
        };
        Ok(Some(Stat {
            kind,
            size: metadata.len(),
            mode: metadata.permissions().mode() & 0o7777,
            uid: 1000,
            gid: 1000,
            device: format!("8:{}", metadata.dev()),
            modified: metadata.mtime(),
        }))
    }

    fn entries(&self, directory: &Path) -> Result<Vec<OsString>, ReadError> {
        self.check(directory)?;
        if Self::is_made_up(directory) {
            return Ok(self.below(directory).into_iter().collect());
        }
        let mut names: Vec<OsString> = fs::read_dir(directory)
            .map_err(|error| failed(directory, error))?
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        Ok(names)
    }

    fn read(&self, file: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.check(file)?;
        let bytes = if Self::is_made_up(file) {
            self.proc
                .get(file)
                .cloned()
                .ok_or_else(|| failed(file, io::ErrorKind::NotFound.into()))?
        } else {
            fs::read(file).map_err(|error| failed(file, error))?
        };
        match bytes.len() as u64 > limit {
            true => Err(failed(file, io::ErrorKind::FileTooLarge.into())),
            false => Ok(bytes),
        }
    }

    fn digest(&self, file: &Path) -> Result<Digest, ReadError> {
        self.read(file, u64::MAX).map(|bytes| Digest::of(&bytes))
    }

    fn link(&self, path: &Path) -> Result<PathBuf, ReadError> {
        self.check(path)?;
        match self.links.get(path) {
            Some(target) => Ok(target.clone()),
            None => fs::read_link(path).map_err(|error| failed(path, error)),
        }
    }

    fn free_space(&self, _path: &Path) -> Result<u64, ReadError> {
        Ok(1 << 30)
    }

    fn may_write(&self, directory: &Path) -> bool {
        !self.read_only.contains(directory)
    }

    fn user(&self, uid: u32) -> Option<(String, PathBuf)> {
        self.users.get(&uid).cloned()
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn get(&self, url: &str, _host: Option<&str>) -> Option<Answer> {
        self.pages.get(url).cloned()
    }

    fn ask_database(
        &self,
        access: &DatabaseAccess,
        _documents: usize,
    ) -> Result<DatabaseAnswer, DatabaseError> {
        assert!(access.class_path.iter().all(|jar| jar.is_file()));
        self.database
            .clone()
            .map_err(|(code, message)| DatabaseError { code, message })
    }

    fn query_database(
        &self,
        _access: &DatabaseAccess,
        queries: &[&str],
    ) -> Result<Vec<Result<QueryRows, DatabaseError>>, DatabaseError> {
        if let Err((code, message)) = &self.database {
            let message = message.clone();
            return Err(DatabaseError { code, message });
        }
        let answer = |query: &&str| {
            if let Some(answerer) = &self.answerer {
                return answerer(query);
            }
            let known = self.queries.iter().find(|(part, _)| query.contains(part));
            Ok(known.map_or_else(QueryRows::new, |(_, rows)| rows.clone()))
        };
        Ok(queries.iter().map(answer).collect())
    }

    fn version_of(&self, program: &Path, _owner: &Ownership) -> Option<String> {
        self.programs.get(program).cloned()
    }
}

fn failed(path: &Path, source: io::Error) -> ReadError {
    ReadError {
        path: path.to_owned(),
        source,
    }
}

fn stat_line(pid: u32) -> Vec<u8> {
    format!("{pid} (java) S 1 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 30 0 98765 1 1 1\n").into_bytes()
}
