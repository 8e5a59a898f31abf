//! What concerns a whole server, on servers that no other test shares meanwhile.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::{checks, said, sound_on};
use crate::server::{Kind, Server, mortal, tools};
use crate::world::World;

/// Asks until a check says something.
fn until_said(world: &World, name: &str) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let rows = said(&checks(world), name);
        if !rows.is_empty() {
            return rows;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{name}");
    }
}

/// A copy that goes on until it is ended.
struct Copier(Child);

impl Copier {
    fn of(program: &Path, arguments: &[&str], server: &Server, folder: &Path) -> Self {
        let child = Command::new(program)
            .args(arguments)
            .args(["-h", "127.0.0.1", &format!("--port={}", server.port)])
            .env("PGPASSWORD", "test-bed")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Copier {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn postgresql_tells_who_copies_and_who_should() {
    let (server, _turn) = mortal(Kind::Postgresql);
    let world = sound_on(server);
    let folder = tempfile::tempdir().unwrap();
    server.sql("", "select pg_create_physical_replication_slot('gone');");
    let kept = said(&checks(&world), "replication");
    server.sql("", "select pg_drop_replication_slot('gone');");
    assert_eq!(kept, ["slot gone keeps the log and nobody reads it"]);

    let program = tools(Kind::Postgresql).join("pg_receivewal");
    let copier = Copier::of(
        &program,
        &["-U", "postgres", "-D", "."],
        server,
        folder.path(),
    );
    let rows = until_said(&world, "replication");
    drop(copier);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].starts_with("session "), "{rows:?}");
    assert!(rows[0].contains(" copies: "), "{rows:?}");
}

#[test]
fn mariadb_tells_who_copies() {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server =
        SERVER.get_or_init(|| Server::new(Kind::Mariadb, &["--log-bin=changes", "--server-id=1"]));
    let world = sound_on(server);
    assert_eq!(said(&checks(&world), "replication"), [""; 0]);
    let folder = tempfile::tempdir().unwrap();
    let copier = Copier::of(
        Path::new("/usr/bin/mariadb-binlog"),
        &[
            "--no-defaults",
            "--protocol=tcp",
            "--user=root",
            "--read-from-remote-server",
            "--raw",
            "--stop-never",
            "--stop-never-slave-server-id=2",
            "changes.000001",
        ],
        server,
        folder.path(),
    );
    super::allow_sessions(&world);
    let rows = until_said(&world, "replication");
    drop(copier);
    assert!(rows[0].contains(": Binlog Dump of root, "), "{rows:?}");
}

/// A copy of another server, whose sessions its own users do not see.
#[test]
fn a_mariadb_that_copies_another_says_so() {
    static SERVERS: OnceLock<[Server; 2]> = OnceLock::new();
    let [first, second] = SERVERS.get_or_init(|| {
        [
            Server::new(Kind::Mariadb, &["--log-bin=changes", "--server-id=11"]),
            Server::new(Kind::Mariadb, &["--server-id=12"]),
        ]
    });
    let (copied, copy) = (sound_on(first), sound_on(second));
    first.sql(
        "",
        "create user copier@'%' identified by 'c'; grant replication slave on *.* to copier@'%';",
    );
    second.sql(
        "",
        &format!(
            "change master to master_host='127.0.0.1', master_port={}, master_user='copier', master_password='c', \
            master_use_gtid=current_pos; start slave;",
            first.port
        ),
    );
    let rows = until_said(&copied, "replication");
    assert_eq!(rows, ["SLAVES_CONNECTED: 1"]);
    let begun = Instant::now();
    while !said(&checks(&copy), "replication").contains(&"SLAVE_RUNNING: ON".to_owned()) {
        let status = second.sql("", "show slave status");
        assert!(begun.elapsed() < Duration::from_secs(60), "{status}");
    }
    second.sql("", "stop slave; reset slave all;");
}

/// The provider is in the package that Debian's `mariadb-server` depends on.
#[test]
fn a_galera_cluster_says_so() {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        let port = raylift_lab::free_port().unwrap();
        Server::new(
            Kind::Mariadb,
            &[
                "--wsrep-on=ON",
                "--wsrep-provider=/usr/lib/galera/libgalera_smm.so",
                "--wsrep-cluster-address=gcomm://",
                "--binlog-format=ROW",
                &format!("--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:{port}"),
            ],
        )
    });
    let rows = said(&checks(&sound_on(server)), "replication");
    let expected = "Galera cluster of 1: sessions on its other servers are not seen";
    assert_eq!(rows, [expected]);
}

#[test]
fn mariadb_tells_settings_connections_and_that_it_takes_no_writes() {
    let (server, _turn) = mortal(Kind::Mariadb);
    let world = sound_on(server);
    let set = |settings: &str| server.sql("", settings);
    set(
        "set global innodb_default_row_format = compact; set global max_connections = 10; set global read_only = 1;",
    );
    let found = checks(&world);
    let admin = format!("grant read_only admin on *.* to {}@'%';", world.user);
    set(&admin);
    let as_admin = checks(&world);
    set(
        "set global innodb_default_row_format = dynamic; set global max_connections = 151; set global read_only = 0;",
    );
    let format = ["innodb_default_row_format: compact"];
    assert_eq!(said(&found, "index-limits"), format);
    let connections = said(&found, "connections");
    assert_eq!(connections.len(), 1);
    assert!(
        connections[0].starts_with("Threads_connected: "),
        "{connections:?}"
    );
    assert_eq!(said(&found, "read-only"), ["read_only is on"]);
    assert_eq!(said(&as_admin, "read-only"), [""; 0]);
}

#[test]
fn a_postgresql_that_takes_no_writes() {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = SERVER.get_or_init(|| Server::new(Kind::Postgresql, &[]));
    let world = sound_on(server);
    let database = server.name(&world.database);
    let setting = format!("alter database {database} set default_transaction_read_only");
    server.sql("", &format!("{setting} = on;"));
    let found = checks(&world);
    let closed = ["default_transaction_read_only is on"];
    assert_eq!(said(&found, "read-only"), closed);
    server.sql("", &format!("{setting} = off;"));
    assert_eq!(said(&checks(&world), "read-only"), [""; 0]);

    server.kill();
    server.put("standby.signal");
    server.start();
    let found = checks(&world);
    assert_eq!(said(&found, "read-only"), ["the server is a standby"]);
    for (name, check) in &found {
        assert_eq!(check.refused, None, "{name}");
    }
    // So that the world's end can remove its database.
    server.kill();
    server.remove("standby.signal");
    server.start();
}

/// Names with capital letters from before the setting are not found any more.
#[test]
fn a_mariadb_that_looks_for_small_letters() {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = SERVER.get_or_init(|| Server::new(Kind::Mariadb, &[]));
    let world = sound_on(server);
    assert_eq!(said(&checks(&world), "table-names"), [""; 0]);
    server.kill();
    server.start_with(&["--lower-case-table-names=1"]);
    let found = checks(&world);
    let rows = said(&found, "table-names");
    server.kill();
    server.start();
    assert_eq!(rows.len(), 10, "{rows:?}");
    assert_eq!(rows[0], "AssetEntry: lower_case_table_names is 1");
}

/// `INNODB_TRX.trx_started` is in the system's time zone, `NOW()` in the session's.
#[test]
fn a_mariadb_whose_sessions_have_another_time_zone() {
    let (server, _turn) = mortal(Kind::Mariadb);
    let world = sound_on(server);
    super::allow_sessions(&world);
    for zone in ["+05:00", "-05:00"] {
        server.sql("", &format!("set global time_zone = '{zone}';"));
        let counts = super::planted::open_transaction(&world);
        server.sql("", "set global time_zone = 'SYSTEM';");
        // Found where no time is waited for, and not before five minutes.
        assert_eq!(counts, (1, 0), "{zone}");
    }
}
