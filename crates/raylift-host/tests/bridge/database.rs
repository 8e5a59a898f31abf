//! A database as a portal makes it, and another JVM that holds it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use raylift_model::digest::Digest;
use raylift_model::facts::{JavaFacts, Ownership};
use raylift_model::secret::Secret;
use raylift_survey::machine::DatabaseAccess;
use tempfile::TempDir;

use crate::parts::{java_home, part};

const HSQLDB: &str = "org.hsqldb:hsqldb:2.3.3";

/// The tables as Liferay 7.2 has them on HSQLDB, with the columns that matter here.
const CONTENT: &[&str] = &[
    "create table Release_ (mvccVersion bigint default 0 not null, releaseId bigint not null primary key, createDate timestamp, modifiedDate timestamp, servletContextName varchar(75), schemaVersion varchar(75), buildNumber integer, buildDate timestamp, verified bit, state_ integer, testString varchar(1024))",
    "insert into Release_ values (0, 1, now, now, 'portal', '5.0.2', 7200, timestamp '2019-05-31 22:30:00.123456', true, null, '')",
    "insert into Release_ values (0, 2, now, now, 'com.liferay.blogs.service', '2.0.0-step-1', 0, null, false, 1, '')",
    "insert into Release_ values (0, 3, now, now, 'com.liferay.journal.service', null, null, null, null, 0, '')",
    "create table Configuration_ (configurationId varchar(512) not null primary key, dictionary longvarchar)",
    "insert into Configuration_ values ('com.example.Plain', 'key=\"value\"' || char(10) || 'felix.fileinstall.filename=\"file:/opt/liferay/osgi/configs/com.example.Plain.config\"' || char(10))",
    "insert into Configuration_ values ('com.example.Escaped', 'felix.fileinstall.filename=\"file:/opt/my\\ site/a\\=b\\ \\\"\\u00fc\\\\.config\"' || char(10) || 'last=\"x\"')",
    "insert into Configuration_ values ('com.example.Interface', 'not.felix.fileinstall.filename=\"file:/a\"')",
    "insert into Configuration_ values ('com.example.Null', null)",
    "create table DLFileEntry (fileEntryId bigint not null primary key, companyId bigint, repositoryId bigint, folderId bigint, name varchar(255), version varchar(75))",
    "insert into DLFileEntry values (201, 20101, 20125, 0, '101', '1.1')",
    "insert into DLFileEntry values (202, 20101, 20125, 777, '102', '1.0')",
    "create table DLFileVersion (fileVersionId bigint not null primary key, fileEntryId bigint, companyId bigint, version varchar(75), size_ bigint)",
    "insert into DLFileVersion values (301, 201, 20101, '1.0', 11)",
    "insert into DLFileVersion values (302, 201, 20101, '1.1', 12)",
    "insert into DLFileVersion values (303, 202, 20101, '1.0', 5000000000)",
    "create table \"Mixed \"\"Case\" (id integer)",
    "insert into \"Mixed \"\"Case\" values (1)",
];

/// A database in files, stopped unless a [`Portal`] holds it.
pub(crate) struct Database {
    folder: TempDir,
}

impl Database {
    /// With the tables and rows of a site.
    pub(crate) fn with_content() -> Self {
        let database = Self::empty();
        let mut portal = database.portal();
        for statement in CONTENT {
            assert_eq!(portal.run(statement), "done", "{statement}");
        }
        portal.shut_down();
        database
    }

    /// Without tables.
    pub(crate) fn empty() -> Self {
        let database = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        database.portal().shut_down();
        database
    }

    /// The folder that holds its files and nothing else.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn url(&self) -> String {
        format!("jdbc:hsqldb:{}/lportal", self.folder().display())
    }

    /// How a site reaches it.
    pub(crate) fn access(&self) -> DatabaseAccess {
        let metadata = self.folder().metadata().unwrap();
        DatabaseAccess {
            java: JavaFacts {
                home: java_home().display().to_string(),
                version: None,
                major: None,
            },
            class_path: vec![part(HSQLDB)],
            driver_class: "org.hsqldb.jdbc.JDBCDriver".to_owned(),
            url: self.url(),
            username: "sa".to_owned(),
            password: Secret::new(""),
            owner: Ownership {
                uid: metadata.uid(),
                gid: metadata.gid(),
                user: None,
            },
        }
    }

    /// Another JVM that opens it for writing.
    pub(crate) fn portal(&self) -> Portal {
        let mut class_path = part(HSQLDB).into_os_string();
        class_path.push(":");
        class_path.push(classes());
        let mut child = Command::new(java_home().join("bin/java"))
            .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"])
            .arg(class_path)
            .args(["Sql", &self.url(), "sa", ""])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut portal = Portal {
            statements: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
            log: self.folder().join("lportal.log"),
        };
        assert_eq!(portal.answer(), "connected");
        portal
    }

    /// Makes folder and files belong to somebody else.
    pub(crate) fn give_to(&self, uid: u32, gid: u32) {
        let files = std::fs::read_dir(self.folder()).unwrap();
        for path in files
            .map(|file| file.unwrap().path())
            .chain([self.folder().to_owned()])
        {
            std::os::unix::fs::chown(path, Some(uid), Some(gid)).unwrap();
        }
    }

    /// A copy of the driver beside the database: root's own folders are closed to the site's user.
    pub(crate) fn readable_driver(&self) -> PathBuf {
        let copy = self.folder().join("hsql.jar");
        std::fs::copy(part(HSQLDB), &copy).unwrap();
        self.give_to(
            self.folder().metadata().unwrap().uid(),
            self.folder().metadata().unwrap().gid(),
        );
        copy
    }

    /// Every user that owns something here.
    pub(crate) fn owners(&self) -> Vec<u32> {
        let mut owners: Vec<_> = std::fs::read_dir(self.folder())
            .unwrap()
            .map(|file| file.unwrap().metadata().unwrap().uid())
            .collect();
        owners.sort_unstable();
        owners.dedup();
        owners
    }
}

/// A JVM that holds the database. Dropping it kills it, as a server is killed.
pub(crate) struct Portal {
    child: Child,
    statements: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Portal {
    /// Runs one statement; the first row's columns, or `done`.
    pub(crate) fn run(&mut self, statement: &str) -> String {
        writeln!(self.statements.as_mut().unwrap(), "{statement}").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Waits until what was written is in the log: HSQLDB writes it at least every half second.
    pub(crate) fn flushed(&self) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let mut size = None;
        let mut same = 0;
        while same < 10 {
            assert!(std::time::Instant::now() < deadline, "the log never rests");
            let now = self.log.metadata().map(|log| log.len()).ok();
            same = if now == size { same + 1 } else { 0 };
            size = now;
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }

    /// Ends as a good stop does.
    pub(crate) fn shut_down(mut self) {
        assert_eq!(self.run("SHUTDOWN"), "done");
        self.statements = None;
        self.child.wait().unwrap();
    }

    /// Ends as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Name and digest of every file in a folder, sorted.
pub(crate) fn digests(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let path = file.unwrap().path();
            let digest = if path.is_file() {
                Digest::of(&std::fs::read(&path).unwrap()).to_string()
            } else {
                "folder".to_owned()
            };
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                digest,
            )
        })
        .collect();
    files.sort();
    files
}

/// Endings of the files in a folder, sorted.
pub(crate) fn endings(folder: &Path) -> Vec<String> {
    digests(folder)
        .into_iter()
        .map(|(name, _)| name.rsplit('.').next().unwrap().to_owned())
        .collect()
}

/// The folder with the portal's program, compiled once. Static values are never dropped, so that it lies where cargo
/// keeps what tests leave behind.
fn classes() -> &'static Path {
    static CLASSES: OnceLock<PathBuf> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bridge-test-classes");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../java/bridge/test/Sql.java");
        let compiled = Command::new(java_home().join("bin/javac"))
            .args(["-encoding", "UTF-8", "-d"])
            .arg(&folder)
            .arg(source)
            .status()
            .unwrap();
        assert!(compiled.success());
        folder
    })
}
