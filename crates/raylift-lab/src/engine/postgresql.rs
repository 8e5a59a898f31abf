//! PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::LabError;

use super::command::{output, output_of, program, version};
use super::{ADMIN_PASSWORD, DatabaseFacts, Kind, Login, PATIENCE, Place};

/// Where Debian has one folder for each installed major version.
const VERSIONS: &str = "/usr/lib/postgresql";

const MISSING: LabError = LabError::Missing {
    command: "postgres (PostgreSQL's server)",
    remedy: "apt-get install postgresql",
};

pub(super) struct Postgresql;

/// A program of the newest installed version.
fn binary(name: &str) -> Result<PathBuf, LabError> {
    let versions = fs::read_dir(VERSIONS).map_err(|_| MISSING)?;
    versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let number: u32 = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb")
                .is_file()
                .then(|| (number, bin.join(name)))
        })
        .max()
        .map(|(_, path)| path)
        .ok_or(MISSING)
}

fn control(place: &Place, verb: &str) -> Result<Command, LabError> {
    let mut command = program(&binary("pg_ctl")?, place);
    command.arg("-D").arg(place.data()).args(["-w", "-t"]);
    command.arg(PATIENCE.as_secs().to_string()).arg(verb);
    Ok(command)
}

fn client(name: &str, place: &Place, login: &Login<'_>) -> Result<Command, LabError> {
    let mut command = program(&binary(name)?, place);
    command
        .env("PGPASSWORD", login.password)
        .args(["-h", "127.0.0.1", "-U", login.user, "-d", login.database])
        .args(["-p", &place.port.to_string()]);
    Ok(command)
}

impl Kind for Postgresql {
    fn version(&self) -> Result<String, LabError> {
        version(&binary("postgres")?)
    }

    fn admin(&self) -> &'static str {
        "postgres"
    }

    fn make(&self, place: &Place) -> Result<(), LabError> {
        let password = place.folder.join("password");
        fs::write(&password, ADMIN_PASSWORD).map_err(LabError::io("write", &password))?;
        place.owner.take(&place.folder)?;
        let mut command = program(&binary("initdb")?, place);
        command
            .arg("-D")
            .arg(place.data())
            .args(["-U", self.admin(), "-A", "scram-sha-256"])
            .args(["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
            // Small files for what is copied for every site.
            .args(["--wal-segsize=1", "--no-instructions"])
            .arg("--pwfile")
            .arg(&password);
        output(&mut command)?;
        let settings = place.data().join("postgresql.conf");
        let text = fs::read_to_string(&settings).map_err(LabError::io("read", &settings))?;
        fs::write(&settings, text + "\ninclude '../lab.conf'\n")
            .map_err(LabError::io("write", &settings))
    }

    fn configure(&self, place: &Place) -> Result<(), LabError> {
        let path = place.folder.join("lab.conf");
        let text = format!(
            "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n\
             fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n\
             min_wal_size = 2MB\nmax_wal_size = 64MB\nshared_buffers = 32MB\n",
            place.port
        );
        fs::write(&path, text).map_err(LabError::io("write", &path))
    }

    fn start(&self, place: &Place) -> Result<(), LabError> {
        let mut command = control(place, "start")?;
        command.arg("-l").arg(place.log());
        // The server keeps the descriptors that it is given, so none of them may be a pipe.
        command.stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        let status = command
            .status()
            .map_err(LabError::io("run", Path::new(command.get_program())))?;
        if status.success() {
            return Ok(());
        }
        Err(LabError::Command {
            command: format!("pg_ctl start in {}", place.folder.display()),
            output: super::command::end_of_log(place),
        })
    }

    fn stop(&self, place: &Place) -> Result<(), LabError> {
        output(control(place, "stop")?.args(["-m", "fast"])).map(drop)
    }

    fn pid(&self, place: &Place) -> Option<i32> {
        let text = fs::read_to_string(place.data().join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    fn run(&self, place: &Place, login: &Login<'_>, sql: &str) -> Result<String, LabError> {
        let mut command = client("psql", place, login)?;
        command.args(["-X", "-q", "-A", "-t", "-F", "\t"]).args([
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            "-",
        ]);
        let printed = output_of(&mut command, sql)?;
        Ok(String::from_utf8_lossy(&printed).into_owned())
    }

    fn dump(&self, place: &Place, login: &Login<'_>) -> Result<Vec<u8>, LabError> {
        output(client("pg_dump", place, login)?.args(["--no-owner", "--no-privileges"]))
    }

    fn role(&self, facts: &DatabaseFacts, may_create: bool) -> String {
        let right = if may_create { "createdb" } else { "nocreatedb" };
        let (user, password) = (&facts.user, &facts.password);
        format!(
            "do $$ begin create role {user}; exception when duplicate_object then null; end $$;\n\
             alter role {user} with login {right} password '{password}';\n"
        )
    }

    fn empty(&self, facts: &DatabaseFacts) -> String {
        let (database, user) = (&facts.database, &facts.user);
        format!(
            "drop database if exists {database} with (force);\n\
             create database {database} owner {user} template template0 encoding 'UTF8';\n"
        )
    }
}
