//! MariaDB.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::LabError;

use super::command::{end_of_log, output, output_of, program, version};
use super::{ADMIN_PASSWORD, DatabaseFacts, Kind, Login, PATIENCE, Place};

/// Pause between two looks at a starting server.
const PAUSE: Duration = Duration::from_millis(50);

const MISSING: LabError = LabError::Missing {
    command: "mariadbd (MariaDB's server)",
    remedy: "apt-get install mariadb-server",
};

pub(super) struct Mariadb;

/// A program where Debian has it.
fn binary(name: &str) -> Result<PathBuf, LabError> {
    ["/usr/sbin", "/usr/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.is_file())
        .ok_or(MISSING)
}

fn settings(place: &Place) -> PathBuf {
    place.folder.join("my.cnf")
}

fn pid_file(place: &Place) -> PathBuf {
    place.folder.join("mariadbd.pid")
}

fn server(name: &str, place: &Place) -> Result<Command, LabError> {
    let mut command = program(&binary(name)?, place);
    command.arg(format!("--defaults-file={}", settings(place).display()));
    Ok(command)
}

fn client(name: &str, place: &Place, login: &Login<'_>) -> Result<Command, LabError> {
    let mut command = program(&binary(name)?, place);
    command
        .env("MYSQL_PWD", login.password)
        .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1"])
        .arg(format!("--port={}", place.port))
        .arg(format!("--user={}", login.user))
        .arg("--default-character-set=utf8mb4");
    Ok(command)
}

/// A server writes why it fails into its log, and prints nothing.
fn told(result: Result<Vec<u8>, LabError>, place: &Place) -> Result<Vec<u8>, LabError> {
    result.map_err(|error| match error {
        LabError::Command { command, output } => LabError::Command {
            command,
            output: format!("{output}\n{}", end_of_log(place)),
        },
        other => other,
    })
}

impl Kind for Mariadb {
    fn version(&self) -> Result<String, LabError> {
        version(&binary("mariadbd")?)
    }

    fn admin(&self) -> &'static str {
        "admin"
    }

    fn make(&self, place: &Place) -> Result<(), LabError> {
        self.configure(place)?;
        place.owner.take(&place.folder)?;
        let mut install = server("mariadb-install-db", place)?;
        install
            .arg("--auth-root-authentication-method=normal")
            .args(["--skip-test-db", "--skip-name-resolve"]);
        told(output(&mut install), place)?;
        // As long as it only reads a file of statements, a server checks no rights, unless it is told to.
        let admin = format!(
            "FLUSH PRIVILEGES;\nCREATE USER '{0}'@'%' IDENTIFIED BY '{ADMIN_PASSWORD}';\n\
             GRANT ALL PRIVILEGES ON *.* TO '{0}'@'%' WITH GRANT OPTION;\n",
            self.admin()
        );
        let made = output_of(server("mariadbd", place)?.arg("--bootstrap"), &admin);
        told(made, place).map(drop)
    }

    fn configure(&self, place: &Place) -> Result<(), LabError> {
        let path = settings(place);
        // A server that starts removes the temporary tables of every other that has them in the same folder.
        let text = format!(
            "[mariadbd]\ndatadir={data}\ntmpdir={data}\nport={port}\nbind-address=127.0.0.1\n\
             socket=mariadb.sock\npid-file={pid}\nlog-error={log}\nskip-name-resolve\n\
             character-set-server=utf8mb4\ncollation-server=utf8mb4_unicode_ci\n\
             innodb_flush_log_at_trx_commit=0\ninnodb_flush_method=nosync\n\
             innodb_doublewrite=0\ninnodb_log_file_size=16M\ninnodb_buffer_pool_size=64M\n\
             innodb_file_per_table=0\nsync_frm=0\nperformance_schema=0\n",
            data = place.data().display(),
            port = place.port,
            pid = pid_file(place).display(),
            log = place.log().display(),
        );
        fs::write(&path, text).map_err(LabError::io("write", &path))
    }

    fn start(&self, place: &Place) -> Result<(), LabError> {
        let program_path = binary("mariadbd")?;
        // Through a shell that ends at once, so that the server is nobody's child when it ends.
        let mut command = program(Path::new("/bin/sh"), place);
        command
            .args(["-c", "\"$@\" </dev/null >/dev/null 2>&1 &", "sh"])
            .arg(&program_path)
            .arg(format!("--defaults-file={}", settings(place).display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
            .status()
            .map_err(LabError::io("run", &program_path))?;
        let deadline = Instant::now() + PATIENCE;
        let login = Login {
            database: "mysql",
            user: self.admin(),
            password: ADMIN_PASSWORD,
        };
        while output(client("mariadb-admin", place, &login)?.arg("ping")).is_err() {
            if Instant::now() > deadline {
                return Err(LabError::Command {
                    command: format!("mariadbd in {}", place.folder.display()),
                    output: end_of_log(place),
                });
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn stop(&self, place: &Place) -> Result<(), LabError> {
        let login = Login {
            database: "mysql",
            user: self.admin(),
            password: ADMIN_PASSWORD,
        };
        output(client("mariadb-admin", place, &login)?.arg("shutdown")).map(drop)
    }

    fn pid(&self, place: &Place) -> Option<i32> {
        let text = fs::read_to_string(pid_file(place)).ok()?;
        text.trim().parse().ok()
    }

    fn run(&self, place: &Place, login: &Login<'_>, sql: &str) -> Result<String, LabError> {
        let mut command = client("mariadb", place, login)?;
        command.args(["--batch", "--skip-column-names", login.database]);
        let printed = output_of(&mut command, sql)?;
        Ok(String::from_utf8_lossy(&printed).into_owned())
    }

    fn dump(&self, place: &Place, login: &Login<'_>) -> Result<Vec<u8>, LabError> {
        output(client("mariadb-dump", place, login)?.args(["--single-transaction", login.database]))
    }

    fn role(&self, facts: &DatabaseFacts, may_create: bool) -> String {
        let scope = if may_create { "*" } else { &facts.database };
        let (user, password) = (&facts.user, &facts.password);
        format!(
            "CREATE OR REPLACE USER '{user}'@'%' IDENTIFIED BY '{password}';\n\
             GRANT ALL PRIVILEGES ON {scope}.* TO '{user}'@'%';\n"
        )
    }

    fn empty(&self, facts: &DatabaseFacts) -> String {
        let database = &facts.database;
        format!("DROP DATABASE IF EXISTS {database};\nCREATE DATABASE {database};\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::Owner;

    #[test]
    fn an_installation_that_fails_says_what_the_server_said() {
        let folder = tempfile::tempdir().unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder.path(), open).unwrap();
        let place = Place {
            folder: folder.path().join("database"),
            port: 1,
            owner: Owner::choose(None),
        };
        fs::create_dir_all(place.data()).unwrap();
        // A tablespace of InnoDB without its log.
        fs::write(place.data().join("ibdata1"), "x").unwrap();
        let error = Mariadb.make(&place).unwrap_err().to_string();
        assert!(error.contains("mariadb-install-db"), "{error}");
        assert!(
            error.contains("InnoDB: Plugin initialization aborted"),
            "{error}"
        );
    }
}
