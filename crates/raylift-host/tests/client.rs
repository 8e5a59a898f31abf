//! The upgrade client, led against a script in the place of Java and a scripted console. What `Release_` says is the
//! test's own; the bridge has its own tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use std::cell::RefCell;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use common::{Site, owner};
use raylift_host::effects::client::UpgradeClient;
use raylift_model::codes;
use raylift_model::facts::{JavaFacts, ReleaseRow};
use raylift_model::names::BundleSymbolicName;
use raylift_model::plan::{DataUpgrade, ModuleTarget};
use raylift_model::secret::Secret;
use raylift_model::version::SchemaVersion;
use raylift_run::host::{HostError, UpgradeOutcome};
use raylift_survey::machine::DatabaseAccess;

/// The client and its second JVM: prints what 7.2 prints, rewrites a property file, ends with `exit` on its input and
/// takes the second JVM along; so it does when its input ends.
const JAVA: &str = r##"#!/bin/sh
echo "arguments: $*"
if [ "$1" = -child ]; then
    exec sleep 600
fi
echo "password in file: $(grep -c 'jdbc.default.password=secret.word' portal-upgrade-database.properties)"
echo "# rewritten" >>portal-upgrade-ext.properties
/bin/sh "$0" -child com.liferay.portal.tools.db.upgrade.client.DBUpgraderLauncher 600 &
child=$!
echo "Upgrading com.liferay.portal.upgrade.PortalUpgradeProcess"
[ -e hang ] && { wait $child; exit 0; }
[ -e fail ] && {
    echo "Failed upgrade process com.liferay.portal.upgrade.X in 5 ms"
    echo "java.lang.IllegalStateException: on purpose"
    kill $child
    exit 0
}
echo "Completed Liferay core upgrade and verify processes in 1 seconds"
echo "Running modules upgrades. Connect to Gogo shell to check the status."
touch ready
while read -r line; do
    [ "$line" = exit ] && break
done
kill $child
echo "client ends"
"##;

const SECRET: &str = "secret word";
const PATIENCE: Duration = Duration::from_secs(20);

type Rows = Arc<Mutex<Vec<ReleaseRow>>>;

struct Upgrading {
    site: Site,
    upgrade: DataUpgrade,
    rows: Rows,
    reads: RefCell<u32>,
}

fn row(name: &str, version: &str) -> ReleaseRow {
    ReleaseRow {
        name: BundleSymbolicName::new(name),
        schema_version: SchemaVersion::new(version),
        build_number: Some(7200),
        state: None,
        verified: None,
    }
}

fn set(rows: &Rows, name: &str, version: &str) {
    let mut rows = rows.lock().unwrap();
    rows.retain(|row| row.name.as_str() != name);
    rows.push(row(name, version));
}

fn target(name: &str, from: &str, to: &str) -> ModuleTarget {
    ModuleTarget {
        module: BundleSymbolicName::new(name),
        from: SchemaVersion::new(from),
        to: SchemaVersion::new(to),
    }
}

impl Upgrading {
    fn new(modules: Vec<ModuleTarget>) -> Self {
        let site = Site::new();
        site.write("jre/bin/java", JAVA, 0o755);
        let client = "tools/portal-tools-db-upgrade-client";
        let jar = "com.liferay.portal.tools.db.upgrade.client.jar";
        site.write(format!("{client}/{jar}"), "", 0o644);
        site.write(
            format!("{client}/app-server.properties"),
            "# shipped\n",
            0o644,
        );
        site.write(
            format!("{client}/portal-upgrade-ext.properties"),
            "own=kept\n",
            0o640,
        );
        site.write(
            "portal-ext.properties",
            "dl.store.impl=x.Y\nmail=secret\n",
            0o600,
        );
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let upgrade = DataUpgrade {
            client: site.home().join(client),
            console: format!("127.0.0.1:{port}"),
            core: SchemaVersion::new("5.1.0"),
            core_pending: true,
            modules,
            jvm_options: "-Xmx1g -Da=b".to_owned(),
        };
        let rows = Arc::new(Mutex::new(vec![row("portal", "5.1.0")]));
        Self {
            site,
            upgrade,
            rows,
            reads: RefCell::new(0),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.upgrade.client.join(name)
    }

    fn act<T>(
        &self,
        act: impl FnOnce(UpgradeClient<'_>) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        act(UpgradeClient {
            plan: &self.site.plan,
            upgrade: &self.upgrade,
            run_folder: &self.site.run_folder(),
            access: &|| {
                Ok(DatabaseAccess {
                    java: JavaFacts {
                        home: String::new(),
                        version: None,
                        major: None,
                    },
                    class_path: Vec::new(),
                    driver_class: "org.hsqldb.jdbc.JDBCDriver".to_owned(),
                    url: format!("jdbc:hsqldb:{}/lportal", self.site.home().display()),
                    username: "sa".to_owned(),
                    password: Secret::new(SECRET),
                    owner: owner(),
                })
            },
            rows: &|| {
                *self.reads.borrow_mut() += 1;
                Ok(self.rows.lock().unwrap().clone())
            },
        })
    }

    fn run(&self) -> Result<UpgradeOutcome, HostError> {
        self.act(|client| client.run(&mut |_| {}))
    }

    fn log(&self) -> String {
        fs::read_to_string(self.site.run_folder().join("logs/upgrade-client.log")).unwrap()
    }

    /// Everything that still runs in the client's folder.
    fn living(&self) -> Vec<u32> {
        fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter(|entry| {
                let cwd = fs::read_link(entry.path().join("cwd"));
                cwd.is_ok_and(|cwd| cwd == self.upgrade.client)
            })
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect()
    }

    fn assert_put_back(&self) {
        assert_eq!(
            fs::read_to_string(self.file("app-server.properties")).unwrap(),
            "# shipped\n"
        );
        let ext = self.file("portal-upgrade-ext.properties");
        assert_eq!(fs::read_to_string(&ext).unwrap(), "own=kept\n");
        assert_eq!(fs::metadata(&ext).unwrap().mode() & 0o777, 0o640);
        assert_eq!(fs::metadata(&ext).unwrap().uid(), owner().uid);
        assert!(!self.file("portal-upgrade-database.properties").exists());
        for entry in walkdir::WalkDir::new(self.site.home()) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let content = fs::read(entry.path()).unwrap();
                let content = String::from_utf8_lossy(&content);
                assert!(!content.contains(SECRET), "{}", entry.path().display());
            }
        }
    }
}

/// A console that opens when the client is ready, and sets a row for each module that is executed.
fn console(
    upgrading: &Upgrading,
    plan: Vec<(&'static str, Option<&'static str>)>,
) -> JoinHandle<Vec<String>> {
    let (ready, address, rows) = (
        upgrading.file("ready"),
        upgrading.upgrade.console.clone(),
        Arc::clone(&upgrading.rows),
    );
    std::thread::spawn(move || {
        wait_until(|| ready.exists());
        let listener = TcpListener::bind(address).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"\xff\xfd\x18").unwrap();
        assert_eq!(hear(&mut stream, 3), b"\xff\xfb\x18");
        stream.write_all(b"\xff\xfa\x18\x01\xff\xf0").unwrap();
        hear(&mut stream, 11);
        stream.write_all(b"g! ").unwrap();
        let mut executed = Vec::new();
        let mut plan = plan.into_iter();
        loop {
            let Some(line) = hear_line(&mut stream) else {
                return executed;
            };
            let mut answer = format!("{line}\r\n");
            if let Some(word) = line.strip_prefix("echo ") {
                answer.push_str(&format!("{word}\r\n"));
            } else if let Some(module) = line.strip_prefix("upgrade:execute ") {
                executed.push(module.to_owned());
                let (text, version) = plan.next().unwrap();
                if let Some(version) = version {
                    set(&rows, module, version);
                }
                answer.push_str(text);
            } else if line == "disconnect" {
                answer.push_str("Disconnect from console? (y/n; default=y) ");
                stream.write_all(answer.as_bytes()).unwrap();
                assert_eq!(hear_line(&mut stream).as_deref(), Some("y"));
                return executed;
            }
            answer.push_str("g! ");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    })
}

fn hear(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

fn hear_line(stream: &mut TcpStream) -> Option<String> {
    let mut line = Vec::new();
    loop {
        let mut byte = [0];
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return None;
        }
        match byte[0] {
            b'\n' => return Some(String::from_utf8(line).unwrap()),
            b'\r' => {}
            byte => line.push(byte),
        }
    }
}

fn wait_until(done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
}

const LOGGED: &str = "INFO - Completed upgrade process\r\n";

#[test]
fn the_client_is_led_through_the_modules_and_leaves_no_trace_of_the_password() {
    let upgrading = Upgrading::new(vec![
        target("lab.minor", "1.0.0", "1.1.0"),
        target("lab.done", "1.0.0", "1.0.1"),
        target("lab.fresh", "0.0.0", "1.0.0"),
    ]);
    set(&upgrading.rows, "lab.minor", "1.0.0");
    set(&upgrading.rows, "lab.done", "1.0.1");
    upgrading
        .site
        .write("lportal.lck", "of the client's JVM", 0o600);
    upgrading.site.write("lportal.script", "data", 0o600);
    let console = console(
        &upgrading,
        vec![
            ("No upgrade processes registered for lab.fresh\r\n", None),
            (LOGGED, Some("1.1.0")),
            (LOGGED, Some("1.0.0")),
        ],
    );
    let outcome = upgrading.run().unwrap();
    assert_eq!(outcome.missing, []);
    assert_eq!(
        console.join().unwrap(),
        ["lab.fresh", "lab.minor", "lab.fresh"],
        "new ones first; asked again only where nothing ran"
    );
    assert_eq!(upgrading.living(), Vec::<u32>::new());
    let log = upgrading.log();
    assert!(log.contains("password in file: 1"), "{log}");
    assert!(log.contains("-s -j -Xmx1g -Da=b"), "{log}");
    assert!(log.ends_with("client ends\n"), "{log}");
    assert!(!upgrading.site.home().join("lportal.lck").exists());
    assert!(upgrading.site.home().join("lportal.script").exists());
    assert!(!log.contains(SECRET));
    upgrading.assert_put_back();
    let before = *upgrading.reads.borrow();
    let again = upgrading.run().unwrap();
    assert_eq!(again.missing, []);
    assert_eq!(
        *upgrading.reads.borrow(),
        before + 1,
        "nothing to do the second time"
    );
    assert_eq!(upgrading.log(), log);
}

#[test]
fn the_property_files_say_what_the_client_needs() {
    let upgrading = Upgrading::new(Vec::new());
    let files = [
        "app-server",
        "portal-upgrade-database",
        "portal-upgrade-ext",
    ]
    .map(|name| upgrading.file(&format!("{name}.properties")));
    let ready = upgrading.file("ready");
    let seen = std::thread::spawn(move || {
        wait_until(|| ready.exists());
        files.map(|path| {
            let stat = fs::metadata(&path).unwrap();
            (
                fs::read_to_string(&path).unwrap(),
                stat.mode() & 0o777,
                stat.uid(),
            )
        })
    });
    upgrading.run().unwrap();
    let home = upgrading.site.home().display();
    let [server, database, ext] = seen.join().unwrap();
    for (text, mode, uid) in [&server, &database, &ext] {
        assert_eq!((*mode, *uid), (0o600, owner().uid), "{text}");
    }
    let has = |text: &str, line: &str| assert!(text.lines().any(|found| found == line), "{text}");
    has(&server.0, &format!("dir={home}/tomcat-9.0.19"));
    has(&server.0, "server.detector.server.id=tomcat");
    has(&server.0, "# shipped");
    has(&database.0, "jdbc.default.username=sa");
    has(&ext.0, &format!("liferay.home={home}"));
    has(&ext.0, "dl.store.impl=x.Y");
    has(&ext.0, "own=kept");
    let console = format!(
        "module.framework.properties.osgi.console={}",
        upgrading.upgrade.console
    );
    assert!(
        ext.0
            .replace("\\:", ":")
            .lines()
            .any(|line| line == console),
        "{}",
        ext.0
    );
    assert!(!ext.0.contains("mail"));
    upgrading.assert_put_back();
}

#[test]
fn a_row_that_stands_still_is_missing_whatever_was_printed() {
    let upgrading = Upgrading::new(vec![target("lab.liar", "1.0.0", "1.1.0")]);
    set(&upgrading.rows, "lab.liar", "1.0.0");
    let console = console(&upgrading, vec![(LOGGED, None)]);
    let outcome = upgrading.run().unwrap();
    assert_eq!(
        outcome.missing,
        [(
            "lab.liar".to_owned(),
            "1.1.0".to_owned(),
            "1.0.0".to_owned()
        )]
    );
    assert_eq!(
        console.join().unwrap(),
        ["lab.liar"],
        "a failed module is not tried again"
    );
}

#[test]
fn a_core_that_stays_behind_is_missing_though_the_client_ends_with_0() {
    let upgrading = Upgrading::new(vec![target("lab.minor", "1.0.0", "1.1.0")]);
    set(&upgrading.rows, "portal", "5.0.5");
    upgrading
        .site
        .write("tools/portal-tools-db-upgrade-client/fail", "", 0o644);
    let outcome = upgrading.run().unwrap();
    assert_eq!(
        outcome.missing[0],
        ("portal".to_owned(), "5.1.0".to_owned(), "5.0.5".to_owned())
    );
    assert!(
        outcome
            .log_excerpt
            .iter()
            .any(|line| line.contains("on purpose")),
        "{:?}",
        outcome.log_excerpt
    );
    upgrading.assert_put_back();
}

#[test]
fn a_client_left_alive_by_a_crash_is_waited_for_and_not_started_twice() {
    let upgrading = Upgrading::new(vec![target("lab.minor", "1.0.0", "1.1.0")]);
    set(&upgrading.rows, "lab.minor", "1.0.0");
    // The crash: raylift ends, as a panic, while it waits for the console.
    let ready = upgrading.file("ready");
    let crashed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        upgrading.act(|client| {
            client.run(&mut |line| {
                if line.starts_with("upgrading lab.minor") || ready.exists() {
                    panic!("killed");
                }
            })
        })
    }));
    assert!(crashed.is_err());
    assert!(!upgrading.living().is_empty());
    let started = upgrading.log().matches("arguments: -jar").count();
    let console = console(&upgrading, vec![(LOGGED, Some("1.1.0"))]);
    let outcome = upgrading.run().unwrap();
    assert_eq!(outcome.missing, []);
    assert_eq!(console.join().unwrap(), ["lab.minor"]);
    assert_eq!(upgrading.log().matches("arguments: -jar").count(), started);
    assert_eq!(upgrading.living(), Vec::<u32>::new());
    upgrading.assert_put_back();
}

#[test]
fn a_client_in_which_nothing_moves_is_ended_with_both_its_processes() {
    let mut upgrading = Upgrading::new(Vec::new());
    upgrading.site.plan.health.timeouts.upgrade_seconds = 2;
    upgrading
        .site
        .write("tools/portal-tools-db-upgrade-client/hang", "", 0o644);
    set(&upgrading.rows, "portal", "5.0.5");
    let outcome = upgrading.run().unwrap();
    assert_eq!(outcome.missing.len(), 1);
    assert!(
        outcome
            .notes
            .iter()
            .any(|note| note.contains("nothing moved for 2 s")),
        "{:?}",
        outcome.notes
    );
    assert_eq!(upgrading.living(), Vec::<u32>::new());
}

#[test]
fn on_the_way_back_a_left_over_client_is_ended_and_the_files_put_back() {
    let upgrading = Upgrading::new(Vec::new());
    upgrading
        .site
        .write("tools/portal-tools-db-upgrade-client/hang", "", 0o644);
    let crashed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        upgrading.act(|client| {
            client.run(&mut |line| assert!(!line.starts_with("upgrade client"), "killed"))
        })
    }));
    assert!(crashed.is_err());
    assert!(!upgrading.living().is_empty());
    upgrading.act(|client| client.end_left_over()).unwrap();
    upgrading.act(|client| client.end_left_over()).unwrap();
    assert_eq!(upgrading.living(), Vec::<u32>::new());
    upgrading.assert_put_back();
}

#[test]
fn a_stranger_on_the_console_port_is_met_before_anything_is_written() {
    let upgrading = Upgrading::new(Vec::new());
    let _stranger = TcpListener::bind(&upgrading.upgrade.console).unwrap();
    let error = upgrading.run().unwrap_err();
    assert_eq!(error.code, codes::CONSOLE_PORT_TAKEN);
    upgrading.assert_put_back();
    assert_eq!(upgrading.living(), Vec::<u32>::new());
}

#[test]
fn a_release_without_a_client_is_told() {
    let upgrading = Upgrading::new(Vec::new());
    for entry in fs::read_dir(&upgrading.upgrade.client).unwrap() {
        let path = entry.unwrap().path();
        if path.extension() == Some(Path::new("jar").as_os_str()) {
            fs::remove_file(path).unwrap();
        }
    }
    assert_eq!(upgrading.run().unwrap_err().code, codes::CLIENT_MISSING);
}
