//! Clients that stay connected.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use crate::server::{Kind, tools};
use crate::world::{PASSWORD, World};

/// A client of the site's user that stays until it is told to end.
pub struct Session(Child);

impl Session {
    pub fn open(world: &World, statements: &str) -> Self {
        Self::open_as(world, &world.user, statements)
    }

    /// Of another user.
    pub fn open_as(world: &World, user: &str, statements: &str) -> Self {
        let port = world.server.port.to_string();
        let mut command = match world.server.kind {
            Kind::Postgresql => {
                let mut command = Command::new(tools(Kind::Postgresql).join("psql"));
                command
                    .env("PGPASSWORD", PASSWORD)
                    .args(["-h", "127.0.0.1", "-p", &port, "-X", "-U", user])
                    .args(["-d", &world.database, "-f", "-"]);
                command
            }
            Kind::Mariadb => {
                let mut command = Command::new("/usr/bin/mariadb");
                command
                    .env("MYSQL_PWD", PASSWORD)
                    .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1"])
                    .args(["--port", &port, "--unbuffered"])
                    .arg(format!("--user={user}"))
                    .arg(format!("--database={}", world.database));
                command
            }
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let stdin = child.stdin.as_mut().unwrap();
        writeln!(stdin, "{statements}").unwrap();
        Self(child)
    }

    pub fn end(mut self) {
        drop(self.0.stdin.take());
        self.0.wait().unwrap();
    }
}
