//! A site on a database of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use raylift_host::bridge::{Bridge, Mode, TableShape};
use raylift_host::effects::RealHost;
use raylift_model::codes;
use raylift_model::digest::Digest;
use raylift_model::facts::{DatabaseKind, JavaFacts};
use raylift_model::plan::{DatabaseMeans, DatabaseTools, ReturnMeans};
use raylift_model::secret::Secret;
use raylift_run::host::{Host, HostError, ReturnPoint};
use raylift_survey::machine::DatabaseAccess;

use crate::common::{Site, give_all, owner};
use crate::content;
use crate::parts::{java_home, part};
use crate::server::{self, Kind, Server};

pub const PASSWORD: &str = "swordfish-7281";

pub struct World {
    pub site: Site,
    pub server: &'static Server,
    pub database: String,
    pub user: String,
    /// What the site's settings say; a test may change it.
    pub password: Arc<Mutex<String>>,
    pub host: RealHost,
}

/// Everything that must come back.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    pub rows: BTreeMap<String, (u64, String)>,
    pub shapes: BTreeMap<String, TableShape>,
    pub beside: String,
}

/// Both must be the same; what differs is shown.
pub fn assert_same(found: &State, wanted: &State) {
    for (table, rows) in &wanted.rows {
        assert_eq!(found.rows.get(table), Some(rows), "rows of {table}");
    }
    for (table, shape) in &wanted.shapes {
        assert_eq!(found.shapes.get(table), Some(shape), "{table}");
    }
    for (found, wanted) in found.beside.lines().zip(wanted.beside.lines()) {
        assert_eq!(found, wanted);
    }
    assert!(found == wanted, "{found:?}");
}

impl World {
    /// On the shared server, with content.
    pub fn new(kind: Kind) -> Self {
        Self::on(server::shared(kind))
    }

    pub fn on(server: &'static Server) -> Self {
        let (database, user) = (unique("lportal"), unique("portal"));
        Self::named(server, &database, &user, PASSWORD, true)
    }

    pub fn named(
        server: &'static Server,
        database: &str,
        user: &str,
        password: &str,
        may_create: bool,
    ) -> Self {
        server.user(user, password, may_create);
        server.database(database, user);
        content::fill(server, database, user);
        Self::of(server, database, user, password)
    }

    /// A site on what is there.
    pub fn of(server: &'static Server, database: &str, user: &str, password: &str) -> Self {
        let mut site = Site::beside_others();
        site.plan.site.database.kind = match server.kind {
            Kind::Postgresql => DatabaseKind::Postgresql,
            Kind::Mariadb => DatabaseKind::Mariadb,
        };
        site.plan.site.database_tools = Some(DatabaseTools {
            folder: server::tools(server.kind),
            mariadb: server.kind == Kind::Mariadb,
            admin_user: None,
            admin_password_file: None,
            jobs: 2,
            return_point: DatabaseMeans::Dump,
        });
        let shared = Arc::new(Mutex::new(password.to_owned()));
        let given = Arc::clone(&shared);
        let access = access(server, database, user);
        let host = RealHost::new(
            site.run_folder(),
            Box::new(move |_| {
                Ok(DatabaseAccess {
                    password: Secret::new(given.lock().unwrap().as_str()),
                    ..access.clone()
                })
            }),
            Box::new(|_, _| Err(HostError::new(codes::ACTION_FAILED, "no binding here"))),
            Arc::new(AtomicBool::new(false)),
        );
        Self {
            site,
            server,
            database: database.to_owned(),
            user: user.to_owned(),
            password: shared,
            host,
        }
    }

    /// Of PostgreSQL's kind, with the tools in a folder and no server behind it.
    pub fn nowhere(kind: Kind, tools: &Path) -> Self {
        static NOBODY: OnceLock<Server> = OnceLock::new();
        let server = NOBODY.get_or_init(|| Server::nowhere(kind));
        let mut world = Self::of(server, "lportal", "portal", PASSWORD);
        tools.clone_into(&mut world.site.plan.site.database_tools.as_mut().unwrap().folder);
        world
    }

    pub fn place(&self) -> PathBuf {
        self.site.plan.site.state.join("backups/0001-7.2.1")
    }

    pub fn scratch(&self) -> PathBuf {
        self.site.plan.site.state.join("scratch/0001-7.2.1")
    }

    pub fn prove(&self) -> Result<Vec<String>, HostError> {
        self.host
            .prove_restore_point(&self.site.plan, &self.scratch(), &mut |_| {})
    }

    pub fn try_take(&self) -> Result<ReturnPoint, HostError> {
        self.host.take_return_point(
            &self.site.plan,
            &self.place(),
            &ReturnMeans::Copies,
            &mut |_| {},
        )
    }

    pub fn take(&self) -> ReturnPoint {
        self.try_take().unwrap()
    }

    pub fn restore(&self) -> Result<Vec<String>, HostError> {
        self.host.restore_return_point(
            &self.site.plan,
            &self.place(),
            &ReturnMeans::Copies,
            &mut |_| {},
        )
    }

    pub fn verify(&self) -> Result<(), HostError> {
        self.host
            .verify_return_point(&self.site.plan, &self.place())
    }

    /// Who else is connected, once the number is as wanted: a session of this test that is over goes a little later.
    pub fn sessions(&self, wanted: usize) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let sessions = self.host.foreign_sessions(&self.site.plan).unwrap();
            if sessions.len() == wanted || begun.elapsed() > Duration::from_secs(20) {
                return sessions;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// On PostgreSQL as the site's user, whose things they are; on MariaDB as the administrator.
    pub fn sql(&self, statements: &str) -> String {
        let role = match self.server.kind {
            Kind::Postgresql => format!("set role {};\n", self.server.name(&self.user)),
            Kind::Mariadb => String::new(),
        };
        self.server
            .sql(&self.database, &format!("{role}{statements}"))
    }

    /// What a failed upgrade leaves.
    pub fn damage(&self) {
        self.sql(content::damage(self.server.kind));
    }

    pub fn access(&self) -> DatabaseAccess {
        DatabaseAccess {
            password: Secret::new(self.password.lock().unwrap().as_str()),
            ..access(self.server, &self.database, &self.user)
        }
    }

    /// The name of a database that raylift makes.
    pub fn ours(&self, purpose: &str) -> String {
        let site = &self.site.plan.site;
        let url = site.database.url.as_deref().unwrap_or_default();
        let home = site.home.as_os_str().as_encoded_bytes();
        let digest = Digest::of(&[home, url.as_bytes()].join(&0));
        format!("raylift_{}_0001_7_2_1_{purpose}", &digest.as_str()[..8])
    }

    pub fn state(&self) -> State {
        self.state_of(&self.database)
    }

    /// The tables that the failed update left, set aside.
    pub fn aside(&self) -> State {
        self.state_of(&self.ours("aside"))
    }

    pub fn state_of(&self, database: &str) -> State {
        let access = DatabaseAccess {
            url: url(self.server, database),
            ..self.access()
        };
        let told = |error: raylift_survey::machine::DatabaseError| error.message;
        let mut bridge = Bridge::open(&access, Mode::ReadOnly).map_err(told).unwrap();
        let shapes = bridge.schema().map_err(told).unwrap();
        let rows = shapes
            .keys()
            .map(|table| {
                let read = bridge.digest(table).map_err(told).unwrap().unwrap();
                (table.clone(), (read.rows, read.digest))
            })
            .collect();
        State {
            rows,
            shapes,
            beside: content::beside(self.server, database),
        }
    }

    /// The databases of this site that raylift made.
    pub fn made(&self) -> Vec<String> {
        let stem = self.ours("");
        let all = self.server.databases();
        all.into_iter()
            .filter(|name| name.starts_with(&stem))
            .collect()
    }
}

impl Drop for World {
    /// A server's databases would pile up.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let names = self.made().into_iter().chain([self.database.clone()]);
        for name in names {
            let name = self.server.name(&name);
            let _ = self
                .server
                .try_sql("", &format!("drop database if exists {name};"));
        }
    }
}

/// A name that no other test has.
pub fn unique(stem: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{stem}_{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

fn url(server: &Server, database: &str) -> String {
    let port = server.port;
    match server.kind {
        // PostgreSQL's driver decodes the name, MariaDB's does not.
        Kind::Postgresql => format!("jdbc:postgresql://127.0.0.1:{port}/{}", encoded(database)),
        Kind::Mariadb => format!("jdbc:mariadb://127.0.0.1:{port}/{database}?useSSL=false"),
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn access(server: &Server, database: &str, user: &str) -> DatabaseAccess {
    let (driver, class) = match server.kind {
        Kind::Postgresql => ("org.postgresql:postgresql", "org.postgresql.Driver"),
        Kind::Mariadb => (
            "org.mariadb.jdbc:mariadb-java-client",
            "org.mariadb.jdbc.Driver",
        ),
    };
    DatabaseAccess {
        java: JavaFacts {
            home: java_home().display().to_string(),
            version: None,
            major: None,
        },
        class_path: vec![driver_of(server.kind, driver)],
        driver_class: class.to_owned(),
        url: url(server, database),
        username: user.to_owned(),
        password: Secret::new(""),
        owner: owner(),
    }
}

/// A copy of a driver that the site's user may read.
fn driver_of(kind: Kind, coordinate: &str) -> PathBuf {
    static COPIES: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
    let copied = COPIES[kind as usize].get_or_init(|| {
        let part = part(coordinate);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("server-test-drivers");
        let folder = if raylift_host::users::current_uid() == 0 {
            std::env::temp_dir().join("raylift-server-test-drivers")
        } else {
            folder
        };
        fs::create_dir_all(&folder).unwrap();
        give_all(&folder);
        let copy = folder.join(part.file_name().unwrap());
        let partial = folder.join(format!("{}.jar", std::process::id() + kind as u32));
        fs::copy(part, &partial).unwrap();
        fs::rename(&partial, &copy).unwrap();
        copy
    });
    copied.clone()
}
