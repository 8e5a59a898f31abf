//! Real servers, one of each engine for all tests, and one more of each for the tests that kill it.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::common::{give_all, owner};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Postgresql,
    Mariadb,
}

pub struct Server {
    pub kind: Kind,
    pub port: u16,
    folder: PathBuf,
    options: Vec<String>,
}

/// The server that all tests share, each with databases of its own.
pub fn shared(kind: Kind) -> &'static Server {
    static SERVERS: [OnceLock<Server>; 2] = [OnceLock::new(), OnceLock::new()];
    SERVERS[kind as usize].get_or_init(|| Server::new(kind, &[]))
}

/// A server to be killed, by one test at a time.
pub fn mortal(kind: Kind) -> (&'static Server, MutexGuard<'static, ()>) {
    static SERVERS: [OnceLock<Server>; 2] = [OnceLock::new(), OnceLock::new()];
    static TURNS: [Mutex<()>; 2] = [Mutex::new(()), Mutex::new(())];
    let turn = TURNS[kind as usize]
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let server = SERVERS[kind as usize].get_or_init(|| Server::new(kind, &[]));
    if server.pid().is_none() {
        server.start();
    }
    (server, turn)
}

/// Folder with the vendor's tools.
pub fn tools(kind: Kind) -> PathBuf {
    match kind {
        Kind::Mariadb => PathBuf::from("/usr/bin"),
        Kind::Postgresql => {
            let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
                .expect("there is no PostgreSQL: apt-get install postgresql")
                .map(|entry| entry.unwrap().path().join("bin"))
                .filter(|bin| bin.join("initdb").is_file())
                .collect();
            versions.sort();
            versions.pop().unwrap()
        }
    }
}

impl Server {
    /// With more options of the server.
    pub fn new(kind: Kind, options: &[&str]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("raylift-server-")
            .tempdir()
            .unwrap()
            .keep();
        janitor(&folder);
        let port = raylift_lab::free_port().unwrap();
        let server = Self {
            kind,
            port,
            options: options.iter().map(|&option| option.to_owned()).collect(),
            folder,
        };
        fs::set_permissions(&server.folder, fs::Permissions::from_mode(0o755)).unwrap();
        server.make();
        server.start();
        server
    }

    /// A place where none is.
    pub fn nowhere(kind: Kind) -> Self {
        Self {
            kind,
            port: 1,
            folder: PathBuf::new(),
            options: Vec::new(),
        }
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    /// An empty file in the data folder.
    pub fn put(&self, name: &str) {
        let file = Path::new(&self.data()).join(name);
        fs::write(&file, "").unwrap();
        give_all(&file);
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(Path::new(&self.data()).join(name)).unwrap();
    }

    /// As the site's user, in its own process group.
    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        let owner = owner();
        if raylift_host::users::current_uid() == 0 {
            command.uid(owner.uid).gid(owner.gid);
        }
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin:/usr/sbin")
            .env("LC_ALL", "C.UTF-8")
            .current_dir(&self.folder)
            .process_group(0)
            .stdin(Stdio::null());
        command
    }

    fn make(&self) {
        give_all(&self.folder);
        let mut command = match self.kind {
            Kind::Postgresql => {
                let password = self.folder.join("password");
                fs::write(&password, ADMIN_PASSWORD).unwrap();
                give_all(&self.folder);
                let mut command = self.command(tools(self.kind).join("initdb"));
                command
                    .args(["-D", &self.data(), "-U", "postgres", "-A", "scram-sha-256"])
                    .args(["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
                    .arg(format!("--pwfile={}", password.display()));
                command
            }
            Kind::Mariadb => {
                let mut command = self.command("/usr/bin/mariadb-install-db");
                command
                    .args(["--no-defaults", "--auth-root-authentication-method=normal"])
                    .args(["--skip-test-db", "--skip-name-resolve"])
                    .arg(format!("--datadir={}", self.data()))
                    // A server that starts removes the temporary tables of every other that has them in the same folder.
                    .arg(format!("--tmpdir={}", self.folder.display()))
                    .args(&self.options);
                command
            }
        };
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&text)
        );
    }

    pub fn start(&self) {
        self.start_with(&[]);
    }

    /// With further options for this time.
    pub fn start_with(&self, further: &[&str]) {
        let mut command = match self.kind {
            Kind::Postgresql => {
                let mut command = self.command(tools(self.kind).join("postgres"));
                command.args(["-D", &self.data(), "-p", &self.port.to_string()]);
                for setting in [
                    "listen_addresses=127.0.0.1",
                    "unix_socket_directories=",
                    // What was committed outlives a killed process, if not a power failure.
                    "fsync=off",
                    "shared_buffers=16MB",
                ] {
                    command.args(["-c", setting]);
                }
                command
            }
            Kind::Mariadb => {
                let mut command = self.command("/usr/sbin/mariadbd");
                command
                    .args(["--no-defaults", "--bind-address=127.0.0.1"])
                    .args(["--skip-name-resolve", "--innodb-flush-method=nosync"])
                    .args([
                        "--innodb-flush-log-at-trx-commit=2",
                        "--innodb-log-file-size=16M",
                    ])
                    .args(["--innodb-buffer-pool-size=32M", "--event-scheduler=ON"])
                    .args(["--collation-server=utf8mb4_unicode_ci"])
                    .arg("--character-set-server=utf8mb4")
                    .arg(format!("--datadir={}", self.data()))
                    .arg(format!("--tmpdir={}", self.folder.display()))
                    .arg(format!("--socket={}/socket", self.folder.display()))
                    .arg(format!("--port={}", self.port));
                command
            }
        };
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))
            .unwrap();
        let mut child = command
            .args(&self.options)
            .args(further)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        fs::write(self.pid_file(), child.id().to_string()).unwrap();
        let begun = Instant::now();
        while self.try_sql("", "select 1;").is_err() {
            let log = fs::read_to_string(self.folder.join("log")).unwrap();
            assert!(child.try_wait().unwrap().is_none(), "{log}");
            assert!(begun.elapsed() < Duration::from_secs(60), "{log}");
            std::thread::sleep(Duration::from_millis(100));
        }
        // Nobody else waits for it.
        std::thread::spawn(move || child.wait());
    }

    pub fn pid_file(&self) -> PathBuf {
        self.folder.join("pid")
    }

    /// The process, when it lives.
    fn pid(&self) -> Option<u32> {
        let pid: u32 = fs::read_to_string(self.pid_file()).ok()?.parse().ok()?;
        status(pid).map(|_| pid)
    }

    /// `kill -9` of the server and of all its processes, all at once.
    pub fn kill(&self) {
        use rustix::process::{Pid, Signal, kill_process};
        let Some(pid) = self.pid() else { return };
        let send = |pid: u32, signal| {
            let _ = kill_process(Pid::from_raw(pid as i32).unwrap(), signal);
        };
        // No child comes into being between the look and the end.
        send(pid, Signal::STOP);
        let children: Vec<u32> = fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
            .filter(|child| status(*child).is_some_and(|(parent, _)| parent == pid))
            .collect();
        for pid in children.iter().chain([&pid]) {
            send(*pid, Signal::KILL);
        }
        while children.iter().any(|child| status(*child).is_some()) {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.wait_for_end();
    }

    /// Waits until somebody's `kill` has worked.
    pub fn wait_for_end(&self) {
        let begun = Instant::now();
        while self.pid().is_some() {
            assert!(begun.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Runs statements as the administrator; columns are separated by a bar. An empty name is any database.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        self.try_sql(database, statements)
            .unwrap_or_else(|error| panic!("{error}\n{statements}"))
    }

    pub fn try_sql(&self, database: &str, statements: &str) -> Result<String, String> {
        let mut command = match self.kind {
            Kind::Postgresql => {
                let mut command = Command::new(tools(self.kind).join("psql"));
                let database = if database.is_empty() {
                    "postgres"
                } else {
                    database
                };
                command
                    .env("PGPASSWORD", ADMIN_PASSWORD)
                    .env("PGDATABASE", database)
                    .args([
                        "-h",
                        "127.0.0.1",
                        "-p",
                        &self.port.to_string(),
                        "-U",
                        "postgres",
                    ])
                    .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
                command
            }
            Kind::Mariadb => {
                let mut command = Command::new("/usr/bin/mariadb");
                command
                    .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1"])
                    .args(["--user=root", "--batch", "--skip-column-names"])
                    .args(["--default-character-set=utf8mb4", "--max-allowed-packet=1G"])
                    .arg(format!("--port={}", self.port))
                    .arg(format!("--database={database}"));
                command
            }
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let statements = match self.kind {
            Kind::Postgresql => statements.to_owned(),
            // Whatever the server's own mode is.
            Kind::Mariadb if statements.contains(r"'a\'") => statements.to_owned(),
            Kind::Mariadb => format!("set sql_mode = '';\n{statements}"),
        };
        let feeder = std::thread::spawn(move || stdin.write_all(statements.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let _ = feeder.join().unwrap();
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout).unwrap());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// A name in SQL.
    pub fn name(&self, name: &str) -> String {
        match self.kind {
            Kind::Postgresql => format!("\"{}\"", name.replace('"', "\"\"")),
            Kind::Mariadb => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// A text in SQL.
    pub fn text(&self, text: &str) -> String {
        match self.kind {
            Kind::Postgresql => format!("'{}'", text.replace('\'', "''")),
            Kind::Mariadb => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        }
    }

    /// A user who may log in and, when told so, make databases.
    pub fn user(&self, user: &str, password: &str, may_create: bool) {
        let (quoted, password) = (self.text(user), self.text(password));
        let statements = match self.kind {
            Kind::Postgresql => format!(
                "create role {} login {} password {password};",
                self.name(user),
                if may_create { "createdb" } else { "nocreatedb" }
            ),
            Kind::Mariadb => format!(
                "create user {quoted}@'%' identified by {password};{}",
                if may_create {
                    format!("grant all on *.* to {quoted}@'%';")
                } else {
                    String::new()
                }
            ),
        };
        self.sql("", &statements);
    }

    /// An empty database of a user.
    pub fn database(&self, database: &str, user: &str) {
        let (database, user) = match self.kind {
            Kind::Postgresql => (self.name(database), self.name(user)),
            Kind::Mariadb => (self.name(database), self.text(user)),
        };
        match self.kind {
            Kind::Postgresql => {
                self.sql("", &format!("create database {database} owner {user} template template0 encoding 'UTF8';"));
            }
            Kind::Mariadb => {
                self.sql("", &format!("create database {database} character set utf8mb4 collate utf8mb4_german2_ci; grant all on {database}.* to {user}@'%';"));
            }
        }
    }

    /// Every database.
    pub fn databases(&self) -> Vec<String> {
        let list = match self.kind {
            Kind::Postgresql => "select datname from pg_database order by 1;",
            Kind::Mariadb => "select schema_name from information_schema.schemata order by 1;",
        };
        self.sql("", list).lines().map(str::to_owned).collect()
    }
}

const ADMIN_PASSWORD: &str = "test-bed";

/// Parent and state of a process that is there and not over.
fn status(pid: u32) -> Option<(u32, String)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut rest = text.rsplit_once(") ")?.1.split(' ');
    let state = rest.next()?.to_owned();
    let parent = rest.next()?.parse().ok()?;
    (state != "Z").then_some((parent, state))
}

/// Ends the server and removes its folder when this process ends, in whatever way: its standard input ends then.
fn janitor(folder: &Path) {
    let mut command = Command::new("/bin/sh");
    command
        .arg("-c")
        .arg("read -r line; kill -QUIT $(cat \"$0/pid\"); sleep 0.5; kill -9 $(cat \"$0/pid\"); sleep 0.1; rm -rf \"$0\"")
        .arg(folder)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Held until this process ends.
    std::mem::forget(command.spawn().unwrap());
}
